"""That the condition at a plan's gate holds: two deciders say so, and the sealed phase opens."""

from collections.abc import Mapping, Sequence

from holdfast.access.rules.console_rules import Because
from holdfast.actions.sweeps.course import Standing
from holdfast.approval import Approved
from holdfast.approval.request import Request
from holdfast.errors import CheckFailedError
from holdfast.facts import MemberId
from holdfast.store.office.vault import Reader
from holdfast.workflows.acting.plan import barred_members, read_plan, write_plan
from holdfast.workflows.acting.surroundings import PLAN, run_soon
from holdfast.workflows.office.opening import Office
from holdfast.workflows.office.proposal_kind import Line, ProposalKind, What
from holdfast.workflows.office.shown import Shown


def _lines(office: Office, what: What) -> Sequence[Line]:
    return (
        Line(label="Plan", values=(what["plan"],)),
        Line(label="Condition that holds", values=(what["condition"],)),
    )


def _barred(office: Office, what: What) -> Mapping[MemberId, str]:
    return barred_members(
        office, read_plan(office, Reader.of_the_office(Because.APPROVED), what["plan"], purpose="gate opened").plan
    )


def _execute(office: Office, approved: Approved[Request]) -> Shown:
    what, system = approved.value.what, Reader.of_the_office(Because.APPROVED)
    opened = read_plan(office, system, what["plan"], purpose="gate opened")
    if what["condition"] not in {gate.opens_when for gate in opened.plan.gates.values() if gate.opens_when}:
        raise CheckFailedError("plan.condition", "no gate of the plan waits for this condition")
    body = {
        "condition": what["condition"],
        "content": approved.content.decode(),
        "signatures": [each.to_json() for each in approved.signatures],
    }
    write_plan(office, system, opened, "condition met", body, opened.course.standing, opened.plan)
    if opened.course.standing is Standing.APPROVED:
        run_soon(office, opened.id)
    return Shown(kind="plan", id=opened.id)


PROPOSAL = ProposalKind(
    title="Opening of a plan's gate",
    means="Your signature says that the condition holds for which a phase of the plan is sealed.",
    ruled_as=PLAN,
    roles=frozenset({"decider"}),
    lines=_lines,
    execute=_execute,
    barred=_barred,
)
