"""What two people have signed: kept as an approved plan, and verified again whenever something is done with it.

begin(office, approved)                      inside the proposal's transaction: a plan, a sweep, the promise of a run
approved_plan(office, opened)                the plan as the executor takes it
approved_order(office, order)                the same for what was decided about its sweep
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from holdfast.access.rules.console_rules import Because
from holdfast.actions.plans.orders import Decision, UndoOrder
from holdfast.actions.plans.plan import REQUEST_KIND, Plan, plan_sha256, signed_plan
from holdfast.actions.sweeps.course import PLAN_FACTS, SWEEP_FACTS, Order, SignedBytes, Standing, check_standing
from holdfast.actions.sweeps.status import Status
from holdfast.approval import Approved, Signature, check_approved
from holdfast.approval.request import Request, parse_request
from holdfast.facts import SYSTEM, MemberId
from holdfast.store.office.streams import Summary
from holdfast.store.office.vault import Reader
from holdfast.workflows.acting.plan import OpenPlan, barred_members, read_plan, summary_of, write_plan
from holdfast.workflows.acting.surroundings import FOLLOWS, PLAN, SWEEP, run_soon, sweep_stream
from holdfast.workflows.appeals.appeal import put_in_force
from holdfast.workflows.appeals.no_appeal import begin_for_plan
from holdfast.workflows.office.opening import Office
from holdfast.workflows.office.propose import approvers, kind_named

DECISION, UNDO = "sweep-decision", "sweep-undo"
"""The kinds of proposals by which two people order something about a sweep."""
_ORDERS: Mapping[str, Any] = {DECISION: Decision.from_json, UNDO: UndoOrder.from_json}


def begin(office: Office, approved: Approved[Request]) -> str:
    """Keep the plan that two people signed, open its sweep and promise a run, inside the proposal's transaction.

    Whatever it was signed as, from here on it is a plan. Gives its id; empty where nothing could be planned.
    """
    signed = SignedBytes(
        content=approved.content.decode(),
        signatures=tuple(each.to_json() for each in approved.signatures),
        at=office.clock(),
    )
    identity = keep_approved(office, signed)
    if identity:
        run_soon(office, identity)
    return identity


def keep_approved(office: Office, signed: SignedBytes, **more: str) -> str:
    """Keep an approved plan and open its sweep; `more` is what else the sweep knows from its beginning."""
    system, request = Reader.of_the_office(Because.APPROVED), parse_request(signed.content.encode())
    plan, kind = signed_plan(request), kind_named(request.kind)
    if plan is None:
        return ""
    body = {"content": signed.content, "signatures": list(signed.signatures)}
    summary, concerns = summary_of(Standing.APPROVED, plan, rules=kind.ruled_as), list[MemberId]()
    if request.kind == REQUEST_KIND:
        opened = read_plan(office, system, plan.id, purpose="plan approved")
        write_plan(office, system, opened, "approved", body, Standing.APPROVED, plan)
    else:
        concerns = sorted(kind.barred(office, request.what))
        office.vault.create(
            system,
            PLAN,
            [PLAN_FACTS.fact("approved", at=signed.at, by=SYSTEM, body=body)],
            summary=summary,
            purpose="plan approved",
            stream_id=plan.id,
            tokens={FOLLOWS: [plan.reference]},
            concerns=concerns,
        )
    if not office.vault.exists(sweep_stream(plan.id)):
        office.vault.create(
            system,
            SWEEP,
            [SWEEP_FACTS.fact("opened", at=signed.at, by=SYSTEM, body={"plan": plan_sha256(plan), **more})],
            summary=Summary(state="approved", tags=summary.tags),
            purpose="sweep opened",
            stream_id=plan.id,
            concerns=concerns,
        )
    return str(plan.id)


def _verified(office: Office, signed: SignedBytes, value: Any) -> Approved[Any]:
    """A value with the signatures kept for it, each verified again by the rules of what was signed, as of its hour.

    Raises CheckFailedError `approval.…` (a signer has lost the role or the passkey since).
    """
    request = parse_request(signed.content.encode())
    kind = kind_named(request.kind)
    return check_approved(
        value,
        content=request.content(),
        signatures=[Signature.from_json(each) for each in signed.signatures],
        approvers=approvers(office),
        now=signed.at,
        rp_id=office.config.rp_id,
        origins=frozenset({office.config.origin}),
        max_age=timedelta(hours=office.config.approval_hours),
        role=kind.roles,
        barred=kind.barred(office, request.what),
        needed=kind.needed,
    )


def approved_plan(office: Office, opened: OpenPlan) -> Approved[Plan]:
    """The plan as approved. Raises CheckFailedError `plan.standing`, and as `_verified`."""
    return _verified(office, _approval(opened), opened.plan)


def approved_order(office: Office, order: Order) -> Approved[Any]:
    """A `Decision` or an `UndoOrder` as approved. Raises as `_verified`."""
    what = parse_request(order.signed.content.encode()).what
    return _verified(office, order.signed, _ORDERS[order.kind](what))


def _approval(opened: OpenPlan) -> SignedBytes:
    check_standing(opened.course, Standing.APPROVED, Standing.CLOSED)
    if opened.course.approval is None:
        raise AssertionError
    return opened.course.approval


def open_appeals(office: Office, opened: OpenPlan) -> None:
    """What was done can be appealed from now on; where the plan says no, that holds until its day.

    Who approved, and who must stand aside anyway, decides on no appeal.
    """
    signers = frozenset(MemberId(each["member"]) for each in _approval(opened).signatures)
    apart = barred_members(office, opened.plan) | dict.fromkeys(signers, "approved the plan")
    put_in_force(office, opened.id, apart)
    begin_for_plan(office, opened.plan, signers, apart)


def note_where_it_was_asked(office: Office, opened: OpenPlan, found: Status) -> None:
    """What reading back said, kept by what the plan was signed with: a freeze, a review."""
    request = parse_request(_approval(opened).content.encode())
    kind_named(request.kind).noted(office, request.what, opened.plan, found)
