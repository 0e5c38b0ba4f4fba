"""Actions: who acted on what when, from a lake or from a Parquet or CSV file, as numbers for the networks."""

from dataclasses import dataclass
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.csv as csv
from numpy.typing import NDArray

from holdfast.errors import InputRefusedError
from holdfast.settings import Settings
from holdfast.tables.engine import connect, quoted
from holdfast.tables.lake import Lake
from holdfast.tables.people import EDITS_OF_NOBODY, tell_people

COLUMNS = ("account", "object", "at")
_DATE = r"^\d{4}-\d\d-\d\d([T ]|$)"
_ZONE = r"\d\d[T ].*(Z|[+-]\d\d(:?\d\d)?)\s*$"


@dataclass(frozen=True, kw_only=True)
class Actions:
    """Actions with accounts and objects as numbers; `account_names[number]` is the input's text."""

    account: NDArray[np.int64]
    object: NDArray[np.int64]
    at: NDArray[np.int64]
    """Seconds UTC."""
    account_names: tuple[str, ...]
    object_names: tuple[str, ...]
    wiki: str = ""
    dropped: tuple[tuple[str, int], ...] = ()
    """Rows left out, by reason."""
    notes: tuple[str, ...] = ()


def actions_of(lake: Lake, wiki: str, settings: Settings | None = None) -> Actions:
    """Edits of one wiki: account and page; persons' alone (see `holdfast.tables.people`), without hidden names.

    Raises UsageError `lake.no_such_wiki`.
    """
    name = lake.require(wiki)
    connection = lake.connect(name)
    try:
        tell_people(connection)
        connection.execute(
            "CREATE TEMP TABLE raw AS SELECT r.account, CAST(r.page_id AS VARCHAR) AS object,"
            ' CAST(floor(epoch(r."at")) AS BIGINT) AS "at", r.is_address, n.why'
            f" FROM revisions AS r {EDITS_OF_NOBODY}"
        )
        reasons = {
            "hidden_or_without_time": 'account IS NULL OR object IS NULL OR "at" IS NULL',
            "address": "account IS NOT NULL AND is_address",
            "bot": "account IS NOT NULL AND why = 'bot' AND NOT coalesce(is_address, FALSE)",
            "no_person": "account IS NOT NULL AND why <> 'bot' AND NOT coalesce(is_address, FALSE)",
        }
        dropped = tuple(
            (reason, _count(connection, f"SELECT count(*) FROM raw WHERE {rule}")) for reason, rule in reasons.items()
        )
        found = connection.sql(
            'SELECT account, object, "at" FROM raw WHERE account IS NOT NULL AND object IS NOT NULL'
            ' AND "at" IS NOT NULL AND NOT coalesce(is_address, FALSE) AND why IS NULL'
        ).to_arrow_table()
    finally:
        connection.close()
    return _numbered(found, wiki=name, dropped=dropped)


def read_actions(path: Path, settings: Settings | None = None) -> Actions:
    """Actions from a Parquet or CSV file with the columns account, object and at.

    `at` is ISO 8601 (without zone: read as UTC, and said so in `notes`) or integer seconds. Names are text.
    Rows without account or object are dropped and counted. Raises InputRefusedError `actions.unreadable`,
    `actions.columns`, or `actions.time` naming the first row whose time cannot be read.
    """
    connection = connect(settings or Settings())
    try:
        scan = _scan(connection, path)
        zoned = _zones(connection, scan, path)
        found = connection.sql(
            f"SELECT account, object, seconds AS \"at\" FROM ({scan}) WHERE account <> '' AND object <> ''"
        ).to_arrow_table()
        rows = _count(connection, f"SELECT count(*) FROM ({scan})")
    except duckdb.Error as reason:
        raise InputRefusedError(
            "actions.unreadable",
            "the file of actions cannot be read",
            expected="a Parquet or CSV file with account, object and at",
            got=str(reason).splitlines()[0][:160],
            place=str(path),
            hint="correct the file; nothing was written",
        ) from None
    finally:
        connection.close()
    notes = () if zoned else ("times without zone were read as UTC",)
    return _numbered(found, dropped=(("without_account_or_object", rows - found.num_rows),), notes=notes)


