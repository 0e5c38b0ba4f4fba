"""What is wrong with the data is a finding; data without fault give none."""

from datetime import date, datetime
from typing import Any

import pytest

from holdfast.findings.data_quality import data_quality
from holdfast.findings.finding import Finding
from holdfast.measures._calendar import calendar, spans
from holdfast.tables.lake import Entry, Input
from holdfast.worlds.governed import Governed, governed
from small_wikis import WIKI, Rows, at, bounds, connected, edits

ENTRY = Entry(
    number=1, id="1", wiki=WIKI, source="made_up", tool_version="0", ingested_at="2026-01-01T00:00:00+00:00",
    inputs=(Input(name="made.csv", sha256="0" * 64, size_bytes=1),), tables={},
)  # fmt: skip


def found(tables: dict[str, Rows], *entries: Entry) -> dict[str, Finding]:
    connection = connected(tables)
    days = calendar(spans(connection, datetime(2026, 1, 1)), None)
    result = data_quality(
        connection, wiki=WIKI, entries=entries or (ENTRY,), days=days, label=lambda account: f"P-{len(account)}"
    )
    return {each.measure: each for each in result}


@pytest.mark.requirement("5.6")
def test_a_healthy_simulated_wiki_has_no_fault_in_its_data() -> None:
    assert found(dict(governed(Governed(seed=1, months=24, editors=100)))) == {}


def test_a_winner_without_a_support_vote_is_named_by_pseudonym() -> None:
    elections = [
        {"election": "E1", "candidate": "Winner", "outcome": "passed", "closed_at": at("2020-05-01")},
        {"election": "E2", "candidate": "Elected", "outcome": "passed"},
        {"election": "E3", "candidate": "Refused", "outcome": "failed"},
    ]
    votes = [
        {"election": "E1", "candidate": "Winner", "voter": "A", "occurrence": 1, "vote": -1},
        {"election": "E2", "candidate": "Elected", "voter": "A", "occurrence": 1, "vote": 1},
        {"election": "E3", "candidate": "Refused", "voter": "A", "occurrence": 1, "vote": -1},
    ]
    finding = found({"elections": elections, "votes": votes})["winners_without_support"]
    assert finding.claim.startswith("1 of 2 winners")
    assert finding.evidence[0].rows == (("P-6", "2020-05-01", 1, 1),)
    assert "Winner" not in repr(finding)
    assert finding.p is None


def monthly(months: list[str], per_month: int) -> list[dict[str, Any]]:
    return [
        row for n, month in enumerate(months)
        for row in edits("A", [f"{month}-10"] * per_month, first=1_000 * (n + 1))
    ]  # fmt: skip


def test_a_month_missing_in_a_full_history_is_found_and_a_quiet_one_is_not() -> None:
    months = [f"2020-{n:02}" for n in range(1, 13) if n != 6]
    assert found({"revisions": monthly(months, 20)})["months_missing"].evidence[0].rows == (
        ("revisions", "2020-06", 20.0),
    )
    assert "months_missing" not in found({"revisions": monthly(months, 3)})


def test_a_log_that_ends_a_year_before_the_edits_is_found() -> None:
    events = [{"log_id": 1, "at": at("2019-01-05"), "actor": "A", "log_type": "delete", "action": "delete"}]
    finding = found({"revisions": bounds("2018-01-01", "2020-01-31"), "log_events": events})["history_ends_early"]
    assert "log_events" in finding.claim


def test_rows_that_cannot_be_are_counted_by_kind() -> None:
    tables: dict[str, Rows] = {
        "revisions": edits("Early", ["2020-01-01"]),
        "accounts": [{"account": "Early", "registered_at": at("2020-02-01"), "edit_count": 0}],
        "elections": [
            {"election": "E", "candidate": "C", "opened_at": at("2020-02-02"), "closed_at": at("2020-02-01")}
        ],
        "votes": [{"election": "E", "candidate": "C", "voter": "C", "occurrence": 1, "vote": 1}],
    }
    rows = {row[0]: row[2] for row in found(tables)["impossible_counts"].evidence[0].rows}
    assert rows == {
        "accounts with more edits in the history than the wiki itself counts": 1,
        "edits before the account was registered": 1,
        "elections that close before they open": 1,
        "votes on oneself": 1,
    }


def test_an_event_after_the_day_of_reading_is_impossible() -> None:
    finding = found({"revisions": bounds("2020-01-01", "2031-01-01")})["impossible_counts"]
    assert finding.evidence[0].rows[0][2] == 1


