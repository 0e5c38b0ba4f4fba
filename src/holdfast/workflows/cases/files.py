"""What goes into a case as a file and what leaves it: evidence, findings, the redacted file, the workers' names."""

from collections.abc import Mapping
from typing import Any

from holdfast.access.rules.console_rules import Because
from holdfast.accounts.names import account_as_compared
from holdfast.canonical import sha256_hex
from holdfast.cases._kind import known
from holdfast.cases.case import Case, fold
from holdfast.cases.course import state_for_subject
from holdfast.cases.evidence import check_bytes
from holdfast.cases.markings import Reader as CaseReader
from holdfast.cases.readers import labels, seen_by
from holdfast.cases.redaction import Audience, Redacted, redact
from holdfast.cases.taken_findings import read_findings
from holdfast.errors import InputRefusedError
from holdfast.facts import MemberId
from holdfast.store.office.vault import Reader
from holdfast.workflows.cases.case import (
    ACCOUNTS,
    KIND,
    next_id,
    read_case,
    stream_of,
    write_as_clock,
    write_case,
    write_facts,
)
from holdfast.workflows.office.opening import Office

LARGEST_BYTES = 32 * 2**20  # bytes of one attachment; chosen, it is sealed in memory


def take_evidence(office: Office, reader: Reader, case_id: str, content: bytes, body: Mapping[str, Any]) -> Case:
    """Keep a file's bytes sealed, untouched, and record them as evidence, or as a copy when `original` is given.

    `body` holds the fields of the fact without hash, size and place. Raises InputRefusedError `case.evidence.size`
    for an empty file or one above 32 MiB, and what `write_case` raises; then nothing is kept.
    """
    if not 0 < len(content) <= LARGEST_BYTES:
        raise InputRefusedError(
            "case.evidence.size",
            "this file cannot be taken as evidence",
            expected=f"1 to {LARGEST_BYTES} bytes",
            got=f"{len(content)} bytes",
            hint="split it, or record where it is kept and its hash",
        )
    with office.vault.transaction():
        place = office.vault.attach(reader, stream_of(case_id), content, purpose="evidence taken")
        of_bytes = {"sha256": sha256_hex(content), "size_bytes": len(content), "attachment": place}
        of_type = "copy made" if "original" in body else "evidence taken"
        return write_case(office, reader, case_id, of_type, {**body, **of_bytes})


def evidence_bytes(office: Office, reader: Reader, case_id: str, evidence_id: str) -> bytes:
    """The untouched bytes of a piece of evidence; that they were opened is a link of its custody chain.

    Raises what `read_case` raises, InputRefusedError `case.id.unknown` for what this reader may not see,
    CheckFailedError `case.evidence.changed`.
    """
    with office.vault.transaction():
        facts = office.vault.read(reader, stream_of(case_id), purpose="evidence opened")
        seen = seen_by(fold(facts), CaseReader(member=reader.member, roles=reader.roles))
        evidence = known(seen.evidence, evidence_id, "evidence")
        content = office.vault.attachment(reader, stream_of(case_id), evidence.attachment, purpose="evidence opened")
        check_bytes(evidence, content)
        handled = {"id": evidence_id, "act": "opened", "note": ""}
        write_as_clock(office, case_id, facts, "evidence handled", handled, by=reader.member)
    return content


def import_findings(office: Office, reader: Reader, case_id: str, data: bytes) -> int:
    """Take every finding of an assessment's findings.json into the case; gives how many.

    The tool is one source, however many findings it has. Raises InputRefusedError `case.findings.…` and
    `case.findings.none`, and what `write_case` raises.
    """
    bodies = read_findings(data)
    if not bodies:
        raise InputRefusedError("case.findings.none", "this assessment has no finding")
    with office.vault.transaction():
        case = read_case(office, reader, case_id, purpose="findings taken").seen
        source = next_id(case, "s")
        first = int(next_id(case, "f")[1:])
        wishes: list[tuple[str, Mapping[str, Any]]] = [
            ("source recorded", {"id": source, "kind": "tool", "text": f"an assessment of {bodies[0]['wiki']}"})
        ]
        wishes += [
            ("finding taken", {**body, "id": f"f{place}", "source": source})
            for place, body in enumerate(bodies, first)
        ]
        write_facts(office, reader, case_id, wishes)
    return len(bodies)


def redacted_file(office: Office, reader: Reader, case_id: str, audience: str, person: str | None) -> Redacted:
    """The file of a case for an audience, with the list of cuts. Its making is in the audit log as an export.

    Made from the whole case, so that nobody's file depends on who pressed the button.
    """
    stream = stream_of(case_id)
    read_case(office, reader, case_id, purpose="redacted file made")
    office.vault.require(reader, "export", stream.kind, stream, purpose="redacted file made")
    whole = fold(office.vault.read(Reader.of_the_office(Because.RULE), stream, purpose="redacted file made"))
    try:
        asked = Audience(audience)
    except ValueError:
        raise InputRefusedError(
            "case.file.audience", "there is no such audience", expected=", ".join(Audience)
        ) from None
    return redact(whole, asked, person)


def told_states(office: Office, account: str, wiki: str) -> list[str]:
    """How far the cases are that this account's owner may be told about (4.11); empty for nobody and for not yet.

    The caller has proven the owner. Only cases of that wiki count, for the same name elsewhere may be another person.
    """
    form, found = account_as_compared(account), []
    for stream in office.vault.holding(ACCOUNTS, form):
        if stream.kind == KIND:
            case = fold(
                office.vault.read(Reader.of_the_office(Because.RULE), stream, purpose="state told to its subject")
            )
            held = [person.account for person in case.people.values() if account_as_compared(person.account) == form]
            states = [state_for_subject(case, each) for each in held] if wiki in case.wikis else []
            found += [state for state in states if state is not None]
    return sorted(found)


def open_names(office: Office, reader: Reader, case_id: str, ground: str) -> dict[str, MemberId]:
    """Who stands behind the labels of a case, for an auditor, on a ground that becomes a fact of the case (2.15).

    The auditor sees nothing else of it. Raises CheckFailedError `access.refused`.
    """
    stream = stream_of(case_id)
    with office.vault.transaction():
        office.vault.require(
            reader, "read_sealed", stream.kind, stream, purpose="names of workers opened", ruled_as="case-names"
        )
        facts = office.vault.read(Reader.of_the_office(Because.RULE), stream, purpose="names of workers opened")
        found = labels(fold(facts))
        write_as_clock(office, case_id, facts, "names opened", {"ground": ground}, by=reader.member)
    return {label: member for member, label in found.items()}
