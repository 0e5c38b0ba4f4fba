"""A freeze: protective, no fault. Two signatures begin it; it opens a review of each person."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from holdfast.access.freeze_order import FreezeOrder, Item, check_current, order_from
from holdfast.access.moments import text_of
from holdfast.access.register import ClassRestriction, Register
from holdfast.access.words import PROTECTIVE
from holdfast.approval import Approved, parse_request
from holdfast.errors import CheckFailedError, InputRefusedError
from holdfast.facts import Fact, MemberId, StreamId
from holdfast.ids import WikiName

_Key = tuple[StreamId, WikiName, str]
REQUEST_KIND = "freeze"


class FreezeState(StrEnum):
    """Where a freeze stands."""

    DRAFTED = "drafted"
    IN_FORCE = "in_force"
    LIFTED = "lifted"
    WITHDRAWN = "withdrawn"


class Removal(StrEnum):
    """What reading back on the wiki said about one right."""

    WAITING = "waiting"
    REMOVED = "removed"
    HELD = "held"
    """The wiki differs from what was there before: two people look at it."""
    BY_HAND = "by_hand"
    """The right lives outside the wiki; somebody has to take it back and say so."""


@dataclass(frozen=True, kw_only=True)
class Freeze:
    """The state of one freeze."""

    id: StreamId
    type: str = PROTECTIVE
    state: FreezeState
    order: FreezeOrder
    drafted_at: datetime
    drafted_by: MemberId
    request: bytes
    """The bytes that are signed."""
    signatures: tuple[Mapping[str, Any], ...] = ()
    begun_at: datetime | None = None
    ended_at: datetime | None = None
    reviews: Mapping[StreamId, StreamId] = field(default_factory=dict)
    """Person to review."""
    removals: Mapping[_Key, Removal] = field(default_factory=dict)

    @property
    def restrictions(self) -> tuple[ClassRestriction, ...]:
        """What a standing freeze of a class forbids to people who come into the class later."""
        if self.state is not FreezeState.IN_FORCE:
            return ()
        return tuple(
            ClassRestriction(freeze=self.id.id, jurisdiction=name, right=right)
            for name in sorted(self.order.scope.jurisdictions)
            for right in sorted(self.order.scope.rights)
        )

    def waiting(self) -> tuple[Item, ...]:
        """The items whose right is not yet read back as removed."""
        return tuple(
            item
            for item in self.order.items
            if self.removals.get((item.person, item.wiki, item.right), Removal.WAITING) is not Removal.REMOVED
        )


@dataclass(frozen=True, kw_only=True)
class Begun:
    """Everything that one transaction writes when a freeze begins, by stream."""

    facts: Mapping[StreamId, tuple[Fact, ...]]
    reviews: Mapping[StreamId, StreamId]
    """Person to review."""
    to_remove: tuple[Item, ...]
    """What is to be removed on wikis: all items that no earlier freeze has removed."""
    by_hand: tuple[Item, ...]
    """Rights outside the wikis, which somebody takes back by hand."""


def fold(stream: StreamId, facts: Iterable[Fact]) -> Freeze:
    """What the facts of one freeze come to. Raises InputRefusedError `access.freeze.fact` for an unknown type."""
    freeze: Freeze | None = None
    for fact in facts:
        if fact.type == "freeze drafted" and freeze is None:
            request = str(fact.body["request"]).encode()
            freeze = Freeze(
                id=stream,
                state=FreezeState.DRAFTED,
                order=order_from(parse_request(request).what),
                drafted_at=fact.at,
                drafted_by=fact.by,
                request=request,
            )
        elif freeze is not None:
            freeze = _after(freeze, fact)
        else:
            raise InputRefusedError(
                "access.freeze.fact", "the first fact is no draft", got=fact.type, place=str(stream)
            )
    if freeze is None:
        raise InputRefusedError("access.freeze.fact", "there is no fact about this freeze", place=str(stream))
    return freeze


def _after(freeze: Freeze, fact: Fact) -> Freeze:
    body = fact.body
    if fact.type == "freeze drafted":
        request = str(body["request"]).encode()
        return replace(freeze, order=order_from(parse_request(request).what), request=request, signatures=())
    if fact.type == "freeze signed":
        return replace(freeze, signatures=(*freeze.signatures, body["signature"]))
    if fact.type == "freeze begun":
        reviews = {_person(person): StreamId(kind="review", id=review) for person, review in body["reviews"].items()}
        return replace(freeze, state=FreezeState.IN_FORCE, begun_at=fact.at, reviews=reviews)
    if fact.type == "removals read":
        found = {
            (_person(each["person"]), each["wiki"], each["right"]): Removal(each["is"]) for each in body["items"]
        }
        return replace(freeze, removals={**freeze.removals, **found})
    if fact.type == "freeze lifted":
        return replace(freeze, state=FreezeState.LIFTED, ended_at=fact.at)
    if fact.type == "freeze withdrawn":
        return replace(freeze, state=FreezeState.WITHDRAWN, ended_at=fact.at)
    raise InputRefusedError(
        "access.freeze.fact", "this type of fact is not known", got=fact.type, place=str(freeze.id)
    )


def _person(id_: str) -> StreamId:
    return StreamId(kind="person", id=id_)


def begin(
    approved: Approved[FreezeOrder],
    freeze: Freeze,
    register: Register,
    *,
    at: datetime,
    by: MemberId,
    new_id: Callable[[], str],
) -> Begun:
    """The facts of a freeze that begins: on the freeze, on each person, and one review for each person.

    `new_id` gives fresh ids for reviews. Raises CheckFailedError: `access.freeze.state` (it is not a draft: begun
    once, it does not begin again), `.other_content` (what was approved is not what was drafted), `.stale`.
    """
    if freeze.state is not FreezeState.DRAFTED:
        raise CheckFailedError(
            "access.freeze.state", "this freeze is no draft", expected=FreezeState.DRAFTED, got=freeze.state
        )
    request = parse_request(approved.content)
    is_same = approved.content == freeze.request and request.kind == REQUEST_KIND
    if not is_same or request.what != approved.value.to_json() or approved.value != freeze.order:
        raise CheckFailedError(
            "access.freeze.other_content",
            "what was approved is not what was drafted",
            hint="preview it again, and have the new preview approved",
        )
    order = approved.value
    check_current(order, register, at=at)
    reviews = {person: StreamId(kind="review", id=new_id()) for person in order.people}
    facts: dict[StreamId, tuple[Fact, ...]] = {
        freeze.id: (
            Fact(
                type="freeze begun",
                at=at,
                by=by,
                body={
                    "type": PROTECTIVE,
                    "sha256": approved.sha256,
                    "signers": [each.member for each in approved.signatures],
                    "reviews": {person.id: review.id for person, review in reviews.items()},
                },
            ),
        )
    }
    due = at + timedelta(days=order.review_days)
    for person, review in reviews.items():
        mine = [item for item in order.items if item.person == person]
        facts[person] = tuple(_frozen(order.freeze, item, at, by) for item in mine)
        facts[review] = (
            Fact(
                type="review opened",
                at=at,
                by=by,
                body={
                    "type": PROTECTIVE,
                    "person": person.id,
                    "freeze": freeze.id.id,
                    "due": text_of(due),
                    "items": [item.to_json() for item in mine],
                },
            ),
        )
    return Begun(
        facts=facts,
        reviews=reviews,
        to_remove=tuple(item for item in order.items if item.group and not item.held_already),
        by_hand=tuple(item for item in order.items if not item.group and not item.held_already),
    )


def _frozen(freeze: StreamId, item: Item, at: datetime, by: MemberId) -> Fact:
    body = {
        "freeze": freeze.id,
        "wiki": item.wiki,
        "right": item.right,
        "group": item.group,
        "expiry_before": item.expiry_before,
    }
    return Fact(type="right frozen", at=at, by=by, body=body)
