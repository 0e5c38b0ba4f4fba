"""Who reads too much in a day is seen, then stopped."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.audit_of import NOON
from holdfast.audit import AlarmKind, Budget, check_budget
from holdfast.audit.budget import budget_day
from holdfast.errors import CheckFailedError, UsageError
from holdfast.facts import MemberId

WHO = MemberId("m-000000000001")


def read(budget: Budget, read_today: int, more: int = 1) -> list[AlarmKind]:
    return [each.kind for each in check_budget(budget, member=WHO, at=NOON, read_today=read_today, more=more)]


def test_reading_within_the_budget_is_silent_then_alarms_once_then_stops() -> None:
    budget = Budget(per_day=5, alarm_at=3)
    assert [read(budget, already) for already in range(5)] == [[], [], [AlarmKind.BUDGET_NEAR], [], []]
    with pytest.raises(CheckFailedError, match=r"^audit\.budget\.spent") as refused:
        read(budget, 5)
    assert refused.value.offender.kind is AlarmKind.BUDGET_SPENT  # type: ignore[attr-defined]


@given(st.integers(1, 50), st.integers(1, 50), st.lists(st.integers(1, 9), max_size=60))
def test_nobody_reads_more_than_the_budget_and_one_alarm_comes(one: int, two: int, reads: list[int]) -> None:
    budget = Budget(per_day=max(one, two), alarm_at=min(one, two))
    done, alarms = 0, 0
    for more in reads:
        try:
            alarms += len(read(budget, done, more))
            done += more
        except CheckFailedError:
            assert done + more > budget.per_day
    assert done <= budget.per_day
    assert alarms == (1 if done >= budget.alarm_at else 0)


def test_the_day_is_the_day_in_utc() -> None:
    east = timezone(timedelta(hours=8))
    assert budget_day(datetime(2026, 9, 14, 7, 59, tzinfo=east)) == budget_day(datetime(2026, 9, 13, tzinfo=UTC))


@pytest.mark.parametrize(("per_day", "alarm_at"), [(0, 0), (5, 6), (5, 0), (-1, -1)])
def test_a_budget_that_never_alarms_is_refused(per_day: int, alarm_at: int) -> None:
    with pytest.raises(UsageError, match=r"^audit\.budget\.numbers"):
        Budget(per_day=per_day, alarm_at=alarm_at)
