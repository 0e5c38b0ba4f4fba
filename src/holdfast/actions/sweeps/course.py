"""The course of a plan and of its sweep: states computed from facts.

A plan is drafted, prepared (the dry run), signed off and approved, swept, and closed with its aftercare. The facts of
the plan and those of its sweep are two streams: who may see how far a sweep is need not see the plan.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from holdfast.access.rules.roles import Role
from holdfast.actions.plans.plan import REQUEST_KIND, Aftercare, Plan, plan_of, signed_plan
from holdfast.approval.request import parse_request
from holdfast.errors import CheckFailedError
from holdfast.facts import Fact
from holdfast.facts.fields import Flag, Kept, Many, Maybe, Moment, Table, Whole
from holdfast.facts.kinds import CLOCK, TWO, Body, Book, FactKind, Step, declared


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
    return PLAN_FACTS.fold(facts, PlanCourse())


def fold_sweep(facts: Iterable[Fact]) -> SweepCourse:
    """The course of a sweep. Raises InputRefusedError `plan.fact`."""
    return SWEEP_FACTS.fold(facts, SweepCourse())


def _plan(step: Callable[[PlanCourse, Fact, Body], PlanCourse]) -> Step[PlanCourse]:
    return lambda course, fact, body: replace(step(course, fact, body), facts=course.facts + 1)


def _sweep(step: Callable[[SweepCourse, Fact, Body], SweepCourse]) -> Step[SweepCourse]:
    return lambda course, fact, body: replace(step(course, fact, body), facts=course.facts + 1)


def _drafted(course: PlanCourse, _fact: Fact, body: Body) -> PlanCourse:
    return PlanCourse(
        text=body["text"],
        is_json=body["is_json"],
        draft=plan_of(body["draft"]) if "draft" in body else None,
        places=body.get("places", {}),
        facts=course.facts,
    )


def _approved(course: PlanCourse, fact: Fact, body: Body) -> PlanCourse:
    request = parse_request(str(body["content"]).encode())
    return replace(
        course,
        standing=Standing.APPROVED,
        approval=_signed(fact, body),
        approved_as=request.kind,
        plan=signed_plan(request),
    )


def _prepared(course: PlanCourse, _fact: Fact, body: Body) -> PlanCourse:
    plan = plan_of(body["plan"])
    return replace(
        course,
        **{**body, "plan": plan},
        standing=Standing.PREPARED,
        sign_offs={},
        approval=None,
        aftercare=plan.aftercare,
    )


def _sign_off(course: PlanCourse, _fact: Fact, body: Body) -> PlanCourse:
    return replace(course, sign_offs={**course.sign_offs, body["jurisdiction"]: body["proposal"]})


def _order_done(course: SweepCourse, _fact: Fact, body: Body) -> SweepCourse:
    orders = tuple(replace(each, is_done=True) if each.number == body["order"] else each for each in course.orders)
    return replace(course, orders=orders)


def _ordered(course: SweepCourse, fact: Fact, body: Body) -> SweepCourse:
    # an order is known by its place among the facts
    order = Order(number=course.facts, kind=body["kind"], signed=_signed(fact, body))
    return replace(course, orders=(*course.orders, order))


def _run(course: SweepCourse, _fact: Fact, body: Body) -> SweepCourse:
    finished = course.was_finished or body["ending"] == "finished"
    return replace(course, ending=body["ending"], was_finished=finished, again_at=body.get("again_at"))


def _signed(fact: Fact, body: Body) -> SignedBytes:
    return SignedBytes(content=body["content"], signatures=tuple(body["signatures"]), at=fact.at)


_BY = frozenset({Role.INVESTIGATOR, Role.DECIDER, Role.LEGAL})
_TWO, _CLOCK = frozenset({TWO}), frozenset({CLOCK})
_BYTES = {"content": Kept(), "signatures": Many(of=Table())}
PLAN_FACTS: Book[PlanCourse] = Book(
    stream="plan",
    about="a plan",
    code="plan.fact",
    kinds=declared(
        FactKind(
            name="drafted", step=_plan(_drafted), by=_BY, door="/plans/new/",
            fields={
                "text": Kept(), "is_json": Flag(), "draft": Table(optional=True),
                "places": Table(of=Kept(), optional=True),
            },
        ),
        FactKind(
            name="prepared", step=_plan(_prepared), by=_BY, door="/plans/<number>/dry-run/",
            fields={"plan": Table(), "collateral": Table(), "preflight": Table()},
        ),
        FactKind(
            name="sign-off asked", step=_plan(_sign_off), by=_BY, door="/plans/<number>/sign-off/",
            fields={"jurisdiction": Kept(), "proposal": Kept()},
        ),
        FactKind(
            name="approved", by=_TWO, door="proposals/plan", fields=_BYTES,
            step=_plan(_approved),
        ),
        FactKind(
            name="condition met", by=_TWO, door="proposals/plan_condition",
            fields={
                "condition": Kept(), "content": Kept(optional=True), "signatures": Many(of=Table(), optional=True),
            },
            step=_plan(
                lambda course, _fact, body: replace(course, conditions=course.conditions | {body["condition"]})
            ),
        ),
        FactKind(
            name="aftercare filled", by=_BY, door="/plans/<number>/aftercare/",
            fields={name: Kept() for name in vars(Aftercare())},
            step=_plan(lambda course, _fact, body: replace(course, aftercare=Aftercare(**body))),
        ),
        FactKind(
            name="closed", by=_BY, door="/plans/<number>/close/",
            step=_plan(lambda course, _fact, _body: replace(course, standing=Standing.CLOSED)),
        ),
        FactKind(
            name="given up", by=_BY, door="/plans/<number>/give-up/", fields={"why": Kept(optional=True)},
            step=_plan(lambda course, _fact, _body: replace(course, standing=Standing.GIVEN_UP)),
        ),
    ),
)  # fmt: skip
"""What a plan is told."""
SWEEP_FACTS: Book[SweepCourse] = Book(
    stream="sweep",
    about="a sweep",
    code="plan.fact",
    kinds=declared(
        FactKind(
            name="opened", by=_CLOCK, door="proposals/plan",
            fields={"plan": Kept(), "journal": Kept(optional=True)},
            step=_sweep(lambda course, _fact, body: replace(course, journal=body.get("journal", ""))),
        ),
        FactKind(
            name="ordered", step=_sweep(_ordered), by=_TWO, door="proposals/sweep_decision",
            fields={"kind": Kept(), **_BYTES},
        ),
        FactKind(
            name="order done", step=_sweep(_order_done), by=_CLOCK, door="outbox_tasks/sweep",
            fields={"order": Whole()},
        ),
        FactKind(
            name="run", step=_sweep(_run), by=_CLOCK, door="outbox_tasks/sweep",
            fields={
                "ending": Kept(), "held": Whole(optional=True), "phase": Maybe(of=Whole(), optional=True),
                "again_at": Maybe(of=Moment(), optional=True),
            },
        ),
        FactKind(
            name="reconciled", by=_CLOCK, door="clocks/reconciliation",
            fields={"differences": Many(of=Table(), most=1_000_000)},
            step=_sweep(
                lambda course, fact, body: replace(course, differences=body["differences"], reconciled_at=fact.at)
            ),
        ),
    ),
)  # fmt: skip
"""What a sweep is told; its steps are in its journal."""


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
