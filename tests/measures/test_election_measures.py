"""Measures of elections against numbers worked by hand."""

from datetime import timedelta
from typing import Any

import pytest

from small_wikis import at, bounds, edits, until, values


def polls(count: int, *, passed: int, withdrawn: int = 0) -> list[dict[str, Any]]:
    outcomes = ["passed"] * passed + ["withdrawn"] * withdrawn
    outcomes += ["failed"] * (count - len(outcomes))
    return [
        {"election": f"E{n}", "candidate": f"C{n}", "opened_at": at("2020-06-01") + timedelta(days=n),
         "closed_at": at("2020-06-08") + timedelta(days=n), "outcome": outcome}
        for n, outcome in enumerate(outcomes)
    ]  # fmt: skip


def votes(number: int, support: int, oppose: int, neutral: int = 0, **more: Any) -> list[dict[str, Any]]:
    marks = [1] * support + [-1] * oppose + [0] * neutral
    return [
        {"election": f"E{number}", "candidate": f"C{number}", "voter": f"V{n}", "occurrence": 1, "vote": mark, **more}
        for n, mark in enumerate(marks)
    ]


def test_success_is_passed_over_decided_and_withdrawn_ones_are_told() -> None:
    tables = {"elections": polls(14, passed=4, withdrawn=2), "revisions": bounds("2020-01-01", "2020-12-31")}
    found = until("2021-01-01", values("election_success", tables)).computed
    assert found.value == pytest.approx(4 / 12)
    assert "2 withdrawn or of unknown outcome" in found.detail


def test_margin_is_the_mean_of_each_election_and_neutrals_do_not_count() -> None:
    rows = [row for n in range(9) for row in votes(n, 8, 2, 5)] + votes(9, 5, 5)
    tables = {"elections": polls(10, passed=9), "votes": rows, "revisions": bounds("2020-01-01", "2020-12-31")}
    found = until("2021-01-01", values("election_margin", tables)).computed
    assert found.value == pytest.approx((9 * 0.6 + 0) / 10)
    assert found.n == 10


def test_elections_without_times_have_one_value_for_all_time() -> None:
    rows = [row for n in range(10) for row in votes(n, 8, 2)]
    (found,) = values("election_margin", {"votes": rows})
    assert found.period is None
    assert found.computed.value == pytest.approx(0.6)
    (age,) = values("franchise_age", {"votes": rows})
    assert (age.period, age.computed.status, age.computed.value) == (None, "no_times", None)


def test_the_last_vote_of_a_voter_counts_and_nameless_ones_all_do() -> None:
    changed = [{**row, "occurrence": 2, "vote": -1} for row in votes(0, 1, 0)]
    nameless = [{**row, "voter": "nameless", "occurrence": n} for n, row in enumerate(votes(0, 3, 0), 1)]
    own = [{**votes(0, 1, 0)[0], "voter": "C0"}]
    rows = votes(0, 6, 0) + changed + nameless + own + [row for n in range(1, 10) for row in votes(n, 9, 1)]
    (found,) = values("election_margin", {"votes": rows})
    assert found.computed.value == pytest.approx(((8 - 1) / 9 + 9 * 0.8) / 10)


def turnout(name: str) -> Any:
    """One election opened on 1 June 2020 with 20 voters: five joined in May, four others slept for 90 days."""
    rows = bounds("2019-01-01", "2020-12-31")
    accounts = []
    for n in range(20):
        accounts.append({"account": f"V{n}", "registered_at": at("2020-05-01" if n < 5 else "2015-01-01")})
        seen = {5: "2020-03-03", 6: "2020-03-03", 7: "2019-05-05", 8: "2020-06-02"}.get(n, "2020-05-20")
        rows += edits(f"V{n}", [seen], first=100 + n)
    rows += edits("V9", ["2020-03-03"], first=900)  # 90 days before the opening, to the day and after noon
    ballots = votes(0, 15, 5, at=at("2020-06-03"))
    tables = {"elections": polls(1, passed=1), "votes": ballots, "revisions": rows, "accounts": accounts}
    return until("2021-01-01", values(name, tables)).computed


def test_voters_are_new_who_registered_less_than_ninety_days_before_the_opening() -> None:
    found = turnout("franchise_age")
    assert (found.value, found.n) == (5 / 20, 20)


def test_voters_are_dormant_who_made_no_edit_in_the_ninety_days_before_the_opening() -> None:
    # 3 March noon lies within 90 days of 1 June midnight (3 March midnight): V5, V6 and V9 were awake
    found = turnout("dormant_return_share")
    assert (found.value, found.n) == (2 / 20, 20)


def test_a_voter_of_unknown_arrival_is_left_out_and_told() -> None:
    tables = {
        "elections": polls(1, passed=1),
        "votes": votes(0, 20, 1, at=at("2020-06-03")),
        "accounts": [{"account": f"V{n}", "registered_at": at("2015-01-01")} for n in range(20)],
        "revisions": bounds("2019-01-01", "2020-12-31"),
    }
    found = until("2021-01-01", values("franchise_age", tables)).computed
    assert (found.value, found.n) == (0.0, 20)
    assert "1 could not be judged" in found.detail
