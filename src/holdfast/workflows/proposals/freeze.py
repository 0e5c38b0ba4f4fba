"""A freeze: protective, no fault. What two people sign is every right of every person, and the plan for the wikis."""

from collections.abc import Mapping, Sequence

from holdfast.access.freezes.order import Item, order_from
from holdfast.access.freezes.words import PROTECTIVE
from holdfast.approval import Approved
from holdfast.approval.request import Request
from holdfast.facts import MemberId
from holdfast.workflows.office.opening import Office
from holdfast.workflows.office.proposal_kind import Line, ProposalKind, What


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


def _barred(office: Office, what: What) -> Mapping[MemberId, str]:
    from holdfast.workflows.office.members import members_with

    accounts = sorted({item.account for item in order_from(what["order"]).items})
    return dict.fromkeys(members_with(office, accounts), "target")


def _execute(office: Office, approved: Approved[Request]) -> str:
    from holdfast.workflows.access.freeze import execute_freeze

    return execute_freeze(office, approved)


PROPOSAL = ProposalKind(
    title="Freeze",
    means=f"Your signature suspends these rights at once: {PROTECTIVE}. A review of each person follows by itself.",
    ruled_as="freeze",
    roles=frozenset({"access_steward", "decider"}),
    lines=_lines,
    execute=_execute,
    barred=_barred,
)
