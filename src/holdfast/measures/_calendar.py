"""From when to when a wiki's data reach, and the windows in which measures are given."""

from collections.abc import Iterator, Mapping
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


@dataclass(frozen=True, kw_only=True)
class Span:
    """The rows of a table, and its first and last moment; null: no row with a time."""

    rows: int
    first: datetime | None
    last: datetime | None


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
    found = {}
    for name in TABLES:
        moment = _DATED.get(name, "CAST(NULL AS TIMESTAMP)")
        rows, first, last = connection.execute(
            f"SELECT COUNT(*), MIN(moment), MAX(CASE WHEN moment < ? THEN moment END)"
            f" FROM (SELECT {moment} AS moment FROM {name})",
            [before],
        ).fetchall()[0]
        found[name] = Span(rows=rows, first=first if last is not None else None, last=last)
    return found


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
