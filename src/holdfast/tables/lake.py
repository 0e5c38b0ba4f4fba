"""A lake: Parquet files of canonical tables, and the manifest that says which of them count.

A file counts only when a manifest entry names it. The entry is written last and at once, so a run that is
killed at any point leaves the lake as it was; what it left behind is cleared by the next run.

    LAKE/lake.json                                    format version
    LAKE/pseudonym.key                                never copied to an output
    LAKE/manifest/000001-<id>.json                    one entry per ingest
    LAKE/tables/<table>/wiki=<wiki>/<id>.parquet      rows in the table's own order
    LAKE/staging/<id>/                                unfinished ingests
"""

import hashlib
import html
import json
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from holdfast.accounts.naming import pseudonyms_for
from holdfast.accounts.pseudonym import KEY_FILE, Pseudonyms, make_key
from holdfast.canonical import file_sha256, parse_json
from holdfast.errors import CheckFailedError, InputRefusedError, UsageError
from holdfast.ids import WikiName, wiki_name
from holdfast.progress import Progress, silent
from holdfast.settings import Settings
from holdfast.tables._files import only_writer, write_atomically
from holdfast.tables.engine import connect, listed, quoted
from holdfast.tables.schema import TABLES, Merge, Table

FORMAT = 1  # version of the manifest; stored


@dataclass(frozen=True, kw_only=True)
class Input:
    """What was read: a file's name, or an address; its size and hash (of the file as it lay there)."""

    name: str
    sha256: str
    size_bytes: int


@dataclass(frozen=True, kw_only=True)
class Part:
    """One Parquet file of one table."""

    file: str
    rows: int
    sha256: str


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One ingest: what was read, by which source, what came of it, what was left out and why."""

    number: int
    id: str
    wiki: WikiName
    source: str
    tool_version: str
    ingested_at: str
    inputs: tuple[Input, ...]
    tables: Mapping[str, Part]
    dropped: Mapping[str, int] = field(default_factory=dict)
    places: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """For each reason of dropping, the first places in the input."""
    notes: tuple[str, ...] = ()
    """What a reader of the tables should know: a time without zone, a dump without its end …"""
    facts: Mapping[str, Any] = field(default_factory=dict)
    """Machine-readable statements of the source about the wiki: site name, namespaces, last change read …"""

    def to_json(self) -> dict[str, Any]:
        """The entry as its manifest file holds it."""
        return asdict(self)

    @staticmethod
    def from_json(found: Mapping[str, Any]) -> "Entry":
        """The entry that a manifest file holds."""
        return Entry(
            **{
                **found,
                "wiki": wiki_name(found["wiki"]),
                "inputs": tuple(Input(**each) for each in found["inputs"]),
                "tables": {name: Part(**each) for name, each in found["tables"].items()},
                "places": {name: tuple(each) for name, each in found["places"].items()},
                "notes": tuple(found["notes"]),
            }
        )


def ingest_id(wiki: WikiName, source: str, inputs: Sequence[Input]) -> str:
    """The name of an ingest: the same bytes read the same way for the same wiki have the same one."""
    text = "\0".join([wiki, source, *sorted(each.sha256 for each in inputs)])
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def same_database(one: str, other: str) -> bool:
    """Whether two inputs name one wiki's database: a dump writes its name, the API adds the prefix of its tables."""
    return one == other or one.startswith(f"{other}-") or other.startswith(f"{one}-")


