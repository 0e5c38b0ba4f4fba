"""Reading people into the register: from CSV, a noticeboard and groups. Nothing is lost, and twice adds nothing."""

from itertools import count
from typing import Any

import pytest
from holders import BOOK, NOW, STEWARD, after_facts, days, person_id, plain, register_of

from holdfast.access.register.import_board import read_board
from holdfast.access.register.import_csv import COLUMNS, read_csv, template
from holdfast.access.register.import_groups import missing_on_wiki, read_groups
from holdfast.access.register.importing import Entry, Import, import_entries
from holdfast.access.register.person_facts import fold
from holdfast.access.register.register import Register
from holdfast.accounts.names import account_name, same_account
from holdfast.errors import InputRefusedError, UsageError
from holdfast.facts import StreamId
from holdfast.ids import WikiName

EN = WikiName("enwiki")
EMPTY = register_of([])


def imported(entries: Any, register: Register = EMPTY) -> tuple[Import, Register]:
    numbers = count(900 + len(register.people))
    found = import_entries(register, entries, now=NOW, by=STEWARD, new_id=lambda: f"p-{next(numbers):06d}")
    people = {stream: fold(stream, facts) for stream, facts in found.facts.items() if facts[0].type == "person added"}
    grown = Register(people={**register.people, **people}, book=BOOK)
    rest = {stream: facts for stream, facts in found.facts.items() if stream not in people}
    return found, after_facts(grown, rest)


def csv_of(*rows: dict[str, str]) -> bytes:
    names = list(dict.fromkeys(name for row in rows for name in row))
    lines = [",".join(names), *(",".join(f'"{row.get(name, "")}"' for name in names) for row in rows)]
    return "\n".join(lines).encode()


def from_csv(*rows: dict[str, str]) -> tuple[Entry, ...]:
    return read_csv(csv_of(*rows), place="reg.csv", now=NOW)[0]


ROW = {
    "account": "Simulated Holder",
    "wiki": "enwiki",
    "right": "checkuser",
    "grant_begins": "2020-01-01",
    "agreement_version": "3",
    "agreement_signed": "2019-12-01",
    "jurisdiction": "J1",
    "jurisdiction_source": "own statement",
    "jurisdiction_date": "2019-12-01",
}


def test_the_template_can_be_read_and_reading_it_twice_adds_nothing() -> None:
    entries, languages = read_csv(template().encode(), place="t", now=NOW + days(3000))
    numbers = count(1)
    found = import_entries(EMPTY, entries, now=NOW + days(3000), by=STEWARD, new_id=lambda: f"p-{next(numbers):06d}")
    assert found.people_added == 2
    assert languages == {"enwiki": "en", "fawiki": "fa"}
    register = Register(people={stream: fold(stream, facts) for stream, facts in found.facts.items()}, book=BOOK)
    again = import_entries(register, entries, now=NOW + days(3001), by=STEWARD, new_id=lambda: "p-9")
    assert again.facts == {}
    assert again.entries_unchanged == 2


def test_a_person_of_several_rows_is_one_person_with_all_rights() -> None:
    rows = [ROW, {**ROW, "right": "suppress"}, {**ROW, "wiki": "fawiki"}]
    found, register = imported(from_csv(*rows))
    assert found.people_added == 1
    (person,) = register.people.values()
    assert [grant.key for grant in person.grants] == [
        ("enwiki", "checkuser"), ("enwiki", "oversight"), ("fawiki", "checkuser")
    ]  # fmt: skip
    assert person.grants[1].group == "suppress"
    assert len(person.agreements) == len(person.jurisdictions) == 1


