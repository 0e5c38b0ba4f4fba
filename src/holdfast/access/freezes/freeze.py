"""A freeze: protective, no fault. Two signatures begin it; it opens a review of each person."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

from holdfast.access.freezes.order import FreezeOrder, Item, check_current, order_from
from holdfast.access.freezes.words import PROTECTIVE
from holdfast.access.register.moments import text_of
from holdfast.access.register.register import ClassRestriction, Register
from holdfast.approval import Approved, Request, parse_request
from holdfast.errors import CheckFailedError, InputRefusedError
from holdfast.facts import Fact, MemberId, StreamId
from holdfast.ids import WikiName

_Key = tuple[StreamId, WikiName, str]
REQUEST_KIND = "freeze"


class FreezeState(StrEnum):
    """Where a freeze stands. Before it begins it is a proposal, and no freeze."""

    IN_FORCE = "in_force"
    LIFTED = "lifted"


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
    begun_at: datetime
    request: bytes
    """The bytes that were signed."""
    signers: tuple[MemberId, ...]
    members: tuple[MemberId, ...] = ()
    """Members of the console who are among those frozen, and whose access it suspended."""
    ended_at: datetime | None = None
    reviews: Mapping[StreamId, StreamId] = field(default_factory=dict)
    """Person to review."""
    removals: Mapping[_Key, Removal] = field(default_factory=dict)
    planned_later: frozenset[_Key] = frozenset()
    """Rights that a second plan takes, because their wiki did not answer when the freeze was proposed."""
    put_back: Mapping[str, str] = field(default_factory=dict)
    """After lifting, what reading back said: `PERSON WIKI RIGHT` to `done` or `held`."""

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

    def under_way(self, people: Iterable[StreamId]) -> tuple[Item, ...]:
        """The rights of some people whose removal is promised and not read back yet: nothing is given back meanwhile,
        or the late removal would take it again."""
        wanted = set(people)
        return tuple(item for item in self.waiting() if item.person in wanted and self._is_promised(item))

    def _is_promised(self, item: Item) -> bool:
        key = (item.person, item.wiki, item.right)
        planned = item.on_wiki is not None or key in self.planned_later
        return planned and key not in self.removals

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
        freeze = _begun(stream, fact) if freeze is None else apply(freeze, fact)
    if freeze is None:
        raise InputRefusedError("access.freeze.fact", "there is no fact about this freeze", place=str(stream))
    return freeze


def _begun(stream: StreamId, fact: Fact) -> Freeze:
    if fact.type != "freeze begun":
        raise InputRefusedError("access.freeze.fact", "the first fact begins no freeze", got=fact.type)
    request = str(fact.body["request"]).encode()
    return Freeze(
        id=stream,
        state=FreezeState.IN_FORCE,
        order=order_from(parse_request(request).what["order"]),
        begun_at=fact.at,
        request=request,
        signers=tuple(map(MemberId, fact.body["signers"])),
        members=tuple(map(MemberId, fact.body["members"])),
        reviews={
            _person(person): StreamId(kind="review", id=review) for person, review in fact.body["reviews"].items()
        },
    )


def apply(freeze: Freeze, fact: Fact) -> Freeze:
    """The freeze after one more fact."""
    if fact.type == "removals read":
        found = {
            (_person(each["person"]), each["wiki"], each["right"]): Removal(each["is"]) for each in fact.body["items"]
        }
        return replace(freeze, removals={**freeze.removals, **found})
    if fact.type == "rest planned":
        keys = {(_person(each["person"]), each["wiki"], each["right"]) for each in fact.body["items"]}
        return replace(freeze, planned_later=freeze.planned_later | keys)
    if fact.type == "rights read back":
        return replace(freeze, put_back={**freeze.put_back, **fact.body["rights"]})
    if fact.type == "freeze lifted":
        return replace(freeze, state=FreezeState.LIFTED, ended_at=fact.at)
    raise InputRefusedError(
        "access.freeze.fact", "this type of fact is not known", got=fact.type, place=str(freeze.id)
    )


def _person(id_: str) -> StreamId:
    return StreamId(kind="person", id=id_)


def begin(
    approved: Approved[Request],
    register: Register,
    *,
    at: datetime,
    by: MemberId,
    new_id: Callable[[], str],
    members: Iterable[MemberId] = (),
) -> Begun:
    """The facts of a freeze that begins: on the freeze, on each person, and one review for each person.

    `new_id` gives fresh ids for reviews; `members` are the people's accounts of the console. That a freeze begins
    once is for the store: its stream must not exist yet. Raises CheckFailedError `access.freeze.other_content` (what
    was signed is no freeze, or another), `.stale`; InputRefusedError `access.freeze.order`.
    """
    request = approved.value
    if request.kind != REQUEST_KIND or request.content() != approved.content:
        raise CheckFailedError(
            "access.freeze.other_content",
            "what was approved is not what would be done",
            hint="preview it again, and have the new preview approved",
        )
    order = order_from(request.what["order"])
    check_current(order, register, at=at)
    reviews = {person: StreamId(kind="review", id=new_id()) for person in order.people}
    facts: dict[StreamId, tuple[Fact, ...]] = {
        order.freeze: (
            Fact(
                type="freeze begun",
                at=at,
                by=by,
                body={
                    "type": PROTECTIVE,
                    "request": approved.content.decode(),
                    "sha256": approved.sha256,
                    "signers": [each.member for each in approved.signatures],
                    "members": sorted(members),
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
                    "freeze": order.freeze.id,
                    "due": text_of(due),
                    "items": [item.to_json() for item in mine],
                },
            ),
        )
    return Begun(
        facts=facts,
        reviews=reviews,
        to_remove=tuple(item for item in order.items if not item.is_by_hand and not item.held_already),
        by_hand=tuple(item for item in order.items if item.is_by_hand and not item.held_already),
    )


def _frozen(freeze: StreamId, item: Item, at: datetime, by: MemberId) -> Fact:
    body = {
        "freeze": freeze.id,
        "wiki": item.wiki,
        "right": item.right,
        "before": dict(item.to_put_back),
    }
    return Fact(type="right frozen", at=at, by=by, body=body)
