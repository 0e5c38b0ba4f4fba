"""From when to when a wiki's data reach, and the windows in which measures are given."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

import duckdb

from holdfast.clock import add_months, month_end
from holdfast.tables.schema import TABLES

_DATED = {
    "revisions": '"at"',
    "log_events": '"at"',
    "blocks": '"at"',
    "votes": '"at"',
    "elections": "COALESCE(closed_at, opened_at)",
    "account_groups": '"at"',
}
"""Tables with moments, and which moment places a row in time."""

WHOLE = ("revisions", "log_events", "blocks")
"""Tables that a wiki fills all the time, so that their first and last rows bound the history."""

WINDOWS_MONTHS = (1, 12, 36)


FIRST_WIKI = date(1995, 3, 25)
"""The first wiki of all: nothing was done on one before."""
LONE_DAYS = 366
LEAST_ROWS = 100
LONE_PART = 500
"""Rows more than `LONE_DAYS` apart from all others, at most one in `LONE_PART` (and always a single one), are no end
of a history of `LEAST_ROWS` rows: one edit with a wrong year would move every window."""


@dataclass(frozen=True, kw_only=True)
class Outlying:
    """Rows of a table that lie far outside its history: how many, and the moment that is farthest out."""

    rows: int
    farthest: datetime


@dataclass(frozen=True, kw_only=True)
class Span:
    """The rows of a table, and its first and last moment; null: no row with a time.

    Rows that lie far outside are not in between, and `early` and `late` say so: nothing is read from them.
    """

    rows: int
    first: datetime | None
    last: datetime | None
    early: Outlying | None = None
    late: Outlying | None = None


@dataclass(frozen=True, kw_only=True)
class Calendar:
    """The months that are looked at: from `first_month` up to `end` (exclusive), both firsts of a month.

    `horizon` is the moment at and after which nothing is read. All null when no row has a time.
    """

    first_month: date | None
    end: date | None
    horizon: datetime | None
    spans: Mapping[str, Span]

    @property
    def as_of(self) -> date | None:
        """The last day that is looked at."""
        return self.horizon.date() - timedelta(days=1) if self.horizon else None

    def begins(self, table: str) -> date | None:
        """The month in which the history of one of the tables named by `a|b` begins."""
        found = [self.spans[each].first for each in table.split("|") if each in WHOLE and each in self.spans]
        known = [each for each in found if each is not None]
        return min(known).date().replace(day=1) if known else None

    def months(self) -> Iterator[date]:
        """The first day of each month, in order."""
        month = self.first_month
        while month is not None and self.end is not None and month < self.end:
            yield month
            month = month_end(month)

    def windows(self, length: int) -> list[tuple[date, date]]:
        """The windows of `length` months that end with each month; with 12 also each whole quarter, for tests."""
        found = [(add_months(month, 1 - length), month_end(month)) for month in self.months()]
        if length == 12 and self.first_month is not None:
            found += [
                (add_months(month, -2), month_end(month))
                for month in self.months()
                if month.month % 3 == 0 and add_months(month, -2) >= self.first_month
            ]
        return sorted(found)


def spans(connection: duckdb.DuckDBPyConnection, before: datetime) -> dict[str, Span]:
    """Rows, first and last moment of each canonical table; moments at or after `before` are not believed."""
    return {name: _span(connection, name, before) for name in TABLES}


def _span(connection: duckdb.DuckDBPyConnection, name: str, before: datetime) -> Span:
    rows = connection.execute(f"SELECT COUNT(*) FROM {name}").fetchall()[0][0]
    if name not in _DATED:
        return Span(rows=rows, first=None, last=None)
    days: list[_Day] = connection.execute(
        f"SELECT CAST(moment AS DATE) AS day, COUNT(*), MIN(moment), MAX(moment)"
        f" FROM (SELECT {_DATED[name]} AS moment FROM {name}) WHERE moment < ? GROUP BY 1 ORDER BY 1",
        [before],
    ).fetchall()
    start, end = _history(days)
    early, inside, late = days[:start], days[start:end], days[end:]
    return Span(
        rows=rows,
        first=inside[0][2] if inside else None,
        last=inside[-1][3] if inside else None,
        early=Outlying(rows=sum(day[1] for day in early), farthest=early[0][2]) if early else None,
        late=Outlying(rows=sum(day[1] for day in late), farthest=late[-1][3]) if late else None,
    )


_Day = tuple[date, int, datetime, datetime]


def _history(days: Sequence[_Day]) -> tuple[int, int]:
    """Which of these days, in order, are the history: from the first (inclusive) to the second (exclusive)."""
    start, end = 0, len(days)
    while start < end and days[start][0] < FIRST_WIKI:
        start += 1
    total = sum(day[1] for day in days[start:end])
    if total < LEAST_ROWS:
        return start, end
    few = max(1, total // LONE_PART)
    breaks = [place for place in range(start + 1, end) if (days[place][0] - days[place - 1][0]).days > LONE_DAYS]
    for place in breaks:
        if sum(day[1] for day in days[start:place]) <= few:
            start = place
    for place in reversed(breaks):
        if place > start and sum(day[1] for day in days[place:end]) <= few:
            end = place
    return start, end


def calendar(found: Mapping[str, Span], as_of: date | None) -> Calendar:
    """The months to look at: up to the last full month of the data, or earlier when `as_of` says so.

    A month is full when something happened on its last day. When not one month is full, the running one is
    taken. A later `as_of` than the data reach changes nothing: months without data would look like silence.
    """
    dated = [span for name, span in found.items() if name != "account_groups" and span.first] or [
        span for span in found.values() if span.first
    ]
    moments = [(span.first, span.last) for span in dated if span.first and span.last]
    if not moments:
        return Calendar(first_month=None, end=None, horizon=None, spans=found)
    first_month = min(first for first, _ in moments).date().replace(day=1)
    last_day = max(last for _, last in moments).date()
    end = last_day.replace(day=1)
    if last_day + timedelta(days=1) == month_end(last_day) or end <= first_month:
        end = month_end(last_day)
    horizon = end
    if as_of is not None and as_of + timedelta(days=1) < end:
        horizon = as_of + timedelta(days=1)
        end = horizon.replace(day=1)
    return Calendar(first_month=first_month, end=end, horizon=datetime.combine(horizon, time.min), spans=found)