def _scan(connection: duckdb.DuckDBPyConnection, path: Path) -> str:
    """A query with account and object as text, `seconds`, the time as text, and the row's number."""
    if not path.is_file():
        raise InputRefusedError(
            "actions.unreadable", "there is no such file of actions", place=str(path), hint="name a file or a lake"
        )
    with path.open("rb") as stream:
        is_parquet = stream.read(4) == b"PAR1"
    if is_parquet:
        source = f"read_parquet({quoted(str(path))})"
    else:
        connection.register("rows_of_csv", _csv(path))
        source = "rows_of_csv"
    described = connection.sql(f"DESCRIBE SELECT * FROM {source}").fetchall()
    types = {row[0]: row[1] for row in described}
    missing = [name for name in COLUMNS if name not in types]
    if missing:
        raise InputRefusedError(
            "actions.columns",
            "the file of actions lacks a column",
            expected=", ".join(COLUMNS),
            got=", ".join(types)[:160],
            place=str(path),
            hint="name the columns account, object and at",
        )
    kind = types["at"]
    if kind.startswith("TIMESTAMP") or kind == "DATE":
        # an instant with zone is stored in UTC; the engine's own zone must not come into it
        seconds = 'CAST(floor(epoch("at")) AS BIGINT)'
    elif kind.endswith("INT") or kind in {"BIGINT", "INTEGER"}:
        seconds = 'CAST("at" AS BIGINT)'
    else:
        text = 'trim(CAST("at" AS VARCHAR))'
        seconds = (
            f"CASE WHEN regexp_full_match({text}, '-?\\d{{1,12}}') THEN TRY_CAST({text} AS BIGINT)"
            f" WHEN regexp_matches({text}, {quoted(_DATE)}) AND regexp_matches({text}, {quoted(_ZONE)})"
            f" THEN CAST(floor(epoch(TRY_CAST({text} AS TIMESTAMPTZ))) AS BIGINT)"
            f" WHEN regexp_matches({text}, {quoted(_DATE)})"
            f" THEN CAST(floor(epoch(TRY_CAST({text} AS TIMESTAMP))) AS BIGINT) END"
        )
    return (
        f"SELECT CAST(account AS VARCHAR) AS account, CAST(object AS VARCHAR) AS object, {seconds} AS seconds,"
        f' CAST("at" AS VARCHAR) AS written FROM {source}'
    )


def _csv(path: Path) -> pa.Table:
    """All columns as text; line ends of any system, and files packed with gzip."""
    try:
        with csv.open_csv(path) as stream:
            names = stream.schema.names
        types = csv.ConvertOptions(column_types={name: pa.string() for name in names}, strings_can_be_null=False)
        return csv.read_csv(path, convert_options=types)
    except (pa.ArrowInvalid, OSError, UnicodeDecodeError) as reason:
        raise InputRefusedError(
            "actions.unreadable",
            "the file of actions cannot be read",
            expected="a CSV file in UTF-8 with a line of headings",
            got=str(reason).splitlines()[0][:160],
            place=str(path),
            hint="correct the file; nothing was written",
        ) from None


def _zones(connection: duckdb.DuckDBPyConnection, scan: str, path: Path) -> bool:
    """Whether every time says its zone or is a number; raises when one cannot be read."""
    row = connection.sql(
        f"SELECT any_value(coalesce(written, 'nothing')), count(*) FROM ({scan}) WHERE seconds IS NULL"
    ).fetchall()[0]
    if row[1]:
        raise InputRefusedError(
            "actions.time",
            "a time cannot be read",
            expected="ISO 8601 such as 2021-09-13T16:13:00Z, or integer seconds UTC",
            got=f"{row[0][:40]!r} (in {row[1]:,} rows)",
            place=str(path),
            hint="correct the column at; nothing was written",
        )
    text = "trim(written)"
    return not _count(
        connection,
        f"SELECT count(*) FROM ({scan}) WHERE NOT regexp_full_match({text}, '-?\\d+')"
        f" AND NOT regexp_matches({text}, {quoted(_ZONE)})",
    )


def _count(connection: duckdb.DuckDBPyConnection, query: str) -> int:
    return int(connection.sql(query).fetchall()[0][0])


def _numbered(
    found: pa.Table,
    *,
    wiki: str = "",
    dropped: tuple[tuple[str, int], ...] = (),
    notes: tuple[str, ...] = (),
) -> Actions:
    account, account_names = _codes(found.column("account"))
    thing, object_names = _codes(found.column("object"))
    return Actions(
        account=account,
        object=thing,
        at=found.column("at").combine_chunks().to_numpy(zero_copy_only=False).astype(np.int64),
        account_names=account_names,
        object_names=object_names,
        wiki=wiki,
        dropped=tuple(each for each in dropped if each[1]),
        notes=notes,
    )


def _codes(column: pa.ChunkedArray) -> tuple[NDArray[np.int64], tuple[str, ...]]:
    """Numbers in the order of the texts, so that the order of rows does not matter."""
    if not len(column):
        return np.zeros(0, np.int64), ()
    coded = column.combine_chunks().dictionary_encode()
    if isinstance(coded, pa.ChunkedArray):
        coded = coded.combine_chunks()
    names = coded.dictionary.to_pylist()
    order = sorted(range(len(names)), key=names.__getitem__)
    rank = np.empty(len(names), np.int64)
    rank[order] = np.arange(len(names))
    return rank[coded.indices.to_numpy()], tuple(names[each] for each in order)
