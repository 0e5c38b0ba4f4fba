"""The end of a freeze: everything that it still holds is let go, and given back as it was."""

from collections.abc import Mapping, Sequence
from typing import Any

from holdfast.access.freezes.lifting import lift_from
from holdfast.access.freezes.words import PROTECTIVE
from holdfast.actions.plans.plan import Plan
from holdfast.actions.sweeps.status import State, Status
from holdfast.approval import Approved
from holdfast.approval.request import Request
from holdfast.facts import MemberId, StreamId
from holdfast.workflows.office.opening import Office
from holdfast.workflows.office.proposal_kind import Line, ProposalKind, What
from holdfast.workflows.office.shown import Shown
from holdfast.workflows.proposals.freeze import left_out, states_of


def given_back(what: What) -> Line:
    """What is given back, right by right."""
    rows: Sequence[Mapping[str, Any]] = what["put_back"]
    values = [
        f"{each['wiki']}, {each['right']}: "
        + ", ".join(f"{group or 'by hand'} until {end}" for group, end in each["groups"].items())
        for each in rows
    ]
    return Line(label="Given back", values=tuple(values))


def _lines(office: Office, what: What) -> Sequence[Line]:
    order = lift_from(what["order"])
    return (
        Line(label="Type", values=(PROTECTIVE,)),
        Line(label="Freeze", values=(order.freeze.id,)),
        Line(label="Reason (sealed)", values=(order.reason,)),
        Line(label="People let go", values=(str(len(order.people)),)),
        given_back(what),
        *left_out(what),
    )


def _execute(office: Office, approved: Approved[Request]) -> Shown:
    from holdfast.workflows.freezes.freeze import execute_lift

    return execute_lift(office, approved)


def put_back(plan: Plan, found: Status) -> Mapping[str, str]:
    """What reading back said of each account and wiki to which rights are given back, none under way."""
    said = {State.DONE: "done", State.HELD: "held", State.SKIPPED: "held", State.UNDONE: "held"}
    states = states_of(plan, found)
    return {f"{account} on {wiki}": said[is_so] for (account, wiki), is_so in states.items() if is_so in said}


def _noted(office: Office, what: What, plan: Plan, found: Status) -> None:
    from holdfast.workflows.freezes.freeze import note_put_back

    note_put_back(office, what["order"]["freeze"], put_back(plan, found))


def _barred(office: Office, what: What) -> Mapping[MemberId, str]:
    return targets(office, [each.id for each in lift_from(what["order"]).people])


def targets(office: Office, people: Sequence[str]) -> Mapping[MemberId, str]:
    """The members who are these people: they sign nothing about themselves."""
    found: set[MemberId] = set()
    for each in people:
        _, concerned = office.vault.lists_of(StreamId(kind="person", id=each))
        found |= concerned
    return dict.fromkeys(sorted(found), "target")


PROPOSAL = ProposalKind(
    title="End of a freeze",
    means="Your signature ends a protection: rights come back as they were, and open reviews close.",
    ruled_as="freeze",
    roles=frozenset({"access_steward", "decider"}),
    lines=_lines,
    execute=_execute,
    barred=_barred,
    noted=_noted,
)
