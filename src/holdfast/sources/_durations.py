"""How long a block lasts, from the words of the log (a time span as PHP's strtotime reads it, or a moment)."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from holdfast.clock import add_months

_ENDLESS = frozenset({"infinite", "infinity", "indefinite", "indef", "never"})
_SECONDS = {
    "second": 1, "sec": 1, "minute": 60, "min": 60, "hour": 3600, "day": 86_400, "week": 604_800,
    "fortnight": 1_209_600,
}  # fmt: skip
_MONTHS = {"month": 1, "mon": 1, "year": 12, "yr": 12, "decade": 120}
_PART = re.compile(r"(?:(\d{1,12}(?:\.\d{1,6})?)|an?)\s*([a-z]+)", re.IGNORECASE)
_BETWEEN = re.compile(r"[\s,+]*(?:and\b)?[\s,+]*", re.IGNORECASE)
_MOMENTS = (
    "%Y-%m-%dT%H:%M:%SZ", "%Y%m%d%H%M%S", "%Y-%m-%d %H:%M:%S", "%Y-%m-%d", "%d %B %Y", "%H:%M, %d %B %Y",
    "%B %d, %Y", "%B %d %Y", "%B %Y", "%H:%M, %B %d, %Y", "%a, %d %b %Y %H:%M:%S",
)  # fmt: skip
_LONGEST = timedelta(days=366 * 1000)


@dataclass(frozen=True, kw_only=True)
class Length:
    """A length: `seconds` is null when it has no end or cannot be read."""

    seconds: int | None
    is_indefinite: bool


def block_length(words: str | None, at: datetime | None) -> Length:
    """The length of a block that was set at `at` (UTC, without zone).

    Words such as `31 hours`, `2 months, 19 days`, `8.625 fortnights`, a moment such as `July 1, 2007`, or a word for
    "without end". Months and years are those of the calendar, a day that a month lacks counts on into the next, as
    MediaWiki's do.
    """
    text = (words or "").strip().lower().removesuffix(".")
    if text in _ENDLESS:
        return Length(seconds=None, is_indefinite=True)
    try:
        seconds = _span(text, at)
    except (OverflowError, ValueError):
        seconds = None
    return Length(seconds=_until(text, at) if seconds is None else seconds, is_indefinite=False)


def _until(text: str, at: datetime | None) -> int | None:
    if at is None:
        return None
    for form in _MOMENTS:
        try:
            end = datetime.strptime(text.upper().removesuffix(" GMT").removesuffix(" UTC"), form)  # noqa: DTZ007 - UTC
        except ValueError:
            continue
        return max(0, int((end - at).total_seconds()))
    return None


def _span(text: str, at: datetime | None) -> int | None:
    start = at or datetime(2001, 1, 1)  # noqa: DTZ001 - UTC; without a moment, a common year's months
    end = start
    place = 0
    while place < len(text):
        between = _BETWEEN.match(text, place)
        place = between.end() if between else place
        if place >= len(text):
            break
        part = _PART.match(text, place)
        if part is None:
            return None
        count, unit = float(part[1] or 1), part[2]
        unit = unit if unit in _SECONDS else unit.removesuffix("s")
        if unit in _SECONDS:
            end += timedelta(seconds=count * _SECONDS[unit])
        elif unit in _MONTHS and count == int(count):
            first = add_months(end.date().replace(day=1), int(count) * _MONTHS[unit])
            end = end.replace(year=first.year, month=first.month, day=1) + timedelta(days=end.day - 1)
        else:
            return None
        place = part.end()
    if not text or end - start > _LONGEST:
        return None
    return int((end - start).total_seconds())
