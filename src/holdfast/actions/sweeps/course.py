"""The course of a plan and of its sweep: states computed from facts.

A plan is drafted, prepared (the dry run), signed off and approved, swept, and closed with its aftercare. The facts of
the plan and those of its sweep are two streams: who may see how far a sweep is need not see the plan.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from holdfast.actions.plans.plan import REQUEST_KIND, Aftercare, Plan, plan_of, signed_plan
from holdfast.approval.request import parse_request
from holdfast.clock import parse_at
from holdfast.errors import CheckFailedError, InputRefusedError
from holdfast.facts import Fact


class Standing(StrEnum):
    """Where a plan is before and after its sweep."""

    DRAFT = "draft"
    PREPARED = "prepared"
    """The wikis were read, the notices written, the reports made: it can be signed."""
    APPROVED = "approved"
    CLOSED = "closed"
    GIVEN_UP = "given up"


@dataclass(frozen=True, kw_only=True)
class SignedBytes:
    """An approval as it is kept: the bytes and the signatures, verified again whenever they are used."""

    content: str
    signatures: tuple[Mapping[str, Any], ...]
    at: datetime


@dataclass(frozen=True, kw_only=True)
class PlanCourse:
    """A plan as its facts have it."""

    standing: Standing = Standing.DRAFT
    text: str = ""
    """The person's file, as it was given; empty where no person wrote one. It is parsed when it is drafted, alone."""
    is_json: bool = False
    draft: Plan | None = None
    """As drafted; null where it was never a draft, and for one of the version before, which kept the text alone."""
    places: Mapping[str, str] = field(default_factory=dict)
    """Where in the person's file each action stands, by its id."""
    plan: Plan | None = None
    """As prepared, and once it is approved as signed; null for a draft."""
    collateral: Mapping[str, Any] = field(default_factory=dict)
    preflight: Mapping[str, Any] = field(default_factory=dict)
    sign_offs: Mapping[str, str] = field(default_factory=dict)
    """Jurisdiction to the id of the proposal on which lawyers sign."""
    approval: SignedBytes | None = None
    approved_as: str = REQUEST_KIND
    """The kind of the request whose signatures approved it: `plan`, or what the plan was signed with, as `freeze`."""
    conditions: frozenset[str] = frozenset()
    aftercare: Aftercare = field(default_factory=Aftercare)
    facts: int = 0


@dataclass(frozen=True, kw_only=True)
class Order:
    """What two people ordered about a sweep: `sweep-decision` or `sweep-undo`."""

    number: int
    kind: str
    signed: SignedBytes
    is_done: bool = False


@dataclass(frozen=True, kw_only=True)
class SweepCourse:
    """A sweep as its facts have it; its steps are in its journal."""

    journal: str = ""
    """Where its journal lies, as KIND/ID, for one begun by the version before; empty: with the sweep itself."""
    orders: tuple[Order, ...] = ()
    ending: str = ""
    """How the last run ended; empty before the first."""
    was_finished: bool = False
    """Whether a run has ended with everything done, whatever was taken back since."""
    again_at: datetime | None = None
    """When what could not be taken back is tried again."""
    differences: tuple[Mapping[str, Any], ...] = ()
    """What the last reconciliation found."""
    reconciled_at: datetime | None = None
    facts: int = 0


def fold_plan(facts: Iterable[Fact]) -> PlanCourse:
    """The course of a plan. Raises InputRefusedError `plan.fact` for a fact of another version."""
    course = PlanCourse()
    for fact in facts:
        course = replace(_after(course, fact), facts=course.facts + 1)
    return course


def _after(course: PlanCourse, fact: Fact) -> PlanCourse:
    body = fact.body
    match fact.type:
        case "drafted":
            return PlanCourse(
                text=body["text"],
                is_json=body["is_json"],
                draft=plan_of(body["draft"]) if "draft" in body else None,
                places=body.get("places", {}),
                facts=course.facts,
            )
        case "prepared":
            plan = plan_of(body["plan"])
            return replace(
                course,
                standing=Standing.PREPARED,
                plan=plan,
                collateral=body["collateral"],
                preflight=body["preflight"],
                sign_offs={},
                approval=None,
                aftercare=plan.aftercare,
            )
        case "sign-off asked":
            return replace(course, sign_offs={**course.sign_offs, body["jurisdiction"]: body["proposal"]})
        case "approved":
            request = parse_request(str(body["content"]).encode())
            return replace(
                course,
                standing=Standing.APPROVED,
                approval=_signed(fact),
                approved_as=request.kind,
                plan=signed_plan(request),
            )
        case "condition met":
            return replace(course, conditions=course.conditions | {body["condition"]})
        case "aftercare filled":
            return replace(course, aftercare=Aftercare(**body))
        case "closed":
            return replace(course, standing=Standing.CLOSED)
        case "given up":
            return replace(course, standing=Standing.GIVEN_UP)
    raise _unknown(fact)


def fold_sweep(facts: Iterable[Fact]) -> SweepCourse:
    """The course of a sweep. Raises InputRefusedError `plan.fact`."""
    course = SweepCourse()
    for number, fact in enumerate(facts):
        course = replace(_after_sweep(course, fact, number), facts=number + 1)
    return course


def _after_sweep(course: SweepCourse, fact: Fact, number: int) -> SweepCourse:
    body = fact.body
    match fact.type:
        case "opened":
            return replace(course, journal=body.get("journal", ""))
        case "ordered":
            return replace(
                course, orders=(*course.orders, Order(number=number, kind=body["kind"], signed=_signed(fact)))
            )
        case "order done":
            orders = tuple(
                replace(each, is_done=True) if each.number == body["order"] else each for each in course.orders
            )
            return replace(course, orders=orders)
        case "run":
            again = body.get("again_at")
            return replace(
                course,
                ending=body["ending"],
                was_finished=course.was_finished or body["ending"] == "finished",
                again_at=None if again is None else parse_at(again),
            )
        case "reconciled":
            return replace(course, differences=tuple(body["differences"]), reconciled_at=fact.at)
    raise _unknown(fact)


def _signed(fact: Fact) -> SignedBytes:
    return SignedBytes(content=fact.body["content"], signatures=tuple(fact.body["signatures"]), at=fact.at)


def _unknown(fact: Fact) -> InputRefusedError:
    return InputRefusedError("plan.fact", "this fact is of no version that Holdfast knows", got=fact.type)


def check_standing(course: PlanCourse, *allowed: Standing) -> None:
    """Return when a plan stands so. Raises CheckFailedError `plan.standing`."""
    if course.standing not in allowed:
        raise CheckFailedError(
            "plan.standing",
            "the plan is not at the point for this",
            expected=" or ".join(each.value for each in allowed),
            got=course.standing.value,
        )


def check_can_close(course: PlanCourse, ending: str) -> None:
    """Return when a plan may be closed: swept to its end, and its aftercare filled in (D14).

    Raises CheckFailedError `plan.standing`, `plan.not_swept`, `plan.aftercare`.
    """
    check_standing(course, Standing.APPROVED)
    if ending not in ("finished", "undone"):
        raise CheckFailedError("plan.not_swept", "the plan is not carried out to its end", got=ending or "not begun")
    missing = course.aftercare.missing()
    if missing:
        raise CheckFailedError(
            "plan.aftercare",
            "a plan is closed only with its aftercare",
            expected="all four filled in",
            got=f"without {', '.join(missing)}",
            hint="say who answers people, who covers, when the community votes, and how it is asked",
        )
