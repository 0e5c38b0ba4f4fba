"""What a freeze could not plan at first, because a wiki did not answer: its plan, now that it does."""

from collections.abc import Mapping, Sequence

from holdfast.access.freezes.order import item_from
from holdfast.access.freezes.words import PROTECTIVE
from holdfast.actions.plans.plan import Plan
from holdfast.actions.sweeps.status import Status
from holdfast.approval import Approved
from holdfast.approval.request import Request
from holdfast.facts import MemberId
from holdfast.workflows.office.opening import Office
from holdfast.workflows.office.proposal_kind import Line, ProposalKind, What
from holdfast.workflows.office.shown import Shown
from holdfast.workflows.proposals.freeze import left_out, note_taken
from holdfast.workflows.proposals.freeze_lift import targets


def _lines(office: Office, what: What) -> Sequence[Line]:
    by_place: dict[tuple[str, str], list[str]] = {}
    for item in map(item_from, what["items"]):
        by_place.setdefault((item.wiki, item.right), []).append(item.account)
    return (
        Line(label="Type", values=(PROTECTIVE,)),
        Line(label="Freeze", values=(what["freeze"],)),
        *(
            Line(label=f"{wiki}, {right}", values=tuple(accounts), accounts=True)
            for (wiki, right), accounts in sorted(by_place.items())
        ),
        *left_out(what),
    )


def _execute(office: Office, approved: Approved[Request]) -> Shown:
    from holdfast.workflows.freezes.freeze import execute_rest

    return execute_rest(office, approved)


def _noted(office: Office, what: What, plan: Plan, found: Status) -> None:
    note_taken(office, what["freeze"], tuple(map(item_from, what["items"])), plan, found)


def _barred(office: Office, what: What) -> Mapping[MemberId, str]:
    return targets(office, sorted({each["person"] for each in what["items"]}))


PROPOSAL = ProposalKind(
    title="Rest of a freeze",
    means="Your signature takes on the wikis what the freeze holds already and could not plan before.",
    ruled_as="freeze",
    roles=frozenset({"access_steward", "decider"}),
    lines=_lines,
    execute=_execute,
    barred=_barred,
    noted=_noted,
)