def test_notes_and_dropped_rows_of_the_manifest_are_findings() -> None:
    entry = Entry(**{**ENTRY.__dict__, "notes": ("the dump has no closing tag",), "dropped": {"bad_row": 3,
                  "already_in_lake_or_repeated": 9}, "places": {"bad_row": ("line 7",)}})  # fmt: skip
    result = found({"revisions": bounds("2020-01-01", "2020-01-31")}, entry)
    assert result["notes_of_sources"].evidence[0].rows == (("made.csv", "the dump has no closing tag"),)
    assert result["rows_left_out"].evidence[0].rows == (("made.csv", "bad row", 3, "line 7"),)


def test_votes_without_a_voter_are_told() -> None:
    votes = [{"election": "E", "candidate": "C", "voter": v, "occurrence": n, "vote": 1}
             for n, v in enumerate(["nameless", "nameless", "A"])]  # fmt: skip
    assert found({"votes": votes})["votes_without_voter"].claim.startswith("2 of 3 votes")


def block(log_id: int, actor: str | None, target: str | None, action: str = "block") -> dict[str, Any]:
    return {"log_id": log_id, "at": at("2020-01-10"), "actor": actor, "target": target, "action": action}


def figures(**values: float) -> list[dict[str, Any]]:
    return [
        {"figure": name, "period_start": date(2020, 1, 1), "period_end": date(2020, 2, 1), "value": value}
        for name, value in values.items()
    ]


BLOCKS = [
    block(1, "A", "x"),
    block(2, "A", "y", "reblock"),
    block(3, "B", "x", "unblock"),
    block(4, "B", "B"),  # on the own account: not counted
    block(5, "B", None),  # hidden: not counted
    block(6, "B", "", "unblock"),  # names nobody: the publishers counted it
]
COUNTED = {
    "n_log_all": 4, "n_log_all_block": 2, "n_log_all_unblock": 2, "n_admin_all": 2, "n_admin_all_block": 1,
    "n_admin_all_unblock": 1, "n_editor_all": 3,
}  # fmt: skip


def test_published_figures_that_agree_by_the_rule_are_no_finding() -> None:
    assert "published_figures" not in found({"blocks": BLOCKS, "published_figures": figures(**COUNTED)})


def test_published_figures_that_disagree_are_shown_beside_the_counted_ones() -> None:
    finding = found({"blocks": BLOCKS, "published_figures": figures(**{**COUNTED, "n_admin_all": 7})})[
        "published_figures"
    ]
    assert finding.evidence[0].rows == (("2020-01", "n_admin_all", 7, 2, -5),)
    assert "1 of 1 months" in finding.claim
    assert all(each.tested != "not tested with these data" for each in finding.innocent)


def test_published_figures_of_months_that_the_lake_does_not_hold_are_no_disagreement() -> None:
    years = [
        {"figure": "n_log_all", "period_start": date(year, 6, 1), "period_end": date(year, 7, 1), "value": 900.0}
        for year in range(2005, 2015)
    ]
    tables: dict[str, Rows] = {"blocks": BLOCKS, "published_figures": [*figures(**COUNTED), *years]}
    assert "published_figures" not in found(tables)
    tables["published_figures"] = [*figures(**{**COUNTED, "n_admin_all": 7}), *years]
    finding = found(tables)["published_figures"]
    assert "1 of 1 months" in finding.claim
    assert "10 other months" in finding.effect
    assert len(finding.evidence[0].rows) == 1


def test_a_wiki_that_often_falls_silent_has_no_month_missing() -> None:
    months = [f"{year}-{n:02}" for year in (2018, 2019, 2020) for n in range(1, 13) if n % 3]
    assert "months_missing" not in found({"revisions": monthly(months, 4)})


def test_a_log_of_two_years_four_years_apart_lacks_what_lies_between() -> None:
    months = [f"{year}-{n:02}" for year in (2014, 2018) for n in range(1, 13)]
    events = [
        {"log_id": n, "at": at(f"{month}-{day:02}"), "actor": "A", "log_type": "block", "action": "block"}
        for n, (month, day) in enumerate((month, day) for month in months for day in range(1, 21))
    ]
    rows = found({"log_events": events})["months_missing"].evidence[0].rows
    assert (len(rows), rows[0][1], rows[-1][1]) == (36, "2015-01", "2017-12")
