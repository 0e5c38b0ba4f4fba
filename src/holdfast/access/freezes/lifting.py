"""The end of a freeze as a whole: two people sign it, everything it still holds is let go, open reviews end."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from holdfast.access.freezes.freeze import FREEZE, Freeze
from holdfast.access.freezes.restoring import NotPutBack, PutBack, release
from holdfast.access.freezes.review import Review, ReviewState
from holdfast.access.freezes.review_steps import Step, close_by_lifting
from holdfast.access.freezes.words import PROTECTIVE
from holdfast.access.register.register import Register
from holdfast.access.rules.engine import PolicySet
from holdfast.approval import Approved, Request
from holdfast.errors import CheckFailedError, InputRefusedError, UsageError
from holdfast.facts import Fact, MemberId, StreamId

LIFT_KIND = "freeze-lift"


@dataclass(frozen=True, kw_only=True)
class LiftOrder:
    """The wish to end a freeze: which, why, and whom it still holds."""

    freeze: StreamId
    reason: str
    people: tuple[StreamId, ...]

    def to_json(self) -> dict[str, Any]:
        """What stands in the request for approval."""
        return {
            "type": PROTECTIVE,
            "freeze": self.freeze.id,
            "reason": self.reason,
            "people": [each.id for each in self.people],
        }


@dataclass(frozen=True, kw_only=True)
class Lifted:
    """What one transaction writes when a freeze ends, by stream, and what is put back on wikis."""

    facts: Mapping[StreamId, tuple[Fact, ...]]
    put_back: tuple[PutBack, ...]
    not_put_back: tuple[NotPutBack, ...]


def draft_lift(freeze: Freeze, register: Register, *, reason: str, at: datetime) -> LiftOrder:
    """The order to lift a standing freeze. Raises CheckFailedError `access.freeze.state`, UsageError `.reason`."""
    FREEZE.check_state("freeze lifted", freeze, at)
    if not reason.strip():
        raise UsageError("access.freeze.reason", "lifting a freeze needs a reason")
    return LiftOrder(freeze=freeze.id, reason=reason.strip(), people=_held(freeze, register, at))


def lift_from(what: Mapping[str, Any]) -> LiftOrder:
    """The order of a request for approval. Raises InputRefusedError `access.freeze.order`."""
    try:
        order = LiftOrder(
            freeze=StreamId(kind="freeze", id=what["freeze"]),
            reason=what["reason"],
            people=tuple(StreamId(kind="person", id=each) for each in what["people"]),
        )
        if order.to_json() != what:
            raise ValueError("something else stands in it")
    except (KeyError, TypeError, ValueError, UsageError):
        raise InputRefusedError("access.freeze.order", "this is no order to lift a freeze") from None
    return order


def lift(
    approved: Approved[Request],
    freeze: Freeze,
    reviews: Iterable[Review],
    register: Register,
    policies: PolicySet,
    *,
    at: datetime,
    by: MemberId,
) -> Lifted:
    """The facts of a freeze that ends.

    Raises CheckFailedError `access.freeze.state`, `.other_content` (the bytes are of another wish), `.stale` (it
    holds other people than when it was signed).
    """
    FREEZE.check_state("freeze lifted", freeze, at)
    request = approved.value
    order = lift_from(request.what.get("order", {}))
    if request.kind != LIFT_KIND or request.content() != approved.content or order.freeze != freeze.id:
        raise CheckFailedError("access.freeze.other_content", "what was approved is not what would be done")
    if order.people != _held(freeze, register, at):
        raise CheckFailedError("access.freeze.stale", "the freeze holds other people than when this was signed")
    facts: dict[StreamId, tuple[Fact, ...]] = {
        freeze.id: (
            FREEZE.fact(
                "freeze lifted",
                at=at,
                by=by,
                body={
                    "type": PROTECTIVE,
                    "sha256": approved.sha256,
                    "signers": [each.member for each in approved.signatures],
                    "reason": order.reason,
                },
            ),
        )
    }
    put_back: list[PutBack] = []
    not_put_back: list[NotPutBack] = []
    without = _without(register, freeze)
    for stream in order.people:
        let_go = release(policies, without, register.people[stream], freeze=freeze.id, at=at, by=by)
        facts[stream] = let_go.facts
        put_back.extend(let_go.put_back)
        not_put_back.extend(let_go.not_put_back)
    for review in reviews:
        if review.freeze == freeze.id and review.state is not ReviewState.DECIDED:
            facts[review.id] = (close_by_lifting(review, Step(by=by, at=at)),)
    return Lifted(facts=facts, put_back=tuple(put_back), not_put_back=tuple(not_put_back))


def _without(register: Register, freeze: Freeze) -> Register:
    """The register without what this freeze forbids to its class: it no longer stands."""
    kept = tuple(each for each in register.restrictions if each.freeze != freeze.id.id)
    return Register(people=register.people, book=register.book, restrictions=kept)


def _held(freeze: Freeze, register: Register, at: datetime) -> tuple[StreamId, ...]:
    return tuple(
        sorted(
            person.id
            for person in register.people.values()
            if any(hold.freeze == freeze.id.id and hold.stands_at(at) for hold in person.holds)
        )
    )
