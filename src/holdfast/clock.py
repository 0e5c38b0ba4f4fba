"""The only reader of time."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

from holdfast.errors import InputRefusedError

Clock = Callable[[], datetime]
"""Gives the present as an aware datetime in UTC. Rooms take one as an argument."""

_SECONDS = re.compile(r"-?\d{1,12}\Z")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def system_clock() -> datetime:
    """The machine's time, in UTC."""
    return datetime.now(UTC)


def fixed_clock(at: datetime) -> Clock:
    """A clock that stands still at `at` (aware), for tests and replays."""
    return lambda: at


def parse_at(text: str) -> datetime:
    """A moment in UTC (aware) from ISO 8601 or integer seconds since 1970.

    A time without zone is read as UTC; callers that read files say so in their report.
    Raises InputRefusedError `clock.unreadable` for anything else.
    """
    text = text.strip()
    try:
        if _SECONDS.match(text):
            return _EPOCH + timedelta(seconds=int(text))
        at = datetime.fromisoformat(text)
        return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except (ValueError, OverflowError):
        raise InputRefusedError(
            "clock.unreadable",
            "this is not a time",
            expected="ISO 8601 such as 2021-09-13T16:13:00Z, or integer seconds UTC",
            got=repr(text[:40]),
            hint="correct the value; nothing was changed",
        ) from None


def utc_naive(at: datetime) -> datetime:
    """The same moment without zone, as the tables store it: UTC, microseconds."""
    return at.astimezone(UTC).replace(tzinfo=None)


def month_end(day: date) -> date:
    """First day of the month after `day`: the exclusive end of its calendar month."""
    return date(day.year + day.month // 12, day.month % 12 + 1, 1)


def add_months(first: date, months: int) -> date:
    """The first of a month, `months` later (negative: earlier). `first` must be a first of a month."""
    count = first.year * 12 + first.month - 1 + months
    return date(count // 12, count % 12 + 1, 1)
