"""The outcome of a review: the two signatures are the first and the second reader's."""

from collections.abc import Mapping, Sequence

from holdfast.access.freezes.words import PROTECTIVE
from holdfast.actions.plans.plan import Plan
from holdfast.actions.sweeps.status import Status
from holdfast.approval import Approved
from holdfast.approval.request import Request
from holdfast.facts import MemberId
from holdfast.workflows.office.opening import Office
from holdfast.workflows.office.proposal_kind import Line, ProposalKind, What
from holdfast.workflows.office.shown import Shown
from holdfast.workflows.proposals.freeze import left_out
from holdfast.workflows.proposals.freeze_lift import given_back, put_back, targets


def _lines(office: Office, what: What) -> Sequence[Line]:
    proposed = what["proposed"]
    return (
        Line(label="Type", values=(PROTECTIVE,)),
        Line(label="Review", values=(what["review"],)),
        Line(label="Account", values=(what["account"],), accounts=True),
        Line(label="Outcome", values=(proposed["outcome"],)),
        Line(label="Reason (sealed)", values=(proposed["reason"],)),
        Line(label="Code of the reason", values=(proposed["reason_code"],)),
        Line(label="Until", values=(proposed["until"] or "no end",)),
        given_back(what),
        *left_out(what),
    )


def _execute(office: Office, approved: Approved[Request]) -> Shown:
    from holdfast.workflows.freezes.review import execute_outcome

    return execute_outcome(office, approved)


def _noted(office: Office, what: What, plan: Plan, found: Status) -> None:
    from holdfast.workflows.freezes.review import note_put_back

    note_put_back(office, what["review"], put_back(plan, found))


def _barred(office: Office, what: What) -> Mapping[MemberId, str]:
    return targets(office, [what["person"]])


PROPOSAL = ProposalKind(
    title="Outcome of a review",
    means="Your signature decides this review. It takes two readers: the one who proposed it may be one of them.",
    ruled_as="review",
    roles=frozenset({"access_steward", "decider"}),
    lines=_lines,
    execute=_execute,
    barred=_barred,
    noted=_noted,
)
