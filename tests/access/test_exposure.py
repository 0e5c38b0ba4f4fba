"""Who could see, who did, and what a holder looked at: equal to the log, and honest about what it cannot say."""

import csv
import io
import ipaddress
from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from checkuser_logs import TOKENS, WIKI, answer, entry, planted, read
from hypothesis import given
from hypothesis import strategies as st

from holdfast.access.exposure.lookups import Lookup, Target, TargetKind
from holdfast.access.exposure.report import CELL_COLUMNS, LIMITS, Held, exposure_report, who_could_and_did
from holdfast.access.exposure.who_could import held_rights
from holdfast.access.register.person import Grant, Hold, Person
from holdfast.access.register.register import Register
from holdfast.access.rules.rule_book import RuleBook
from holdfast.accounts.names import AccountName
from holdfast.errors import UsageError
from holdfast.facts import StreamId
from holdfast.ids import WikiName, wiki_name
from holdfast.report.pages.exposure import report_page
from holdfast.report.render import render

HOLDER = AccountName("Holder 1 (simulated)")
OTHER_WIKI = wiki_name("otherwiki")
START, END = date(2021, 1, 1), date(2022, 1, 1)
LOG = planted(400)[1]


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def held(account: str, start: str, end: str | None = None, **other: object) -> Held:
    more = {"person": account, "right": "checkuser", "wiki": WIKI, **other}
    return Held(account=AccountName(account), start=at(start), end=at(end) if end else None, **more)  # type: ignore[arg-type]


def label(wiki: WikiName, account: str) -> str:
    return TOKENS.of(wiki, account)


@pytest.mark.requirement("1.12")
def test_who_could_is_who_held_the_right_at_any_moment_of_the_day() -> None:
    register = [
        held("All along", "2020-01-01"),
        held("Ended before", "2020-01-01", "2021-09-01"),
        held("Ended that day", "2020-01-01", "2021-09-01T00:00:01"),
        held("Began that day", "2021-09-01T23:59:59"),
        held("Began after", "2021-09-02"),
        held("Elsewhere", "2020-01-01", wiki=OTHER_WIKI),
        held("Everywhere", "2020-01-01", wiki=None),
        held("Another right", "2020-01-01", right="oversight"),
    ]
    seen = who_could_and_did(register, [], wiki=WIKI, day=date(2021, 9, 1))
    assert [each.account for each in seen.could] == ["All along", "Began that day", "Ended that day", "Everywhere"]


@pytest.mark.requirement("1.12")
def test_who_did_is_the_log_of_that_day_and_names_those_the_register_does_not_know() -> None:
    entries = [
        entry(timestamp="2021-08-31T23:59:59Z"),
        entry(timestamp="2021-09-01T00:00:00Z"),
        entry(timestamp="2021-09-01T12:00:00Z", checkuser="Stranger (simulated)"),
        entry(timestamp="2021-09-01T13:00:00Z", target="Person 2 (simulated)"),
        entry(timestamp="2021-09-02T00:00:00Z"),
    ]
    lookups = read(answer(entries)).lookups
    person = Target(kind=TargetKind.ACCOUNT, name="Person 1 (simulated)")
    seen = who_could_and_did([held(HOLDER, "2020-01-01")], lookups, wiki=WIKI, day=date(2021, 9, 1), about=person)
    assert [each.holder for each in seen.did] == [HOLDER, "Stranger (simulated)"]
    assert [each.holder for each in seen.unaccounted] == ["Stranger (simulated)"]
    shown = seen.to_json(label)
    assert shown["did_without_a_known_right"] == [seen.did[1].identity]
    assert shown["limits"] == list(LIMITS)
    assert "simulated" not in str(shown)


def test_asking_about_no_right_is_no_answer() -> None:
    with pytest.raises(UsageError, match=r"exposure\.no_rights"):
        who_could_and_did([], [], wiki=WIKI, day=START, rights=frozenset())


def recount(lookups: tuple[Lookup, ...], holder: str) -> Counter[tuple[str, str, str, str]]:
    return Counter(
        (each.wiki, f"{each.at:%Y-%m}", each.type.value, each.target.kind.value)
        for each in lookups
        if each.holder == holder
    )


