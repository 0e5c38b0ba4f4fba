"""Measures of editors against numbers worked by hand."""

from typing import Any

import pytest

from small_wikis import bounds, edits, until, values


def busy(name: str, month: str, count: int = 5, first: int = 1) -> list[dict[str, Any]]:
    return edits(name, [f"{month}-10"] * count, first=first)


def test_five_edits_in_a_month_make_an_active_editor_and_addresses_do_not_count() -> None:
    rows = [
        *busy("Five", "2020-03", 5, 100),
        *busy("Four", "2020-03", 4, 200),
        *edits("198.51.100.7", ["2020-03-10"] * 9, first=300, is_address=True),
        *busy("Helper", "2020-03", 50, 400),
        *bounds("2020-01-01", "2020-12-31"),
    ]
    tables = {"revisions": rows, "accounts": [{"account": "Helper", "bot_by": "group"}]}
    found = until("2020-04-01", values("active_editors", tables)).computed
    assert (found.value, found.n) == (1.0, 2)
    assert "left out: 1 bots with 50 edits" in found.detail
    assert until("2020-05-01", values("active_editors", tables)).computed.status == "not_enough_data"


def test_fresh_editors_were_not_active_in_the_month_before() -> None:
    rows = bounds("2020-01-01", "2020-12-31")
    for n in range(50):
        rows += busy(f"Editor {n:02}", "2020-03", 5, 1_000 + 10 * n)
        if n < 30:
            rows += busy(f"Editor {n:02}", "2020-02", 5 if n < 20 else 4, 5_000 + 10 * n)
    found = until("2020-04-01", values("fresh_editor_share", {"revisions": rows})).computed
    assert (found.value, found.n) == (30 / 50, 50)


def newcomers(back: dict[int, str]) -> Any:
    """50 newcomers of 10 March 2020; those numbered in `back` edit again on that day."""
    rows = bounds("2020-01-01", "2020-12-31")
    for n in range(50):
        rows += edits(f"New {n:02}", ["2020-03-10", *([back[n]] if n in back else [])], first=100 + 10 * n)
    return until("2020-04-01", values("newcomer_retention", {"revisions": rows})).computed


def test_who_edits_sixty_days_after_the_first_edit_or_later_is_retained() -> None:
    found = newcomers({0: "2020-05-08", 1: "2020-05-09", 2: "2020-11-30"})  # after 59, 60 and 265 days
    assert found.value == pytest.approx(2 / 50)
    assert found.compared == pytest.approx(1 / 50)  # tests compare returns up to 180 days only


def test_months_without_ninety_days_behind_them_have_no_retention_yet() -> None:
    rows = [row for n in range(50) for row in edits(f"New {n:02}", ["2020-11-10"], first=100 + 10 * n)]
    found = values("newcomer_retention", {"revisions": rows + bounds("2020-01-01", "2020-12-31")})
    assert until("2020-12-01", found).computed.status == "not_enough_data"


def test_the_busiest_tenth_made_their_share_of_the_edits() -> None:
    rows = bounds("2020-01-01", "2020-12-31")
    counts = [300, 100, *[10] * 18]
    for n, count in enumerate(counts):
        rows += busy(f"Editor {n:02}", "2020-05", count, 1_000 * (n + 1))
    found = until("2021-01-01", values("top_editor_share", {"revisions": rows})).computed
    assert found.value == pytest.approx(400 / 580)
    assert found.n == 20
    assert found.low is not None
    assert found.low < 400 / 580
