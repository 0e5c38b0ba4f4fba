"""The review that every freeze opens for each person: open, evidence asked, decided, with a clock and two readers."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from holdfast.access.freezes.order import Item, item_from
from holdfast.access.freezes.words import PROTECTIVE
from holdfast.access.rules.roles import Role
from holdfast.facts import Fact, MemberId, StreamId
from holdfast.facts.fields import Flag, Kept, Many, Maybe, Moment, OneOf, Stream, Table
from holdfast.facts.kinds import CLOCK, TWO, Body, Book, FactKind, declared


class ReviewState(StrEnum):
    """Where a review stands."""

    OPEN = "open"
    EVIDENCE_ASKED = "evidence_asked"
    DECIDED = "decided"


class Outcome(StrEnum):
    """What a review decided. Without a reason to keep it, a protective freeze ends in restoring (D21)."""

    RESTORE = "restore"
    KEEP = "keep"
    EXEMPT = "exempt"


@dataclass(frozen=True, kw_only=True)
class Ask:
    """What the person was asked for, and until when."""

    what: str
    asked_at: datetime
    answer_by: datetime


@dataclass(frozen=True, kw_only=True)
class Said:
    """Something that came in: the person's own statement, or evidence. `text` is kept as it was written."""

    text: str
    at: datetime
    received_by: MemberId


@dataclass(frozen=True, kw_only=True)
class Proposal:
    """What the first reader proposes; a second reader, another person, confirms it or sends it back."""

    outcome: Outcome
    reason: str
    reason_code: str
    by: MemberId
    at: datetime
    until: datetime | None = None
    """For an exemption: when it ends. For keeping: when the next review opens."""
    signed_as: str = ""
    """The id of the proposal that the two readers sign."""


@dataclass(frozen=True, kw_only=True)
class Review:
    """The state of one review."""

    id: StreamId
    type: str = PROTECTIVE
    state: ReviewState
    person: StreamId
    freeze: StreamId
    items: tuple[Item, ...]
    opened_at: datetime
    due: datetime
    asks: tuple[Ask, ...] = ()
    statements: tuple[Said, ...] = ()
    """The person's own words, whole and unedited."""
    evidence: tuple[Said, ...] = ()
    proposal: Proposal | None = None
    sent_back: tuple[Said, ...] = ()
    """Why a second reader did not confirm."""
    outcome: Outcome | None = None
    decided_at: datetime | None = None
    second_reader: MemberId | None = None
    closed_by_lifting: bool = False
    put_back: Mapping[str, str] = field(default_factory=dict)
    """What reading the wikis back said of each right that was given back: `WIKI RIGHT` to `done` or `held`."""

    def is_overdue(self, at: datetime) -> bool:
        """Whether the clock has run out without a decision."""
        return self.state is not ReviewState.DECIDED and self.due <= at

    def was_heard(self, at: datetime) -> bool:
        """Whether the person has spoken, or was asked and let the time for an answer pass."""
        return bool(self.statements or self.evidence) or any(each.answer_by <= at for each in self.asks)


def fold(stream: StreamId, facts: Iterable[Fact]) -> Review:
    """What the facts of one review come to. Raises InputRefusedError `access.review.fact` for an unknown type."""
    return REVIEW.fold(facts, stream)


def _opened(stream: StreamId, fact: Fact, body: Body) -> Review:
    return Review(
        id=stream,
        state=ReviewState.OPEN,
        person=body["person"],
        freeze=body["freeze"],
        items=tuple(map(item_from, body["items"])),
        opened_at=fact.at,
        due=body["due"],
    )


def _asked(review: Review, fact: Fact, body: Body) -> Review:
    ask = Ask(what=body["what"], asked_at=fact.at, answer_by=body["answer_by"])
    due = max(review.due, ask.answer_by)
    return replace(review, state=ReviewState.EVIDENCE_ASKED, asks=(*review.asks, ask), due=due)


def _said(fact: Fact, text: str) -> Said:
    return Said(text=text, at=fact.at, received_by=fact.by)


def _stated(review: Review, fact: Fact, body: Body) -> Review:
    return replace(review, statements=(*review.statements, _said(fact, body["text"])))


def _shown(review: Review, fact: Fact, body: Body) -> Review:
    return replace(review, evidence=(*review.evidence, _said(fact, body["text"])))


def _proposed(review: Review, fact: Fact, body: Body) -> Review:
    return replace(review, proposal=Proposal(**{"until": None, **body}, by=fact.by, at=fact.at))


def _sent_back(review: Review, fact: Fact, body: Body) -> Review:
    return replace(review, proposal=None, sent_back=(*review.sent_back, _said(fact, body["reason"])))


def _decided(review: Review, fact: Fact, body: Body) -> Review:
    return replace(
        review,
        state=ReviewState.DECIDED,
        outcome=body["outcome"],
        decided_at=fact.at,
        second_reader=fact.by,
        closed_by_lifting=body.get("lifted", False),
    )


def _read_back(review: Review, fact: Fact, body: Body) -> Review:
    return replace(review, put_back={**review.put_back, **body["rights"]})


_BY, _OPEN = frozenset({Role.ACCESS_STEWARD, Role.DECIDER}), frozenset({ReviewState.OPEN, ReviewState.EVIDENCE_ASKED})
_END = Maybe(of=Moment(), optional=True)
REVIEW: Book[Review] = Book(
    stream="review",
    about="a review",
    code="access.review.fact",
    first="review opened",
    stands=lambda review, _at: review.state,
    not_now="access.review.closed",
    kinds=declared(
        FactKind(
            name="review opened", step=_opened, by=frozenset({TWO, CLOCK}), door="proposals/freeze",
            fields={
                "type": Kept(optional=True), "person": Stream(kind="person"), "freeze": Stream(kind="freeze"),
                "due": Moment(), "items": Many(most=100_000), "after": Kept(optional=True),
            },
        ),
        FactKind(
            name="evidence asked", step=_asked, by=_BY, when=_OPEN, door="/reviews/<number>/ask/",
            fields={"what": Kept("What is asked for"), "answer_by": Moment()},
        ),
        FactKind(
            name="statement received", step=_stated, by=_BY, when=_OPEN, door="/reviews/<number>/statement/",
            fields={"text": Kept("The statement, as it was written")},
        ),
        FactKind(
            name="evidence received", step=_shown, by=_BY, when=_OPEN, door="/reviews/<number>/evidence/",
            fields={"text": Kept("What came in, described or quoted")},
        ),
        FactKind(
            name="outcome proposed", step=_proposed, by=_BY, when=_OPEN, door="/reviews/<number>/outcome/",
            fields={
                "outcome": OneOf(kind=Outcome), "reason": Kept(), "reason_code": Kept(), "until": _END,
                "signed_as": Kept(optional=True),
            },
        ),
        FactKind(
            name="proposal sent back", step=_sent_back, by=_BY, when=_OPEN, door="/reviews/<number>/back/",
            fields={"reason": Kept("Why")},
        ),
        FactKind(
            name="review decided", step=_decided, by=frozenset({TWO}), when=_OPEN, door="proposals/review_outcome",
            fields={
                "type": Kept(optional=True), "outcome": OneOf(kind=Outcome), "until": _END,
                "not_put_back": Many(most=100_000, optional=True), "lifted": Flag(optional=True),
            },
        ),
        FactKind(
            name="rights read back", step=_read_back, by=frozenset({CLOCK}), door="outbox_tasks/carry_out_rights",
            fields={"rights": Table(of=Kept())},
        ),
    ),
)  # fmt: skip
"""What a review is told."""