def test_there_is_no_column_for_a_real_name_a_place_or_an_address() -> None:
    for word in ("real_name", "address", "city", "country", "email", "employer", "ip"):
        assert word not in COLUMNS
        with pytest.raises(InputRefusedError, match=r"access\.csv\.header"):
            from_csv({**ROW, word: "x"})


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"account": ""}, "account is empty"),
        ({"account": "192.0.2.7"}, "no account's name"),
        ({"account": "A#B"}, "no account's name"),
        ({"wiki": "En Wiki"}, "not a name for a wiki"),
        ({"wiki": ""}, "a right needs a wiki"),
        ({"right": "sysop"}, "no right to non-public data"),
        ({"right": ""}, "dates and no right"),
        ({"grant_begins": "01/02/2020"}, "not a time"),
        ({"grant_begins": "2020"}, "not a time"),
        ({"grant_ends": "2019-01-01"}, "ends before it begins"),
        ({"agreement_signed": ""}, "needs its version"),
        ({"agreement_ends": "2019-01-01"}, "ends before it was signed"),
        ({"jurisdiction_source": ""}, "needs its source and date"),
        ({"jurisdiction": "12 High Street"}, "a class such as J1"),
        ({"domicile_known": "perhaps"}, "yes or no"),
        ({"exemption": "checkuser"}, "an exemption needs"),
        ({"user_id": "-4"}, "whole number"),
        ({"notice_language": "x" * 300}, "longer than"),
    ],
)
def test_a_bad_row_is_refused_with_its_line_and_nothing_is_imported(change: dict[str, str], why: str) -> None:
    with pytest.raises(InputRefusedError) as refused:
        from_csv(ROW, {**ROW, **change})
    assert refused.value.code == "access.csv.rows"
    assert {each.line for each in refused.value.problems} == {3}
    assert why in str(refused.value)


def test_damaged_files_are_refused() -> None:
    for data, code in [
        (b"account,wiki\nA,enwiki,more\n", "rows"),
        (b"account,wiki\nA\n", "rows"),
        (b'account,wiki\n"A,enwiki\n', "rows"),
        (b"account,account\nA,B\n", "header"),
        (b"wiki\nenwiki\n", "header"),
        (b"", "header"),
        ("account\nÄ\n".encode("latin-1"), "encoding"),
        (b"account\nA\0\n", "encoding"),
    ]:
        with pytest.raises(InputRefusedError) as refused:
            read_csv(data, place="x", now=NOW)
        assert refused.value.code == f"access.csv.{code}", data


def test_a_byte_order_mark_semicolons_and_carriage_returns_are_read() -> None:
    data = b"\xef\xbb\xbfaccount;wiki;right\r\nSimulated Holder;enwiki;checkuser\r\n"
    (entry,) = read_csv(data, place="x", now=NOW)[0]
    assert (entry.account, entry.wiki) == ("Simulated Holder", "enwiki")


@pytest.mark.parametrize("column", ["agreement_signed", "jurisdiction_date"])
def test_a_date_in_the_future_is_refused_when_it_is_read(column: str) -> None:
    with pytest.raises(InputRefusedError) as refused:
        imported(from_csv({**ROW, column: "2031-01-01"}))
    assert refused.value.code == "access.import.future"
    assert refused.value.place == "reg.csv:2"


def test_rows_that_contradict_each_other_are_refused_with_both_lines() -> None:
    for change in ({"jurisdiction": "J2"}, {"domicile_known": "yes"}, {"grant_ends": "2030-01-01"}):
        with pytest.raises(InputRefusedError) as refused:
            imported(from_csv(ROW, {**ROW, **change}))
        assert refused.value.code == "access.import.contradiction"
        assert "reg.csv:2" in refused.value.place
        assert "reg.csv:3" in refused.value.place


NAMES = [
    "Ünïcode",
    "漢字 使用者",
    "کاربر آزمایشی",
    "פלוני אלמוני",
    'O\'Neil & "Sons"',
    "a*b;c=d?e!",
    "x" * 255,
    "Name (with) brackets.",
    "$1 + $2",
    "@old",
    "Émile\u0301",
    "Q~Q",
    "100%",
    "\\backslash\\",
    "Zoë\u00a0Space",
]


@pytest.mark.parametrize("name", NAMES)
def test_a_name_with_any_character_that_mediawiki_allows_is_kept(name: str) -> None:
    assert same_account(account_name(name), name)
    _, register = imported([Entry(place="x", account=account_name(name))])
    assert register.one(name).account == account_name(name)


