"""A freeze: protective, no fault. Two signatures begin it; it opens a review of each person."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

from holdfast.access.freezes.order import FreezeOrder, Item, check_current, order_from
from holdfast.access.freezes.review import REVIEW
from holdfast.access.freezes.words import PROTECTIVE
from holdfast.access.register.moments import text_of
from holdfast.access.register.person_facts import PERSON
from holdfast.access.register.register import ClassRestriction, Register
from holdfast.access.rules.roles import Role
from holdfast.approval import Approved, Request, parse_request
from holdfast.errors import CheckFailedError
from holdfast.facts import Fact, MemberId, StreamId
from holdfast.facts.fields import Kept, Many, OneOf, Record, Stream, Table
from holdfast.facts.kinds import CLOCK, TWO, Body, Book, FactKind, declared
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
    return FREEZE.fold(facts, stream)


def _begun(stream: StreamId, fact: Fact, body: Body) -> Freeze:
    request = str(body["request"]).encode()
    return Freeze(
        id=stream,
        state=FreezeState.IN_FORCE,
        order=order_from(parse_request(request).what["order"]),
        begun_at=fact.at,
        request=request,
        signers=tuple(map(MemberId, body["signers"])),
        members=tuple(map(MemberId, body["members"])),
        reviews={StreamId(kind="person", id=person): review for person, review in body["reviews"].items()},
    )


def _removals(freeze: Freeze, fact: Fact, body: Body) -> Freeze:
    found = {(each["person"], each["wiki"], each["right"]): each["is"] for each in body["items"]}
    return replace(freeze, removals={**freeze.removals, **found})


def _rest_planned(freeze: Freeze, fact: Fact, body: Body) -> Freeze:
    keys = {(each["person"], each["wiki"], each["right"]) for each in body["items"]}
    return replace(freeze, planned_later=freeze.planned_later | keys)


def _read_back(freeze: Freeze, fact: Fact, body: Body) -> Freeze:
    return replace(freeze, put_back={**freeze.put_back, **body["rights"]})


def _lifted(freeze: Freeze, fact: Fact, body: Body) -> Freeze:
    return replace(freeze, state=FreezeState.LIFTED, ended_at=fact.at)


_TEXT, _TWO, _CLOCK = Kept(), frozenset({TWO}), frozenset({CLOCK})
_TEXTS = Many(of=_TEXT, most=100_000)
_RIGHT = {"person": Stream(kind="person"), "wiki": _TEXT, "right": _TEXT}
FREEZE: Book[Freeze] = Book(
    stream="freeze",
    about="a freeze",
    code="access.freeze.fact",
    first="freeze begun",
    stands=lambda freeze, _at: freeze.state,
    not_now="access.freeze.state",
    kinds=declared(
        FactKind(
            name="freeze begun", step=_begun, by=_TWO, door="proposals/freeze",
            fields={
                "type": Kept(optional=True), "request": _TEXT, "sha256": _TEXT, "signers": _TEXTS, "members": _TEXTS,
                "reviews": Table(of=Stream(kind="review")),
            },
        ),
        FactKind(
            name="removals read", step=_removals, by=_CLOCK | {Role.ACCESS_STEWARD},
            door="/freezes/<number>/by-hand/",
            fields={"items": Many(of=Record(fields={**_RIGHT, "is": OneOf(kind=Removal)}), most=100_000)},
        ),
        FactKind(
            name="rest planned", step=_rest_planned, by=_TWO, door="proposals/freeze_rest",
            fields={"items": Many(of=Record(fields=_RIGHT), most=100_000)},
        ),
        FactKind(
            name="rights read back", step=_read_back, by=_CLOCK, door="outbox_tasks/carry_out_rights",
            fields={"rights": Table(of=_TEXT)},
        ),
        FactKind(
            name="freeze lifted", step=_lifted, by=_TWO, when=frozenset({FreezeState.IN_FORCE}),
            door="proposals/freeze_lift",
            fields={"type": Kept(optional=True), "sha256": _TEXT, "signers": _TEXTS, "reason": _TEXT},
        ),
    ),
)  # fmt: skip
"""What a freeze is told."""


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
            FREEZE.fact(
                "freeze begun",
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
            REVIEW.fact(
                "review opened",
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
    return PERSON.fact("right frozen", at=at, by=by, body=body)
