"""What may be done to a review: each step is checked against its state and gives the facts that it comes to."""

from collections.abc import Set
from dataclasses import dataclass
from datetime import datetime, timedelta

from holdfast.access.freezes.restoring import NotPutBack, PutBack, Release, release
from holdfast.access.freezes.review import REVIEW, Outcome, Proposal, Review
from holdfast.access.freezes.words import PROTECTIVE
from holdfast.access.register.moments import text_of, text_or_none
from holdfast.access.register.person import Person
from holdfast.access.register.person_facts import PERSON
from holdfast.access.register.register import Register
from holdfast.access.rules.engine import PolicySet
from holdfast.access.rules.rule_book import RuleBook
from holdfast.errors import CheckFailedError, UsageError
from holdfast.facts import Fact, MemberId


@dataclass(frozen=True, kw_only=True)
class Step:
    """Who does something to a review, and when."""

    by: MemberId
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Decided:
    """What a decision comes to: facts of the review and of the person, and what is put back on wikis."""

    review_facts: tuple[Fact, ...]
    person_facts: tuple[Fact, ...]
    put_back: tuple[PutBack, ...]
    not_put_back: tuple[NotPutBack, ...]


def ask_evidence(review: Review, step: Step, *, what: str, answer_by: datetime) -> Fact:
    """Ask the person for something, until a moment that leaves time for an answer; the review waits for it."""
    REVIEW.check_state("evidence asked", review, step.at)
    _check_text(what, "what is asked for")
    if answer_by <= step.at:
        raise UsageError("access.review.answer_by", "the time for an answer lies in the past")
    return REVIEW.fact(
        "evidence asked", at=step.at, by=step.by, body={"what": what.strip(), "answer_by": text_of(answer_by)}
    )


def receive_statement(review: Review, step: Step, *, text: str) -> Fact:
    """The person's own statement, as it was written. It is taken until the review is decided."""
    REVIEW.check_state("statement received", review, step.at)
    _check_text(text, "the statement")
    return REVIEW.fact("statement received", at=step.at, by=step.by, body={"text": text})


def receive_evidence(review: Review, step: Step, *, text: str) -> Fact:
    """Evidence that came in, described or quoted."""
    REVIEW.check_state("evidence received", review, step.at)
    _check_text(text, "the evidence")
    return REVIEW.fact("evidence received", at=step.at, by=step.by, body={"text": text})


def propose(
    review: Review, step: Step, *, book: RuleBook, outcome: Outcome, reason: str, reason_code: str,
    until: datetime | None = None,
    signed_as: str = "",
) -> Fact:  # fmt: skip
    """The first reader's proposal. Keeping a freeze needs that the person was heard; it is reviewed again by itself.

    Raises UsageError for a missing reason or code, CheckFailedError `access.review.not_heard`.
    """
    REVIEW.check_state("outcome proposed", review, step.at)
    _check_text(reason, "the reason")
    _check_text(reason_code, "the code of the reason")
    if outcome is Outcome.KEEP and not review.was_heard(step.at):
        raise CheckFailedError(
            "access.review.not_heard",
            "a freeze is not kept before the person was heard",
            hint="ask for a statement or for evidence, and wait for the answer or the end of its time",
        )
    if outcome is Outcome.KEEP:
        until = until or step.at + timedelta(days=book.keep_days)
    if until is not None and until <= step.at:
        raise UsageError("access.review.until", "the end lies in the past")
    return REVIEW.fact(
        "outcome proposed",
        at=step.at,
        by=step.by,
        body={
            "outcome": str(outcome),
            "reason": reason.strip(),
            "reason_code": reason_code.strip(),
            "until": text_or_none(until),
            "signed_as": signed_as,
        },
    )


def send_back(review: Review, step: Step, *, reason: str, same_people: Set[MemberId]) -> Fact:
    """The second reader does not confirm, and says why."""
    _check_second(review, step, same_people)
    _check_text(reason, "the reason")
    return REVIEW.fact("proposal sent back", at=step.at, by=step.by, body={"reason": reason.strip()})


