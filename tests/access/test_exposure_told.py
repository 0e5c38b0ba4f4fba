"""People are told later that they were looked up; a seal has an end; and they may ask themselves."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from checkuser_logs import WIKI, answer, entry, planted, read
from hypothesis import given
from hypothesis import strategies as st

from holdfast.access.exposure.answers import (
    OTHER_ACCOUNT,
    AccountLink,
    ProvenAsker,
    answer_own_question,
    blot_names,
    prove_asker,
)
from holdfast.access.exposure.lookups import Lookup
from holdfast.access.exposure.telling import (
    LookupMonth,
    Telling,
    TellingPolicy,
    by_month,
    fold_month,
    lift_seal,
    may_be_forgotten_at,
    month_stream,
    queue,
    seal_counts,
    seal_notice,
    take_in,
    tell,
)
from holdfast.accounts.names import AccountName
from holdfast.errors import CheckFailedError, UsageError
from holdfast.facts import SYSTEM, Fact, MemberId
from holdfast.ids import wiki_name
from holdfast.notices.kinds import ReasonCode

POLICY = TellingPolicy()
DONE_AT = datetime(2021, 9, 1, 10, tzinfo=UTC)
DUE_AT = DONE_AT + timedelta(days=90)
ONE, TWO, THREE = MemberId("m-000000000001"), MemberId("m-000000000002"), MemberId("m-000000000003")
PERSON = AccountName("Person 1 (simulated)")
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


class Month:
    """A month that keeps its facts, as the store would."""

    def __init__(self, *entries: dict[str, Any]) -> None:
        self.lookups = read(answer(entries or [entry()])).lookups
        self.facts: list[Fact] = []
        self.add(take_in(self.state, self.lookups, at=DONE_AT, by=SYSTEM))

    @property
    def state(self) -> LookupMonth:
        return fold_month(WIKI, "2021-09", self.facts)

    @property
    def first(self) -> str:
        return self.lookups[0].identity

    def add(self, facts: list[Fact]) -> None:
        self.facts += facts

    def seal(self, by: MemberId, now: datetime, days: float = 30, **other: Any) -> None:
        given = {
            "code": ReasonCode.PENDING,
            "motive": "a case is open",
            "own_accounts": frozenset(),
            "policy": POLICY,
        }
        self.add(
            seal_notice(self.state, self.first, until=now + days * DAY, now=now, by=by, **{**given, **other})  # type: ignore[arg-type]
        )

    def telling(self, now: datetime) -> Telling:
        (row,) = queue([self.state], POLICY, now)
        return row.telling


@pytest.mark.requirement("1.13")
@pytest.mark.requirement("D19")
def test_a_notice_waits_falls_due_and_is_told() -> None:
    month = Month()
    assert month.telling(DUE_AT - HOUR) is Telling.WAITING
    assert month.telling(DUE_AT) is Telling.DUE
    with pytest.raises(CheckFailedError, match=r"exposure\.tell\.not_due"):
        tell(month.state, [month.first], way="talk page", now=DUE_AT - HOUR, by=SYSTEM, policy=POLICY)
    month.add(tell(month.state, [month.first], way="talk page", now=DUE_AT, by=SYSTEM, policy=POLICY))
    assert month.telling(DUE_AT + DAY) is Telling.TOLD
    with pytest.raises(CheckFailedError, match=r"exposure\.tell\.not_due"):
        tell(month.state, [month.first], way="talk page", now=DUE_AT + DAY, by=SYSTEM, policy=POLICY)


@pytest.mark.requirement("1.13")
@pytest.mark.requirement("D19")
def test_a_seal_holds_a_notice_back_and_ends_by_itself() -> None:
    month = Month()
    month.seal(ONE, DUE_AT - DAY, days=30)
    assert month.telling(DUE_AT + 5 * DAY) is Telling.SEALED
    with pytest.raises(CheckFailedError, match=r"exposure\.tell\.not_due"):
        tell(month.state, [month.first], way="talk page", now=DUE_AT + 5 * DAY, by=SYSTEM, policy=POLICY)
    assert month.telling(DUE_AT + 29 * DAY) is Telling.EXPIRED
    month.add(tell(month.state, [month.first], way="talk page", now=DUE_AT + 29 * DAY, by=SYSTEM, policy=POLICY))
    assert month.telling(DUE_AT + 29 * DAY) is Telling.TOLD


@pytest.mark.requirement("D19")
def test_a_seal_is_renewed_only_by_somebody_who_has_not_signed_and_never_for_longer_than_the_policy() -> None:
    month = Month()
    now = DUE_AT
    month.seal(ONE, now, days=90)
    with pytest.raises(CheckFailedError, match=r"exposure\.seal\.second_person"):
        month.seal(ONE, now + 80 * DAY)
    month.seal(TWO, now + 80 * DAY, days=90)
    with pytest.raises(CheckFailedError, match=r"exposure\.seal\.second_person"):
        month.seal(ONE, now + 160 * DAY)
    month.seal(THREE, now + 160 * DAY, days=90)
    month.seal(MemberId("m-000000000004"), now + 240 * DAY, days=90)
    with pytest.raises(CheckFailedError, match=r"exposure\.seal\.in_all"):
        month.seal(MemberId("m-000000000005"), now + 320 * DAY, days=90)
    assert month.telling(now + 366 * DAY) is Telling.EXPIRED


@pytest.mark.requirement("D19")
@pytest.mark.parametrize("days", [0, -1, 91, 10_000])
def test_a_seal_without_a_near_end_is_refused(days: float) -> None:
    with pytest.raises(CheckFailedError, match=r"exposure\.seal\.too_long"):
        Month().seal(ONE, DUE_AT, days=days)


def test_a_seal_needs_a_motive_and_nobody_seals_their_own_matter() -> None:
    with pytest.raises(UsageError, match=r"exposure\.seal\.motive"):
        Month().seal(ONE, DUE_AT, motive=" … ")
    for name in ("Holder 1 (simulated)", "Person 1 (simulated)"):
        with pytest.raises(CheckFailedError, match=r"exposure\.seal\.own_lookup"):
            Month().seal(ONE, DUE_AT, own_accounts=frozenset({(WIKI, name)}))


def test_a_seal_is_lifted_before_its_day() -> None:
    month = Month()
    with pytest.raises(CheckFailedError, match=r"exposure\.seal\.none"):
        lift_seal(month.state, month.first, now=DUE_AT, by=TWO)
    month.seal(ONE, DUE_AT)
    month.add(lift_seal(month.state, month.first, now=DUE_AT + DAY, by=TWO))
    assert month.telling(DUE_AT + DAY) is Telling.DUE


def test_what_is_told_or_has_nobody_cannot_be_sealed() -> None:
    month = Month()
    month.add(tell(month.state, [month.first], way="talk page", now=DUE_AT, by=SYSTEM, policy=POLICY))
    with pytest.raises(CheckFailedError, match=r"exposure\.seal\.told"):
        month.seal(ONE, DUE_AT)
    address = Month(entry(type="ipedits", target="192.0.2.1"))
    assert queue([address.state], POLICY, DUE_AT) == ()
    with pytest.raises(CheckFailedError, match=r"exposure\.seal\.nobody"):
        address.seal(ONE, DUE_AT)
    with pytest.raises(UsageError, match=r"exposure\.unknown"):
        lift_seal(address.state, "f" * 64, now=DUE_AT, by=ONE)


def test_taking_in_the_same_log_twice_adds_nothing() -> None:
    month = Month(entry(), entry(), entry(target="Person 2 (simulated)"))
    assert len(month.state.notices) == 3
    assert take_in(month.state, month.lookups, at=DUE_AT, by=SYSTEM) == []
    with pytest.raises(UsageError, match=r"exposure\.month"):
        take_in(month.state, planted(3, days=5)[1], at=DUE_AT, by=SYSTEM)


def test_months_keep_their_lookups_and_their_streams_tell_no_name() -> None:
    lookups = planted(100)[1]
    months = by_month(lookups)
    assert sum(len(those) for those in months.values()) == 100
    for (wiki, month), those in months.items():
        assert {f"{each.at:%Y-%m}" for each in those} == {month}
        assert wiki not in str(month_stream(wiki, month))
    assert month_stream(WIKI, "2021-09") != month_stream(wiki_name("otherwiki"), "2021-09")


def test_an_unknown_fact_is_refused() -> None:
    with pytest.raises(CheckFailedError, match=r"exposure\.fact"):
        fold_month(WIKI, "2021-09", [Fact(type="whispered", at=DUE_AT, by=ONE)])


@pytest.mark.requirement("D19")
def test_the_counts_of_seals_are_those_that_were_made() -> None:
    month = Month(entry(), *(entry(target=f"Person {number} (simulated)") for number in range(2, 6)))
    month.seal(ONE, DUE_AT, days=30)
    month.seal(TWO, DUE_AT + 29 * DAY, days=30)
    counts = seal_counts([month.state], POLICY, DUE_AT + 30 * DAY)
    assert counts.to_json() == {
        "notices": 5,
        "told": 0,
        "sealed": 1,
        "expired": 0,
        "ever_sealed": 1,
        "renewed": 1,
        "longest_days": 30,
    }
    assert seal_counts([month.state], POLICY, DUE_AT + 60 * DAY).expired == 1


def asker(*links: AccountLink, now: datetime = DUE_AT) -> ProvenAsker:
    given = links or (AccountLink(wiki=WIKI, account=PERSON, proven_at=now - HOUR, way="oauth2"),)
    return prove_asker(THREE, given, now=now)


@pytest.mark.requirement("1.14")
def test_a_person_is_told_who_looked_when_and_why() -> None:
    month = Month(entry(reason="API: case 7"), entry(target="Person 2 (simulated)"))
    found = answer_own_question([month.state], asker(), policy=POLICY, now=DUE_AT)
    (told,) = found.told
    assert (told.who, told.at, told.reason, told.type) == ("a CheckUser of examplewiki", DONE_AT, "case 7", "userips")
    assert "Holder" not in str(found.to_json())
    named = answer_own_question([month.state], asker(), policy=TellingPolicy(names_holder=True), now=DUE_AT)
    assert named.told[0].who == "Holder 1 (simulated)"


@pytest.mark.requirement("1.14")
def test_what_is_sealed_is_named_with_code_and_end_and_nothing_else() -> None:
    month = Month()
    month.seal(ONE, DUE_AT - DAY, days=30, code=ReasonCode.SAFETY)
    found = answer_own_question([month.state], asker(), policy=POLICY, now=DUE_AT)
    assert found.told == ()
    assert found.to_json()["withheld"] == [{"code": "safety", "until": "2021-12-29T10:00:00Z"}]
    later = answer_own_question([month.state], asker(now=DUE_AT + 30 * DAY), policy=POLICY, now=DUE_AT + 30 * DAY)
    assert len(later.told) == 1


@pytest.mark.requirement("1.13")
@pytest.mark.requirement("1.14")
def test_within_the_delay_the_answer_is_the_same_whether_there_was_a_lookup_or_not() -> None:
    now = DUE_AT - HOUR
    month, empty = Month(), Month(entry(target="Person 2 (simulated)"))
    sealed = Month()
    sealed.seal(ONE, now - HOUR)
    answers = [
        answer_own_question([each.state], asker(now=now), policy=POLICY, now=now).to_json()
        for each in (month, empty, sealed)
    ]
    assert answers[0] == answers[1] == answers[2]
    assert answers[0]["covers_until"] == "2021-09-01"


@pytest.mark.requirement("1.14")
def test_only_the_proven_owner_of_an_account_is_answered() -> None:
    with pytest.raises(CheckFailedError, match=r"exposure\.ask\.not_proven"):
        prove_asker(THREE, [], now=DUE_AT)
    fresh = AccountLink(wiki=WIKI, account=PERSON, proven_at=DUE_AT - HOUR, way="oauth2")
    for stale in (DUE_AT - 2 * DAY, DUE_AT + HOUR):
        old = AccountLink(wiki=WIKI, account=PERSON, proven_at=stale, way="oauth2")
        with pytest.raises(CheckFailedError, match=r"exposure\.ask\.not_proven"):
            prove_asker(THREE, [fresh, old], now=DUE_AT)
    with pytest.raises(CheckFailedError, match=r"exposure\.ask\.not_proven"):
        ProvenAsker(object(), THREE, frozenset({(WIKI, PERSON)}))
    elsewhere = AccountLink(wiki=wiki_name("otherwiki"), account=PERSON, proven_at=DUE_AT, way="oauth2")
    assert answer_own_question([Month().state], asker(elsewhere), policy=POLICY, now=DUE_AT).told == ()


def test_other_peoples_accounts_are_blotted_out_of_the_reason() -> None:
    month = Month(
        entry(reason="sock of Person 2 (simulated)? see [[User:person_2_(simulated)]], Person 1 (simulated)"),
        entry(target="Person 2 (simulated)"),
        entry(checkuser="张三", target="Ab", reason="张三检查", timestamp="2021-09-02T10:00:00Z"),
    )
    found = answer_own_question([month.state], asker(), policy=POLICY, now=DUE_AT + 2 * DAY)
    assert found.told[0].reason == f"sock of {OTHER_ACCOUNT}? see [[User:{OTHER_ACCOUNT}]], Person 1 (simulated)"
    assert (
        blot_names("About Ab, ab_ and 张三检查", ["Ab", "张三"])
        == f"About {OTHER_ACCOUNT}, {OTHER_ACCOUNT}_ and {OTHER_ACCOUNT}检查"
    )


@pytest.mark.requirement("1.15")
@pytest.mark.requirement("3.13")
def test_a_month_is_forgotten_on_its_day_but_not_while_somebody_is_owed_or_may_appeal() -> None:
    month = Month()
    assert may_be_forgotten_at(month.state, POLICY, DUE_AT) is None
    month.seal(ONE, DUE_AT, days=30)
    assert may_be_forgotten_at(month.state, POLICY, DUE_AT + DAY) is None
    month.add(tell(month.state, [month.first], way="talk page", now=DUE_AT + 31 * DAY, by=SYSTEM, policy=POLICY))
    free = may_be_forgotten_at(month.state, POLICY, DUE_AT + 31 * DAY)
    assert free == datetime(2021, 10, 1, tzinfo=UTC) + 1095 * DAY
    held = datetime(2030, 1, 1, tzinfo=UTC)
    assert may_be_forgotten_at(month.state, POLICY, DUE_AT + 31 * DAY, held_until=held) == held


SIGNERS = [MemberId(f"m-{number:012d}") for number in range(12)]


@given(st.lists(st.tuples(st.sampled_from(SIGNERS), st.integers(1, 120), st.integers(0, 100)), max_size=25))
def test_no_sequence_of_seals_keeps_a_notice_back_for_longer_than_the_policy(
    steps: list[tuple[MemberId, int, int]],
) -> None:
    month, now, first = Month(), DUE_AT, None
    for by, days, pause in steps:
        try:
            month.seal(by, now, days=days)
            first = first or now
        except CheckFailedError:
            pass
        now += pause * DAY
    if first is not None:
        assert month.telling(first + (POLICY.sealed_days_in_all + 1) * DAY) is Telling.EXPIRED


def test_lookups_read_from_a_month_are_those_that_were_stored() -> None:
    lookups = [each for each in planted(60)[1] if f"{each.at:%Y-%m}" == "2021-04"]
    state = LookupMonth(wiki=WIKI, month="2021-04")
    facts = take_in(state, lookups, at=DUE_AT, by=SYSTEM)
    kept: list[Lookup] = [each.lookup for each in fold_month(WIKI, "2021-04", facts).notices.values()]
    assert kept == lookups


def test_the_spelling_of_an_own_account_opens_no_way_to_seal_ones_own_matter() -> None:
    with pytest.raises(CheckFailedError, match=r"exposure\.seal\.own_lookup"):
        Month().seal(ONE, DUE_AT, own_accounts=frozenset({(WIKI, "user:holder_1 (simulated)")}))
