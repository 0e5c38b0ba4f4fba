"""Reviews in the office: opened by a freeze, led by a steward, decided by two readers' signatures."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from holdfast.access.freezes.restoring import PutBack
from holdfast.access.freezes.review import REVIEW, Outcome, Review, ReviewState, fold
from holdfast.access.freezes.review_steps import (
    Step,
    ask_evidence,
    confirm,
    next_review,
    receive_evidence,
    receive_statement,
    send_back,
)
from holdfast.access.freezes.review_steps import (
    propose as propose_fact,
)
from holdfast.access.freezes.review_table import Counted, ReviewTable, review_table
from holdfast.access.freezes.words import PROTECTIVE
from holdfast.access.register.moments import moment_or_none, text_of, text_or_none
from holdfast.access.register.register import Register
from holdfast.access.rules.console_rules import Because
from holdfast.approval import Approved, Request, same_person
from holdfast.audit import Alarm, AlarmKind
from holdfast.errors import CheckFailedError
from holdfast.facts import SYSTEM, Fact, MemberId, StreamId
from holdfast.store.office.streams import Summary
from holdfast.store.office.vault import ListPage, Reader
from holdfast.workflows.access.holds import members_of
from holdfast.workflows.access.register import OfficeRegister, load, one_person, write_people
from holdfast.workflows.acting.approved_plan import begin as begin_plan
from holdfast.workflows.freezes.holding import check_removed, read_freeze, readmit
from holdfast.workflows.freezes.rights_plans import plan_restoration
from holdfast.workflows.office.members import members_with
from holdfast.workflows.office.opening import Office, on_newest
from holdfast.workflows.office.propose import PREFIX, approvers, close, propose, stream_of
from holdfast.workflows.office.shown import Shown

KIND = "review"
OUTCOME = "review-outcome"


@dataclass(frozen=True, kw_only=True)
class OpenReview:
    """A review that a reader has opened, with the person it is about."""

    review: Review
    account: str
    facts: int
    is_overdue: bool


def open_review(office: Office, stream: StreamId, facts: Sequence[Fact], *, concerns: Sequence[MemberId]) -> None:
    """Keep a review that a freeze or an earlier review opens. Whom it is about never reads it here."""
    office.vault.create(
        Reader.of_the_office(Because.APPROVED),
        KIND,
        facts,
        summary=_summary(fold(stream, facts)),
        purpose="review opened",
        stream_id=stream.id,
        concerns=concerns,
    )


def write_review(
    office: Office, reader: Reader, stream: StreamId, before: Sequence[Fact], new: Sequence[Fact]
) -> Review:
    """Add facts to a review."""
    review = fold(stream, (*before, *new))
    office.vault.append(reader, stream, list(new), expect=len(before), summary=_summary(review), purpose="review led")
    return review


def _summary(review: Review) -> Summary:
    is_open = review.state is not ReviewState.DECIDED
    sealed: dict[str, Any] = {
        "opened_at": text_of(review.opened_at),
        "decided_at": text_or_none(review.decided_at),
        "outcome": review.outcome and str(review.outcome),
        "next": _next_at(review),
        "account": review.items[0].account if review.items else "",
    }
    return Summary(
        state=review.state.value,
        due_at=review.due if is_open else None,
        tags=["second reader"] if is_open and review.proposal else [],
        sealed=sealed,
    )


def _next_at(review: Review) -> str | None:
    kept = review.outcome is Outcome.KEEP and review.proposal is not None
    return text_or_none(review.proposal.until) if kept and review.proposal else None


def reviews_page(office: Office, reader: Reader, *, after: str | None, state: str | None = None) -> ListPage:
    """One page of the list of reviews."""
    return office.vault.list_page(reader, KIND, purpose="reviews listed", after=after, state=state)


def read_review(office: Office, reader: Reader, number: str, *, purpose: str = "review shown") -> OpenReview:
    """One review, read and counted."""
    stream = StreamId(kind=KIND, id=number)
    facts = office.vault.read(reader, stream, purpose=purpose)
    review = fold(stream, facts)
    account = review.items[0].account if review.items else ""
    return OpenReview(review=review, account=account, facts=len(facts), is_overdue=review.is_overdue(office.clock()))


def _do(office: Office, reader: Reader, number: str, make: Any) -> Review:
    stream = StreamId(kind=KIND, id=number)
    with office.vault.transaction():
        facts = office.vault.read(reader, stream, purpose="review led")
        new = make(fold(stream, facts), Step(by=reader.member, at=office.clock()))
        return write_review(office, reader, stream, facts, [new])


def ask(office: Office, reader: Reader, number: str, *, what: str) -> Review:
    """Ask the person for evidence; the time for an answer is the rule book's."""
    days = timedelta(days=load_book(office).register.book.evidence_days)
    return _do(
        office, reader, number, lambda review, step: ask_evidence(review, step, what=what, answer_by=step.at + days)
    )


