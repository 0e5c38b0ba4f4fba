"""The embedded engine: DuckDB with a memory limit, spilling beside the data."""

from collections.abc import Iterable
from pathlib import Path

import duckdb

from holdfast.settings import Settings


def connect(settings: Settings, spill: Path | None = None) -> duckdb.DuckDBPyConnection:
    """An in-memory DuckDB that keeps to `settings.memory_limit_mib` and spills into the folder `spill`.

    Time zone UTC; no extension is downloaded; the order of rows is what the query says and nothing else.
    """
    connection = duckdb.connect(":memory:")
    connection.execute(f"SET memory_limit = '{settings.memory_limit_mib}MiB'")
    if settings.threads:
        connection.execute(f"SET threads = {settings.threads}")
    connection.execute("SET preserve_insertion_order = false")
    connection.execute("SET autoinstall_known_extensions = false")
    connection.execute("SET autoload_known_extensions = false")
    if spill is not None:
        connection.execute("SET temp_directory = ?", [str(spill)])
    return connection


def quoted(text: str) -> str:
    """A text as an SQL literal."""
    return "'" + text.replace("'", "''") + "'"


def listed(names: Iterable[str]) -> str:
    """Column names as an SQL list. Quoted, because `at` is a word of the engine's own."""
    return ", ".join(f'"{name}"' for name in names)
