"""Rolls: published eligibility rules exactly, reasons for every no, commitments, changes with reasons."""

import csv
import hashlib
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given as given_data
from hypothesis import settings
from hypothesis import strategies as st
from lake_of import WIKI, account, edits, lake_of

from holdfast.accounts.naming import Naming
from holdfast.cli import main
from holdfast.clock import fixed_clock
from holdfast.elections.eligibility import condition, failed
from holdfast.elections.links import Link, linked_accounts, read_links
from holdfast.elections.roll import all_rows, compute_roll, verdict
from holdfast.elections.roll_lake import Given
from holdfast.elections.rules import RuleSet, load_rules
from holdfast.errors import CheckFailedError, InputRefusedError, UsageError
from holdfast.record.folder import create_log
from holdfast.tables.lake import Lake
from holdfast.workflows.elections.roll import (
    amend_roll,
    load_roll_document,
    voter_code,
    write_roll,
    write_voter_pages,
)

AS_OF = datetime(2021, 12, 11)
BEFORE = AS_OF - timedelta(days=121)
RECENT = AS_OF - timedelta(days=10)
OLD = datetime(2015, 1, 1)


def rules(eligibility: dict[str, Any]) -> RuleSet:
    return RuleSet(
        name="r", version="1", title="R", source="here", is_checked=True, sha256="0" * 64, eligibility=eligibility
    )


def on_roll(lake: Lake, eligibility: dict[str, Any], as_of: datetime = AS_OF) -> tuple[str, ...]:
    return compute_roll(lake, WIKI, rules(eligibility), as_of).accounts


@pytest.fixture(scope="module")
def g1_lake(tmp_path_factory: pytest.TempPathFactory) -> Lake:
    """The constructed cases of line G1, and an address."""
    rows = [
        *edits("500 and 1", 500, BEFORE), *edits("500 and 1", 1, RECENT),
        *edits("499 and 1", 499, BEFORE), *edits("499 and 1", 1, RECENT),
        *edits("500 and 0", 500, BEFORE),
        *edits("500 and user page", 500, BEFORE), *edits("500 and user page", 1, RECENT, namespace=2),
        *edits("3000", 3000, BEFORE, namespace=4),
        *edits("1500 articles", 1500, BEFORE),
        *edits("2999 talk", 2999, BEFORE, namespace=1),
        *edits("too late", 500, AS_OF - timedelta(days=120)), *edits("too late", 1, AS_OF),
    ]  # fmt: skip
    names = sorted({row["account"] for row in rows})
    address = [{"account": "192.0.2.1", "at": BEFORE, "namespace": 0, "is_address": True}] * 3000
    accounts = [*(account(name, OLD) for name in names), account("192.0.2.1", is_address=True)]
    return lake_of(tmp_path_factory.mktemp("g1") / "lake", {"accounts": accounts, "revisions": [*rows, *address]})


@pytest.mark.requirement("6.1")
@pytest.mark.requirement("E10")
def test_G1_zhwiki_personnel_votes(g1_lake: Lake) -> None:
    roll = compute_roll(g1_lake, WIKI, load_rules("zhwiki-personnel-voters"), AS_OF)
    assert roll.accounts == ("1500 articles", "3000", "500 and 1")
    assert roll.examined == 8
    assert [count for _, count in roll.tests] == [6, 2, 1, 1]


@pytest.mark.requirement("6.2")
@pytest.mark.parametrize(
    ("name", "missing"),
    [
        ("499 and 1", "499 edits count, 1 too few"),
        ("500 and 0", "0 edits count, 1 too few"),
        ("500 and user page", "0 edits count, 1 too few"),
        ("2999 talk", "2999 edits count, 1 too few"),
        ("too late", "0 edits count, 500 too few"),
    ],
)
def test_a_no_says_which_test_failed_by_how_much(g1_lake: Lake, name: str, missing: str) -> None:
    found = verdict(g1_lake, WIKI, load_rules("zhwiki-personnel-voters"), AS_OF, account=name)
    assert not found.is_eligible
    assert any(missing in line for line in found.failed)
    assert any(missing in line for line in found.explanation)


