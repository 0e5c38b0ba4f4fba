"""Reading the audit: searching it, looking at alarms, and exporting a range that two guardians approved.

Reading the audit is written into the audit. An export is made when it is fetched, from the entries as they are then,
and signed with a key that is derived from the master key.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from holdfast.audit import START, Verb, export_lines
from holdfast.audit.chain import head_of
from holdfast.crypto.ed25519 import Secret
from holdfast.crypto.master_key import Purpose
from holdfast.crypto.notes import Algorithm, Signer, VerifierKey
from holdfast.errors import CheckFailedError, UsageError
from holdfast.facts import StreamId
from holdfast.store.office.audit_search import (
    AuditPage,
    AuditSearch,
    alarm_rows,
    first_at,
    search_audit,
    see_alarm,
)
from holdfast.store.office.models import AlarmRow
from holdfast.store.office.vault import Reader
from holdfast.workflows.office.opening import Office
from holdfast.workflows.office.propose import PREFIX, propose, read_proposal

PAGE_ROWS = 50  # rows on a page; chosen
EXPORT_KIND = "audit-export"
FETCH_FOR = timedelta(days=7)
"""How long after its approval an export can be fetched."""


def search(office: Office, reader: Reader, wish: AuditSearch, *, before: int | None = None) -> AuditPage:
    """One page of the audit, newest first. Raises CheckFailedError `access.refused`."""
    office.vault.require(reader, "read_sealed", "audit", purpose="audit searched")
    return search_audit(wish, before=before, limit=PAGE_ROWS)


def alarms(office: Office, reader: Reader, *, seen: bool = False) -> Sequence[AlarmRow]:
    """The alarms that nobody has looked at, or the last ones that somebody has."""
    office.vault.require(reader, "read_list", "audit", purpose="alarms listed")
    return alarm_rows(seen=seen, limit=200)


def alarm_count(office: Office, reader: Reader) -> int:
    """How many alarms wait for this reader; 0 for who does not read the audit."""
    if not office.vault.may(reader, "read_sealed", "audit").allowed:
        return 0
    return len(alarm_rows(seen=False, limit=200))


def look_at_alarm(office: Office, reader: Reader, number: int) -> None:
    """Say that one looked at an alarm: it no longer waits, and may be raised anew."""
    office.vault.require(reader, "read_sealed", "audit", purpose="alarm looked at")
    see_alarm(number, reader.member, office.clock())


def export_signer(office: Office) -> Signer:
    """What exports are signed with: Ed25519 from the master key, under the log's name."""
    with office.log() as log:
        name = f"{log.origin}/audit"
    secret = Secret(office.place.master.key_for(Purpose.AUDIT).raw)
    return Signer(name=name, algorithm=Algorithm.NOTE, secret=secret)


def export_key(office: Office) -> VerifierKey:
    """What a stranger checks an export with. A rotation of the master key changes it."""
    return export_signer(office).key


def propose_export(office: Office, reader: Reader, since: datetime | None, until: datetime | None) -> StreamId:
    """Put the export of a period before two guardians; the entries are fixed now.

    Raises CheckFailedError `access.refused`, UsageError `audit.export.empty`.
    """
    office.vault.require(reader, "export", "audit", purpose="export of the audit asked for")
    first, end = first_at(since) or 1, first_at(until)
    last = (end or office.vault.audit.head().size + 1) - 1
    if last < first:
        raise UsageError("audit.export.empty", "there are no entries in this period", hint="choose a longer one")
    return propose(office, reader, EXPORT_KIND, {"first": first, "last": last})


def fetch_export(office: Office, reader: Reader, number: str) -> Iterator[bytes]:
    """The lines of an export that was approved. Each fetching is written into the audit.

    Raises CheckFailedError `access.refused`, `audit.export.not_approved`, `audit.export.late`, `audit.chain.…`.
    """
    stream = StreamId(kind=f"{PREFIX}{EXPORT_KIND}", id=number)
    proposal = read_proposal(office, reader, stream, purpose="export of the audit fetched")
    if proposal.state != "executed":
        raise CheckFailedError(
            "audit.export.not_approved",
            "this export is not approved",
            got=proposal.state,
            hint="two guardians sign it",
        )
    if office.clock() > proposal.request.expires_at + FETCH_FOR:
        raise CheckFailedError("audit.export.late", "this export was approved long ago", hint="ask for a new one")
    office.vault.require(reader, "export", "audit", purpose="export of the audit fetched")
    what, audit = proposal.request.what, office.vault.audit
    first, last = int(what["first"]), int(what["last"])
    before = next((head_of(entry) for entry in audit.entries(first - 1, first - 1)), START) if first > 1 else START
    yield from export_lines(
        audit.entries(first, last),
        before=before,
        last=last,
        approval_sha256=proposal.request.sha256,
        made_at=office.clock(),
        signer=export_signer(office),
    )


VERBS: Sequence[str] = tuple(verb.value for verb in Verb)