def statement(office: Office, reader: Reader, number: str, *, text: str) -> Review:
    """Keep the person's own statement, as it was written."""
    return _do(office, reader, number, lambda review, step: receive_statement(review, step, text=text))


def evidence(office: Office, reader: Reader, number: str, *, text: str) -> Review:
    """Keep evidence that came in."""
    return _do(office, reader, number, lambda review, step: receive_evidence(review, step, text=text))


def load_book(office: Office) -> OfficeRegister:
    """The register as clocks read it, for its rule book."""
    return load(office, Reader.of_the_office(Because.RULE), purpose="rule book read")


def propose_outcome(
    office: Office,
    reader: Reader,
    number: str,
    *,
    outcome: Outcome,
    reason: str,
    reason_code: str,
    until: datetime | None = None,
) -> StreamId:
    """The first reader's proposal, put before two readers who sign it; gives the proposal.

    Its bytes hold what is given back and the plan that gives it back, as the wikis are now.
    """
    return on_newest(
        lambda: _propose_outcome(
            office, reader, number, outcome=outcome, reason=reason, reason_code=reason_code, until=until
        )
    )


def _propose_outcome(
    office: Office,
    reader: Reader,
    number: str,
    *,
    outcome: Outcome,
    reason: str,
    reason_code: str,
    until: datetime | None,
) -> StreamId:
    stream = StreamId(kind=KIND, id=number)
    facts = office.vault.read(reader, stream, purpose="outcome proposed")
    review = fold(stream, facts)
    register = load_book(office).register
    step = Step(by=reader.member, at=office.clock())
    wish = propose_fact(
        review, step, book=register.book, outcome=outcome, reason=reason, reason_code=reason_code, until=until
    )
    if outcome is not Outcome.KEEP:
        _check_removed(office, review)
    back = _put_back(office, register, review, wish)
    planned = plan_restoration(office, back, reference=review.freeze)
    what = {
        "type": PROTECTIVE,
        "review": number,
        "person": review.person.id,
        "account": review.items[0].account if review.items else "",
        "proposed": dict(wish.body),
        "proposed_by": reader.member,
        "put_back": _json(back),
        **planned.to_json(),
    }
    with office.vault.transaction():
        if review.proposal is not None and review.proposal.signed_as:
            close(office, StreamId(kind=PREFIX + OUTCOME, id=review.proposal.signed_as), by=reader.member)
        proposal = propose(office, reader, OUTCOME, what)
        write_review(office, reader, stream, facts, [replace(wish, body={**wish.body, "signed_as": proposal.id})])
    return proposal


def _check_removed(office: Office, review: Review) -> None:
    """Nothing is given back while it is still being taken. Raises CheckFailedError `access.freeze.under_way`."""
    freeze = read_freeze(office, Reader.of_the_office(Because.RULE), review.freeze.id, purpose="outcome proposed")
    check_removed(freeze, [review.person])


def _put_back(office: Office, register: Register, review: Review, wish: Fact) -> tuple[PutBack, ...]:
    """What a proposed outcome would give back, were it confirmed now."""
    if Outcome(wish.body["outcome"]) is Outcome.KEEP:
        return ()
    step = Step(by=SYSTEM, at=wish.at)
    decided = confirm(
        office.policies,
        register,
        REVIEW.append(review, wish),
        step,
        signed_as=str(wish.body.get("signed_as", "")),
        same_people=frozenset(),
    )
    return decided.put_back


def _json(back: Iterable[PutBack]) -> list[dict[str, Any]]:
    return [
        {"person": each.person.id, "wiki": each.wiki, "right": each.right, "groups": dict(each.groups)}
        for each in back
    ]


def sent_back(office: Office, reader: Reader, number: str, *, reason: str) -> Review:
    """The second reader does not confirm: the proposal is closed, and the review goes on."""
    stream = StreamId(kind=KIND, id=number)
    with office.vault.transaction():
        facts = office.vault.read(reader, stream, purpose="outcome sent back")
        review = fold(stream, facts)
        first = review.proposal.by if review.proposal else MemberId("")
        same = same_person(first, approvers(office))
        step = Step(by=reader.member, at=office.clock())
        fact = send_back(review, step, reason=reason, same_people=same)
        if review.proposal and review.proposal.signed_as:
            close(office, StreamId(kind=PREFIX + OUTCOME, id=review.proposal.signed_as), by=reader.member)
        return write_review(office, reader, stream, facts, [fact])


