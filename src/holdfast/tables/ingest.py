"""One ingest: rows come in by table, are put in order and made unique, and count only when all is written.

A source writes through `Ingest`. Until `commit`, everything lies in a staging folder. A source that can
resume (a live wiki) calls `checkpoint` and finds its `state` again in the next run.
"""

import json
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from holdfast.canonical import canonical_bytes, file_sha256, parse_json
from holdfast.clock import Clock, system_clock
from holdfast.errors import InputRefusedError, UsageError
from holdfast.ids import WikiName
from holdfast.tables._files import only_writer, sync_file, sync_folder, write_atomically
from holdfast.tables.engine import connect, listed, quoted
from holdfast.tables.lake import Entry, Input, Lake, Part, clear_staging, ingest_id, same_database
from holdfast.tables.schema import TABLES, Merge, Table
from holdfast.version import VERSION

_FLUSH_ROWS = 100_000  # rows held before they are written; chosen, bounds memory
_ROW_GROUP = 122_880  # rows of a Parquet row group; DuckDB's default
_PLACES_KEPT = 5  # places named for each problem; chosen, the rest is counted
_NEVER_CHANGE = {
    "revisions": ("revision_id", "at"),
    "log_events": ("log_id", "at"),
    "accounts": ("account", "account_id"),
}
"""What stays the same on one wiki for ever: the time of an edit and of a log entry, the number of an account."""
_LEAST_CONTRADICTIONS = 5  # rows; chosen, fewer can be chance
_CONTRADICTING = 0.2
"""So many rows, and so large a part of those that both have, say another thing: they are of another wiki. A few do on
any wiki (an account was given a name that another had left)."""


class _Staged:
    """The rows of one table on their way: full buffers become numbered Parquet files."""

    def __init__(self, table: Table, folder: Path, first_number: int) -> None:
        self.table = table
        self.folder = folder
        self.number = first_number
        self.rows: list[tuple[Any, ...]] = []
        self.columns: tuple[str, ...] = table.names

    def flush(self) -> str | None:
        if not self.rows:
            return None
        by_name = dict(zip(self.columns, zip(*self.rows, strict=True), strict=True))
        return self.write(
            pa.table(
                {
                    column.name: pa.array(by_name[column.name], column.type)
                    if column.name in by_name
                    else pa.nulls(len(self.rows), column.type)
                    for column in self.table.columns
                }
            )
        )

    def write(self, rows: pa.Table) -> str:
        name = f"{self.table.name}-{self.number:06d}.parquet"
        pq.write_table(rows.cast(self.table.arrow), self.folder / name, compression="zstd", compression_level=1)
        self.number += 1
        self.rows = []
        return name


