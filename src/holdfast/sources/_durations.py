"""How long a block lasts, from the words of the log (a time span as PHP's strtotime reads it, or a moment)."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

_ENDLESS = {"infinite", "infinity", "indefinite", "indef", "never"}
_SECONDS = {"second": 1, "sec": 1, "minute": 60, "min": 60, "hour": 3600, "day": 86_400, "week": 604_800}
_SPECIAL = {"fortnight": 1_209_600}
_PART = re.compile(r"(?:(\d{1,6})|an?)\s*([a-z]+)", re.IGNORECASE)
_BETWEEN = re.compile(r"[\s,+]*(?:and\b)?[\s,+]*", re.IGNORECASE)
_MOMENTS = ("%Y-%m-%dT%H:%M:%SZ", "%Y%m%d%H%M%S", "%Y-%m-%d %H:%M:%S", "%Y-%m-%d", "%H:%M, %d %B %Y", "%d %B %Y")
_LONGEST_YEARS = 1000


@dataclass(frozen=True, kw_only=True)
class Length:
    """A length: `seconds` is null when it has no end or cannot be read."""

    seconds: int | None
    is_indefinite: bool


def block_length(words: str | None, at: datetime | None) -> Length:
    """The length of a block that was set at `at` (UTC, without zone).

    Months and years are those of the calendar, a day that a month lacks counts on into the next, as MediaWiki's do.
    """
    text = (words or "").strip().lower()
    if text in _ENDLESS:
        return Length(seconds=None, is_indefinite=True)
    return Length(seconds=_span(text, at) or _until(text, at), is_indefinite=False)


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
    seconds = months = 0
    place = 0
    while place < len(text):
        place = _BETWEEN.match(text, place).end()  # type: ignore[union-attr] # matches the empty text
        if place >= len(text):
            break
        part = _PART.match(text, place)
        if part is None:
            return None
        count, unit = int(part.group(1) or 1), part.group(2)
        unit = unit if unit in _SECONDS else unit.removesuffix("s")
        if unit in _SECONDS or unit in _SPECIAL:
            seconds += count * (_SECONDS | _SPECIAL)[unit]
        elif unit in ("month", "mon", "year", "yr", "decade"):
            months += count * {"month": 1, "mon": 1, "year": 12, "yr": 12, "decade": 120}[unit]
        else:
            return None
        place = part.end()
    if not months:
        return seconds or None
    return seconds + _calendar_seconds(months, at)


def _calendar_seconds(months: int, at: datetime | None) -> int:
    start = at or datetime(2001, 1, 1)  # noqa: DTZ001 - UTC; without a moment, a common year's months
    count = start.year * 12 + start.month - 1 + min(months, _LONGEST_YEARS * 12)
    first = start.replace(year=count // 12, month=count % 12 + 1, day=1)
    return int((first + timedelta(days=start.day - 1) - start).total_seconds())