def execute_outcome(office: Office, approved: Approved[Request]) -> Shown:
    """Decide a review as two readers signed it, inside the proposal's transaction; gives the address of its page.

    Raises CheckFailedError `access.review.same_person` unless one who signed is not the first reader,
    `.other_proposal` when another proposal was made since, `.stale` when what would be given back has changed.
    """
    what, system, now = approved.value.what, Reader.of_the_office(Because.APPROVED), office.clock()
    stream, proposal = StreamId(kind=KIND, id=what["review"]), stream_of(office, approved.value)
    facts = office.vault.read(system, stream, purpose="review decided")
    review = fold(stream, facts)
    if Outcome(what["proposed"]["outcome"]) is not Outcome.KEEP:
        _check_removed(office, review)
    first = same_person(MemberId(what["proposed_by"]), approvers(office))
    second = next((each.member for each in approved.signatures if each.member not in first), None)
    if second is None:
        raise CheckFailedError("access.review.same_person", "nobody but the first reader has signed")
    register = load(office, system, purpose="review decided").register
    decided = confirm(
        office.policies, register, review, Step(by=second, at=now), signed_as=proposal.id, same_people=first
    )
    if _json(decided.put_back) != what["put_back"]:
        raise CheckFailedError(
            "access.review.stale",
            "what would be given back is no longer what was signed",
            hint="propose the outcome again",
        )
    write_people(office, system, {review.person: decided.person_facts}, register=register, purpose="review decided")
    write_review(office, system, stream, facts, decided.review_facts)
    if decided.person_facts:
        freeze = read_freeze(office, system, review.freeze.id, purpose="review decided")
        person = one_person(office, system, review.person.id, purpose="review decided")
        names = [person.account, *person.former]
        readmit(office, set(freeze.members) & {*person.members, *members_with(office, names)})
    begin_plan(office, approved)
    return Shown(kind="review", id=what["review"])


def note_put_back(office: Office, number: str, found: Mapping[str, str]) -> None:
    """Keep what reading the wikis back said of rights that were given back. Twice says it once."""
    stream = StreamId(kind=KIND, id=number)
    system = Reader.of_the_office(Because.APPROVED)
    with office.vault.transaction():
        facts = office.vault.read(system, stream, purpose="rights read back")
        known = fold(stream, facts).put_back
        new = {key: state for key, state in found.items() if known.get(key) != state}
        if new:
            fact = REVIEW.fact("rights read back", at=office.clock(), by=SYSTEM, body={"rights": new})
            write_review(office, system, stream, facts, [fact])


def public_table(office: Office) -> ReviewTable:
    """The public figures over all reviews, as clocks make them."""
    rows = office.vault.compute_over(Reader.of_the_office(Because.FIGURES), KIND, purpose="public table of reviews")
    counted = []
    for _, sealed in rows:
        opened = moment_or_none(sealed["opened_at"])
        if opened is not None:
            outcome = Outcome(sealed["outcome"]) if sealed["outcome"] else None
            decided = moment_or_none(sealed["decided_at"])
            counted.append(Counted(opened_at=opened, decided_at=decided, outcome=outcome))
    book = load_book(office).register.book
    return review_table(counted, at=office.clock(), smallest_group=book.smallest_group)


def due(office: Office) -> tuple[str, ...]:
    """What the clock of reviews does: alarms for those that are late, and new reviews of freezes that were kept."""
    system, now = Reader.of_the_office(Because.CLOCK), office.clock()
    lines = []
    page = office.vault.list_page(system, KIND, purpose="late reviews", due_before=now, limit=10_000)
    for line in page.lines:
        office.vault.audit.alarm(Alarm(kind=AlarmKind.CLOCK_DUE, at=now, object=line.stream))
    for stream, sealed in office.vault.compute_over(system, KIND, purpose="kept freezes", states=("decided",)):
        again = moment_or_none(sealed["next"])
        if again is None or again > now:
            continue
        following = StreamId(kind=KIND, id=f"{stream.id}-n"[-60:])
        if not office.vault.exists(following):
            lines.append(_open_again(office, stream, following))
    return tuple(line for line in lines if line)


def _open_again(office: Office, stream: StreamId, following: StreamId) -> str:
    system, now = Reader.of_the_office(Because.CLOCK), office.clock()
    review = fold(stream, office.vault.read(system, stream, purpose="kept freeze reviewed again"))
    register = load_book(office).register
    fact = next_review(review, at=now, by=SYSTEM, book=register.book)
    person = register.people.get(review.person)
    held = person is not None and any(
        hold.freeze == review.freeze.id and hold.stands_at(now) for hold in person.holds
    )
    if fact is None or person is None or not held:
        return ""
    open_review(office, following, [fact], concerns=sorted(members_of(office, person)))
    return f"review {following.id} opened after {stream.id}"
