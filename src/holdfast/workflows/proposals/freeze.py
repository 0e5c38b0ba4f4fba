"""A freeze: protective, no fault. What two people sign is every right of every person, and the plan for the wikis."""

from collections.abc import Mapping, Sequence

from holdfast.access.freezes.order import Item, order_from
from holdfast.access.freezes.words import PROTECTIVE
from holdfast.actions.plans.plan import Plan
from holdfast.actions.sweeps.status import State, Status
from holdfast.approval import Approved
from holdfast.approval.request import Request
from holdfast.facts import MemberId, StreamId
from holdfast.workflows.office.opening import Office
from holdfast.workflows.office.proposal_kind import Line, ProposalKind, What
from holdfast.workflows.office.shown import Shown


def _lines(office: Office, what: What) -> Sequence[Line]:
    order, leaves = order_from(what["order"]), what["leaves"]
    scope = order.scope.to_json()
    whom = [f"jurisdiction {each}" for each in scope["jurisdictions"]] or [f"{len(order.people)} named people"]
    by_place: dict[tuple[str, str], list[Item]] = {}
    for item in order.items:
        by_place.setdefault((item.wiki, item.right), []).append(item)
    below = [
        f"{each['wiki']}, {each['right']}: {each['before']} to {each['after']}"
        for each in leaves["wikis_below_two_holders"]
    ]
    uncovered = [f"{each['language']}, {each['right']}" for each in leaves["languages_without_cover"]]
    return (
        Line(label="Type", values=(PROTECTIVE,)),
        Line(label="For", values=tuple(whom)),
        Line(label="Rights", values=tuple(scope["rights"])),
        Line(label="Reason (sealed)", values=(order.reason,)),
        Line(label="Each review is due after", values=(f"{order.review_days} days",)),
        Line(label="People", values=(str(len(order.people)),)),
        *(
            Line(label=f"{wiki}, {right}", values=tuple(item.account for item in items), accounts=True)
            for (wiki, right), items in sorted(by_place.items())
        ),
        Line(label="Wikis left with fewer than two holders", values=tuple(below)),
        Line(label="Languages left without a holder", values=tuple(uncovered)),
        *left_out(what),
    )


def left_out(what: What) -> tuple[Line, ...]:
    """What the plan for the wikis does not do, and why; for every kind that carries a plan."""
    rows = [f"{each['wiki']}, {each['right']}: {each['why']}" for each in what["unplanned"]]
    return (Line(label="Not done by the plan, to be done later or by hand", values=tuple(rows)),) if rows else ()


def states_of(plan: Plan, found: Status) -> dict[tuple[str, str], State]:
    """For each account and wiki of a plan of rights where it is; what had not to be done is done."""
    states = {(each.action.target, str(wiki)): State.DONE for each in plan.actions for wiki in each.action.wikis}
    for each in found.actions:
        target = plan.action(each.id).action.target
        states |= {(target, str(step.step.wiki)): step.state for step in each.steps}
    return states


def note_taken(office: Office, freeze: str, items: Sequence[Item], plan: Plan, found: Status) -> None:
    """Keep with a freeze what reading back said of each right that a plan takes."""
    from holdfast.workflows.freezes.freeze import note_removals

    states = states_of(plan, found)
    removals = {
        (item.person.id, str(item.wiki), item.right): states[item.account, item.wiki]
        for item in items
        if (item.account, item.wiki) in states
    }
    note_removals(office, StreamId(kind="freeze", id=freeze), removals)


def _noted(office: Office, what: What, plan: Plan, found: Status) -> None:
    order = order_from(what["order"])
    note_taken(office, order.freeze.id, order.items, plan, found)


def _barred(office: Office, what: What) -> Mapping[MemberId, str]:
    from holdfast.workflows.office.members import members_with

    accounts = sorted({item.account for item in order_from(what["order"]).items})
    return dict.fromkeys(members_with(office, accounts), "target")


def _execute(office: Office, approved: Approved[Request]) -> Shown:
    from holdfast.workflows.freezes.freeze import execute_freeze

    return execute_freeze(office, approved)


PROPOSAL = ProposalKind(
    title="Freeze",
    means=f"Your signature suspends these rights at once: {PROTECTIVE}. A review of each person follows by itself.",
    ruled_as="freeze",
    roles=frozenset({"access_steward", "decider"}),
    lines=_lines,
    execute=_execute,
    barred=_barred,
    noted=_noted,
)
