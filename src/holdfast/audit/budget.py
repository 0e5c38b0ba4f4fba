"""The daily budget: how much sealed data one person may open in a day, and when somebody is told.

It does not stop a patient reader; it bounds what one coerced or curious person can carry away before others look.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime

from holdfast.audit.alarm import Alarm, AlarmKind
from holdfast.errors import CheckFailedError, UsageError
from holdfast.facts import MemberId


@dataclass(frozen=True, kw_only=True)
class Budget:
    """Reads of sealed data for one person in one UTC day. Raises UsageError `audit.budget.numbers`."""

    per_day: int
    """How many are allowed."""
    alarm_at: int
    """From which one on the auditor is told; at most `per_day`."""

    def __post_init__(self) -> None:
        if not 1 <= self.alarm_at <= self.per_day:
            raise UsageError(
                "audit.budget.numbers",
                "this is not a budget",
                expected="1 <= alarm_at <= per_day",
                got=f"alarm_at {self.alarm_at}, per_day {self.per_day}",
            )


def budget_day(at: datetime) -> date:
    """The UTC day on which a read counts."""
    return at.astimezone(UTC).date()


def check_budget(
    budget: Budget, *, member: MemberId, at: datetime, read_today: int, more: int = 1
) -> tuple[Alarm, ...]:
    """Return when `more` reads after `read_today` of them (by the same person, this UTC day) are within the budget.

    The result holds an alarm when these reads reach `alarm_at`: once a day for each person. Refused reads do not
    count towards `read_today`. Raises CheckFailedError `audit.budget.spent`, with the alarm as `offender`.
    """
    after = read_today + more
    if after > budget.per_day:
        raise CheckFailedError(
            "audit.budget.spent",
            "the day's budget for reading sealed data is spent",
            expected=f"at most {budget.per_day} in a day (UTC)",
            got=str(after),
            hint="go on tomorrow, or ask two deciders for an export; the auditor has been told",
            offender=Alarm(kind=AlarmKind.BUDGET_SPENT, at=at, member=member, count=after),
        )
    if read_today < budget.alarm_at <= after:
        return (Alarm(kind=AlarmKind.BUDGET_NEAR, at=at, member=member, count=after),)
    return ()