def test_who_is_on_the_roll_is_told_yes_and_nothing_failed(g1_lake: Lake) -> None:
    for name in ("500 and 1", "3000", "1500 articles"):
        found = verdict(g1_lake, WIKI, load_rules("zhwiki-personnel-voters"), AS_OF, account=name)
        assert (found.is_eligible, found.failed) == (True, ())
    unknown = verdict(g1_lake, WIKI, load_rules("zhwiki-personnel-voters"), AS_OF, account="o'nobody")
    assert unknown.decided_by == "unknown_account"


def test_G3_extended_confirmed_or_administrator_and_not_blocked(tmp_path: Path) -> None:
    def group(name: str, group_name: str, change: str, day: int, until: datetime | None = None) -> dict[str, Any]:
        at = datetime(2021, 1, day)
        return {"account": name, "group_name": group_name, "change": change, "at": at, "expires_at": until}

    def block(name: str, action: str, day: int, days: int | None = None, sitewide: bool = True) -> dict[str, Any]:
        return {
            "target": name, "target_kind": "account", "action": action, "at": datetime(2021, 12, day),
            "duration_seconds": None if days is None else days * 86400,
            "is_indefinite": action != "unblock" and days is None, "is_sitewide": sitewide,
        }  # fmt: skip

    names = ["ec", "sysop", "lost", "expired", "later", "blocked", "block over", "unblocked", "partial", "longer"]
    groups = [group(name, "extendedconfirmed", "grant", 1) for name in names if name not in ("sysop", "expired")]
    groups += [
        group("sysop", "sysop", "grant", 1),
        group("lost", "extendedconfirmed", "remove", 2),
        group("expired", "sysop", "grant", 1, datetime(2021, 6, 1)),
        {"account": "listed", "group_name": "sysop", "change": "listed", "at": None},
    ]
    blocks = [
        block("blocked", "block", 1), block("later", "block", 12), block("block over", "block", 1, days=3),
        block("unblocked", "block", 1), block("unblocked", "unblock", 2),
        block("partial", "block", 1, sitewide=False),
        block("longer", "block", 1, days=3), block("longer", "reblock", 2, days=30),
    ]  # fmt: skip
    accounts = [account(name, OLD) for name in [*names, "nobody", "listed"]]
    lake = lake_of(tmp_path / "lake", {"accounts": accounts, "account_groups": groups, "blocks": blocks})
    roll = compute_roll(lake, WIKI, load_rules("zhwiki-trial-2021-voters"), AS_OF)
    assert roll.accounts == ("block over", "ec", "later", "listed", "sysop", "unblocked")
    sitewide = {"test": "not-blocked", "sitewide_only": True}
    assert "partial" in on_roll(lake, {"all": [sitewide, {"test": "group", "groups": ["extendedconfirmed"]}]})


def test_G4_and_G5_one_rule_in_two_versions(tmp_path: Path) -> None:
    as_of = datetime(2024, 10, 25)
    year = as_of - timedelta(days=300)
    rows = [*edits("yes", 150, year), *edits("few", 149, year), *edits("new", 150, as_of - timedelta(days=40))]
    rows += [*edits("idle", 150, datetime(2020, 1, 1)), *edits("idle", 9, year)]
    accounts = [account("yes", OLD), account("few", OLD), account("idle", OLD)]
    accounts += [account("new", as_of - timedelta(days=50)), account("a bot", OLD)]
    group = {"change": "grant", "at": OLD}
    groups = [{"account": name, "group_name": "extendedconfirmed", **group} for name in ("few", "a bot")]
    groups.append({"account": "a bot", "group_name": "bot", **group})
    lake = lake_of(tmp_path / "lake", {"accounts": accounts, "revisions": rows, "account_groups": groups})
    first = compute_roll(lake, WIKI, load_rules("enwiki-aelect-voters-2024-10"), as_of)
    second = compute_roll(lake, WIKI, load_rules("enwiki-aelect-voters-2026-05"), as_of)
    assert (first.accounts, second.accounts) == (("yes",), ("few",))
    late = verdict(lake, WIKI, load_rules("enwiki-aelect-voters-2024-10"), as_of, account="new")
    assert "registered by 2024-08-25: registered or first seen 2024-09-05, 11 days too late" in late.failed


