"""Destroying a case for good: two custodians who wrote nothing in it."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from holdfast.access.rules.console_rules import Because
from holdfast.approval import Approved
from holdfast.approval.request import Request
from holdfast.canonical import parse_json
from holdfast.cases.case import Case, fold
from holdfast.cases.destruction import barred_from_destroying, destroy, destruction_content
from holdfast.errors import CheckFailedError
from holdfast.facts import Fact, MemberId, StreamId
from holdfast.store.office.streams import Summary
from holdfast.store.office.vault import Reader
from holdfast.workflows.appeals.appeal import check_evidence_free
from holdfast.workflows.cases.case import stream_of
from holdfast.workflows.office.opening import Office
from holdfast.workflows.office.proposal_kind import Line, ProposalKind, What
from holdfast.workflows.office.shown import Shown


def what_to_destroy(office: Office, case_id: str, why: str) -> dict[str, str]:
    """What the custodians sign.

    Raises CheckFailedError `case.destroy.not_closed`, `case.destroy.appeal_open` or `appeal.evidence_held`.
    """
    case, _facts = _case(office, case_id)
    check_evidence_free(office, stream_of(case_id))
    content = destruction_content(case_id, case, why, office.clock())
    found: dict[str, str] = parse_json(content)
    return found


def _case(office: Office, case_id: str) -> tuple[Case, tuple[Fact, ...]]:
    facts = office.vault.read(Reader.of_the_office(Because.RULE), stream_of(case_id), purpose="destruction of a case")
    return fold(facts), facts


def _lines(office: Office, what: What) -> Sequence[Line]:
    return (
        Line(label="Case", values=(what["case"],)),
        Line(label="Last worked on", values=(what["last_at"],)),
        Line(label="Why", values=(what["why"],)),
    )


def _barred(office: Office, what: What) -> Mapping[MemberId, str]:
    return barred_from_destroying(_case(office, what["case"])[0])


def _execute(office: Office, approved: Approved[Request]) -> Shown:
    what, now = approved.value.what, office.clock()
    case, facts = _case(office, what["case"])
    check_evidence_free(office, stream_of(what["case"]))
    asked_at = datetime.fromisoformat(what["asked_at"])
    content = destruction_content(what["case"], case, what["why"], asked_at)
    if parse_json(content) != dict(what):
        raise CheckFailedError(
            "case.destroy.moved",
            "the case was worked on after its destruction was proposed",
            hint="propose it again, if it is still wanted",
        )
    signers = frozenset(each.member for each in approved.signatures)
    fact = destroy(case, what["why"], content, signers, by=min(signers), at=now)
    stream: StreamId = stream_of(what["case"])
    office.vault.append(
        Reader.of_the_office(Because.APPROVED),
        stream,
        [fact],
        expect=len(facts),
        summary=Summary(state="destroyed"),
        purpose="case destroyed",
    )
    office.vault.forget(Reader.of_the_office(Because.APPROVED), stream, purpose="case destroyed by two custodians")
    return Shown(kind="proposal")


PROPOSAL = ProposalKind(
    title="Destruction of a case",
    means="Your signature destroys the key of a case: its facts and its evidence cannot be read again by anybody.",
    ruled_as="case-destruction",
    roles=frozenset({"custodian"}),
    lines=_lines,
    execute=_execute,
    barred=_barred,
)
