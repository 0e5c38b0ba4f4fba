"""Running measures on one wiki: its tables up to a moment, the shared relations, then each measure's SQL."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

import duckdb
import numpy as np

from holdfast.accounts.kinds import Outsider, plural
from holdfast.clock import add_months
from holdfast.ids import WikiName
from holdfast.measures._calendar import _DATED, WINDOWS_MONTHS, Calendar
from holdfast.measures._derived import DERIVED
from holdfast.measures._flaws import Flaw
from holdfast.measures._measure import Computed, Measure, Row, not_enough
from holdfast.progress import Progress, silent
from holdfast.tables.people import name_outsiders

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
    """Hide what happened at or after the horizon or far outside the history, and make calendar and shared relations.

    `connection` is one of `Lake.connect(wiki)`. Cost: one pass over revisions, two more over those of the
    accounts that blocked or were blocked.
    """
    connection.execute("CREATE SCHEMA seen")
    for table, moment in _DATED.items():
        bounds = [f"{moment} < TIMESTAMP '{days.horizon}'"] if days.horizon else []
        span = days.spans[table]
        bounds += [f"{moment} >= TIMESTAMP '{span.first}'"] if span.early and span.first else []
        bounds += [f"{moment} <= TIMESTAMP '{span.last}'"] if span.late and span.last else []
        kept = f"WHERE {moment} IS NULL OR ({' AND '.join(bounds)})" if bounds else ""
        connection.execute(f"CREATE VIEW seen.{table} AS SELECT * FROM main.{table} {kept}")
    connection.execute("SET search_path = 'seen,main'")
    _make_calendar(connection, days)
    name_outsiders(connection)
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
    flaws: Sequence[Flaw] = (),
) -> list[Measured]:
    """Every value of one measure, by period. A missing table gives one value that says so; a window that one of the
    `flaws` touches has none, with the status `incomplete_history`."""
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
    measured = _finished(measure, found, wiki=wiki, days=days, begin=begin, bots=bots)
    return _comparable([_without(each, flaws) for each in measured])


def _without(each: Measured, flaws: Sequence[Flaw]) -> Measured:
    """The same, without its value where the tables that it rests on are known to be incomplete."""
    spoilt = [flaw.told for flaw in flaws if flaw.spoils(each.measure, each.period)]
    if not spoilt:
        return each
    told = replace(
        not_enough(each.computed.n, "; ".join([*spoilt, *filter(None, [each.computed.detail])])),
        status="incomplete_history",
    )
    return replace(each, computed=told)


def _comparable(found: Sequence[Measured]) -> list[Measured]:
    """Where some windows count holders of the flag and others only who acts, tests see those of holders alone: to
    count others is no change of level."""
    statuses = {each.computed.status for each in found}
    if not {"ok", "acting_only"} <= statuses:
        return list(found)
    return [
        replace(each, computed=replace(each.computed, is_comparable=False))
        if each.computed.status == "acting_only"
        else each
        for each in found
    ]


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


_LEFT_OUT = {
    "edits": "SELECT month, who, account, edits FROM account_months WHERE who <> 'person'",
    "actions": "SELECT month, who, account, actions FROM action_months WHERE who <> 'person'",
    "blocks": """
        SELECT CAST(DATE_TRUNC('month', b."at") AS DATE), COALESCE(n.why, 'partial'), b.actor, COUNT(*)
        FROM blocks AS b
        LEFT JOIN not_people AS n ON n.wiki = b.wiki AND n.account = b.actor
          AND b."at" >= n.starts_at AND b."at" < n.ends_at
        WHERE b.action = 'block' AND b."at" IS NOT NULL AND b.actor IS NOT NULL AND b.target <> ''
          AND (n.account IS NOT NULL OR b.is_sitewide = FALSE)
        GROUP BY 1, 2, 3""",
}


class BotMonths:
    """Who was left out as no person, or as it was no block of the whole wiki, with how much in which month."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._by_month: dict[tuple[str, date], list[tuple[str, str, int]]] = {}
        for what, sql in _LEFT_OUT.items():
            for month, who, account, count in connection.execute(sql).fetchall():
                self._by_month.setdefault((what, month), []).append((who, account, count))

    def left_out(self, what: str, period: tuple[date, date]) -> list[str]:
        """What was left out in a period, in words; nothing when there is nothing."""
        start, end = period
        found = [
            each
            for (kind, month), all_ in self._by_month.items()
            if kind == what and start <= month < end
            for each in all_
        ]
        if not found:
            return []
        told = []
        for who in sorted({each[0] for each in found}):
            mine = [each for each in found if each[0] == who]
            count = sum(each[2] for each in mine)
            if who == "partial":
                told.append(f"{count} {what} from some pages only")
            else:
                told.append(f"{len({each[1] for each in mine})} {_PLURAL.get(who, who)} with {count} {what}")
        return [f"left out: {', '.join(told)}"]


_PLURAL = {"bot": "bots"} | {str(each): plural(each) for each in Outsider}