NO_NAMES = [
    "", " ", "_", "192.0.2.1", "2001:db8::1", "a/b", "a#b", "a|b", "a[b", "{x}", "<b>", "~~~", "a\nb", "x" * 256,
    "%41", "&amp;", "\ud800", "#123", ":a",
]  # fmt: skip


@pytest.mark.parametrize("name", NO_NAMES)
def test_what_can_be_no_name_is_refused(name: str) -> None:
    with pytest.raises(InputRefusedError, match=r"access\.name"):
        account_name(name)


def test_underscores_and_a_small_first_letter_are_the_same_account() -> None:
    assert same_account("some_Name", "Some Name")
    assert not same_account("Some name", "Some Name")
    assert same_account("ßtest", "ßtest")


def groups(*users: dict[str, Any], more: bool = False) -> Any:
    answer: dict[str, Any] = {"query": {"allusers": list(users)}}
    return {**answer, "continue": {"aufrom": "X"}} if more else answer


def user(name: str, number: int, *held: str) -> dict[str, Any]:
    return {"userid": number, "name": name, "groups": ["*", "user", *held]}


def test_groups_that_open_non_public_data_become_grants_and_others_are_passed_over() -> None:
    answers = [
        groups(user("Ann", 1, "checkuser", "sysop")),
        groups(user("Ben", 2, "suppress"), user("Cy", 3, "sysop")),
    ]
    entries = read_groups(answers, wiki=EN, place="x", now=NOW)
    found, register = imported(entries)
    assert found.people_added == 2
    assert register.one("Ben").grants[0].right == "oversight"
    assert imported(entries, register)[0].facts == {}


def test_the_end_of_a_membership_is_read() -> None:
    one = {"userid": 1, "name": "Ann", "groupmemberships": [{"group": "checkuser", "expiry": "2022-01-01T00:00:00Z"}]}
    (entry,) = read_groups({"query": {"users": [one]}}, wiki=EN, place="x", now=NOW)
    assert entry.grant is not None
    assert entry.grant.ends is not None
    assert entry.grant.ends.isoformat() == "2022-01-01T00:00:00+00:00"


def test_an_account_that_was_renamed_is_known_by_its_number_and_keeps_its_old_name() -> None:
    _, register = imported(read_groups(groups(user("Old Name", 7, "checkuser")), wiki=EN, place="x", now=NOW))
    found, register = imported(
        read_groups(groups(user("New Name", 7, "checkuser")), wiki=EN, place="x", now=NOW), register
    )
    assert found.people_added == 0
    assert len(found.renamed) == 1
    person = register.one("New Name")
    assert (person.account, person.former) == ("New Name", ("Old Name",))
    assert register.one("Old Name").id == person.id


def test_somebody_who_takes_a_name_that_became_free_is_not_the_one_who_had_it() -> None:
    _, register = imported(read_groups(groups(user("Free Name", 7, "checkuser")), wiki=EN, place="x", now=NOW))
    _, register = imported(read_groups(groups(user("Gone", 7, "checkuser")), wiki=EN, place="x", now=NOW), register)
    found, register = imported(
        read_groups(groups(user("Free Name", 8, "suppress")), wiki=EN, place="x", now=NOW), register
    )
    assert found.people_added == 1
    assert register.one("Free Name").user_id_on(EN) == 8
    assert register.one("Gone").user_id_on(EN) == 7


def test_a_vanished_account_keeps_its_history_and_is_off_the_lists() -> None:
    _, register = imported(from_csv(ROW))
    (person,) = register.people.values()
    entry = Entry(place="x", account=person.account, gone_at=NOW)
    _, register = imported([entry], register)
    assert register.one("Simulated Holder").grants
    assert not list(register.grants_at(NOW))


def test_a_name_that_two_people_had_needs_a_number() -> None:
    one, other = plain(1), plain(2)
    both = [Entry(place="a", account=each.account, former=(account_name("Shared"),)) for each in (one, other)]
    _, register = imported(both, register_of([one, other]))
    with pytest.raises(InputRefusedError, match=r"access\.import\.whose_name"):
        imported([Entry(place="x", account=account_name("Shared"))], register)
    with pytest.raises(UsageError, match=r"access\.person\.ambiguous"):
        register.one("Shared")


