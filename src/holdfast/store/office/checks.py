"""Checks of a whole store: does every sealed thing open, is its clock ours. Gives counts, never content."""

from collections.abc import Sequence
from datetime import datetime

from django.db import connection

from holdfast.audit import Verb
from holdfast.clock import system_clock
from holdfast.crypto.master_key import MasterKey
from holdfast.errors import CheckFailedError
from holdfast.store.office.audit_rows import AuditRows
from holdfast.store.office.models import FactRow, OutboxRow, StreamKey
from holdfast.store.office.moments import one_moment
from holdfast.store.office.streams import Streams, facts_sha256


def check_all_opens(master: MasterKey) -> tuple[int, int]:
    """(streams, facts) that open with this key. Raises CheckFailedError `crypto.sealed`, `office.stream.gap`."""
    streams = Streams(master)
    count = facts = 0
    with one_moment():
        for row in StreamKey.objects.exclude(wrapped_key=None).order_by("pk").iterator(chunk_size=500):
            facts += streams.check_opens(row)
            count += 1
    return count, facts


def check_facts_fit(audit: AuditRows) -> int:
    """How many facts are those that the audit says were written, with none missing, changed or taken back.

    Whoever holds both the database and the keys could seal other facts; the audit, whose heads are public, has the
    hash of each writing. Both are read as of one moment: an office that is written in meanwhile is not taken for one
    that was tampered with. Raises CheckFailedError `office.facts.changed`.
    """
    with one_moment():
        return _facts_fit(audit)


def _facts_fit(audit: AuditRows) -> int:
    written: dict[tuple[str, str], list[str]] = {}
    for each in (entry.event for entry in audit.entries()):
        if each.verb is Verb.WRITE and each.detail_sha256:
            written.setdefault((each.kind, each.stream_id), []).append(each.detail_sha256)
    count = 0
    for row in StreamKey.objects.exclude(wrapped_key=None).order_by("pk"):
        facts = list(FactRow.objects.filter(stream=row).order_by("seq"))
        if _explained(facts, written.get((row.kind, row.stream_id), [])) != len(facts):
            raise CheckFailedError(
                "office.facts.changed",
                "the facts of a stream are not those that the audit says were written",
                place=f"{row.kind}/{row.stream_id}",
                hint="somebody with the database and the keys did this: keep this copy, and compare it with a backup",
            )
        count += len(facts)
    return count


def _explained(facts: Sequence[FactRow], digests: Sequence[str]) -> int:
    """How many facts, from the first, the writings account for; -1 when a writing fits none."""
    place = 0
    for digest in digests:
        ends = range(place + 1, len(facts) + 1)
        found = next((end for end in ends if facts_sha256(facts[place:end]) == digest), None)
        if found is None:
            return -1
        place = found
    return place


def database_time() -> datetime:
    """What the database takes for now; SQLite has this machine's clock."""
    with connection.cursor() as cursor:
        if connection.vendor != "postgresql":
            return system_clock()
        cursor.execute("SELECT clock_timestamp()")
        found: datetime = cursor.fetchone()[0]
        return found


def late_promises(now: datetime) -> int:
    """How many promises were tried in vain."""
    return OutboxRow.objects.filter(done_at=None, due_at__lte=now, attempts__gt=0).count()