def test_the_rule_of_october_2024_counts_edits_until_a_month_before_and_asks_blocks_and_bots(tmp_path: Path) -> None:
    as_of, rule = datetime(2024, 10, 25), load_rules("enwiki-aelect-voters-2024-10")
    old, last_month, before = datetime(2020, 1, 1), datetime(2024, 10, 1), datetime(2024, 9, 24)
    names = ("yes", "late edits", "late ten", "blocked", "partly", "flagged")
    rows = [row for name in names if name != "late edits" for row in edits(name, 150, old)]
    rows += [*edits("late edits", 140, old), *edits("late edits", 30, last_month), *edits("late edits", 5, before)]
    rows += [row for name in names if name not in ("late ten", "late edits") for row in edits(name, 10, before)]
    rows += edits("late ten", 10, last_month)
    groups = [{"account": "flagged", "group_name": "bot", "change": "grant", "at": old}]
    block = {"target_kind": "account", "action": "block", "at": before, "duration_seconds": None}
    blocks = [
        {"target": "blocked", "is_sitewide": True, **block},
        {"target": "partly", "is_sitewide": False, **block},
    ]
    tables = {
        "accounts": [account(name, old) for name in names],
        "revisions": rows,
        "account_groups": groups,
        "blocks": blocks,
    }
    lake = lake_of(tmp_path / "lake", tables)
    assert compute_roll(lake, WIKI, rule, as_of).accounts == ("partly", "yes")


def test_G6_stewards(tmp_path: Path) -> None:
    rows = [*edits("yes", 550, OLD), *edits("yes", 50, RECENT), *edits("idle", 551, OLD), *edits("idle", 49, RECENT)]
    lake = lake_of(tmp_path / "lake", {"accounts": [account("yes"), account("idle")], "revisions": rows})
    asked = [{"test": "edits", "at_least": 600}, {"test": "edits", "at_least": 50, "from_days_before": 183}]
    assert on_roll(lake, {"all": asked}) == ("yes",)


def declared(**facts: str) -> Given:
    return Given(facts={name: frozenset(accounts) for name, accounts in facts.items()})


def test_G7_and_G9_rest_on_declared_facts_alone(tmp_path: Path) -> None:
    lake = lake_of(tmp_path / "lake", {"accounts": [account(name, OLD) for name in "ABCD"]})
    holders = load_rules("meta-checkuser-holders")
    given = declared(age_18_or_over="AB", agreement_on_file="BC")
    assert compute_roll(lake, WIKI, holders, AS_OF, given=given).accounts == ("B",)
    with pytest.raises(InputRefusedError, match=r"roll\.not_given.*age_18_or_over"):
        compute_roll(lake, WIKI, holders, AS_OF)
    # A: both; B: blocked jurisdiction alone; C: known domicile alone; D: both, and exempted
    given = declared(jurisdiction_blocks_the_projects="ABD", domicile_known_to_others="ACD", exempted="D")
    assert compute_roll(lake, WIKI, load_rules("nda-recognition"), AS_OF, given=given).accounts == ("B", "C", "D")


def test_G8_three_hours(tmp_path: Path) -> None:
    at = AS_OF - timedelta(hours=3)
    accounts = [account("on time", at), account("a second late", at + timedelta(seconds=1)), account("unknown")]
    lake = lake_of(tmp_path / "lake", {"accounts": accounts})
    assert compute_roll(lake, WIKI, load_rules("reportincident-reporters"), AS_OF).accounts == ("on time",)


def test_an_account_that_edited_was_registered_by_then(tmp_path: Path) -> None:
    lake = lake_of(tmp_path / "lake", {"accounts": [account("old hand")], "revisions": edits("old hand", 1, OLD)})
    assert on_roll(lake, {"test": "registered", "days": 30}) == ("old hand",)


def test_an_account_that_only_its_edits_show_is_examined(tmp_path: Path) -> None:
    lake = lake_of(tmp_path / "lake", {"revisions": [*edits("seen", 2, OLD), *edits("later", 2, AS_OF)]})
    roll = compute_roll(lake, WIKI, rules({"test": "edits", "at_least": 2}), AS_OF)
    assert (roll.accounts, roll.examined) == (("seen",), 1)


def roll_of_strangers(tmp_path: Path) -> Lake:
    rows = [
        *edits("en>Foreign", 600, OLD), *edits("~2024-12345", 600, OLD), *edits("Abuse filter", 600, OLD),
        *edits("Alice B", 600, OLD),
    ]  # fmt: skip
    accounts = [account(name) for name in ("en>Foreign", "~2024-12345", "Abuse filter")]
    return lake_of(tmp_path / "lake", {"accounts": [*accounts, account("Alice B", OLD)], "revisions": rows})


