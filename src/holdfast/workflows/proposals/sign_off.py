"""A legal sign-off: one lawyer says that a plan is lawful in one jurisdiction (3.5)."""

from collections.abc import Mapping, Sequence

from holdfast.access.rules.console_rules import Because
from holdfast.actions.plans.plan import plan_sha256
from holdfast.approval import Approved
from holdfast.approval.request import Request
from holdfast.errors import CheckFailedError, UsageError
from holdfast.facts import MemberId
from holdfast.store.office.vault import Reader
from holdfast.workflows.acting.plan import OpenPlan, barred_members, read_plan
from holdfast.workflows.acting.surroundings import PLAN
from holdfast.workflows.office.opening import Office
from holdfast.workflows.office.proposal_kind import Line, ProposalKind, What
from holdfast.workflows.office.shown import Shown
from holdfast.workflows.proposals.plan import plan_lines


def _plan(office: Office, what: What) -> OpenPlan:
    opened = read_plan(office, Reader.of_the_office(Because.RULE), what["plan"], purpose="legal sign-off shown")
    if plan_sha256(opened.plan) != what["plan_sha256"]:
        raise CheckFailedError(
            "plan.moved", "the plan was prepared anew since", hint="ask for a sign-off of the plan as it is now"
        )
    return opened


def _lines(office: Office, what: What) -> Sequence[Line]:
    return (Line(label="Jurisdiction", values=(what["jurisdiction"],)), *plan_lines(_plan(office, what).plan))


def _barred(office: Office, what: What) -> Mapping[MemberId, str]:
    return barred_members(office, _plan(office, what).plan)


def _execute(office: Office, approved: Approved[Request]) -> Shown:
    raise UsageError("proposal.not_carried_out", "the signature is what is wanted")


PROPOSAL = ProposalKind(
    title="Legal sign-off of a plan",
    means="Your signature says that this plan may lawfully be carried out as far as this jurisdiction is touched.",
    ruled_as=PLAN,
    roles=frozenset({"legal"}),
    lines=_lines,
    execute=_execute,
    needed=1,
    is_carried_out=False,
    barred=_barred,
)