def confirm(
    policies: PolicySet,
    register: Register,
    review: Review,
    step: Step,
    *,
    signed_as: str,
    same_people: Set[MemberId],
) -> Decided:
    """The second reader confirms the proposal that they read: the one whose bytes they signed.

    `same_people` are the members tied to the first reader (`holdfast.approval.same_person`), the first reader
    included. Raises CheckFailedError `access.review.same_person`, `.no_proposal`, `.other_proposal`, `.closed`.
    """
    proposal = _check_second(review, step, same_people)
    if proposal.signed_as != signed_as:
        raise CheckFailedError(
            "access.review.other_proposal",
            "the proposal has changed since it was read",
            hint="read the new one, and confirm that",
        )
    person = register.people[review.person]
    exemptions = _exemptions(review, proposal, person, step) if proposal.outcome is Outcome.EXEMPT else ()
    after = person
    for fact in exemptions:
        after = PERSON.append(after, fact)
    if proposal.outcome is Outcome.KEEP:
        let_go = Release(facts=(), put_back=(), not_put_back=())
    else:
        let_go = release(policies, register, after, freeze=review.freeze, at=step.at, by=step.by)
    body = {
        "type": PROTECTIVE,
        "outcome": str(proposal.outcome),
        "until": text_or_none(proposal.until),
        "not_put_back": [
            {"wiki": each.wiki, "right": each.right, "why": list(each.why)} for each in let_go.not_put_back
        ],
    }
    return Decided(
        review_facts=(REVIEW.fact("review decided", at=step.at, by=step.by, body=body),),
        person_facts=(*exemptions, *let_go.facts),
        put_back=let_go.put_back,
        not_put_back=let_go.not_put_back,
    )


def next_review(review: Review, *, at: datetime, by: MemberId, book: RuleBook) -> Fact | None:
    """The fact that opens the next review of a freeze that was kept, when its day has come; None before.

    It goes into a new stream: one review has one decision.
    """
    if review.outcome is not Outcome.KEEP or review.proposal is None or review.proposal.until is None:
        return None
    if at < review.proposal.until:
        return None
    body = {
        "type": PROTECTIVE,
        "person": review.person.id,
        "freeze": review.freeze.id,
        "due": text_of(at + timedelta(days=book.review_days)),
        "items": [item.to_json() for item in review.items],
        "after": review.id.id,
    }
    return REVIEW.fact("review opened", at=at, by=by, body=body)


def close_by_lifting(review: Review, step: Step) -> Fact:
    """The freeze was lifted as a whole: an open review ends in restoring."""
    REVIEW.check_state("review decided", review, step.at)
    return REVIEW.fact(
        "review decided",
        at=step.at,
        by=step.by,
        body={"type": PROTECTIVE, "outcome": str(Outcome.RESTORE), "until": None, "lifted": True},
    )


def _exemptions(review: Review, proposal: Proposal, person: Person, step: Step) -> tuple[Fact, ...]:
    rights = sorted({item.right for item in review.items})
    return tuple(
        PERSON.fact(
            "exemption given",
            at=step.at,
            by=step.by,
            body={
                "id": f"x-{len(person.exemptions) + number}",
                "what": right,
                "begins": text_of(step.at),
                "ends": text_or_none(proposal.until),
                "author": f"review {review.id.id}",
                "reason_code": proposal.reason_code,
            },
        )
        for number, right in enumerate(rights, 1)
    )


def _check_second(review: Review, step: Step, same_people: Set[MemberId]) -> Proposal:
    REVIEW.check_state("review decided", review, step.at)
    if review.proposal is None:
        raise CheckFailedError("access.review.no_proposal", "there is no proposal to read a second time")
    if step.by == review.proposal.by or step.by in same_people:
        raise CheckFailedError(
            "access.review.same_person",
            "the second reader is the first",
            hint="another person must read the proposal",
        )
    return review.proposal


def _check_text(text: str, what: str) -> None:
    if not text.strip():
        raise UsageError("access.review.empty", f"{what} is empty", hint="write it down")