def test_imported_authors_temporary_accounts_and_the_softwares_own_are_on_no_roll(tmp_path: Path) -> None:
    lake = roll_of_strangers(tmp_path)
    roll = compute_roll(lake, WIKI, rules({"test": "edits", "at_least": 500}), AS_OF)
    assert (roll.accounts, roll.examined) == (("Alice B",), 1)
    for name in ("en>Foreign", "~2024-12345"):
        found = verdict(lake, WIKI, roll.rules, AS_OF, account=name)
        assert (found.is_eligible, found.decided_by) == (False, "unknown_account")


@pytest.mark.parametrize("written", ["Alice_B", "alice B", "User:Alice B", " Alice  B ", "\u200eAlice B"])
def test_an_account_is_one_however_it_is_written(tmp_path: Path, written: str) -> None:
    lake, rule = roll_of_strangers(tmp_path), rules({"test": "edits", "at_least": 500})
    assert verdict(lake, WIKI, rule, AS_OF, account=written).is_eligible
    given = Given(exclude=frozenset({written}))
    assert compute_roll(lake, WIKI, rule, AS_OF, given=given).accounts == ()
    asked = rules({"test": "listed", "list": "x"})
    listed = Given(lists={"x": frozenset({written})}, include=frozenset({written}))
    assert compute_roll(lake, WIKI, asked, AS_OF, given=listed).accounts == ("Alice B",)


def test_a_mistyped_name_is_refused_and_on_a_list_is_said(tmp_path: Path) -> None:
    lake = roll_of_strangers(tmp_path)
    asked = rules({"test": "listed", "list": "x"})
    for given in (Given(include=frozenset({"Allice B"})), Given(exclude=frozenset({"Allice B"}))):
        with pytest.raises(InputRefusedError, match=r"roll\.unknown_account.*Allice B"):
            compute_roll(lake, WIKI, rules({"test": "edits", "at_least": 500}), AS_OF, given=given)
    found = compute_roll(lake, WIKI, asked, AS_OF, given=Given(lists={"x": frozenset({"Allice B"})}))
    assert found.accounts == ()
    assert any("1 names on the clerk's lists" in note for note in found.notes)


def test_imported_edits_make_nobody_old(tmp_path: Path) -> None:
    new, young = AS_OF - timedelta(days=11), {"test": "registered", "months": 2}
    rows = [*edits("young", 200, datetime(2005, 1, 1)), *edits("young", 3, RECENT)]
    lake = lake_of(tmp_path / "lake", {"accounts": [account("young", new)], "revisions": rows})
    assert on_roll(lake, young) == ()
    assert on_roll(lake, {"test": "edits", "at_least": 4}) == ()
    assert on_roll(lake, {"test": "edits", "at_least": 3}) == ("young",)
    roll = compute_roll(lake, WIKI, rules(young), AS_OF)
    assert any("dated before their registration" in note for note in roll.notes)


def test_a_renamed_voter_is_one_account_under_the_name_of_today(tmp_path: Path) -> None:
    # the creation entry, a block and a grant keep the old title; the dump has the edits under the new one
    accounts = [{**account("Old Name", OLD), "account_id": 7}, {**account("New Name"), "account_id": 7}]
    group = {"account": "Old Name", "group_name": "extendedconfirmed", "change": "grant", "at": OLD}
    block = {
        "target": "Old Name",
        "target_kind": "account",
        "action": "block",
        "at": RECENT,
    }
    tables = {"accounts": accounts, "revisions": edits("New Name", 5, RECENT), "account_groups": [group]}
    lake = lake_of(tmp_path / "lake", tables)
    everything = {
        "all": [
            {"test": "edits", "at_least": 5},
            {"test": "registered", "months": 2},
            {"test": "group", "groups": ["extendedconfirmed"]},
        ]
    }
    assert on_roll(lake, everything) == ("New Name",)
    assert verdict(lake, WIKI, rules(everything), AS_OF, account="Old_Name").account == "New Name"
    blocked = lake_of(tmp_path / "blocked", {**tables, "blocks": [block]})
    assert on_roll(blocked, {"all": [everything, {"test": "not-blocked"}]}) == ()


