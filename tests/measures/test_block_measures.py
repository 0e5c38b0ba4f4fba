"""Measures of blocks against numbers worked by hand."""

from datetime import datetime, timedelta
from math import log
from typing import Any

import pytest

from small_wikis import at, bounds, edits, until, values


def block(log_id: int, when: datetime, actor: str, target: str, action: str = "block", **more: Any) -> dict[str, Any]:
    return {
        "log_id": log_id, "at": when, "actor": actor, "target": target, "target_kind": "account",
        "action": action, "reason_category": "vandalism", **more,
    }  # fmt: skip


def forty_blocks() -> list[dict[str, Any]]:
    """40 blocks on 40 days from 1 February 2020 by Admin; none is lifted."""
    start = at("2020-02-01T10:00")
    return [block(n, start + timedelta(days=n), "Admin", f"Target {n:02}") for n in range(40)]


def reversals(*unblocks: dict[str, Any]) -> tuple[float | None, int]:
    tables = {"blocks": [*forty_blocks(), *unblocks], "revisions": bounds("2020-01-01", "2020-12-31")}
    found = until("2021-01-01", values("block_reversal_rate", tables)).computed
    return found.value, found.n


def test_an_unblock_by_another_admin_within_thirty_days_is_a_reversal() -> None:
    day = at("2020-02-05T10:00")
    own = block(100, day, "Admin", "Target 00", "unblock")
    other = block(101, day, "Other", "Target 01", "unblock")
    at_the_end = block(102, at("2020-02-03T10:00") + timedelta(days=30), "Other", "Target 02", "unblock")
    too_late = block(103, at("2020-02-04T10:00") + timedelta(days=30, seconds=1), "Other", "Target 03", "unblock")
    assert reversals(own, other, at_the_end, too_late) == (2 / 40, 40)


def test_an_unblock_ends_the_newest_block_only() -> None:
    again = block(100, at("2020-02-10T10:00"), "Second", "Target 00")
    lifted = block(101, at("2020-02-11T10:00"), "Other", "Target 00", "unblock")
    assert reversals(again, lifted) == (1 / 41, 41)


def test_changing_a_block_does_not_hide_its_end() -> None:
    changed = block(100, at("2020-02-02T10:00"), "Other", "Target 00", "reblock")
    lifted = block(101, at("2020-02-03T10:00"), "Other", "Target 00", "unblock")
    assert reversals(changed, lifted) == (1 / 40, 40)


def test_blocks_without_thirty_days_behind_them_are_left_out() -> None:
    late = [block(200 + n, at("2020-12-02T10:00"), "Admin", f"Late {n}") for n in range(10)]
    assert reversals(*late) == (0.0, 40)


def test_hidden_entries_and_blocks_of_oneself_are_left_out() -> None:
    odd = [
        block(300, at("2020-03-01"), "Admin", "Admin"),
        {**block(301, at("2020-03-01"), "Admin", "x"), "target": None},
        {**block(302, at("2020-03-01"), "Admin", "x"), "actor": None},
        {**block(303, at("2020-03-01"), "Admin", "x"), "target": ""},
    ]
    assert reversals(*odd) == (0.0, 40)


def test_an_admin_is_involved_who_edited_a_page_with_the_target_in_the_week_before() -> None:
    rows = [
        *edits("Admin", ["2020-01-31"], page=7, first=1),
        *edits("Target 00", ["2020-01-29"], page=7, first=2),  # blocked on 1 February: met
        *edits("Target 01", ["2020-01-29"], page=8, first=3),  # another page
        *edits("Target 09", ["2020-02-05"], page=7, first=4),  # blocked on the 10th: Admin's edit is too old
        *bounds("2020-01-01", "2020-12-31"),
    ]
    tables = {"blocks": forty_blocks(), "revisions": rows}
    found = until("2021-01-01", values("involved_admin_rate", tables)).computed
    assert (found.value, found.n) == (1 / 40, 40)


