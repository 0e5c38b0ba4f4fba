"""Whether a plan or an order may be carried out now: its approval, its sign-offs, its notices, its gates."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from holdfast.actions.plans.check import unaccepted_texts
from holdfast.actions.plans.orders import SignedOff
from holdfast.actions.plans.plan import Gate, Plan, plan_sha256
from holdfast.actions.steps.kind import Purpose, TargetType, kind_of
from holdfast.actions.sweeps.means import Means
from holdfast.approval import Approved, parse_request
from holdfast.errors import CheckFailedError


def check_may_run(
    approved: Approved[Plan],
    means: Means,
    *,
    sign_offs: Sequence[SignedOff],
) -> None:
    """Return when this plan may be carried out now.

    Raises CheckFailedError `sweep.` followed by `approval`, `sign_off`, `notice` or `unchecked_text`;
    UsageError `sweep.no_operator`.
    """
    if not isinstance(approved, Approved):
        raise CheckFailedError("sweep.approval", "the executor takes a checked approval and nothing else")
    plan = approved.value
    sha256 = plan_sha256(plan)
    request = parse_request(approved.content)
    if len({each.member for each in approved.signatures}) < 2 or not _carries(request.kind, request.what, plan):
        raise CheckFailedError(
            "sweep.approval",
            "what was approved is not this plan",
            expected=f"two signatures over the plan {sha256}",
            hint="have exactly this plan signed",
        )
    signed_off = {each.value.jurisdiction for each in sign_offs if each.value.plan_sha256 == sha256}
    missing = sorted(set(plan.jurisdictions_touched) - signed_off)
    if missing:
        raise CheckFailedError(
            "sweep.sign_off",
            "the plan touches jurisdictions that no lawyer has signed off",
            got=f"{len(missing)} without sign-off",
            hint="have each signed off over exactly this plan",
            offender=tuple(missing),
        )
    _check_notices(plan)
    means.crew.check_wikis(wiki for each in plan.actions for wiki in each.action.wikis)


def check_still_valid(plan: Plan, *, now: datetime) -> None:
    """Return when something of this plan may still be begun. Raises CheckFailedError `sweep.expired`."""
    if plan.valid_until is None or now >= plan.valid_until:
        raise CheckFailedError(
            "sweep.expired",
            "the time for which this plan was approved is over",
            expected=f"before {plan.valid_until.isoformat() if plan.valid_until else 'an end'}",
            hint="write a new plan for what is left, on the present state, and have it signed",
        )


def _carries(kind: str, what: Mapping[str, Any], plan: Plan) -> bool:
    """Whether signed bytes stand for this plan: they are it, or they hold it whole beside what it follows from (a
    freeze, a review). What decides against a person is signed as a plan and as nothing else."""
    if kind == "plan":
        return dict(what) == plan.to_json()
    return plan.purpose is not Purpose.DECISION and what.get("plan") == plan.to_json()


def _check_notices(plan: Plan) -> None:
    for each in plan.actions:
        if kind_of(each.action).target is TargetType.PAGE:
            continue
        told = each.action.params.get("notice")
        if plan.purpose is Purpose.DECISION and (not told or not told["wikis"]):
            raise CheckFailedError(
                "sweep.notice",
                "an action would be carried out without telling the person",
                place=each.id,
                hint="make the notices, and have the plan signed with them",
            )
        languages = unaccepted_texts(plan, each) if told else ()
        if languages:
            raise CheckFailedError(
                "sweep.unchecked_text",
                "a notice is in a text that no native reader has checked",
                got=", ".join(languages),
                place=each.id,
                hint="have the text checked, or have the plan signed with the language in accepts_unchecked_texts",
            )


def is_open(gate: Gate, *, now: datetime, conditions: Collection[str]) -> bool:
    """Whether a phase may begin. Raises CheckFailedError `sweep.gate_closed` when its time has passed."""
    if gate.closes_at is not None and now >= gate.closes_at:
        raise CheckFailedError(
            "sweep.gate_closed",
            "the time in which this phase could begin has passed",
            expected=f"before {gate.closes_at.isoformat()}",
            hint="write a new plan for what is left",
        )
    hour = gate.opens_at is None or now >= gate.opens_at
    return hour and (not gate.opens_when or gate.opens_when in conditions)


def check_order(order: Approved[Any], kind: str, what: Mapping[str, Any], plan_hash: str, *, plan: Plan) -> None:
    """Return when an approved order is of this kind and about this plan. Raises CheckFailedError `sweep.approval`."""
    request = parse_request(order.content)
    if request.kind != kind or dict(request.what) != dict(what) or plan_hash != plan_sha256(plan):
        raise CheckFailedError(
            "sweep.approval", "what was approved is another order, or one about another plan", place=str(plan.id)
        )