def test_what_the_lake_cannot_say_is_unknown_and_makes_no_roll(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lake = lake_of(
        tmp_path / "lake", {"log_events": [], "accounts": [account("a", OLD)], "revisions": edits("a", 5, OLD)}
    )
    rule = rules({"all": [{"test": "edits", "at_least": 5}, {"test": "not-blocked"}]})
    with pytest.raises(InputRefusedError, match=r"roll\.cannot_check.*not blocked"):
        compute_roll(lake, WIKI, rule, AS_OF)
    found = verdict(lake, WIKI, rule, AS_OF, account="a")
    assert (found.is_eligible, found.decided_by) == (False, "unknown")
    assert any("unknown: the lake does not hold the log" in line for line in found.explanation)
    # what fails for sure fails, whatever is not known
    few = rules({"all": [{"test": "edits", "at_least": 6}, {"test": "not-blocked"}]})
    assert verdict(lake, WIKI, few, AS_OF, account="a").decided_by == "rules"
    ask = ["election", "eligible", "Nobody", "--lake", str(lake.path), "--wiki", WIKI, "--as-of", "2021-12-11"]
    capsys.readouterr()
    assert main([*ask, "--rules", "zhwiki-personnel-voters"]) == 0
    assert capsys.readouterr().out.startswith("no such account")


def test_nobody_is_taken_in_because_something_about_them_is_not_known(tmp_path: Path) -> None:
    lake = lake_of(tmp_path / "lake", {"accounts": [account("undated")]})
    for tree in ({"test": "registered", "days": 1}, {"not": {"test": "registered", "days": 1}}):
        roll = compute_roll(lake, WIKI, rules(tree), AS_OF)
        assert (roll.accounts, roll.unknown) == ((), 1)
        assert verdict(lake, WIKI, roll.rules, AS_OF, account="undated").decided_by == "unknown"


def test_include_and_exclude_lists_and_exclusion_is_stronger(tmp_path: Path) -> None:
    lake = lake_of(tmp_path / "lake", {"accounts": [account(n, OLD) for n in "abc"], "revisions": edits("a", 1, OLD)})
    rule = rules({"test": "edits", "at_least": 1})
    given = Given(include=frozenset({"b", "c"}), exclude=frozenset({"a", "c"}))
    assert compute_roll(lake, WIKI, rule, AS_OF, given=given).accounts == ("b",)
    by = {n: verdict(lake, WIKI, rule, AS_OF, account=n, given=given) for n in "abc"}
    assert [(each.is_eligible, each.decided_by) for each in by.values()] == [
        (False, "exclude"), (True, "include"), (False, "exclude"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "form",
    [
        {},
        {"all": [], "any": []},
        {"test": "edits"},
        {"test": "edits", "at_least": 1, "groups": ["x"]},
        {"test": "registered", "days": 1, "months": 1},
        {"test": "registered", "before_date": "yesterday"},
        {"all": [{"test": "not-bot"}], "at_least": 3},
    ],
)
def test_a_condition_that_makes_no_sense_is_refused(form: dict[str, Any]) -> None:
    with pytest.raises(InputRefusedError, match=r"eligibility\.form"):
        condition(form, AS_OF)


LEAVES = st.sampled_from(
    [
        {"test": "edits", "at_least": 2},
        {"test": "edits", "at_least": 1, "namespaces": [0], "from_days_before": 90},
        {"test": "edits", "at_least": 1, "except_namespaces": [0], "until_days_before": 30},
        {"test": "registered", "days": 100},
        {"test": "group", "groups": ["sysop"]},
        {"test": "not-bot"},
        {"test": "not-blocked"},
    ]
)
TREES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=3).map(lambda parts: {"all": parts}),
        st.lists(inner, min_size=1, max_size=3).map(lambda parts: {"any": parts}),
        inner.map(lambda part: {"not": part}),
    ),
    max_leaves=6,
)


