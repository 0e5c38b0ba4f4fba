"""Moments as facts carry them: ISO 8601 in UTC; and days, which begin at midnight UTC."""

from datetime import UTC, date, datetime, time

from holdfast.clock import parse_at
from holdfast.errors import InputRefusedError

INFINITY = "infinity"
"""An end that never comes, as the wikis' groups have it."""


def text_of(at: datetime) -> str:
    """A moment as text, in UTC with `Z`; whole seconds are written without a fraction."""
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def text_or_none(at: datetime | None) -> str | None:
    """The same for a moment that may be missing."""
    return None if at is None else text_of(at)


def moment(text: str) -> datetime:
    """The moment of a text; a bare day is its midnight. Raises InputRefusedError `clock.unreadable`."""
    return parse_at(text)


def moment_or_none(text: str | None) -> datetime | None:
    """The same where null stands for an end that never comes."""
    return None if text is None else parse_at(text)


def midnight(day: date) -> datetime:
    """The beginning of a day, UTC."""
    return datetime.combine(day, time(), UTC)


def day_or_moment(text: str, *, place: str = "") -> datetime:
    """A day (its midnight) or a moment of a file, in ISO 8601; numbers alone are refused, for 2021 is no moment.

    Raises InputRefusedError `clock.unreadable`, naming the place.
    """
    try:
        return parse_at("?" if text.strip().lstrip("-").isdecimal() else text)
    except InputRefusedError as odd:
        raise InputRefusedError(
            odd.code,
            odd.what,
            expected="ISO 8601 such as 2021-09-13 or 2021-09-13T16:13:00Z",
            got=repr(text.strip()[:40]),
            place=place,
            hint=odd.hint,
        ) from None


def end_in_words(text: str, *, place: str = "") -> datetime | None:
    """An end as people and wikis write it: empty, `infinity`, `infinite`, `indefinite` and `never` are no end."""
    if text.strip().lower() in ("", INFINITY, "infinite", "indefinite", "never"):
        return None
    return day_or_moment(text, place=place)
