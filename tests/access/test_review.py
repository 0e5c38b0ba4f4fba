"""A review: open, evidence asked, decided; a clock, a second reader, the person's own words, and public figures."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from holders import BOOK, NOW, OTHER, STEWARD, days, fact, granted, holder, placed, register_of, signed
from hypothesis import given
from hypothesis import strategies as st

from holdfast.access.freezes.review import REVIEW, Outcome, Review, ReviewState, fold
from holdfast.access.freezes.review_steps import (
    Decided,
    Step,
    ask_evidence,
    close_by_lifting,
    confirm,
    next_review,
    propose,
    receive_evidence,
    receive_statement,
    send_back,
)
from holdfast.access.freezes.review_table import Counted, counted, review_table
from holdfast.access.register import person_facts
from holdfast.access.register.register import ClassRestriction, Register
from holdfast.access.rules.engine import load_policies
from holdfast.access.rules.nonpublic_rules import may_hold
from holdfast.errors import CheckFailedError, InputRefusedError, UsageError
from holdfast.facts import Fact, MemberId, StreamId
from holdfast.ids import WikiName

POLICIES = load_policies()
EN = WikiName("enwiki")
HOLD = {"freeze": "f-1", "wiki": "enwiki", "right": "checkuser", "before": {"checkuser": "infinity"}}
PERSON = holder(1, signed(), placed("J1"), granted("enwiki", "checkuser"), fact("right frozen", NOW, **HOLD))
STANDING = (ClassRestriction(freeze="f-1", jurisdiction="J1", right="checkuser"),)
ITEM = {
    "person": PERSON.id.id,
    "wiki": "enwiki",
    "account": PERSON.account,
    "user_id": None,
    "right": "checkuser",
    "before": {"checkuser": "infinity"},
    "held_already": False,
    "on_wiki": None,
}
FIRST, SECOND = MemberId("m-00000000000b"), MemberId("m-00000000000c")


def register() -> Register:
    return register_of([PERSON], restrictions=STANDING)


def opened(number: int = 1, at: datetime = NOW) -> Review:
    body = {
        "type": "protective, no fault",
        "person": PERSON.id.id,
        "freeze": "f-1",
        "due": (at + days(30)).isoformat(),
        "items": [ITEM],
    }
    stream = StreamId(kind="review", id=f"r-{number}")
    return fold(stream, [Fact(type="review opened", at=at, by=STEWARD, body=body)])


def step(by: MemberId = FIRST, at: datetime = NOW + days(1)) -> Step:
    return Step(by=by, at=at)


def proposed(outcome: Outcome, *, review: Review | None = None, **more: Any) -> Review:
    found = review or REVIEW.append(opened(), receive_statement(opened(), step(), text="I am safe."))
    wish = propose(found, step(), book=BOOK, outcome=outcome, reason="seen", reason_code="SAFE", **more)
    return REVIEW.append(found, wish)


def confirmed(review: Review, *, by: MemberId = SECOND, at: datetime = NOW + days(2)) -> tuple[Review, Decided]:
    assert review.proposal is not None
    found = confirm(
        POLICIES,
        register(),
        review,
        step(by, at),
        signed_as=review.proposal.signed_as,
        same_people=frozenset({FIRST}),
    )
    for each in found.review_facts:
        review = REVIEW.append(review, each)
    return review, found


def person_after(found: Decided) -> Any:
    person = PERSON
    for each in found.person_facts:
        person = person_facts.PERSON.append(person, each)
    return person


@pytest.mark.requirement("1.7")
@pytest.mark.parametrize(
    ("outcome", "comes_back"), [(Outcome.RESTORE, True), (Outcome.EXEMPT, True), (Outcome.KEEP, False)]
)
def test_a_review_runs_open_evidence_asked_decided_with_a_clock_and_a_second_reader(
    outcome: Outcome, comes_back: bool
) -> None:
    review = opened()
    assert (review.state, review.is_overdue(NOW + days(29)), review.is_overdue(NOW + days(30))) == (
        ReviewState.OPEN, False, True,
    )  # fmt: skip
    review = REVIEW.append(review, ask_evidence(review, step(), what="a safe address", answer_by=NOW + days(9)))
    assert review.state is ReviewState.EVIDENCE_ASKED
    review = REVIEW.append(review, receive_evidence(review, step(), text="given by phone"))
    decided, found = confirmed(proposed(outcome, review=review))
    assert (decided.state, decided.outcome, decided.second_reader) == (ReviewState.DECIDED, outcome, SECOND)
    assert bool(found.put_back) == comes_back
    after = person_after(found)
    now_allowed = may_hold(
        POLICIES, register_of([after], restrictions=STANDING), after, EN, "checkuser", at=NOW + days(2)
    )
    assert now_allowed.allowed == comes_back


def test_an_exemption_has_an_author_a_date_a_reason_code_and_an_end() -> None:
    _, found = confirmed(proposed(Outcome.EXEMPT, until=NOW + days(400)))
    (exemption,) = person_after(found).exemptions
    assert (exemption.what, exemption.author, exemption.reason_code) == ("checkuser", "review r-1", "SAFE")
    assert (exemption.begins, exemption.ends) == (NOW + days(2), NOW + days(400))


@pytest.mark.requirement("1.7")
def test_the_second_reader_is_another_person() -> None:
    review = proposed(Outcome.RESTORE)
    for by in (FIRST, OTHER):
        with pytest.raises(CheckFailedError, match=r"access\.review\.same_person"):
            confirm(
                POLICIES, register(), review, step(by), signed_as="",
                same_people=frozenset({FIRST, OTHER}),
            )  # fmt: skip
    with pytest.raises(CheckFailedError, match=r"access\.review\.same_person"):
        send_back(review, step(FIRST), reason="no", same_people=frozenset())


def test_the_second_reader_confirms_the_proposal_that_was_read() -> None:
    review = proposed(Outcome.RESTORE)
    with pytest.raises(CheckFailedError, match=r"access\.review\.other_proposal"):
        confirm(POLICIES, register(), review, step(SECOND), signed_as="another", same_people=frozenset({FIRST}))


def test_a_proposal_can_be_sent_back_with_a_reason() -> None:
    review = proposed(Outcome.KEEP)
    review = REVIEW.append(review, send_back(review, step(SECOND), reason="too thin", same_people=frozenset({FIRST})))
    assert review.proposal is None
    assert [each.text for each in review.sent_back] == ["too thin"]
    with pytest.raises(CheckFailedError, match=r"access\.review\.no_proposal"):
        send_back(review, step(SECOND), reason="again", same_people=frozenset())


def test_the_persons_own_statement_is_kept_as_it_was_written() -> None:
    text = "  Line one\n\nLine two — with 'marks' & <b>signs</b>  "
    review = REVIEW.append(opened(), receive_statement(opened(), step(), text=text))
    assert [each.text for each in review.statements] == [text]


def test_a_freeze_is_not_kept_before_the_person_was_heard() -> None:
    review = opened()
    with pytest.raises(CheckFailedError, match=r"access\.review\.not_heard"):
        proposed(Outcome.KEEP, review=review)
    proposed(Outcome.RESTORE, review=review)
    asked = REVIEW.append(
        review, ask_evidence(review, Step(by=FIRST, at=NOW), what="a word", answer_by=NOW + timedelta(hours=2))
    )
    proposed(Outcome.KEEP, review=asked)  # the time for an answer has passed


def test_a_kept_freeze_is_reviewed_again_by_itself() -> None:
    decided, _ = confirmed(proposed(Outcome.KEEP))
    again = NOW + days(1) + days(BOOK.keep_days)
    assert next_review(decided, at=again - timedelta(seconds=1), by=STEWARD, book=BOOK) is None
    following = next_review(decided, at=again, by=STEWARD, book=BOOK)
    assert following is not None
    assert fold(StreamId(kind="review", id="r-2"), [following]).state is ReviewState.OPEN


def test_a_decided_review_is_closed() -> None:
    decided, _ = confirmed(proposed(Outcome.RESTORE))
    attempts = [
        lambda: receive_statement(decided, step(), text="late"),
        lambda: ask_evidence(decided, step(), what="x", answer_by=NOW + days(9)),
        lambda: propose(decided, step(), book=BOOK, outcome=Outcome.KEEP, reason="r", reason_code="c"),
        lambda: close_by_lifting(decided, step()),
        lambda: confirmed(decided),
    ]
    for attempt in attempts:
        with pytest.raises(CheckFailedError, match=r"access\.review\.closed"):
            attempt()


def test_empty_reasons_and_times_in_the_past_are_refused() -> None:
    review = opened()
    wishes = [
        lambda: propose(review, step(), book=BOOK, outcome=Outcome.RESTORE, reason=" ", reason_code="c"),
        lambda: propose(review, step(), book=BOOK, outcome=Outcome.RESTORE, reason="r", reason_code=""),
        lambda: propose(review, step(), book=BOOK, outcome=Outcome.EXEMPT, reason="r", reason_code="c", until=NOW),
        lambda: ask_evidence(review, step(), what="", answer_by=NOW + days(9)),
        lambda: ask_evidence(review, step(), what="x", answer_by=NOW),
        lambda: receive_statement(review, step(), text="\n"),
    ]
    for wish in wishes:
        with pytest.raises(UsageError):
            wish()


def test_facts_that_are_not_understood_are_not_passed_over() -> None:
    with pytest.raises(InputRefusedError, match=r"access\.review\.fact"):
        REVIEW.append(opened(), fact("review forgotten"))
    with pytest.raises(InputRefusedError, match=r"access\.review\.fact"):
        fold(StreamId(kind="review", id="r-1"), [fact("evidence asked")])


def reviews(still_open: int, restored: int, kept: int, exempt: int = 0) -> list[Counted]:
    decided = [*[Outcome.RESTORE] * restored, *[Outcome.KEEP] * kept, *[Outcome.EXEMPT] * exempt]
    found = [counted(opened(number)) for number in range(still_open)]
    for number, outcome in enumerate(decided):
        closed = NOW + days(number % 5 + 1)
        decided_review = replace(opened(100 + number), state=ReviewState.DECIDED, outcome=outcome, decided_at=closed)
        found.append(counted(decided_review))
    return found


def test_open_reviews_median_days_and_share_restored_are_published() -> None:
    table = review_table(reviews(12, 30, 10), at=NOW + days(40), smallest_group=10)
    assert (table.opened, table.open, table.decided, table.restored) == (52, 12, 40, 30)
    assert (table.median_days, table.share_restored) == (3.0, 0.75)


@pytest.mark.requirement("D5")
def test_the_table_is_typed_protective_and_counts_no_misconduct() -> None:
    document = review_table(reviews(12, 30, 10), at=NOW + days(40), smallest_group=10).to_json()
    assert document["type"] == "protective, no fault"
    assert document["counts_as_misconduct"] == 0


@given(*[st.integers(0, 25)] * 4)
def test_no_number_of_people_below_the_smallest_group_can_be_read_or_subtracted(
    still_open: int, restored: int, kept: int, exempt: int
) -> None:
    table = review_table(reviews(still_open, restored, kept, exempt), at=NOW + days(40), smallest_group=10)
    parts = [(table.opened, table.open), (table.opened, table.decided), (table.decided, table.restored)]
    shown = [each for each in (table.opened, table.open, table.decided, table.restored) if each is not None]
    rests = [whole - part for whole, part in parts if whole is not None and part is not None]
    assert not [number for number in (*shown, *rests) if 0 < number < 10]
    if table.share_restored is not None:
        assert table.decided is not None
        assert table.restored == restored + exempt
    if table.decided is None:
        assert table.median_days is None
