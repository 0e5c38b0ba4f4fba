"""Look-ups are read from every form of CheckUser's log, exactly, once, and without a single address."""

import dataclasses
import json
import shutil
import sqlite3
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from checkuser_logs import (
    TOKENS,
    WIKI,
    answer,
    as_csv,
    as_mysql,
    as_tsv,
    entry,
    planted,
    read,
    recorded,
    table_rows,
)
from hypothesis import given
from hypothesis import strategies as st

from holdfast.access.exposure.lookups import Lookup, LookupType, TargetKind, numbered
from holdfast.access.exposure.lookups_addresses import blot_addresses, parse_address, target_of
from holdfast.access.exposure.lookups_forms import Form
from holdfast.access.exposure.lookups_read import LogFile, Part
from holdfast.canonical import canonical_bytes
from holdfast.errors import InputRefusedError


def identities(log: Any) -> list[str]:
    return [each.identity for each in log.lookups]


def test_the_recorded_log_is_read_entry_by_entry() -> None:
    log = read(recorded("checkuserlog.json"))
    assert len(log.lookups) == 8
    assert log.without_reason == 2
    assert log.complete
    first = log.lookups[0]
    assert first.at == datetime(2026, 11, 22, 5, 38, 21, tzinfo=UTC)
    assert first.holder == "Admin"
    by_target = {each.target.name: each for each in log.lookups}
    voter = by_target["Voter01"]
    assert voter.type is LookupType.USER_IPS
    assert voter.reason == "[[Project:Requests for checkuser/Case 7]] suspected sock of Voter02"
    assert voter.through_api
    kinds = sorted(each.target.kind.value for each in log.lookups)
    assert kinds == ["account"] * 6 + ["ipv4", "ipv4_range"]


@pytest.mark.requirement("1.11")
def test_the_answer_of_the_api_and_every_form_of_the_table_give_the_same_lookups(tmp_path: Path) -> None:
    expected = identities(read(recorded("checkuserlog.json")))
    rows = table_rows()
    entries = json.loads(recorded("checkuserlog.json").data)["query"]["checkuserlog"]["entries"]
    lines = LogFile(place="x.jsonl", data="".join(json.dumps(each) + "\n" for each in entries).encode())
    for file in (recorded("cu_log.json"), as_csv(rows), as_tsv(rows), as_mysql(rows), lines):
        log = read(file)
        assert identities(log) == expected, file.place
    for value in (entries, {"entries": entries}, {"checkuserlog": {"entries": entries}}, [answer(entries)], rows):
        assert identities(read(value)) == expected
    assert identities(read(_sqlite_dump(rows, tmp_path))) == expected
    assert [each.row for each in read(as_csv(rows)).lookups if each.row] != []


def _sqlite_dump(rows: list[dict[str, Any]], folder: Path) -> LogFile:
    assert shutil.which("sqlite3"), "the tests read a dump of the real sqlite3 command"
    with sqlite3.connect(folder / "wiki.sqlite") as database:
        database.execute(f"CREATE TABLE cu_log ({', '.join(rows[0])})")
        marks = ", ".join("?" for _ in rows[0])
        database.executemany(f"INSERT INTO cu_log VALUES ({marks})", [tuple(row.values()) for row in rows])
    database.close()
    said = subprocess.run(["sqlite3", folder / "wiki.sqlite", ".dump"], capture_output=True, check=True)
    return LogFile(place="dump.sql", data=said.stdout)


def test_answers_that_go_on_are_joined_in_order() -> None:
    entries, lookups = planted(57)
    pieces = [entries[:20], entries[20:40], entries[40:]]
    answers = [
        answer(piece, pieces[number + 1][0]["timestamp"] if number < 2 else None)
        for number, piece in enumerate(pieces)
    ]
    assert read(*answers).lookups != ()
    assert identities(read(*answers)) == [each.identity for each in lookups]
    with pytest.raises(InputRefusedError, match=r"lookups\.broken_chain"):
        read(answers[0], answers[2])
    with pytest.raises(InputRefusedError, match=r"lookups\.incomplete"):
        read(*answers[:2])
    part = read(*answers[:2], part=Part.PART)
    assert not part.complete
    assert len(part.lookups) == 40


def test_the_recorded_answer_that_goes_on_is_no_whole_log() -> None:
    with pytest.raises(InputRefusedError, match=r"lookups\.incomplete.*checkuserlog_continue"):
        read(recorded("checkuserlog_continue.json"))


def test_the_apis_refusal_is_named_by_its_code() -> None:
    with pytest.raises(InputRefusedError, match=r"lookups\.denied.*permissiondenied"):
        read(recorded("checkuserlog_denied.json"))
    with pytest.raises(InputRefusedError, match=r"lookups\.denied.*mustbe"):
        read({"error": {"code": "mustbe", "info": "x"}})


def test_reading_twice_is_reading_once() -> None:
    first, again = read(recorded("checkuserlog.json")).lookups, read(recorded("cu_log.json")).lookups
    assert {each.identity for each in again} <= {each.identity for each in first}


