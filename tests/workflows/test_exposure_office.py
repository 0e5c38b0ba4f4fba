"""Exposure in a real office: sealed, read by rule, counted, told on time, forgotten on its day."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from access.checkuser_logs import answer, entry, planted
from holdfast.access.exposure.lookups_read import LogFile
from holdfast.access.exposure.report import Held
from holdfast.accounts.names import AccountName
from holdfast.canonical import canonical_bytes
from holdfast.errors import CheckFailedError, HoldfastError, InputRefusedError, UsageError
from holdfast.facts import StreamId
from holdfast.ids import wiki_name
from holdfast.notices.kinds import ReasonCode
from holdfast.wiki.revision import WrittenRevision
from store.offices import NOON, OfficeWorld, TestMember

WIKI = wiki_name("examplewiki")
HOLDER = AccountName("Holder 1 (simulated)")
PERSON = AccountName("Person 1 (simulated)")
DAY = timedelta(days=1)


def log_file(*entries: dict[str, Any]) -> LogFile:
    return LogFile(place="log.json", data=canonical_bytes(answer(entries)))


def at(days_ago: float) -> str:
    return f"{NOON - days_ago * DAY:%Y-%m-%dT%H:%M:%SZ}"


def take_in(world: OfficeWorld, steward: TestMember, *entries: dict[str, Any]) -> Any:
    from holdfast.workflows.exposure.months_read import import_lookups

    return import_lookups(world.office, steward.reader(), WIKI, [log_file(*entries)])


def test_a_log_is_taken_in_once_and_by_months(office: OfficeWorld) -> None:
    steward = office.member("access_steward")
    entries, lookups = planted(120)
    first = take_in(office, steward, *entries)
    assert (first.read, first.new, first.months) == (120, 120, len({f"{each.at:%Y-%m}" for each in lookups}))
    again = take_in(office, steward, *entries)
    assert (again.read, again.new) == (120, 0)
    more = take_in(office, steward, *entries, entry(timestamp=at(1)))
    assert more.new == 1


def test_a_damaged_log_changes_nothing(office: OfficeWorld) -> None:
    steward = office.member("access_steward")
    with pytest.raises(InputRefusedError, match=r"lookups\.type"):
        take_in(office, steward, entry(), entry(type="guess"))
    assert office.office.vault.count("exposure") == 0


@pytest.mark.parametrize("role", ["decider", "legal", "appeal_reader", "auditor", "operator"])
def test_who_has_no_part_in_access_sees_no_lookup(office: OfficeWorld, role: str) -> None:
    from holdfast.workflows.exposure import months_read as exposure

    take_in(office, office.member("access_steward"), entry())
    other = office.member(role).reader()
    tries = (
        lambda: exposure.import_lookups(office.office, other, WIKI, [log_file(entry())]),
        lambda: exposure.told_queue(office.office, other),
        lambda: report(office, other),
        lambda: exposure.who_could_and_who_did(office.office, other, [], wiki=WIKI, day=date(2021, 9, 1)),
    )
    for each in tries:
        with pytest.raises(CheckFailedError, match=r"access\.refused"):
            each()


def report(world: OfficeWorld, reader: Any, **other: Any) -> Any:
    from holdfast.workflows.exposure.months_read import report_of

    given = {"period_start": date(2021, 1, 1), "period_end": date(2022, 1, 1), "holder": {WIKI: [HOLDER]}, **other}
    return report_of(world.office, reader, **given)


def test_the_report_of_the_office_equals_the_log(office: OfficeWorld) -> None:
    steward = office.member("access_steward")
    entries, _ = planted(150)
    take_in(office, steward, *entries)
    found = report(office, steward.reader(), at_risk=[(WIKI, PERSON)])
    own = [each for each in entries if each["checkuser"] == HOLDER]
    assert found.lookups == sum(cell.lookups for cell in found.cells) == len(own)
    assert bool(found.at_risk) == any(each["target"] == PERSON for each in own)


def test_the_day_of_a_lookup_has_who_could_and_who_did(office: OfficeWorld) -> None:
    from holdfast.workflows.exposure.months_read import who_could_and_who_did

    steward = office.member("access_steward")
    take_in(office, steward, entry())
    start = datetime(2020, 1, 1, tzinfo=UTC)
    held = [Held(person="person/p1", account=HOLDER, wiki=WIKI, right="checkuser", start=start)]
    seen = who_could_and_who_did(
        office.office, steward.reader(), held, wiki=WIKI, day=date(2021, 9, 1), account=PERSON
    )
    assert [each.account for each in seen.could] == [HOLDER]
    assert [each.holder for each in seen.did] == [HOLDER]
    assert seen.unaccounted == ()


def one_owed(world: OfficeWorld, reader: Any) -> tuple[StreamId, str, Any]:
    from holdfast.access.exposure.telling import month_stream
    from holdfast.workflows.exposure.months_read import told_queue

    (row,) = told_queue(world.office, reader)
    return month_stream(row.wiki, row.month), row.lookup, row


@pytest.mark.requirement("1.13")
@pytest.mark.requirement("D19")
def test_a_custodian_seals_a_notice_another_renews_and_time_ends_it(office: OfficeWorld) -> None:
    from holdfast.workflows.exposure import months_read as exposure
    from holdfast.workflows.exposure import telling as notices_due

    steward, one, two = (office.member(role) for role in ("access_steward", "custodian", "custodian"))
    take_in(office, steward, entry(timestamp=at(100)))
    month, lookup, row = one_owed(office, one.reader())
    assert row.telling == "due"

    def seal(who: TestMember, days: int = 30) -> None:
        until = office.clock() + days * DAY
        exposure.seal(
            office.office, who.reader(), month, lookup, code=ReasonCode.PENDING, until=until, motive="case c1 is open"
        )

    with pytest.raises(CheckFailedError, match=r"access\.refused"):
        seal(steward)
    seal(one)
    with pytest.raises(CheckFailedError, match=r"exposure\.tell\.not_due"):
        notices_due.mark_told(office.office, one.reader(), month, lookup, "wiki e-mail")
    with pytest.raises(CheckFailedError, match=r"second_person"):
        seal(one)
    office.clock.go_on(days=29)
    seal(two)
    assert exposure.published_seal_counts(office.office).to_json()["renewed"] == 1
    office.clock.go_on(days=31)
    assert one_owed(office, one.reader())[2].telling == "expired"
    notices_due.mark_told(office.office, two.reader(), month, lookup, "wiki e-mail")
    assert exposure.told_queue(office.office, one.reader()) == ()


def test_a_custodian_does_not_seal_their_own_lookups(office: OfficeWorld) -> None:
    from holdfast.workflows.exposure import months_read as exposure

    steward, custodian = office.member("access_steward"), office.member("custodian", wiki_accounts=(HOLDER,))
    take_in(office, steward, entry(timestamp=at(100)))
    month, lookup, _ = one_owed(office, custodian.reader())
    with pytest.raises(CheckFailedError, match=r"own_lookup"):
        exposure.seal(
            office.office,
            custodian.reader(),
            month,
            lookup,
            code=ReasonCode.PENDING,
            until=office.clock() + DAY,
            motive="because",
        )


def test_the_notice_of_a_lookup_names_no_other_person(office: OfficeWorld) -> None:
    from holdfast.workflows.exposure import telling as notices_due

    steward, custodian = office.member("access_steward"), office.member("custodian")
    reason = "API: sock of Person 2 (simulated)? from 192.0.2.9"
    take_in(
        office,
        steward,
        entry(timestamp=at(100), reason=reason),
        entry(timestamp=at(99), target="Person 2 (simulated)"),
    )
    from holdfast.access.exposure.telling import month_stream
    from holdfast.workflows.exposure.months_read import told_queue

    row = told_queue(office.office, custodian.reader())[0]
    notice = notices_due.text_for(
        office.office, custodian.reader(), month_stream(row.wiki, row.month), row.lookup, "fa"
    )
    assert "Person 1 (simulated)" in notice.plain
    for secret in ("Person 2", "192.0.2.9", "Holder"):
        assert secret not in notice.plain
    assert "sock of [another account]? from [address]" in notice.plain
    assert not notice.checked


@pytest.mark.requirement("1.13")
def test_the_clock_calls_when_a_notice_is_due_and_once(office: OfficeWorld) -> None:
    from holdfast.store.office.audit_rows import open_alarms
    from holdfast.workflows.clocks.look_up_notices import CLOCK

    take_in(office, office.member("access_steward"), entry(timestamp=at(1)))
    assert CLOCK.run(office.office, office.clock()) == []
    office.clock.go_on(days=89)
    assert len(CLOCK.run(office.office, office.clock())) == 1
    CLOCK.run(office.office, office.clock())
    assert [each.code for each in open_alarms()] == ["clock due"]


@pytest.mark.requirement("1.15")
def test_look_ups_are_forgotten_on_their_day_once_everybody_was_told(office: OfficeWorld) -> None:
    from holdfast.workflows.clocks.look_up_retention import CLOCK
    from holdfast.workflows.exposure import telling as notices_due

    steward, custodian = office.member("access_steward"), office.member("custodian")
    take_in(office, steward, entry(timestamp=at(1)), entry(timestamp=at(40), type="ipedits", target="192.0.2.1"))
    assert office.office.vault.count("exposure") == 2
    office.clock.go_on(days=1200)
    assert CLOCK.run(office.office, office.clock()) == ["1 months of look-ups forgotten"]
    month, lookup, _ = one_owed(office, custodian.reader())
    notices_due.mark_told(office.office, custodian.reader(), month, lookup, "wiki e-mail")
    assert CLOCK.run(office.office, office.clock()) == ["1 months of look-ups forgotten"]
    with pytest.raises(HoldfastError, match=r"erased"):
        office.office.vault.read(steward.reader(), month, purpose="test")
    again = take_in(office, steward, entry(timestamp=at(1)), entry(timestamp=at(-1190)))
    assert (again.new, again.forgotten) == (1, 1)
    assert report(office, steward.reader(), period_end=date(2027, 1, 1)).lookups == 0


class Question:
    """A person's question with a wiki that answers what the test says."""

    def __init__(self, world: OfficeWorld, account: AccountName = PERSON) -> None:
        from holdfast.workflows.exposure import question as exposure_question

        self.steps, self.world, self.custodian = exposure_question, world, world.member("custodian")
        self.stream = exposure_question.ask(world.office, self.custodian.reader(), WIKI, account)

    @property
    def code(self) -> str:
        return str(self.steps.read_question(self.world.office, self.custodian.reader(), self.stream).code)

    def prove(self, **other: Any) -> None:
        given = {"id": 7, "account": PERSON, "at": self.world.clock(), "summary": f"my code {self.code}", "text": ""}
        found = WrittenRevision(**{**given, **other})
        self.steps.prove(self.world.office, self.custodian.reader(), self.stream, 7, lambda wiki, number: found)

    def answer(self) -> Any:
        return self.steps.answer(self.world.office, self.custodian.reader(), self.stream)