def severity(*, harsh: float, scatter: float = 0.5) -> Any:
    """Three admins, 60 blocks each of like cases; the third's are longer by the factor `harsh`."""
    rows = []
    for number, actor in enumerate(("A", "B", "C")):
        for n in range(60):
            length = 86_400 * (harsh if actor == "C" else 1.0) * (1 + scatter * (1 if n % 2 else -1))
            when = at("2020-02-01T10:00") + timedelta(days=n)
            rows.append(block(1_000 * number + n, when, actor, f"Target {actor}{n}", duration_seconds=round(length)))
    tables = {"blocks": rows, "revisions": bounds("2020-01-01", "2020-12-31")}
    return until("2021-01-01", values("block_severity_excess", tables)).computed


def test_one_who_blocks_four_times_as_long_stands_out_by_nearly_two_thirds_of_that() -> None:
    found = severity(harsh=4)
    # C's log lengths lie log(4) above A's and B's, so 2/3 log(4) above the mean of like cases
    assert found.value == pytest.approx(2 / 3 * log(4), rel=0.03)
    assert found.low > 0
    assert found.n == 180


def test_like_lengths_for_like_cases_are_no_excess() -> None:
    assert severity(harsh=1).value == pytest.approx(0, abs=1e-9)


def test_other_circumstances_are_compared_with_their_like_only() -> None:
    found = severity(harsh=1)
    longer_by_reason = [
        block(9_000 + n, at("2020-04-01T10:00"), actor, f"Proxy {actor}{n}", reason_category="proxy",
              duration_seconds=86_400 * 365)
        for actor in ("A", "B") for n in range(40)
    ]  # fmt: skip
    rows = []
    for number, actor in enumerate(("A", "B", "C")):
        for n in range(60):
            when = at("2020-02-01T10:00") + timedelta(days=n)
            length = 86_400 * (1.5 if n % 2 else 0.5)
            rows.append(block(1_000 * number + n, when, actor, f"T {actor}{n}", duration_seconds=round(length)))
    tables = {"blocks": rows + longer_by_reason, "revisions": bounds("2020-01-01", "2020-12-31")}
    assert until("2021-01-01", values("block_severity_excess", tables)).computed.value == pytest.approx(found.value)


def test_blocks_from_some_pages_only_are_left_out_and_counted() -> None:
    partial = [
        {**block(500 + n, at("2020-03-01T10:00") + timedelta(days=n), "Admin", f"Other {n}"), "is_sitewide": False}
        for n in range(7)
    ]
    tables = {"blocks": [*forty_blocks(), *partial], "revisions": bounds("2020-01-01", "2020-12-31")}
    for name in ("block_reversal_rate", "involved_admin_rate"):
        found = until("2021-01-01", values(name, tables)).computed
        assert found.n == 40
        assert "left out: 7 blocks from some pages only" in found.detail


def test_an_indefinite_block_from_one_page_makes_nobody_severe() -> None:
    def by(admin: str, first: int, **more: Any) -> list[dict[str, Any]]:
        return [
            block(first + n, at("2020-02-01T10:00") + timedelta(hours=7 * n), admin, f"Target {first + n}",
                  duration_seconds=86_400 + n % 5, is_indefinite=False, **more)
            for n in range(40)
        ]  # fmt: skip

    full = [*by("A", 0), *by("B", 100), *by("C", 200)]
    endless = [{**row, "duration_seconds": None, "is_indefinite": True, "is_sitewide": False} for row in by("C", 300)]
    ends = {"revisions": bounds("2020-01-01", "2020-12-31")}
    plain = until("2021-01-01", values("block_severity_excess", {"blocks": full, **ends})).computed
    mixed = until("2021-01-01", values("block_severity_excess", {"blocks": [*full, *endless], **ends})).computed
    assert (mixed.value, mixed.n) == (plain.value, plain.n)
