"""The facts of an appeal: what each says, who states it and when, and what it changes."""

from dataclasses import dataclass, replace
from typing import Any

from holdfast.access.rules.roles import Role
from holdfast.appeals.appeal import STREAM_KIND, Appeal, Decided, Filing, Ineligible, Outcome, Route, Standing
from holdfast.errors import CheckFailedError
from holdfast.facts import Fact, MemberId
from holdfast.facts.fields import Field, Flag, Kept, Maybe, Moment, OneOf, Table, Whole
from holdfast.facts.kinds import ANYBODY, CLOCK, Body, Book, FactKind, declared


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
