"""The review that every freeze opens for each person: open, evidence asked, decided, with a clock and two readers."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from holdfast.access.freezes.order import Item, item_from
from holdfast.access.freezes.words import PROTECTIVE
from holdfast.access.register.moments import moment
from holdfast.errors import InputRefusedError
from holdfast.facts import Fact, MemberId, StreamId


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
    review: Review | None = None
    for fact in facts:
        if review is None and fact.type == "review opened":
            review = Review(
                id=stream,
                state=ReviewState.OPEN,
                person=StreamId(kind="person", id=fact.body["person"]),
                freeze=StreamId(kind="freeze", id=fact.body["freeze"]),
                items=tuple(map(item_from, fact.body["items"])),
                opened_at=fact.at,
                due=moment(fact.body["due"]),
            )
        elif review is not None:
            review = apply(review, fact)
        else:
            raise _odd(stream, fact, "the first fact does not open it")
    if review is None:
        raise InputRefusedError("access.review.fact", "there is no fact about this review", place=str(stream))
    return review


def apply(review: Review, fact: Fact) -> Review:
    """The review after one more fact."""
    body = fact.body
    if fact.type == "evidence asked":
        ask = Ask(what=body["what"], asked_at=fact.at, answer_by=moment(body["answer_by"]))
        due = max(review.due, ask.answer_by)
        return replace(review, state=ReviewState.EVIDENCE_ASKED, asks=(*review.asks, ask), due=due)
    if fact.type in ("statement received", "evidence received"):
        said = Said(text=body["text"], at=fact.at, received_by=fact.by)
        if fact.type == "statement received":
            return replace(review, statements=(*review.statements, said))
        return replace(review, evidence=(*review.evidence, said))
    if fact.type == "outcome proposed":
        until = body.get("until")
        proposal = Proposal(
            outcome=Outcome(body["outcome"]),
            reason=body["reason"],
            reason_code=body["reason_code"],
            by=fact.by,
            at=fact.at,
            until=moment(until) if until else None,
            signed_as=body.get("signed_as", ""),
        )
        return replace(review, proposal=proposal)
    if fact.type == "proposal sent back":
        said = Said(text=body["reason"], at=fact.at, received_by=fact.by)
        return replace(review, proposal=None, sent_back=(*review.sent_back, said))
    if fact.type == "review decided":
        return replace(
            review,
            state=ReviewState.DECIDED,
            outcome=Outcome(body["outcome"]),
            decided_at=fact.at,
            second_reader=fact.by,
            closed_by_lifting=bool(body.get("lifted", False)),
        )
    if fact.type == "rights read back":
        return replace(review, put_back={**review.put_back, **body["rights"]})
    raise _odd(review.id, fact, "this type of fact is not known")


def _odd(stream: StreamId, fact: Fact, what: str) -> InputRefusedError:
    return InputRefusedError("access.review.fact", what, got=fact.type, place=str(stream))