def test_the_report_equals_the_log() -> None:
    entries, lookups = planted(400)
    report = exposure_report(lookups, holder={WIKI: [HOLDER]}, period_start=START, period_end=END)
    own = [each for each in entries if each["checkuser"] == HOLDER]
    assert report.lookups == len(own) == sum(cell.lookups for cell in report.cells)
    people = {each["target"] for each in own if each["type"].startswith("user")}
    assert report.people == len(people)
    assert report.ranges == len(ranges_of(own))
    assert report.without_reason == sum(each["reason"] in ("", "API: ") for each in own)
    assert {(c.wiki, c.month, c.type, c.target_kind): c.lookups for c in report.cells} == dict(
        recount(lookups, HOLDER)
    )
    assert report.first == min(at(each["timestamp"][:-1]) for each in own)
    assert report.last == max(at(each["timestamp"][:-1]) for each in own)


def ranges_of(entries: list[dict[str, str]]) -> set[str]:
    return {str(ipaddress.ip_network(each["target"], strict=False)) for each in entries if "/" in each["target"]}


@given(st.lists(st.sampled_from(LOG), max_size=30), st.dates(START, date(2021, 12, 30)), st.integers(1, 200))
def test_every_lookup_of_the_period_is_in_one_cell(lookups: list[Lookup], start: date, days: int) -> None:
    end = date.fromordinal(start.toordinal() + days)
    report = exposure_report(lookups, holder={WIKI: [HOLDER]}, period_start=start, period_end=end)
    expected = [each for each in lookups if each.holder == HOLDER and start <= each.at.date() < end]
    assert sum(cell.lookups for cell in report.cells) == report.lookups == len(expected)
    assert report.people <= sum(cell.people for cell in report.cells)


def test_the_periods_of_a_year_add_up() -> None:
    def count(start: date, end: date) -> int:
        return exposure_report(LOG, holder={WIKI: [HOLDER]}, period_start=start, period_end=end).lookups

    assert count(START, date(2021, 5, 7)) + count(date(2021, 5, 7), END) == count(START, END) > 0


def test_those_at_risk_are_counted_among_those_looked_up() -> None:
    listed = [Target(kind=TargetKind.ACCOUNT, name=f"Person {number} (simulated)") for number in (1, 2, 3, 4)]
    at_risk = [*((WIKI, each) for each in listed[:3]), (OTHER_WIKI, listed[3])]
    report = exposure_report(LOG, holder={WIKI: [HOLDER]}, period_start=START, period_end=END, at_risk=at_risk)
    seen = {each.target for each in LOG if each.holder == HOLDER}
    assert {each for _, each in report.at_risk} == seen & set(listed[:3])


def test_without_a_list_of_people_at_risk_nobody_is_said_to_be_at_none() -> None:
    report = exposure_report(LOG, holder={WIKI: [HOLDER]}, period_start=START, period_end=END)
    assert report.at_risk is None
    assert report.to_json(label)["at_risk"] is None
    assert {cell.at_risk for cell in report.cells} == {None}
    assert "not known: no list was given" in render(report_page(report, label))
    asked = exposure_report(LOG, holder={WIKI: [HOLDER]}, period_start=START, period_end=END, at_risk=())
    assert asked.at_risk == ()
    assert {cell.at_risk for cell in asked.cells} == {0}


def test_one_holder_has_accounts_on_several_wikis() -> None:
    both = (*LOG, *planted(50, seed=2, wiki=OTHER_WIKI)[1])
    report = exposure_report(both, holder={WIKI: [HOLDER], OTHER_WIKI: [HOLDER]}, period_start=START, period_end=END)
    assert {cell.wiki for cell in report.cells} == {WIKI, OTHER_WIKI}
    alone = exposure_report(both, holder={WIKI: [HOLDER]}, period_start=START, period_end=END)
    assert alone.lookups < report.lookups


def test_the_outputs_hold_no_address_no_name_and_no_reason() -> None:
    report = exposure_report(LOG, holder={WIKI: [HOLDER]}, period_start=START, period_end=END)
    for text in (str(report.to_json(label)), report.to_csv()):
        for secret in ("192.0.2", "198.51.100", "2001:", "simulated", "case 7", "scrutiny"):
            assert secret not in text