class Lake:
    """An opened lake. Reading needs no lock; writing goes through `holdfast.tables.ingest`."""

    def __init__(self, path: Path, settings: Settings | None = None) -> None:
        self.path = path
        self.settings = settings or Settings()

    def __repr__(self) -> str:
        return f"Lake({str(self.path)!r}, wikis={list(self.wikis())})"

    def _repr_html_(self) -> str:
        rows = "".join(
            f"<tr><td>{html.escape(wiki)}</td><td>{table}</td><td>{count['rows']:,}</td></tr>"
            for wiki, found in self.contents()["wikis"].items()
            for table, count in found["tables"].items()
        )
        return (
            f"<table><caption>Lake {html.escape(str(self.path))}</caption>"
            f"<thead><tr><th>wiki</th><th>table</th><th>rows</th></tr></thead><tbody>{rows}</tbody></table>"
        )

    def entries(self, wiki: str | None = None) -> tuple[Entry, ...]:
        """The manifest, oldest first; of one wiki, or of all."""
        found = [
            Entry.from_json(parse_json(path.read_bytes(), place=str(path)))
            for path in sorted((self.path / "manifest").glob("[0-9]*.json"))
        ]
        return tuple(entry for entry in found if wiki is None or entry.wiki == wiki)

    def wikis(self) -> tuple[WikiName, ...]:
        """The wikis that the lake knows, in alphabetical order."""
        return tuple(sorted({entry.wiki for entry in self.entries()}))

    def require(self, wiki: str) -> WikiName:
        """The wiki's checked name. Raises UsageError `lake.no_such_wiki` when the lake does not hold it."""
        name = wiki_name(wiki)
        known = self.wikis()
        if name not in known:
            raise UsageError(
                "lake.no_such_wiki",
                f"this lake holds nothing about {name}",
                expected=", ".join(known) or "at least one ingested wiki",
                got=name,
                place=str(self.path),
                hint="ingest a dump of it first: holdfast ingest PATH --wiki NAME --lake DIR",
            )
        return name

    def pseudonyms(self) -> Pseudonyms:
        """The lake's own pseudonyms."""
        return pseudonyms_for(source=self.path)

    def connect(self, wiki: str | None = None) -> duckdb.DuckDBPyConnection:
        """An engine with a view for each canonical table, with the column `wiki` in front.

        Only rows of `wiki`, or of all wikis. A table without rows is an empty view with the right types.
        """
        spill = self.path / "staging" / "spill"
        connection = connect(self.settings, spill)
        entries = self.entries(wiki)
        for table in TABLES.values():
            connection.execute(f"CREATE VIEW {table.name} AS {self._select(table, entries)}")
        return connection

    def table(self, wiki: str, name: str) -> pa.Table:
        """One canonical table of one wiki as Arrow, in the table's own order. Names are as in the input."""
        if name not in TABLES:
            raise UsageError(
                "lake.no_such_table", f"there is no table {name!r}", expected=", ".join(TABLES), got=name
            )
        order = ", ".join(f'"{column}" NULLS FIRST' for column in TABLES[name].order_by)
        connection = self.connect(self.require(wiki))
        columns = listed(TABLES[name].names)
        try:
            return connection.sql(f"SELECT {columns} FROM {name} ORDER BY {order}").to_arrow_table()
        finally:
            connection.close()

    def _select(self, table: Table, entries: Sequence[Entry]) -> str:
        files = [str(self.path / entry.tables[table.name].file) for entry in entries if table.name in entry.tables]
        if not files:
            empty = ", ".join(
                f'CAST(NULL AS {_sql_type(column.type)}) AS "{column.name}"' for column in table.columns
            )
            return f"SELECT CAST(NULL AS VARCHAR) AS wiki, {empty} WHERE FALSE"
        files_listed = ", ".join(quoted(file) for file in files)
        scan = f"read_parquet([{files_listed}], hive_partitioning = true, hive_types = {{'wiki': VARCHAR}})"
        columns = listed(table.names)
        if table.merge is Merge.FIRST:
            return f"SELECT wiki, {columns} FROM {scan}"
        rest = ", ".join(f'max("{name}") AS "{name}"' for name in table.names if name not in table.key)
        key = listed(table.key)
        return f"SELECT wiki, {key}, {rest} FROM {scan} GROUP BY wiki, {key}"

    def contents(self) -> dict[str, Any]:
        """What is in the lake: for each wiki its tables with rows and distinct accounts, and what was dropped."""
        wikis: dict[str, Any] = {}
        for wiki in self.wikis():
            entries = self.entries(wiki)
            present = {name for entry in entries for name in entry.tables}
            connection = self.connect(wiki)
            tables = {name: _count(connection, table) for name, table in TABLES.items() if name in present}
            connection.close()
            dropped: dict[str, int] = {}
            for entry in entries:
                for reason, count in entry.dropped.items():
                    dropped[reason] = dropped.get(reason, 0) + count
            wikis[wiki] = {"tables": tables, "dropped": dict(sorted(dropped.items()))}
        return {"wikis": wikis}

    def verify(self, progress: Progress = silent) -> int:
        """Read every file again and compare its hash with the manifest; the number of files checked.

        Raises CheckFailedError `lake.part_missing` or `lake.part_changed`, naming the file.
        """
        parts = [part for entry in self.entries() for part in entry.tables.values()]
        for done, part in enumerate(parts):
            progress("verifying files", done, len(parts))
            path = self.path / part.file
            if not path.is_file():
                raise CheckFailedError(
                    "lake.part_missing",
                    "a file named in the manifest is not there",
                    place=str(path),
                    hint="restore it from a copy, or build the lake again from its sources",
                )
            found = file_sha256(path)
            if found != part.sha256:
                raise CheckFailedError(
                    "lake.part_changed",
                    "a file is not what was ingested",
                    expected=f"SHA-256 {part.sha256}",
                    got=found,
                    place=str(path),
                    hint="restore it from a copy, or build the lake again from its sources",
                )
        return len(parts)

    def forget(self, wiki: str) -> int:
        """Take one wiki out of the lake; the number of manifest entries removed. Its inputs can be read again."""
        name = self.require(wiki)
        with only_writer(self.path / ".lock"):
            entries = self.entries(name)
            for entry in entries:
                (self.path / "manifest" / f"{entry.number:06d}-{entry.id}.json").unlink()
            for entry in entries:
                for part in entry.tables.values():
                    (self.path / part.file).unlink(missing_ok=True)
        return len(entries)