@settings(max_examples=8, deadline=None)
@given_data(tree=TREES)
def test_the_roll_and_the_answer_to_one_account_agree(tree: dict[str, Any], law_lake: Lake) -> None:
    rule = rules(tree)
    found = compute_roll(law_lake, WIKI, rule, AS_OF)
    node, rows = all_rows(law_lake, WIKI, rule, AS_OF)
    assert found.accounts == tuple(row["account"] for row in rows if node.passes(row))
    assert all(bool(failed(node, row)) != node.passes(row) for row in rows)
    one = rows[len(rows) // 2]["account"]
    assert verdict(law_lake, WIKI, rule, AS_OF, account=one).is_eligible == (one in found.accounts)


@pytest.fixture(scope="module")
def law_lake(tmp_path_factory: pytest.TempPathFactory) -> Lake:
    names = [f"Editor {n}" for n in range(12)] + ["ویراستار", "O'Neil"]
    rows = [
        row
        for n, name in enumerate(names)
        for row in edits(name, n % 4, AS_OF - timedelta(days=20 * n), namespace=n % 3)
    ]
    groups = [
        {"account": name, "group_name": "bot" if n % 2 else "sysop", "change": "grant", "at": OLD, "expires_at": None}
        for n, name in enumerate(names[::3])
    ]
    blocks = [
        {"target": name, "target_kind": "account", "action": "block", "at": RECENT, "duration_seconds": None}
        for name in names[::4]
    ]
    accounts = [account(name, AS_OF - timedelta(days=30 * n)) for n, name in enumerate(names)]
    return lake_of(
        tmp_path_factory.mktemp("law") / "lake",
        {"accounts": accounts, "revisions": rows, "account_groups": groups, "blocks": blocks},
    )


@pytest.fixture
def written(g1_lake: Lake, tmp_path: Path) -> tuple[Path, Naming]:
    roll = compute_roll(g1_lake, WIKI, load_rules("zhwiki-personnel-voters"), AS_OF)
    naming = Naming().on(g1_lake.path)
    write_roll(roll, "zhwiki-personnel-voters", tmp_path / "roll", naming=naming, election="A test")
    return tmp_path / "roll", naming


def test_the_roll_shows_no_name_and_is_the_same_bytes_again(
    written: tuple[Path, Naming], g1_lake: Lake, tmp_path: Path
) -> None:
    folder, naming = written
    text = (folder / "roll.csv").read_text() + (folder / "roll.json").read_text()
    assert "1500 articles" not in text
    roll = compute_roll(g1_lake, WIKI, load_rules(folder / "rules.toml"), AS_OF)
    write_roll(roll, str(folder / "rules.toml"), tmp_path / "again", naming=naming, election="A test")
    assert (tmp_path / "again" / "roll.csv").read_bytes() == (folder / "roll.csv").read_bytes()


def test_a_voter_opens_the_own_entry_and_nobody_elses(
    written: tuple[Path, Naming], g1_lake: Lake, capsys: pytest.CaptureFixture[str]
) -> None:
    folder, _ = written
    arguments = ["--roll", str(folder), "--lake", str(g1_lake.path), "--json"]
    assert main(["election", "eligible", "3000", *arguments]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert (answer["eligible"], answer["on_roll"], answer["same_snapshot"]) == (True, True, True)
    opened = hashlib.sha256(bytes.fromhex(answer["salt"]) + b"\0" + b"3000").hexdigest()
    assert opened == answer["commitment"]
    with (folder / "roll.csv").open() as stream:
        assert opened in [row["commitment"] for row in csv.DictReader(stream)]
    assert main(["election", "eligible", "2999 talk", *arguments]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert (answer["eligible"], answer["on_roll"]) == (False, False)
    assert "election clerk" in answer["contest"]


@pytest.mark.requirement("6.17")
def test_a_change_of_the_roll_has_a_reason_and_is_an_entry_in_the_log(
    written: tuple[Path, Naming], g1_lake: Lake, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder, naming = written
    at = datetime(2021, 12, 12, tzinfo=UTC)
    create_log(tmp_path / "log", origin="example.org/elections", clock=fixed_clock(at)).close()
    before = load_roll_document(folder)
    command = ["election", "amend", str(folder), "--lake", str(g1_lake.path), "--log", str(tmp_path / "log")]
    assert main([*command, "--add", "500 and 0", "--reason", "his edits of November were imported late"]) == 0
    assert "entry 0" in capsys.readouterr().out
    after = load_roll_document(folder)
    assert after["eligible"] == before["eligible"] + 1
    changes = (folder / "changes.csv").read_text()
    assert before["roll_csv_sha256"] in changes
    assert after["roll_csv_sha256"] in changes
    assert "imported late" in changes
    assert "500 and 0" not in changes
    with pytest.raises(UsageError, match=r"roll\.reason"):
        amend_roll(folder, g1_lake, "3000", add=False, reason=" ", naming=naming)
    with pytest.raises(UsageError, match=r"roll\.no_change"):
        amend_roll(folder, g1_lake, "3000", add=True, reason="twice", naming=naming)
    amend_roll(folder, g1_lake, "500 and 0", add=False, reason="the import was undone", naming=naming)
    assert load_roll_document(folder)["roll_csv_sha256"] == before["roll_csv_sha256"]


def test_a_roll_file_that_was_changed_by_hand_is_found(written: tuple[Path, Naming]) -> None:
    folder, _ = written
    (folder / "roll.csv").write_bytes((folder / "roll.csv").read_bytes() + b"P-X,00\n")
    with pytest.raises(CheckFailedError, match=r"roll\.changed"):
        load_roll_document(folder)


@pytest.mark.requirement("6.2")
def test_voters_pages_say_for_everybody_why_without_naming_anybody(g1_lake: Lake, tmp_path: Path) -> None:
    roll = compute_roll(g1_lake, WIKI, load_rules("zhwiki-personnel-voters"), AS_OF)
    assert write_voter_pages(g1_lake, roll, tmp_path) == 2
    page = (tmp_path / "all.html").read_text()
    from holdfast.elections.roll import roll_id

    assert voter_code(roll_id(roll), "499 and 1") in page
    assert "499 edits count, 1 too few" in page
    assert "499 and 1" not in page
    assert "<script" not in page
    assert "sha256sum" in (tmp_path / "index.html").read_text()
    write_voter_pages(g1_lake, roll, tmp_path / "named", names=True)
    assert "499 and 1" in (tmp_path / "named" / "0001.html").read_text()


@pytest.mark.requirement("6.2")
def test_a_voter_who_asks_is_told_yes_or_no_which_test_failed_and_how_to_contest_it(
    g1_lake: Lake, capsys: pytest.CaptureFixture[str]
) -> None:
    where = ["--lake", str(g1_lake.path), "--wiki", WIKI, "--as-of", "2021-12-11"]
    asked = ["--rules", "zhwiki-personnel-voters", *where]
    assert main(["election", "eligible", "499 and 1", *asked]) == 0
    told = capsys.readouterr().out
    assert told.startswith("no\n")
    assert "499 edits count, 1 too few" in told
    assert "To contest this, write to the election clerk before the roll closes" in told
    assert main(["election", "eligible", "499 and 1", *asked, "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["eligible"] is False
    assert any("499 edits count, 1 too few" in line for line in answer["failed"])
    assert "write to the election clerk" in answer["contest"]
    assert main(["election", "eligible", "500 and 1", *asked]) == 0
    assert capsys.readouterr().out.startswith("yes\n")


def test_the_roll_command_commits_surfaces_declared_links_and_prints_json_alone(
    g1_lake: Lake, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    links = tmp_path / "links.csv"
    links.write_text(
        "account,linked_account,kind,declared_at\n3000,1500 articles,staff-volunteer,User:3000\n"
        "3000,2999 talk,person-bot,User:3000\n"
    )
    create_log(tmp_path / "log", origin="example.org/elections").close()
    command = [
        "election", "roll", "zhwiki-personnel-voters", "--lake", str(g1_lake.path), "--wiki", WIKI, "--as-of",
        "2021-12-11", "--out", str(tmp_path / "out"), "--links", str(links), "--log", str(tmp_path / "log"), "--json",
    ]  # fmt: skip
    assert main(command) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["eligible"] == 3
    linked = (tmp_path / "out" / "linked.csv").read_text().splitlines()
    assert len(linked) == 2
    assert "staff-volunteer" in linked[1]
    assert "3000," not in linked[1]
    assert main([*command[:-1], "--names-all"]) == 0
    with (tmp_path / "out" / "roll.csv").open() as stream:
        assert {row["account"] for row in csv.DictReader(stream)} == {"3000", "1500 articles", "500 and 1"}
    assert main(["election", "roll", "enwiki-rfa", *command[3:]]) == 2


def test_links_are_declared_or_refused(tmp_path: Path) -> None:
    path = tmp_path / "links.csv"
    for text in ("account,linked\na,b\n", "account,linked_account,kind,declared_at\na,b,same-person,\n"):
        path.write_text(text)
        with pytest.raises(InputRefusedError, match=r"links\.file"):
            read_links(path)
    pair = Link(account="a", linked="b", kind="person-bot", declared_at="x")
    back = Link(account="b", linked="a", kind="person-bot", declared_at="y")
    assert linked_accounts({"a", "b"}, [pair, back]) == (pair,)
    assert linked_accounts({"a"}, [pair]) == ()
