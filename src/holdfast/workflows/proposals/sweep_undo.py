"""Undoing what a plan has done, all of it or some actions, by the same machinery."""

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
        office, Reader.of_the_office(Because.RULE), what["plan"], purpose="undoing put before deciders"
    ).plan
    chosen = [plan.action(each) for each in what["actions"]] or list(plan.actions)
    return (
        Line(label="Plan", values=(what["plan"],)),
        Line(label="What is undone", values=tuple(f"{each.id}: {each.action.kind}" for each in chosen)),
        Line(label="Targets", values=tuple(each.action.target for each in chosen), accounts=True),
        Line(label="Reason for the wikis' logs", values=(what["reason"],)),
    )


def _barred(office: Office, what: What) -> Mapping[MemberId, str]:
    return barred_members(
        office, read_plan(office, Reader.of_the_office(Because.RULE), what["plan"], purpose="undoing put").plan
    )


PROPOSAL = ProposalKind(
    title="Undoing a plan",
    means="Your signature lets the executor bring back what the plan has changed.",
    ruled_as=SWEEP,
    roles=frozenset({"decider"}),
    lines=_lines,
    execute=order,
    barred=_barred,
)