def _count(connection: duckdb.DuckDBPyConnection, table: Table) -> dict[str, int]:
    rows = connection.execute(f"SELECT count(*) FROM {table.name}").fetchall()[0][0]
    if not table.account_columns:
        return {"rows": rows, "accounts": 0}
    union = " UNION ".join(f'SELECT "{name}" AS a FROM {table.name}' for name in table.account_columns)
    accounts = connection.execute(f"SELECT count(DISTINCT a) FROM ({union})").fetchall()[0][0]
    return {"rows": rows, "accounts": accounts}


def _sql_type(kind: pa.DataType) -> str:
    names = {
        pa.string(): "VARCHAR",
        pa.int64(): "BIGINT",
        pa.int8(): "TINYINT",
        pa.bool_(): "BOOLEAN",
        pa.timestamp("us"): "TIMESTAMP",
        pa.date32(): "DATE",
        pa.float64(): "DOUBLE",
    }
    return names[kind]


def create_lake(path: Path, settings: Settings | None = None) -> Lake:
    """A lake at `path`, made if there is none. An existing folder with other things in it is refused."""
    if (path / "lake.json").exists():
        return open_lake(path, settings)
    if path.exists() and (not path.is_dir() or any(path.iterdir())):
        raise UsageError(
            "lake.not_empty",
            "this folder holds something that is not a lake",
            place=str(path),
            hint="name a new folder, or an existing lake",
        )
    for name in ("manifest", "tables", "staging"):
        (path / name).mkdir(parents=True, exist_ok=True)
    make_key(path / KEY_FILE)
    write_atomically(path / "lake.json", json.dumps({"format": FORMAT}).encode())
    return Lake(path, settings)


def open_lake(path: str | Path, settings: Settings | None = None) -> Lake:
    """An existing lake. Raises UsageError `lake.none_here`, or InputRefusedError `lake.format`."""
    folder = Path(path)
    if not (folder / "lake.json").is_file():
        raise UsageError(
            "lake.none_here",
            "there is no lake in this folder",
            expected="a folder with lake.json",
            place=str(folder),
            hint="make one with: holdfast ingest PATH --wiki NAME --lake DIR",
        )
    found = parse_json((folder / "lake.json").read_bytes(), place=str(folder / "lake.json"))
    if not isinstance(found, dict) or found.get("format") != FORMAT:
        raise InputRefusedError(
            "lake.format",
            "this lake was made by another version of Holdfast",
            expected=f"format {FORMAT}",
            got=str(found)[:40],
            place=str(folder),
            hint="build it again from its sources",
        )
    return Lake(folder, settings)


def clear_staging(lake: Lake, keep: str = "") -> None:
    """Remove what unfinished ingests left behind, except the folder named `keep` and what can be gone on with."""
    for folder in (lake.path / "staging").iterdir():
        if folder.name != keep and folder.is_dir() and not (folder / "state.json").exists():
            shutil.rmtree(folder, ignore_errors=True)
