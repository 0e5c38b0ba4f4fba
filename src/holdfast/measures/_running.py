"""Running measures on one wiki: its tables up to a moment, the shared relations, then each measure's SQL."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

import duckdb
import numpy as np

from holdfast.clock import add_months
from holdfast.ids import WikiName
from holdfast.measures._calendar import _DATED, WINDOWS_MONTHS, Calendar
from holdfast.measures._derived import DERIVED
from holdfast.measures._measure import Computed, Measure, Row
from holdfast.progress import Progress, silent

Period = tuple[date, date] | None
"""Start (inclusive) and end (exclusive); null: all that the lake holds, without times."""


@dataclass(frozen=True, kw_only=True)
class Measured:
    """One value of one measure. `is_whole`: the history covers the whole window, so that tests may use it."""

    measure: Measure
    period: Period
    computed: Computed
    is_whole: bool
    is_quarter: bool = False
    """A window for tests alone: quarters do not overlap, as the 12-month windows that are published do."""

    @property
    def compared(self) -> float | None:
        """What tests compare; null when there is nothing to compare."""
        if not self.computed.is_comparable:
            return None
        return self.computed.value if self.computed.compared is None else self.computed.compared


def prepare(connection: duckdb.DuckDBPyConnection, days: Calendar, progress: Progress = silent) -> None:
    """Hide what happened at or after the horizon, and materialise calendar and shared relations.

    `connection` is one of `Lake.connect(wiki)`. Cost: one pass over revisions, two more over those of the
    accounts that blocked or were blocked.
    """
    connection.execute("CREATE SCHEMA seen")
    for table, moment in _DATED.items():
        kept = f"WHERE {moment} IS NULL OR {moment} < TIMESTAMP '{days.horizon}'" if days.horizon else ""
        connection.execute(f"CREATE VIEW seen.{table} AS SELECT * FROM main.{table} {kept}")
    connection.execute("SET search_path = 'seen,main'")
    _make_calendar(connection, days)
    for done, derived in enumerate(DERIVED):
        progress("reading the tables", done, len(DERIVED))
        connection.execute(f"CREATE TEMP TABLE {derived.name} AS {derived.sql}")
    progress("reading the tables", len(DERIVED), len(DERIVED))


def _make_calendar(connection: duckdb.DuckDBPyConnection, days: Calendar) -> None:
    def day(of: date) -> str:
        return f"CAST('{of.isoformat()}' AS DATE)"

    def make(name: str, columns: Sequence[str], rows: Iterable[Sequence[date]]) -> None:
        values = ", ".join(f"({', '.join(day(each) for each in row)})" for row in rows)
        if values:
            body = f"SELECT * FROM (VALUES {values}) AS given({', '.join(columns)})"
        else:
            body = f"SELECT {', '.join(f'CAST(NULL AS DATE) AS {name}' for name in columns)} WHERE FALSE"
        connection.execute(f"CREATE TEMP TABLE {name} AS {body}")

    months = list(days.months())
    make(
        "months",
        ("month", "next_month", "previous_month"),
        [(m, add_months(m, 1), add_months(m, -1)) for m in months],
    )
    for length in WINDOWS_MONTHS:
        windows = days.windows(length)
        make(f"periods_{length}", ("period_start", "period_end"), windows)
        inside = [(start, end, month) for start, end in windows for month in months if start <= month < end]
        make(f"period_months_{length}", ("period_start", "period_end", "month"), inside)
    horizon = f"TIMESTAMP '{days.horizon}'" if days.horizon else "CAST(NULL AS TIMESTAMP)"
    connection.execute(f"CREATE TEMP TABLE horizon AS SELECT {horizon} AS ends_at")


def run(
    measure: Measure,
    connection: duckdb.DuckDBPyConnection,
    *,
    wiki: WikiName,
    days: Calendar,
    bots: "BotMonths | None" = None,
) -> list[Measured]:
    """Every value of one measure, by period. A missing table gives one value that says so."""
    missing = [need for need in measure.needs if not any(days.spans[each].rows for each in need.split("|"))]
    if missing:
        words = " and ".join(need.replace("|", " or ") for need in missing)
        told = Computed(
            value=None, low=None, high=None, interval="", n=0, status="not_enough_data", detail=f"no {words}"
        )
        whole = (days.first_month, days.end) if days.first_month and days.end else None
        return [Measured(measure=measure, period=whole, computed=told, is_whole=False)]
    found: dict[Period, list[Row]] = {}
    for row in connection.sql(measure.sql).to_arrow_table().to_pylist():
        start, end = row["period_start"], row["period_end"]
        found.setdefault(None if start is None else (start, end), []).append(row)
    begins = [each for need in measure.needs if (each := days.begins(need)) is not None]
    begin = max(begins, default=days.first_month)
    return list(_finished(measure, found, wiki=wiki, days=days, begin=begin, bots=bots))


def _finished(
    measure: Measure,
    found: Mapping[Period, Sequence[Row]],
    *,
    wiki: WikiName,
    days: Calendar,
    begin: date | None,
    bots: "BotMonths | None",
) -> Iterator[Measured]:
    windows: list[Period] = [w for w in days.windows(measure.window_months) if begin is None or w[1] > begin]
    if None in found or not windows:
        windows = [*windows, None]
    for period in windows:
        rows = found.get(period, ())
        computed = measure.finish(rows, generator(wiki, measure.name, period))
        notes = [computed.detail] if computed.detail else []
        is_whole = period is not None and begin is not None and period[0] >= begin
        if period is not None and begin is not None and not is_whole:
            covered = (period[1].year - begin.year) * 12 + period[1].month - begin.month
            notes.append(f"the history covers {covered} of {measure.window_months} months")
        if bots is not None and measure.leaves_out_bots and period is not None:
            notes += bots.left_out(measure.leaves_out_bots, period)
        yield Measured(
            measure=measure,
            period=period,
            computed=replace(computed, detail="; ".join(notes)),
            is_whole=is_whole,
            is_quarter=period is not None and measure.window_months == 12 and add_months(period[0], 3) == period[1],
        )


def generator(wiki: str, name: str, period: Period) -> np.random.Generator:
    """Random numbers that are the same for the same wiki, measure and period, in whatever order they are asked."""
    text = "\0".join([wiki, name, *(each.isoformat() for each in period or ())])
    return np.random.default_rng(int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big"))


class BotMonths:
    """Which bots did how much in which month, so that each value can say what was left out."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._by_month: dict[tuple[str, date], list[tuple[str, int]]] = {}
        for what, table in (("edits", "account_months"), ("actions", "action_months")):
            rows = connection.execute(
                f"SELECT m.month, m.account, m.{what} FROM {table} AS m"
                " INNER JOIN bots AS b ON b.wiki = m.wiki AND b.account = m.account"
            ).fetchall()
            for month, account, count in rows:
                self._by_month.setdefault((what, month), []).append((account, count))

    def left_out(self, what: str, period: tuple[date, date]) -> list[str]:
        """What was left out in a period, in words; nothing when no bot did anything."""
        start, end = period
        found = [
            each
            for (kind, month), all_ in self._by_month.items()
            if kind == what and start <= month < end
            for each in all_
        ]
        if not found:
            return []
        accounts = len({account for account, _ in found})
        return [f"left out: {accounts} bots with {sum(count for _, count in found)} {what}"]