def test_the_csv_has_its_columns_also_when_empty() -> None:
    empty = exposure_report([], holder={WIKI: [HOLDER]}, period_start=START, period_end=END)
    assert empty.to_csv() == ",".join(CELL_COLUMNS) + "\n"
    assert empty.first is None
    full = exposure_report(LOG, holder={WIKI: [HOLDER]}, period_start=START, period_end=END)
    rows = list(csv.DictReader(io.StringIO(full.to_csv())))
    assert sum(int(row["lookups"]) for row in rows) == full.lookups
    assert rows == sorted(rows, key=lambda row: [row[name] for name in CELL_COLUMNS[:4]])


def test_an_empty_period_is_refused() -> None:
    with pytest.raises(UsageError, match=r"exposure\.period"):
        exposure_report([], holder={}, period_start=END, period_end=END)


def person(*, grants: tuple[Grant, ...], holds: tuple[Hold, ...] = (), **other: object) -> Register:
    one = Person(
        id=StreamId(kind="person", id="p1"),
        account=AccountName("New name"),
        former=(AccountName("Old name"),),
        wiki_accounts={},
        grants=grants,
        holds=holds,
        **other,  # type: ignore[arg-type]
    )
    return Register(people={one.id: one}, book=RuleBook(current_versions=frozenset({"1"}), languages={}))


def grant(start: str, end: str | None = None, **other: object) -> Grant:
    return Grant(
        wiki=WIKI, right="checkuser", group="checkuser", begins=at(start), ends=at(end) if end else None, **other
    )  # type: ignore[arg-type]


def hold(start: str, end: str | None = None) -> Hold:
    return Hold(
        freeze="f1",
        wiki=WIKI,
        right="checkuser",
        begins=at(start),
        before={"checkuser": "infinity"},
        ends=at(end) if end else None,
    )


def spans(register: Register) -> list[tuple[str, str | None]]:
    return [(f"{each.start:%m-%d}", each.end and f"{each.end:%m-%d}") for each in held_rights(register)]


@pytest.mark.requirement("1.12")
def test_a_freeze_is_a_gap_in_who_could() -> None:
    assert spans(person(grants=(grant("2021-01-01"),))) == [("01-01", None)]
    frozen = person(grants=(grant("2021-01-01", "2021-12-01"),), holds=(hold("2021-03-01", "2021-05-01"),))
    assert spans(frozen) == [("01-01", "03-01"), ("05-01", "12-01")]
    still = person(grants=(grant("2021-01-01"),), holds=(hold("2021-03-01"), hold("2021-04-01", "2021-05-01")))
    assert spans(still) == [("01-01", "03-01")]
    overlap = person(
        grants=(grant("2021-01-01"),), holds=(hold("2021-03-01", "2021-06-01"), hold("2021-04-01", "2021-05-01"))
    )
    assert spans(overlap) == [("01-01", "03-01"), ("06-01", None)]
    ended = person(grants=(grant("2021-01-01", "2021-12-01", ended=at("2021-02-01")),), holds=(hold("2021-03-01"),))
    assert spans(ended) == [("01-01", "02-01")]
    gone = person(grants=(grant("2021-01-01"),), gone_at=at("2021-04-01"))
    assert spans(gone) == [("01-01", "04-01")]


def test_a_date_that_was_written_down_beforehand_ends_nobody_s_look_at_the_data() -> None:
    told = at("2021-02-01")
    dated = grant("2021-01-01", "2021-06-01", recorded=told)
    assert spans(person(grants=(dated,))) == [("01-01", None)]
    assert spans(person(grants=(replace(dated, ends_on_wiki=True),))) == [("01-01", "06-01")]
    assert spans(person(grants=(replace(dated, recorded=at("2021-07-01")),))) == [("01-01", "06-01")]
    assert spans(person(grants=(replace(dated, ended=at("2021-08-01")),))) == [("01-01", "08-01")]
    renewed = grant("2021-06-01", "2021-09-01", recorded=told, ends_on_wiki=True)
    assert spans(person(grants=(dated, renewed))) == [("01-01", "06-01"), ("06-01", "09-01")]


def test_a_renamed_holder_is_known_under_the_name_of_then() -> None:
    register = person(grants=(grant("2021-01-01"),))
    lookups = read(answer([entry(checkuser="Old name"), entry(checkuser="New name")])).lookups
    seen = who_could_and_did(held_rights(register), lookups, wiki=WIKI, day=date(2021, 9, 1))
    assert len(seen.did) == 2
    assert seen.unaccounted == ()
