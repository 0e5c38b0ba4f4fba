"""Canonical tables in memory, to run measures and tests of findings on without writing a lake."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

import duckdb
import pyarrow as pa

import holdfast.measures
from holdfast.ids import wiki_name
from holdfast.measures._calendar import Calendar, calendar, spans
from holdfast.measures._measure import Measure
from holdfast.measures._running import BotMonths, Measured, prepare, run
from holdfast.registry import kinds_in
from holdfast.settings import Settings
from holdfast.tables.engine import connect
from holdfast.tables.schema import TABLES

WIKI = wiki_name("smallwiki")
MEASURES: Mapping[str, Measure] = kinds_in(holdfast.measures, "MEASURE")
Rows = Sequence[Mapping[str, Any]] | pa.Table


def at(text: str) -> datetime:
    """A moment as the tables hold it."""
    return datetime.fromisoformat(text)


def edits(account: str, days: Sequence[str], *, page: int = 1, first: int = 1, **more: Any) -> list[dict[str, Any]]:
    """One edit at noon of each day, numbered from `first`."""
    return [
        {"revision_id": first + n, "page_id": page, "at": at(f"{day}T12:00"), "account": account, **more}
        for n, day in enumerate(days)
    ]


def acts(actor: str, count: int, day: str, *, first: int) -> list[dict[str, Any]]:
    """So many deletions by one admin on one day."""
    return [
        {"log_id": first + n, "at": at(f"{day}T12:00"), "actor": actor, "log_type": "delete", "action": "delete"}
        for n in range(count)
    ]


def right(account: str, change: str, when: str | None, log_id: int = 0, **more: Any) -> dict[str, Any]:
    """A change of the admin flag."""
    return {
        "account": account, "group_name": "sysop", "change": change, "at": at(when) if when else None,
        "log_id": log_id, **more,
    }  # fmt: skip


def bounds(first: str, last: str) -> list[dict[str, Any]]:
    """Two edits without account, so that the history reaches from one day to the other."""
    return edits("192.0.2.1", [first, last], first=10_000_000, is_address=True)


def connected(tables: Mapping[str, Rows], threads: int = 1) -> duckdb.DuckDBPyConnection:
    """An engine with every canonical table, as `Lake.connect` gives one."""
    connection = connect(Settings(threads=threads))
    for name, table in TABLES.items():
        rows = tables.get(name, [])
        found = rows if isinstance(rows, pa.Table) else pa.Table.from_pylist(list(rows), schema=table.arrow)
        found = found.add_column(0, "wiki", pa.array([str(WIKI)] * found.num_rows, pa.string()))
        connection.register("given", found)
        connection.execute(f"CREATE TABLE {name} AS SELECT * FROM given")
        connection.unregister("given")
    return connection


def prepared(tables: Mapping[str, Rows], as_of: date | None = None) -> tuple[duckdb.DuckDBPyConnection, Calendar]:
    """The same with the shared relations, and the calendar."""
    connection = connected(tables)
    days = calendar(spans(connection, datetime(2100, 1, 1)), as_of)
    prepare(connection, days)
    return connection, days


def values(name: str, tables: Mapping[str, Rows], as_of: date | None = None) -> list[Measured]:
    """The published values of one measure."""
    connection, days = prepared(tables, as_of)
    found = run(MEASURES[name], connection, wiki=WIKI, days=days, bots=BotMonths(connection))
    return [each for each in found if not each.is_quarter]


def until(end: str, found: Sequence[Measured]) -> Measured:
    """The value whose window ends (exclusive) on a day."""
    return next(each for each in found if each.period is not None and each.period[1] == date.fromisoformat(end))
