"""Threat: a domicile or jurisdiction read off what is public, by comparing it before and after a freeze."""

from datetime import datetime
from typing import Any

import pytest

from access.holders import LONG_AGO, NOW, STEWARD, days, fact, granted, holder, placed, register_of, signed
from holdfast.access.register.noticeboard import noticeboard, wikitext
from holdfast.facts import Fact
from holdfast.report.pages.noticeboard import board_page
from holdfast.report.render import render

HOLD = {"freeze": "f-1", "wiki": "enwiki", "right": "checkuser"}


def world(*, frozen: set[int], at: datetime, gone: int = 0) -> Any:
    """Thirty holders, ten of them in J1, as they are after a freeze of some at a moment."""
    people = []
    for number in range(1, 31):
        facts = [signed(), placed("J1" if number <= 10 else "J2"), granted("enwiki", "checkuser")]
        if number in frozen:
            facts.append(fact("right frozen", at, before={"checkuser": "infinity"}, **HOLD))
        if number == gone:
            facts.append(Fact(type="agreement ended", at=at, by=STEWARD, body={"at": at.isoformat()}))
        people.append(holder(number, *facts))
    return register_of(people)


def published(register: Any, now: datetime) -> str:
    """Everything that the board publishes, in all its forms."""
    board = noticeboard(register, now=now)
    return wikitext(board) + render(board_page(board)) + str(board.to_json())


@pytest.mark.requirement("1.2")
def test_the_names_on_the_board_before_and_after_a_freeze_are_the_same() -> None:
    later = NOW + days(45)
    calm = published(world(frozen=set(), at=NOW), later)
    frozen = published(world(frozen=set(range(1, 11)), at=NOW), later)
    changed = {line for line in frozen.splitlines() if line not in calm.splitlines()}
    assert changed
    assert not [line for line in changed if "Simulated Holder" in line and "agreements" not in line]
    names = [f"Simulated Holder {number}" for number in range(1, 31)]
    assert all(name in frozen for name in names)


def test_a_freeze_of_another_ten_looks_the_same_from_outside() -> None:
    later = NOW + days(45)
    assert published(world(frozen=set(range(1, 11)), at=NOW), later) == published(
        world(frozen=set(range(11, 21)), at=NOW), later
    )


def test_daily_snapshots_of_the_month_of_the_freeze_show_nothing() -> None:
    first = datetime(2021, 9, 1, tzinfo=LONG_AGO.tzinfo)
    at = first + days(12)
    register = world(frozen=set(range(1, 11)), at=at)
    snapshots = {published(register, first + days(day)) for day in range(30)}
    assert len(snapshots) == 1


def test_who_leaves_in_the_month_of_a_freeze_leaves_with_the_month_and_not_with_the_day() -> None:
    first = datetime(2021, 9, 1, tzinfo=LONG_AGO.tzinfo)
    register = world(frozen=set(), at=first + days(12), gone=5)
    days_of_september = [published(register, first + days(day)) for day in range(30)]
    assert len(set(days_of_september)) == 1
    assert "Simulated Holder 5<" in days_of_september[0]
    assert "Simulated Holder 5<" not in published(register, first + days(31))


def test_no_fact_type_that_lies_unsealed_tells_a_jurisdiction() -> None:
    register = world(frozen=set(range(1, 11)), at=NOW)
    kinds = {each.type for each in (placed("J1"), signed(), granted("enwiki", "checkuser"))}
    assert not [kind for kind in kinds if "J1" in kind]
    assert all("J1" not in str(stream) for stream in register.people)