class Ingest:
    """What a source writes into. Made by `begin`; not for use after its block has ended."""

    def __init__(self, lake: Lake, wiki: WikiName, source: str, folder: Path) -> None:
        self.lake = lake
        self.wiki = wiki
        self.source = source
        self.folder = folder
        self.dropped: dict[str, int] = {}
        self.places: dict[str, list[str]] = {}
        self.notes: list[str] = []
        self.facts: dict[str, Any] = {}
        self.state: dict[str, Any] = {}
        self._files: list[str] = []
        self._staged: dict[str, _Staged] = {}
        self._load()

    def writer(self, table: str, columns: Sequence[str]) -> Callable[[tuple[Any, ...]], None]:
        """A function that takes one row of `table` as a tuple of these columns; the others stay null.

        Instants are `datetime` without zone (UTC). One writer per table and ingest.
        """
        staged = self._table(table)
        unknown = set(columns) - set(staged.table.names)
        if unknown:
            raise UsageError(
                "ingest.column",
                f"the table {table} has no such column",
                got=", ".join(sorted(unknown)),
                expected=", ".join(staged.table.names),
            )
        if staged.rows and staged.columns != tuple(columns):
            self._flush(staged)
        staged.columns = tuple(columns)

        def add(row: tuple[Any, ...]) -> None:
            staged.rows.append(row)
            if len(staged.rows) >= _FLUSH_ROWS:
                self._flush(staged)

        return add

    def add_arrow(self, table: str, rows: pa.Table) -> None:
        """Add rows that are columnar already; columns that are missing become null."""
        staged = self._table(table)
        full = pa.table(
            {
                column.name: rows.column(column.name).cast(column.type)
                if column.name in rows.column_names
                else pa.nulls(rows.num_rows, column.type)
                for column in staged.table.columns
            }
        )
        if full.num_rows:
            self._files.append(staged.write(full))

    def drop(self, reason: str, place: str = "", count: int = 1) -> None:
        """Count `count` rows of the input as left out for `reason` (a word_like_this); keep the first places."""
        self.dropped[reason] = self.dropped.get(reason, 0) + count
        kept = self.places.setdefault(reason, [])
        if place and len(kept) < _PLACES_KEPT:
            kept.append(place)

    def note(self, text: str) -> None:
        """Say once what readers of the tables should know."""
        if text not in self.notes:
            self.notes.append(text)

    def checkpoint(self, state: Mapping[str, Any]) -> None:
        """Make all rows so far durable, together with `state`; a killed run goes on from here."""
        self.state = dict(state)
        for staged in self._staged.values():
            self._flush(staged)
        for name in self._files:
            sync_file(self.folder / name)
        content = {
            "state": self.state,
            "files": self._files,
            "dropped": self.dropped,
            "places": self.places,
            "notes": self.notes,
            "facts": self.facts,
        }
        write_atomically(self.folder / "state.json", canonical_bytes(content))

    def _load(self) -> None:
        path = self.folder / "state.json"
        if path.exists():
            found = parse_json(path.read_bytes(), place=str(path))
            self.state, self._files = found["state"], found["files"]
            self.dropped, self.places = found["dropped"], found["places"]
            self.notes, self.facts = found["notes"], found["facts"]
        for stray in self.folder.glob("*.parquet"):
            if stray.name not in self._files:
                stray.unlink()

    def _table(self, name: str) -> _Staged:
        if name not in self._staged:
            taken = [int(each[-14:-8]) for each in self._files if each.startswith(f"{name}-")]
            self._staged[name] = _Staged(TABLES[name], self.folder, max(taken, default=-1) + 1)
        return self._staged[name]

    def _flush(self, staged: _Staged) -> None:
        name = staged.flush()
        if name:
            self._files.append(name)

    def commit(self, inputs: Sequence[Input], entry_id: str, clock: Clock) -> Entry:
        """Order the rows, leave out what the lake has, write files and manifest entry; afterwards it counts.

        Raises InputRefusedError `ingest.another_wiki` when the input is of another wiki than what the lake holds.
        """
        for staged in self._staged.values():
            self._flush(staged)
        self._check_database()
        self._check_contradictions()
        names = sorted({file.rsplit("-", 1)[0] for file in self._files})
        parts = {name: part for name in names if (part := self._settle(TABLES[name], entry_id))}
        entries = self.lake.entries()
        entry = Entry(
            number=max((each.number for each in entries), default=0) + 1,
            id=entry_id,
            wiki=self.wiki,
            source=self.source,
            tool_version=VERSION,
            ingested_at=clock().isoformat(timespec="seconds"),
            inputs=tuple(inputs),
            tables=parts,
            dropped=dict(sorted(self.dropped.items())),
            places={reason: tuple(kept) for reason, kept in sorted(self.places.items()) if kept},
            notes=tuple(self.notes),
            facts=self.facts,
        )
        path = self.lake.path / "manifest" / f"{entry.number:06d}-{entry.id}.json"
        write_atomically(path, json.dumps(entry.to_json(), indent=1, ensure_ascii=False).encode())
        # a source that goes on from its state must not take it up again after it has counted
        shutil.rmtree(self.folder, ignore_errors=True)
        return entry

    @property
    def is_empty(self) -> bool:
        """Whether no row was written, nor left out for a reason."""
        return not self._files and not self.dropped and not any(staged.rows for staged in self._staged.values())

    def _check_database(self) -> None:
        """Refuse an input that names another database than those read before under this name."""
        mine = str(self.facts.get("database") or "")
        held = {str(entry.facts["database"]) for entry in self.lake.entries(self.wiki) if entry.facts.get("database")}
        if not mine or not held or self.facts.get("another_database"):
            return
        if not any(same_database(mine, each) for each in held):
            raise InputRefusedError(
                "ingest.another_wiki",
                f"this input is of another wiki than what the lake holds under {self.wiki}",
                expected=f"database {', '.join(sorted(ascii(each[:60]) for each in held))}",
                got=f"database {mine[:60]!a}",
                place=self.lake.path.name,
                hint="give it a name of its own with --wiki; or, where the wiki's database was renamed, add"
                " --option another_database=accept",
            )

    def _check_contradictions(self) -> None:
        """Refuse rows that say another thing of the same number than the lake's rows do."""
        for table, (key, same) in _NEVER_CHANGE.items():
            mine = [quoted(str(self.folder / f)) for f in self._files if f.rsplit("-", 1)[0] == table]
            held = self._held(table)
            if not mine or not held:
                continue
            connection = connect(self.lake.settings, self.lake.path / "staging" / "spill")
            shared, other = connection.execute(
                f'SELECT COUNT(*), COUNT(CASE WHEN n."{same}" <> o."{same}" THEN 1 END)'
                f' FROM (SELECT "{key}", MAX("{same}") AS "{same}" FROM read_parquet([{", ".join(mine)}]) GROUP BY 1)'
                f' AS n INNER JOIN (SELECT "{key}", MAX("{same}") AS "{same}" FROM read_parquet([{", ".join(held)}])'
                f' GROUP BY 1) AS o ON o."{key}" = n."{key}" WHERE n."{same}" IS NOT NULL AND o."{same}" IS NOT NULL'
            ).fetchall()[0]
            connection.close()
            if other >= _LEAST_CONTRADICTIONS and other > _CONTRADICTING * shared:
                raise InputRefusedError(
                    "ingest.another_wiki",
                    f"this input contradicts what the lake holds under {self.wiki}: it is of another wiki",
                    expected=f"the same {same} for the same {key}, in {table}",
                    got=f"another one in {other:,} of {shared:,} rows that both have",
                    place=self.lake.path.name,
                    hint="give it a name of its own with --wiki",
                )

    def _held(self, table: str) -> list[str]:
        """The lake's files of a table of this wiki, as SQL literals."""
        return [
            quoted(str(self.lake.path / entry.tables[table].file))
            for entry in self.lake.entries(self.wiki)
            if table in entry.tables
        ]

    def _settle(self, table: Table, entry_id: str) -> Part | None:
        """One table's staged rows as one Parquet file in the lake; None when nothing new is left."""
        connection = connect(self.lake.settings, self.lake.path / "staging" / "spill")
        files = [quoted(str(self.folder / f)) for f in self._files if f.rsplit("-", 1)[0] == table.name]
        connection.execute(f"CREATE VIEW staged AS SELECT * FROM read_parquet([{', '.join(files)}])")
        key = listed(table.key)
        total = _one(connection, "SELECT count(*) FROM staged")
        if table.merge is Merge.COMBINE:
            rest = ", ".join(f'max("{n}") AS "{n}"' for n in table.names if n not in table.key)
            chosen = f"SELECT {key}, {rest} FROM staged GROUP BY {key}"
        else:
            chosen = "SELECT * FROM staged"
            if _one(connection, f"SELECT count(*) FROM (SELECT DISTINCT {key} FROM staged)") != total:
                # of rows with one key the smallest is kept, so that the result does not hang on their order
                order = listed(table.names)
                chosen = f"SELECT * FROM staged QUALIFY row_number() OVER (PARTITION BY {key} ORDER BY {order}) = 1"
            chosen = self._new_rows(table, chosen)
        folder = Path("tables") / table.name / f"wiki={self.wiki}"
        (self.lake.path / folder).mkdir(parents=True, exist_ok=True)
        file = folder / f"{entry_id}.parquet"
        order = ", ".join(f'"{column}" NULLS FIRST' for column in table.order_by)
        target = self.lake.path / file
        connection.execute(
            f"COPY (SELECT {listed(table.names)} FROM ({chosen}) ORDER BY {order}) TO {quoted(str(target))}"
            f" (FORMAT parquet, PARQUET_VERSION v2, COMPRESSION zstd, ROW_GROUP_SIZE {_ROW_GROUP})"
        )
        connection.close()
        rows = pq.ParquetFile(target).metadata.num_rows
        if table.merge is Merge.FIRST and total > rows:
            self.drop("already_in_lake_or_repeated", count=total - rows)
        if not rows:
            target.unlink()
            return None
        sync_file(target)
        sync_folder(target.parent)
        return Part(file=str(file), rows=rows, sha256=file_sha256(target))

    def _new_rows(self, table: Table, chosen: str) -> str:
        """The query without the rows whose key the lake holds already."""
        held = self._held(table.name)
        if not held:
            return chosen
        matches = " AND ".join(f'old."{name}" IS NOT DISTINCT FROM new."{name}"' for name in table.key)
        return (
            f"SELECT new.* FROM ({chosen}) AS new WHERE NOT EXISTS"
            f" (SELECT 1 FROM read_parquet([{', '.join(held)}]) AS old WHERE {matches})"
        )


def _one(connection: Any, sql: str) -> int:
    return int(connection.execute(sql).fetchall()[0][0])


@contextmanager
def begin(lake: Lake, wiki: WikiName, source: str, name: str) -> Iterator[Ingest]:
    """An ingest in the staging folder `name`, alone in the lake while the block runs.

    When the block raises, rows after the last checkpoint are gone and the lake is as it was.
    """
    with only_writer(lake.path / ".lock"):
        clear_staging(lake, keep=name)
        folder = lake.path / "staging" / name
        folder.mkdir(parents=True, exist_ok=True)
        yield Ingest(lake, wiki, source, folder)


def already_there(lake: Lake, entry_id: str) -> Entry | None:
    """The entry of an ingest that was done before, if it was."""
    return next((entry for entry in lake.entries() if entry.id == entry_id), None)


def inputs_of(paths: Iterable[Path]) -> tuple[Input, ...]:
    """Names, sizes and hashes of files, as the manifest keeps them."""
    return tuple(Input(name=path.name, sha256=file_sha256(path), size_bytes=path.stat().st_size) for path in paths)


__all__ = ["Ingest", "already_there", "begin", "ingest_id", "inputs_of", "system_clock"]
