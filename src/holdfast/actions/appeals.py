"""Appeals: a stream of facts for each action that can be appealed, and the state that follows from them.

The stream of an action's route begins when the notice gives the person a link. The notice stands where everybody can
read it, so whoever has the link can file: each filing is an appeal with a stream of its own, beside the others. It is
known to be the person's when a code was saved with their account. An appeal ends with an outcome and a message; an
overturned action only when it is restored and that has been said publicly.

Before filings had streams of their own, the one filing stood in the route's: such a stream is read as it always was.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from holdfast.access.roles import Role
from holdfast.clock import parse_at
from holdfast.errors import CheckFailedError
from holdfast.facts import Fact, MemberId
from holdfast.facts.fields import Field, Flag, Kept, Maybe, Moment, OneOf, Table, Whole
from holdfast.facts.kinds import ANYBODY, CLOCK, Body, Book, FactKind, declared

STREAM_KIND = "appeal"

Text = str | Mapping[str, str]
"""A text, or one for each language with English among them."""


class Outcome(StrEnum):
    """How an appeal ends (3.12, D3)."""

    UPHOLD = "uphold"
    OVERTURN = "overturn"
    CHANGE = "change"
    REMAND = "remand"
    INELIGIBLE = "ineligible"


class Ineligible(StrEnum):
    """Why an appeal is not taken up. Every refusal carries one, and each is counted (D3)."""

    NO_OBJECTION = "no_objection"
    """It says nothing that objects to the action."""
    NOT_THE_PERSON = "not_the_person"
    """It was filed by somebody whom the action is not about, and not for them."""
    DECIDED_BEFORE = "decided_before"
    """The same objection has been decided, and nothing new is said."""
    RAN_OUT = "ran_out"
    """The action has ended by itself, and nothing of it remains to be lifted."""
    OTHER_BODY = "other_body"
    """Another body decides on it, which the message names."""


class Standing(StrEnum):
    """Where an appeal stands."""

    PREPARED = "prepared"
    """The plan that holds the link is not carried out: nothing can be filed against what was not done."""
    OFFERED = "offered"
    """The link is out; nothing was filed."""
    LAPSED = "lapsed"
    """The time for it is over; nothing was filed."""
    FILED = "filed"
    """The person has filed with their own account proven, and the link is closed; nothing is filed in this stream."""
    RECEIVED = "received"
    ELIGIBLE = "eligible"
    """To be assigned to somebody who had no part in the decision."""
    ASSIGNED = "assigned"
    DECIDED = "decided"
    """What the outcome asks for is not done yet."""
    CLOSED = "closed"


@dataclass(frozen=True, kw_only=True)
class AppealPolicy:
    """What an office decides beforehand."""

    no_worse_on_own_appeal: bool = True
    """No appeal may end in something more severe than what was appealed (D4)."""
    evidence_days: int = 90
    """How long evidence is kept after the last time for appeal is over (3.13)."""
    decide_days: int = 30
    """From filing to outcome; then the clock says so."""


@dataclass(frozen=True, kw_only=True)
class Route:
    """What an appeal can be about, given with the notice."""

    plan: str
    """The plan's id."""
    action: str
    """The action's id in it."""
    kind: str
    """The action's kind, as people are told it: `global_ban` …"""
    account: str
    wikis: tuple[str, ...]
    language: str
    body: Text
    """The role or body that decides."""
    until: datetime | None
    """When the link stops working; None: never."""
    can_be_worse: bool
    """What the person is told beforehand."""
    barred: Mapping[MemberId, str] = field(default_factory=dict)
    """Who had a part in the decision, and which; known when the plan is carried out."""
    files: tuple[str, ...] = ()
    """The streams of the whole file: case, plan, sweep."""

    def to_json(self) -> dict[str, Any]:
        """As it is sealed."""
        return {
            **vars(self),
            "wikis": list(self.wikis),
            "body": self.body if isinstance(self.body, str) else dict(self.body),
            "until": None if self.until is None else self.until.isoformat(),
            "barred": dict(self.barred),
            "files": list(self.files),
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> "Route":
        """The route that `to_json` wrote."""
        return cls(
            **{
                **value,
                "wikis": tuple(value["wikis"]),
                "until": None if value["until"] is None else parse_at(value["until"]),
                "barred": {MemberId(member): why for member, why in value["barred"].items()},
                "files": tuple(value["files"]),
            }
        )


@dataclass(frozen=True, kw_only=True)
class Filing:
    """What the person wrote, and what they had been told before they sent it."""

    at: datetime
    text: str
    language: str
    told_can_be_worse: bool
    code: str = ""
    """What the person saves with their account, to prove that they wrote this; empty in an old filing."""
    proven_at: datetime | None = None
    """When that was read back. None: whoever read the notice can have written it."""


@dataclass(frozen=True, kw_only=True)
class Decided:
    """An outcome with its message, and what it asks for."""

    outcome: Outcome
    at: datetime
    by: MemberId
    message: Text
    code: Ineligible | None = None
    is_worse: bool = False
    new_measure: Text = ""
    asked_back: Text = ""
    public_note: str = ""
    measure: Mapping[str, str] = field(default_factory=dict)
    """Of which kind what holds instead is, and when it ends; empty where nobody said it in this form."""
    restoration: Mapping[str, Any] = field(default_factory=dict)
    """The order to undo the action: the plan's id, the action's, and the reason."""


@dataclass(frozen=True, kw_only=True)
class Appeal:
    """One appeal as its facts have it."""

    route: Route
    link_sha256: str
    opened_at: datetime
    in_force_at: datetime | None = None
    """When the action was carried out, and the link began to work."""
    link_works: bool = True
    """False where the link was used (in an old stream), or closed because the person has filed with proof."""
    link_closed_at: datetime | None = None
    filing: Filing | None = None
    receipt_sha256: str = ""
    eligible_at: datetime | None = None
    reader: MemberId | None = None
    stood_aside: frozenset[MemberId] = frozenset()
    decided: Decided | None = None
    told: tuple[str, ...] = ()
    """The ways on which the outcome was told."""
    restored_by: str = ""
    """What carried the restoration out."""
    published_as: int | None = None
    """The entry of the public log that says the outcome."""
    answered: bool = False
    """Whether those to whom it was sent back have answered."""

    def standing(self, now: datetime) -> Standing:
        """Where it stands now."""
        if self.decided is not None:
            return Standing.DECIDED if self.missing() else Standing.CLOSED
        if self.in_force_at is None:
            return Standing.PREPARED
        if self.filing is None:
            if not self.link_works:
                return Standing.FILED
            over = self.route.until is not None and now >= self.route.until
            return Standing.LAPSED if over else Standing.OFFERED
        if self.reader is not None:
            return Standing.ASSIGNED
        return Standing.ELIGIBLE if self.eligible_at else Standing.RECEIVED

    def takes_filings(self, now: datetime) -> bool:
        """Whether the link opens: the action is carried out, the time is not over. What was filed closes nothing."""
        in_time = self.route.until is None or now < self.route.until
        return self.in_force_at is not None and self.link_works and in_time

    @property
    def is_proven(self) -> bool:
        """Whether what was filed is known to come from the account itself."""
        return self.filing is not None and self.filing.proven_at is not None

    def missing(self) -> tuple[str, ...]:
        """What a decided appeal still asks for before it is closed."""
        if self.decided is None:
            return ()
        outcome = self.decided.outcome
        asked = {
            "the person is told": bool(self.told),
            "the outcome is said publicly": self.published_as is not None,
            "what was taken is given back": outcome is not Outcome.OVERTURN or bool(self.restored_by),
            "the new measure is in force": outcome is not Outcome.CHANGE or bool(self.restored_by),
            "the questions are answered": outcome is not Outcome.REMAND or self.answered,
        }
        return tuple(what for what, done in asked.items() if not done)

    def due_at(self, policy: AppealPolicy) -> datetime | None:
        """When the outcome is owed; None while nothing is filed."""
        return None if self.filing is None else self.filing.at + timedelta(days=policy.decide_days)


def fold_appeal(facts: Iterable[Fact]) -> Appeal:
    """The state of a stream. Raises CheckFailedError `appeal.fact` for a fact that does not belong into it."""
    return APPEAL.fold(facts)


def _opened(_start: None, fact: Fact, body: Body) -> Appeal:
    return Appeal(route=body["route"], link_sha256=body["link_sha256"], opened_at=fact.at)


def _route_changed(state: Appeal, fact: Fact, body: Body) -> Appeal:
    return replace(state, route=body["route"], link_sha256=body["link_sha256"])


def _in_force(state: Appeal, fact: Fact, body: Body) -> Appeal:
    barred = {MemberId(member): why for member, why in body["barred"].items()}
    return replace(state, in_force_at=fact.at, route=replace(state.route, barred=barred))


def _link_renewed(state: Appeal, fact: Fact, body: Body) -> Appeal:
    route = replace(state.route, until=body["until"])
    return replace(state, link_sha256=body["link_sha256"], link_works=True, link_closed_at=None, route=route)


def _link_closed(state: Appeal, fact: Fact, body: Body) -> Appeal:
    return replace(state, link_works=False, link_closed_at=fact.at)


def _received(state: Appeal, fact: Fact, body: Body) -> Appeal:
    filing = Filing(
        at=fact.at,
        text=body["text"],
        language=body["language"],
        told_can_be_worse=body["told_can_be_worse"],
        code=body.get("code", ""),
    )
    return replace(state, filing=filing, receipt_sha256=body["receipt_sha256"], link_works=False)


def _proven(state: Appeal, fact: Fact, body: Body) -> Appeal:
    if state.filing is None:
        raise CheckFailedError("appeal.fact", "nothing was filed that could be proven", got=fact.type)
    return replace(state, filing=replace(state.filing, proven_at=fact.at))


def _eligible(state: Appeal, fact: Fact, body: Body) -> Appeal:
    return replace(state, eligible_at=fact.at)


def _assigned(state: Appeal, fact: Fact, body: Body) -> Appeal:
    return replace(state, reader=MemberId(body["reader"]))


def _stood_aside(state: Appeal, fact: Fact, body: Body) -> Appeal:
    return replace(state, reader=None, stood_aside=state.stood_aside | {fact.by})


def _decided(state: Appeal, fact: Fact, body: Body) -> Appeal:
    return replace(state, decided=Decided(**body, at=fact.at, by=fact.by))


def _told(state: Appeal, fact: Fact, body: Body) -> Appeal:
    return replace(state, told=(*state.told, body["way"]))


def _carried_out(state: Appeal, fact: Fact, body: Body) -> Appeal:
    return replace(state, restored_by=body["by"])


def _said_publicly(state: Appeal, fact: Fact, body: Body) -> Appeal:
    return replace(state, published_as=body["entry"])


def _answered(state: Appeal, fact: Fact, body: Body) -> Appeal:
    return replace(state, answered=True)


@dataclass(frozen=True)
class RouteField(Field):
    """What an appeal can be about."""

    def read(self, value: Any) -> Route:
        """The route."""
        return Route.from_json(value)

    @property
    def means(self) -> str:
        return "a route: plan, action, account, wikis, body, end, and who had a part in the decision"


_TEXT, _SYSTEM, _READER = Kept(), frozenset({CLOCK}), frozenset({Role.APPEAL_READER})
_ROUTE = {"route": RouteField(), "link_sha256": _TEXT}
_DONE = frozenset({Standing.DECIDED})
APPEAL: Book[Appeal] = Book(
    stream=STREAM_KIND,
    about="an appeal",
    code="appeal.fact",
    error=CheckFailedError,
    first="route opened",
    stands=lambda state, now: state.standing(now),
    not_now="appeal.standing",
    kinds=declared(
        FactKind(name="route opened", step=_opened, by=_SYSTEM, door="/plans/<number>/dry-run/", fields=_ROUTE),
        FactKind(
            name="route changed", step=_route_changed, by=_SYSTEM, when=frozenset({Standing.PREPARED}),
            door="/plans/<number>/dry-run/", fields=_ROUTE,
        ),
        FactKind(
            name="in force", step=_in_force, by=_SYSTEM, door="outbox_tasks/sweep",
            fields={"barred": Table(of=_TEXT)},
        ),
        FactKind(
            name="link renewed", step=_link_renewed, by=_READER, door="/appeals/<number>/link/",
            fields={"link_sha256": _TEXT, "until": Maybe(of=Moment())},
        ),
        FactKind(name="link closed", step=_link_closed, by=frozenset({ANYBODY}), door="/appeal/status/"),
        FactKind(
            name="received", step=_received, by=frozenset({ANYBODY}), door="/appeal/<token>/",
            fields={
                "text": _TEXT, "language": _TEXT, "told_can_be_worse": Flag(), "receipt_sha256": _TEXT,
                "code": Kept(optional=True),
            },
        ),
        FactKind(
            name="account proven", step=_proven, by=frozenset({ANYBODY}), door="/appeal/status/",
            when=frozenset({Standing.RECEIVED, Standing.ELIGIBLE, Standing.ASSIGNED}),
            fields={"wiki": _TEXT, "revision": Whole()},
        ),
        FactKind(
            name="found eligible", step=_eligible, by=_READER, when=frozenset({Standing.RECEIVED}),
            door="/appeals/<number>/take-up/",
        ),
        FactKind(
            name="assigned", step=_assigned, by=_READER, when=frozenset({Standing.ELIGIBLE}),
            door="/appeals/<number>/take/", fields={"reader": _TEXT},
        ),
        FactKind(
            name="stood aside", step=_stood_aside, by=_READER, when=frozenset({Standing.ASSIGNED}),
            door="/appeals/<number>/stand-aside/",
        ),
        FactKind(
            name="decided", step=_decided, by=_READER, when=frozenset({Standing.ASSIGNED, Standing.RECEIVED}),
            door="/appeals/<number>/decide/",
            fields={
                "outcome": OneOf(kind=Outcome), "message": Field(), "code": Maybe(of=OneOf(kind=Ineligible)),
                "is_worse": Flag(), "new_measure": Field(), "asked_back": Field(), "public_note": _TEXT,
                "measure": Table(of=_TEXT, optional=True), "restoration": Table(),
            },
        ),
        FactKind(
            name="person told", step=_told, by=frozenset({ANYBODY, CLOCK}), door="/appeal/status/",
            when=frozenset({Standing.DECIDED, Standing.CLOSED}), fields={"way": _TEXT},
        ),
        FactKind(
            name="carried out", step=_carried_out, by=_SYSTEM, when=_DONE, door="clocks/appeals",
            fields={"by": _TEXT},
        ),
        FactKind(
            name="said publicly", step=_said_publicly, by=_SYSTEM, door="clocks/appeals",
            when=frozenset({Standing.DECIDED, Standing.CLOSED}), fields={"entry": Whole()},
        ),
        FactKind(
            name="remand answered", step=_answered, by=frozenset({Role.DECIDER, Role.INVESTIGATOR}), when=_DONE,
            door="/appeals/<number>/questions/",
        ),
    ),
)  # fmt: skip
"""What an appeal is told."""


def evidence_held_until(state: Appeal, policy: AppealPolicy) -> datetime | None:
    """Until when nothing that this action rests on may be erased (3.13); None: for as long as things stand as now.

    Nothing is kept without end: a link has an end unless the plan gave it none, and an open appeal has its clock.
    """
    ends: list[datetime | None] = []
    if state.link_works:
        ends.append(state.route.until)
    elif state.filing is None:
        ends.append(state.link_closed_at)
    if state.filing is not None:
        ends.append(state.decided.at if state.decided is not None and not state.missing() else None)
    known = [each for each in ends if each is not None]
    return max(known) + timedelta(days=policy.evidence_days) if known and len(known) == len(ends) else None


def file_in_order(parts: Mapping[str, Iterable[Mapping[str, Any]]]) -> tuple[Mapping[str, Any], ...]:
    """The whole file as the reader gets it: what speaks for the person first, then the rest; nothing left out.

    `parts` maps `exculpatory` and other names to what they hold.
    """
    rest = [each for name in sorted(parts) if name != "exculpatory" for each in parts[name]]
    return (*parts.get("exculpatory", ()), *rest)
