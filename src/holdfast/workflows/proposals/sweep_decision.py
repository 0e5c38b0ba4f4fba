"""What becomes of a target that a sweep holds: skip, amend in a new plan, or undo."""

from collections.abc import Mapping, Sequence

from holdfast.access.rules.console_rules import Because
from holdfast.facts import MemberId
from holdfast.store.office.vault import Reader
from holdfast.workflows.acting.plan import barred_members, read_plan
from holdfast.workflows.acting.surroundings import SWEEP
from holdfast.workflows.acting.sweep_facts import order
from holdfast.workflows.office.opening import Office
from holdfast.workflows.office.proposal_kind import Line, ProposalKind, What


def _lines(office: Office, what: What) -> Sequence[Line]:
    plan = read_plan(
        office, Reader.of_the_office(Because.RULE), what["plan"], purpose="decision on a held target"
    ).plan
    return (
        Line(label="Plan", values=(what["plan"],)),
        Line(label="Held action", values=(what["action"],)),
        Line(label="Target", values=(plan.action(what["action"]).action.target,), accounts=True),
        Line(label="What becomes of it", values=(what["choice"],)),
        Line(label="Why", values=(what["reason"],)),
        Line(label="New plan", values=(what["new_plan"],) if what["new_plan"] else ()),
    )


def _barred(office: Office, what: What) -> Mapping[MemberId, str]:
    return barred_members(
        office, read_plan(office, Reader.of_the_office(Because.RULE), what["plan"], purpose="decision put").plan
    )


PROPOSAL = ProposalKind(
    title="A target that is held",
    means="Your signature decides what becomes of one target whose wiki was not as the plan saw it.",
    ruled_as=SWEEP,
    roles=frozenset({"decider"}),
    lines=_lines,
    execute=order,
    barred=_barred,
)