def test_equal_checks_in_one_second_stay_apart() -> None:
    twice = [entry(), entry(), entry(reason="another")]
    log = read(answer(twice))
    assert len(set(identities(log))) == 3
    # a later reading that has one more of them adds that one
    more = read(answer([*twice, entry()]))
    assert len(set(identities(more)) - set(identities(log))) == 1


@given(st.permutations(range(30)))
def test_the_order_of_the_entries_does_not_matter(order: list[int]) -> None:
    _, lookups = _PLANTED
    assert [each.identity for each in numbered(lookups[number] for number in order)] == [
        each.identity for each in lookups
    ]


_PLANTED = planted(30)


def test_a_lookup_is_sealed_and_read_back_unchanged() -> None:
    for each in _PLANTED[1]:
        stored = json.loads(canonical_bytes(each.to_json()))
        assert Lookup.from_json(stored) == each
        assert Lookup.from_json(stored).identity == each.identity


@pytest.mark.requirement("1.8")
def test_an_empty_reason_is_kept_and_flagged() -> None:
    log = read(answer([entry(reason=text) for text in ("API: ", "", "API:", "…", "API: case 7", "x")]))
    assert log.without_reason == 4


@pytest.mark.parametrize(
    ("damage", "code"),
    [
        ({"type": "userip"}, "lookups.type"),
        ({"type": ""}, "lookups.field"),
        ({"timestamp": "yesterday"}, "lookups.time"),
        ({"timestamp": "2021-02-30T10:00:00Z"}, "lookups.time"),
        ({"target": ""}, "lookups.field"),
        ({"target": "192.0.2.7"}, "lookups.target"),
        ({"type": "ipedits"}, "lookups.target"),
        ({"checkuser": "a\nb"}, "lookups.field"),
        ({"checkuser": None}, "lookups.field"),
        ({"target": "x" * 300}, "lookups.field"),
        ({"reason": ["x"]}, "lookups.field"),
        ({"reason": True}, "lookups.field"),
        ({"reason": None}, "lookups.field"),
    ],
)
def test_a_damaged_entry_is_refused_and_named(damage: dict[str, Any], code: str) -> None:
    entries = [entry(), {**entry(), **damage}]
    with pytest.raises(InputRefusedError) as refused:
        read(answer(entries))
    assert refused.value.code == code
    assert refused.value.place == "file 1, entry 2"
    assert "Person 1" not in str(refused.value)


@pytest.mark.parametrize("value", [{}, {"query": {}}, {"query": {"checkuserlog": []}}, [7], {"cu_log": {}}, "text"])
def test_json_that_is_no_log_is_refused(value: Any) -> None:
    with pytest.raises(InputRefusedError, match=r"lookups\.(form|field)"):
        read(value)


@pytest.mark.parametrize("data", [b"", b"<html>", b"a,b\n1,2\n", b"\x00", b'{"query":', b"[1", "é".encode("latin-1")])
def test_bytes_that_are_no_log_are_refused(data: bytes) -> None:
    with pytest.raises(InputRefusedError, match="x"):
        read(LogFile(place="x", data=data))


def test_a_row_whose_numbers_contradict_its_target_is_refused() -> None:
    rows = table_rows()
    rows[3] = {**rows[3], "cul_range_end": "CB0071FE"}
    with pytest.raises(InputRefusedError, match=r"lookups\.target.*row 4"):
        read({"cu_log": rows})


def test_a_dump_that_is_cut_short_anywhere_is_refused() -> None:
    data = as_mysql(table_rows()).data
    whole = identities(read(LogFile(place="x", data=data)))
    for end in range(data.index(b"INSERT INTO `cu_log`"), len(data) - 40, 37):
        with pytest.raises(InputRefusedError):
            read(LogFile(place="x", data=data[:end]))
    assert whole == identities(read(LogFile(place="x", data=data)))


@pytest.mark.parametrize("read_as", [as_csv, as_tsv, as_mysql])
def test_reasons_with_every_troublesome_sign_survive_the_tables(read_as: Any) -> None:
    reasons = ['it\'s; a "test" \\ of, (signs)', "line\nbreak", "tab\there", "می‌خواهم 检查", "NULLs", "';--", "\\'"]
    rows = [{**table_rows()[0], "cul_reason": each, "cul_id": number} for number, each in enumerate(reasons)]
    assert sorted(each.reason for each in read(read_as(rows)).lookups) == sorted(reasons)


