"""Measures of admins against numbers worked by hand."""

import pytest

from small_wikis import acts, at, bounds, edits, right, until, values

YEAR = [f"2020-{month:02}-10" for month in range(1, 13)]


def five_admins() -> dict[str, list[dict[str, object]]]:
    """Holders A to E since 2019; in 2020 they act 100, 60, 40, 20 and 0 times."""
    loads = {"A": 100, "B": 60, "C": 40, "D": 20, "E": 0}
    return {
        "revisions": bounds("2020-01-01", "2020-12-31"),
        "log_events": [
            row
            for n, (name, count) in enumerate(loads.items())
            for row in acts(name, count, "2020-06-15", first=1_000 * (n + 1))
        ],
        "account_groups": [right(name, "grant", "2019-05-01", log_id=n) for n, name in enumerate(loads)],
    }


@pytest.mark.requirement("5.2")
def test_the_gini_index_counts_idle_holders_and_corrects_for_few_people() -> None:
    found = until("2021-01-01", values("admin_action_gini", five_admins())).computed
    # ascending 0 20 40 60 100: 2 * 900 / (5 * 220) - 6/5 = .43636, times 5/4
    assert found.value == pytest.approx(0.545454545)
    assert (found.n, found.status, found.interval) == (5, "ok", "bootstrap 95 % over admins")
    assert "1 without an action" in found.detail
    assert found.low is not None
    assert found.high is not None
    assert found.low <= 0.5455 <= found.high


def test_effective_admins_is_one_over_the_sum_of_squared_shares() -> None:
    found = until("2021-01-01", values("effective_admins", five_admins())).computed
    assert found.value == pytest.approx(220**2 / (100**2 + 60**2 + 40**2 + 20**2))


def test_the_three_busiest_did_200_of_220_actions() -> None:
    assert until("2021-01-01", values("top3_share", five_admins())).computed.value == pytest.approx(200 / 220)


def test_without_a_rights_history_only_acting_accounts_are_counted_and_the_status_says_so() -> None:
    tables = {**five_admins(), "account_groups": []}
    tables["log_events"] += acts("F", 10, "2020-07-01", first=9_000)
    found = until("2021-01-01", values("admin_action_gini", tables)).computed
    # ascending 10 20 40 60 100: 2 * 910 / (5 * 230) - 6/5 = .38261, times 5/4
    assert found.value == pytest.approx(0.478260870)
    assert found.status == "acting_only"


def test_a_bot_with_the_flag_is_left_out_and_counted() -> None:
    tables = five_admins()
    tables["log_events"] += acts("Cleaner", 500, "2020-07-01", first=20_000)
    tables["account_groups"].append(right("Cleaner", "grant", "2019-05-01", log_id=99))
    tables["accounts"] = [{"account": "Cleaner", "bot_by": "name"}]
    found = until("2021-01-01", values("admin_action_gini", tables)).computed
    assert found.value == pytest.approx(0.545454545)
    assert "left out: 1 bots with 500 actions" in found.detail


def test_a_holder_before_the_history_began_is_inferred_from_the_removal() -> None:
    tables = five_admins()
    tables["account_groups"] = [row for row in tables["account_groups"] if row["account"] != "E"]
    tables["account_groups"].append(right("E", "remove", "2020-03-01", log_id=50))
    assert until("2021-01-01", values("admin_action_gini", tables)).computed.n == 5


def test_a_listed_holder_without_an_entry_in_the_rights_log_counts_from_registration() -> None:
    tables = five_admins()
    tables["account_groups"].append(right("Founder", "listed", None))
    tables["accounts"] = [{"account": "Founder", "registered_at": at("2020-11-01")}]
    found = values("admin_action_gini", tables)
    assert until("2021-01-01", found).computed.n == 6
    assert "5 holders" in until("2020-11-01", found).computed.detail


def test_an_expired_flag_is_no_longer_held() -> None:
    tables = five_admins()
    tables["account_groups"].append(right("Temp", "grant", "2018-01-01", 77, expires_at=at("2019-01-01")))
    assert until("2021-01-01", values("admin_action_gini", tables)).computed.n == 5


def test_below_five_admins_or_200_actions_there_is_no_value() -> None:
    tables = five_admins()
    tables["log_events"] = tables["log_events"][:199]
    found = until("2021-01-01", values("admin_action_gini", tables)).computed
    assert (found.value, found.low, found.status) == (None, None, "not_enough_data")
    assert "at least 200" in found.detail


def test_a_window_says_how_many_of_its_months_the_log_covers() -> None:
    found = until("2020-07-01", values("admin_action_gini", five_admins()))
    assert "covers 1 of 12 months" in found.computed.detail
    assert not found.is_whole


def test_turnover_counts_gains_and_losses_per_admin_year() -> None:
    groups = [right(f"Old {n}", "grant", "2017-01-01", n) for n in range(6)]
    groups += [right("Old 0", "remove", "2019-06-15", 50), right("New", "grant", "2019-01-10", 51)]
    tables = {"revisions": bounds("2018-01-01", "2020-12-31"), "account_groups": groups}
    found = until("2021-01-01", values("admin_turnover", tables)).computed
    # months held at their ends: 5 * 36, Old 0 until May 2019 (17), New from January 2019 (24)
    assert found.value == pytest.approx(2 / ((180 + 17 + 24) / 12))
    assert found.n == 2


