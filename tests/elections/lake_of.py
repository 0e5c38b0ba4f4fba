"""Small lakes for tests of rolls."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from holdfast.clock import fixed_clock
from holdfast.ids import wiki_name
from holdfast.tables.ingest import begin
from holdfast.tables.lake import Lake, create_lake

WIKI = wiki_name("testwiki")
LOG_READ = [{"log_id": 1, "at": datetime(2001, 1, 1), "log_type": "newusers", "action": "create"}]
"""One line that says: the wiki's log was read, and what it does not hold did not happen."""


def lake_of(path: Path, rows: Mapping[str, Iterable[Mapping[str, Any]]]) -> Lake:
    """A lake with these rows, by table; numbers of revisions and log entries are given out in order."""
    lake = create_lake(path)
    rows = {"log_events": LOG_READ, **rows}
    with begin(lake, WIKI, "test", "rows") as ingest:
        for table, found in rows.items():
            key = {"revisions": "revision_id", "blocks": "log_id", "account_groups": "log_id"}.get(table)
            for number, row in enumerate(found, 1):
                full = {**({key: number} if key else {}), **row}
                ingest.writer(table, tuple(full))(tuple(full.values()))
        ingest.commit([], "rows", fixed_clock(datetime(2026, 1, 1, tzinfo=UTC)))
    return lake


def edits(account: str, count: int, at: datetime, namespace: int = 0) -> list[dict[str, Any]]:
    """So many edits of one account at one moment."""
    return [{"account": account, "at": at, "namespace": namespace, "is_address": False} for _ in range(count)]


def account(name: str, registered_at: datetime | None = None, *, is_address: bool = False) -> dict[str, Any]:
    """One row of the accounts."""
    return {"account": name, "registered_at": registered_at, "is_address": is_address}