@pytest.mark.parametrize(
    "answer", [{}, [], {"error": {}}, {"query": {"allusers": "x"}}, {"query": {"allusers": [{}]}}]
)
def test_what_is_no_answer_of_the_api_is_refused(answer: Any) -> None:
    if answer == []:
        assert read_groups(answer, wiki=EN, place="x", now=NOW) == ()
        return
    with pytest.raises(InputRefusedError, match=r"access\.groups\.form"):
        read_groups(answer, wiki=EN, place="x", now=NOW)


def test_a_list_of_answers_that_was_cut_is_refused() -> None:
    with pytest.raises(InputRefusedError, match=r"access\.groups\.cut"):
        read_groups([groups(user("A", 1), more=True)], wiki=EN, place="x", now=NOW)


def test_a_grant_that_the_wiki_does_not_show_is_reported() -> None:
    register = register_of([plain(1), plain(2)])
    entries = read_groups(groups(user("Simulated Holder 1", 1, "checkuser")), wiki=EN, place="x", now=NOW)
    (missing,) = missing_on_wiki(register, entries, wiki=EN, rights=["checkuser", "oversight"], at=NOW)
    assert (missing.person, missing.is_frozen) == (person_id(2), False)


BOARD = """
Intro that says nothing.
<!-- {{user|Hidden}} 2015-01-01 -->
== List ==
{| class="wikitable sortable"
|+ People
! User !! Date
|-
| {{user|Ann}} || 2015-10-01
|-
| [[User:Ben O'Neil|Ben]]
| 2 October 2016
|-
| {{user|No Date}} ||
|-
| {{user|Two}} {{user|Names}} || 2016-01-01
|-
| <s>{{user|Struck}}</s> || 2016-01-01
|-
| {{user|Later}} || 2031-01-01
|-
| {{user|Never}} || 2015-02-30
|-
| nobody || 2015-02-03
|}
* {{u|1=漢字}}, 2017年5月6日
# [[:m:User talk:Cy#x|Cy]] – October 5, 2018<ref>seen 2019-01-01</ref>
* {{user|Ann}} 2015-10-01
* {{user|Ann}} 2015-10-02
* see also
A line with {{noping|Dee}} signed 3 Jan 2019.
"""


def test_a_noticeboard_is_read_and_what_cannot_be_read_is_reported_with_its_line() -> None:
    found = read_board(BOARD, version="3", place="board", now=NOW)
    read = {each.account: each.agreement.begins.date().isoformat() for each in found.entries if each.agreement}
    assert read == {
        "Ann": "2015-10-01",
        "Ben O'Neil": "2016-10-02",
        "漢字": "2017-05-06",
        "Cy": "2018-10-05",
        "Dee": "2019-01-03",
    }
    lines = BOARD.split("\n")
    reasons = {each.line: each.why for each in found.unread}
    assert [lines[line - 1] for line in reasons] == [
        "| {{user|No Date}} ||",
        "| {{user|Two}} {{user|Names}} || 2016-01-01",
        "| <s>{{user|Struck}}</s> || 2016-01-01",
        "| {{user|Later}} || 2031-01-01",
        "| {{user|Never}} || 2015-02-30",
        "| nobody || 2015-02-03",
        "* {{user|Ann}} 2015-10-02",
        "* see also",
    ]
    assert list(reasons.values())[:4] == [
        "no date that can be read", "2 accounts are named", "it is struck out", "the date 2031-01-01 is in the future"
    ]  # fmt: skip


def test_a_noticeboard_read_twice_adds_nothing() -> None:
    entries = read_board(BOARD, version="3", place="board", now=NOW).entries
    found, register = imported(entries)
    assert found.people_added == 5
    assert imported(entries, register)[0].facts == {}


def test_a_stream_has_an_id_that_says_nothing() -> None:
    found, _ = imported(from_csv(ROW))
    assert list(found.facts) == [StreamId(kind="person", id="p-000900")]
    assert all("Simulated" not in fact.type for facts in found.facts.values() for fact in facts)