def test_renewing_a_flag_that_is_held_is_no_turnover() -> None:
    groups = [right(f"Old {n}", "grant", "2017-01-01", n) for n in range(6)]
    groups.append(right("Old 1", "grant", "2019-06-15", 50, expires_at=at("2030-01-01")))
    tables = {"revisions": bounds("2018-01-01", "2020-12-31"), "account_groups": groups}
    assert until("2021-01-01", values("admin_turnover", tables)).computed.n == 0


def active_editors_of_2020(count: int) -> list[dict[str, object]]:
    return [
        row
        for n in range(count)
        for row in edits(f"Editor {n:02}", [day for day in YEAR for _ in range(5)], first=1_000 * n)
    ]


def test_the_chance_of_becoming_admin_is_new_admins_per_active_editor_year() -> None:
    groups = [right(f"Editor {n:02}", "grant", f"2020-0{n + 3}-01", n) for n in range(3)]
    tables = {"revisions": active_editors_of_2020(12) + bounds("2020-01-01", "2020-12-31"), "account_groups": groups}
    found = until("2021-01-01", values("new_admin_hazard", tables)).computed
    assert found.value == pytest.approx(3 / 12)
    # exact Poisson bounds of 3 events: 0.6187 and 8.7673
    assert found.low == pytest.approx(0.61867 / 12, abs=1e-5)
    assert found.high == pytest.approx(8.76727 / 12, abs=1e-5)


def test_no_new_admin_is_a_value_and_no_gap() -> None:
    groups = [right("Editor 01", "grant", "2015-01-01")]
    tables = {"revisions": active_editors_of_2020(12) + bounds("2020-01-01", "2020-12-31"), "account_groups": groups}
    found = until("2021-01-01", values("new_admin_hazard", tables)).computed
    assert (found.value, found.status) == (0.0, "ok")


def test_four_of_twenty_active_editors_are_admins() -> None:
    groups = [right(f"Editor {n:02}", "grant", "2015-01-01", n) for n in range(4)]
    groups.append(right("Idle", "grant", "2015-01-01", 99))
    tables = {"revisions": active_editors_of_2020(20) + bounds("2020-01-01", "2020-12-31"), "account_groups": groups}
    found = until("2020-06-01", values("admins_per_editor", tables)).computed
    assert found.value == pytest.approx(0.2)
    # Wilson's interval of 4 in 20
    assert found.low == pytest.approx(0.0807, abs=1e-4)
    assert found.high == pytest.approx(0.4160, abs=1e-4)


def flag(account: str, change: str, when: str, log_id: int, **more: object) -> dict[str, object]:
    return {**right(account, change, when, log_id, **more), "group_name": "bot"}


def test_an_account_is_a_bot_only_while_it_holds_the_flag() -> None:
    tables = five_admins()
    tables["account_groups"] += [
        flag("A", "grant", "2020-03-01T12:00:00", 90), flag("A", "remove", "2020-03-01T12:00:59", 91),
        flag("B", "grant", "2020-06-01", 92), flag("B", "remove", "2020-07-01", 93),
    ]  # fmt: skip
    found = until("2021-01-01", values("admin_action_gini", tables)).computed
    # B's 60 deletions of 15 June lie within the flag: ascending 0 0 20 40 100, B still a holder of other months
    assert found.n == 5
    assert "left out: 1 bots with 60 actions" in found.detail
    # 2 * (3 * 20 + 4 * 40 + 5 * 100) / (5 * 160) - 6/5 = .6, times 5/4
    assert found.value == pytest.approx(0.75)


def test_a_bot_by_group_without_a_date_is_one_always() -> None:
    tables = five_admins()
    tables["accounts"] = [{"account": "A", "bot_by": "group"}]
    assert "left out: 1 bots with 100 actions" in until("2021-01-01", values("top3_share", tables)).computed.detail


def test_an_admin_who_is_a_bot_throughout_a_window_is_no_idle_holder_of_it() -> None:
    tables = five_admins()
    tables["account_groups"] += [
        right("Sweeper", "grant", "2018-01-01", 80),
        flag("Sweeper", "grant", "2018-01-01", 81),
    ]
    assert until("2021-01-01", values("admin_action_gini", tables)).computed.n == 5


def test_where_admins_hold_no_flag_that_is_known_only_those_who_act_are_counted() -> None:
    tables = five_admins()
    tables["account_groups"] = [{**right("E", "grant", "2019-05-01", 1), "group_name": "autopatrolled"}]
    found = until("2021-01-01", values("effective_admins", tables)).computed
    # A to D act: the idle E is not known to be an admin
    assert (found.status, found.n) == ("not_enough_data", 4)
    tables["log_events"] += acts("F", 10, "2020-07-01", first=9_000)
    found = until("2021-01-01", values("effective_admins", tables)).computed
    assert (found.status, found.n) == ("acting_only", 5)