def test_a_code_that_somebody_else_left_on_a_page_proves_nothing_by_its_owners_next_edit(office: OfficeWorld) -> None:
    question = Question(office)
    left = f"Please look at this: {question.code}"
    with pytest.raises(CheckFailedError, match=r"not_proven.*before this edit"):
        question.prove(summary="an answer", text=f"{left} What is it?", text_before=left)
    question.prove(summary="", text=f"{left} {question.code} mine", text_before="Please look at this")


@pytest.mark.requirement("1.14")
def test_a_person_who_proved_their_account_gets_their_answer_and_counts_as_told(office: OfficeWorld) -> None:
    from holdfast.workflows.exposure.months_read import told_queue

    take_in(office, office.member("access_steward"), entry(timestamp=at(100), reason="case 7"))
    question = Question(office)
    with pytest.raises(CheckFailedError, match=r"not_proven"):
        question.answer()
    question.prove()
    found = question.answer()
    assert [(each.who, each.reason) for each in found.told] == [("a CheckUser of examplewiki", "case 7")]
    assert told_queue(office.office, question.custodian.reader()) == ()
    assert question.answer().told == found.told
    office.clock.go_on(days=2)
    with pytest.raises(CheckFailedError, match=r"not_proven"):
        question.answer()


@pytest.mark.requirement("1.14")
@pytest.mark.parametrize(
    "other",
    [
        {"account": "Somebody else"},
        {"summary": "another code", "text": "holdfast-00000000000000000000"},
        {"at": NOON - timedelta(hours=1)},
    ],
)
def test_an_edit_that_does_not_prove_the_account_is_refused(office: OfficeWorld, other: dict[str, Any]) -> None:
    question = Question(office)
    with pytest.raises(CheckFailedError, match=r"not_proven"):
        question.prove(**other)