def test_newer_tables_keep_names_and_reasons_elsewhere() -> None:
    rows = [
        {key: value for key, value in row.items() if key not in ("cul_user_text", "cul_reason")}
        | {"cul_actor": 5, "cul_reason_id": 9}
        for row in table_rows()[:1]
    ]
    actor, comment = [{"actor_id": 5, "actor_name": "Admin"}], [{"comment_id": 9, "comment_text": "API: case 7"}]
    (lookup,) = read({"cu_log": rows, "actor": actor, "comment": comment}).lookups
    assert (lookup.holder, lookup.reason, lookup.through_api) == ("Admin", "case 7", True)
    with pytest.raises(InputRefusedError, match=r"lookups\.actor"):
        read({"cu_log": rows, "comment": comment})
    with pytest.raises(InputRefusedError, match=r"lookups\.reason_elsewhere"):
        read({"cu_log": rows, "actor": actor})
    joined = [{**rows[0], "actor_name": "Admin", "comment_text": "API: case 7"}]
    assert identities(read(as_csv(joined))) == [lookup.identity]


def test_a_wikis_table_prefix_is_understood() -> None:
    rows = table_rows()
    assert identities(read(as_mysql(rows, table="mw_cu_log"))) == identities(read(as_mysql(rows)))


ADDRESSES = [
    "203.0.113.5",
    "203.0.113.0/24",
    "203.0.113.5/xff",
    "203.0.113.5 - 203.0.113.9",
    "2001:DB8:0:0:0:0:0:1",
    "2001:db8::1",
    "2001:db8::/32",
    "::1",
]


@pytest.mark.parametrize("text", ADDRESSES)
def test_every_spelling_of_an_address_becomes_a_token(text: str) -> None:
    target = target_of(text, WIKI, TOKENS)
    assert target.kind is not TargetKind.ACCOUNT
    assert target.name.startswith("A-")
    assert len(target.name) == 14


def test_two_spellings_of_one_address_have_one_token_and_two_wikis_have_two() -> None:
    one, other = target_of("2001:DB8:0:0:0:0:0:1", WIKI, TOKENS), target_of("2001:db8::1", WIKI, TOKENS)
    assert one == other
    assert one.kind is TargetKind.IPV6
    assert target_of("2001:db8::1", type(WIKI)("otherwiki"), TOKENS) != one
    assert TOKENS.of(WIKI, "2001:db8::1")[2:] != one.name[2:]


@pytest.mark.parametrize(
    "name", ["Voter01", "10", "192.0.2", "~2026-1", "A:B", "1.2.3.4.5", "Deadbeef", "x-y", "2001:x"]
)
def test_names_that_only_look_like_addresses_are_accounts(name: str) -> None:
    assert parse_address(name) is None


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("sock behind 203.0.113.5, see", "sock behind [address], see"),
        ("range 203.0.113.0/24.", "range [address]."),
        ("203.0.113.*, 203.0.113.x", "[address], [address]"),
        ("203.0.x.x and 203.0.113/24", "[address] and [address]"),
        ("(2001:DB8:0:0:0:0:0:1)", "([address])"),
        ("2001:db8:1:2:: is it", "[address] is it"),
        ("2001:db8:1::/48", "[address]"),
        ("2001:db8:12:34 part", "[address] part"),
        ("::ffff:203.0.113.5", "[address]"),
        ("۲۰۳.۰.۱۱۳.۵ here", "[address] here"),
        ("２０３．０．１１３．５", "[address]"),
        ("at 12:30:45 on 2021-09-13", "at 12:30:45 on 2021-09-13"),
        ("[[Project:SPI/Example]]: case :: 7", "[[Project:SPI/Example]]: case :: 7"),
        ("ticket 1.2 of ۱۳", "ticket 1.2 of ۱۳"),
    ],
)
def test_addresses_in_a_reason_are_blotted_out(text: str, shown: str) -> None:
    assert blot_addresses(text) == shown


@given(st.ip_addresses(), st.sampled_from(["{}", "see {} now", "({})", "{},{}", "“{}”", "IP:{}", "{}/24"]))
def test_no_address_survives_in_what_is_kept(address: Any, frame: str) -> None:
    for text in (str(address), address.exploded, str(address).upper()):
        kept = read(answer([entry(reason=frame.format(text, text)), entry(type="ipedits", target=text)])).lookups
        stored = canonical_bytes([each.to_json() for each in kept]).decode()
        if len(text) > 4:
            assert text not in stored
            assert text.lower() not in stored.lower()


def test_no_type_of_lookup_is_forgotten() -> None:
    assert {each.is_about_account or each.is_about_address for each in LookupType} == {True, False}
    assert [each for each in LookupType if not (each.is_about_account or each.is_about_address)] == [
        LookupType.INVESTIGATE
    ]
    log = read(answer([entry(type="investigate"), entry(type="investigate", target="192.0.2.1")]))
    assert {each.target.kind for each in log.lookups} == {TargetKind.ACCOUNT, TargetKind.IPV4}


def test_the_form_of_each_file_is_told() -> None:
    log = read(recorded("checkuserlog.json"))
    assert log.forms == {"checkuserlog.json": Form.JSON}
    assert {each.source for each in log.lookups} != {""}


def test_lookups_are_frozen() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        _PLANTED[1][0].reason = "other"  # type: ignore[misc]