def test_an_old_code_proves_nothing(office: OfficeWorld) -> None:
    question = Question(office)
    office.clock.go_on(days=8)
    with pytest.raises(CheckFailedError, match=r"not_proven"):
        question.prove()


def test_a_wiki_that_the_office_does_not_know_is_refused(office: OfficeWorld) -> None:
    from dataclasses import replace

    from holdfast.store.office.config import WikiConfig
    from holdfast.workflows.exposure.months_read import import_lookups

    steward = office.member("access_steward")
    config = replace(office.office.config, wikis={WIKI: WikiConfig(name=WIKI)})
    other = replace(office.office, place=replace(office.office.place, config=config))
    with pytest.raises(UsageError, match=r"exposure\.wiki"):
        import_lookups(other, steward.reader(), wiki_name("elsewhere"), [log_file(entry())])
    assert import_lookups(other, steward.reader(), WIKI, [log_file(entry())]).new == 1


@pytest.mark.requirement("1.14")
def test_a_person_is_answered_whatever_the_spelling_of_their_question(office: OfficeWorld) -> None:
    take_in(office, office.member("access_steward"), entry(timestamp=at(100), reason="case 7"))
    question = Question(office, AccountName("user:person_1 (simulated)"))
    question.prove()
    assert [each.reason for each in question.answer().told] == ["case 7"]
