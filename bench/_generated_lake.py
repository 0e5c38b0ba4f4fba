"""A generated lake for the benches: eight wikis with revisions, logs, blocks, rights and elections.

Everything is simulated. Activity is heavy-tailed, accounts come and go, admins are made and resign; nothing
is planted. Each file is written with DuckDB and enters the lake through the ordinary ingest.
"""

import json
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa

from holdfast.clock import system_clock
from holdfast.ids import wiki_name
from holdfast.tables.ingest import begin
from holdfast.tables.lake import Lake, create_lake
from holdfast.tables.schema import TABLES

FIRST_DAY = "2018-01-01"
DAYS = 1826


@dataclass(frozen=True, kw_only=True)
class Size:
    """What one generated wiki holds."""

    revisions: int
    accounts: int
    pages: int
    blocks: int
    deletions: int
    elections: int
    votes_each: int
    admins: int


def size(total_revisions: int, wikis: int) -> Size:
    """One wiki's part of a lake of `total_revisions`, in the proportions of the engine page."""
    each = total_revisions // wikis
    return Size(
        revisions=each,
        accounts=max(200, each * 300 // 20_000),
        pages=max(100, each * 2_100 // 20_000),
        blocks=max(200, each * 100 // 20_000),
        deletions=max(200, each * 100 // 20_000),
        elections=max(20, each * 4 // 20_000),
        votes_each=50,
        admins=max(12, each // 40_000),
    )


def generate(path: Path, total_revisions: int, wikis: int = 8) -> Lake:
    """The lake at `path`; made once, found again afterwards when it was made with the same numbers."""
    stamp = path / "generated.json"
    wanted = {"revisions": total_revisions, "wikis": wikis, "form": 1}
    lake = create_lake(path)
    if stamp.exists() and json.loads(stamp.read_text()) == wanted:
        return lake
    for number in range(wikis):
        _one_wiki(lake, f"wiki{number}", size(total_revisions, wikis), seed=number)
    stamp.write_text(json.dumps(wanted))
    return lake


def _one_wiki(lake: Lake, wiki: str, size: Size, seed: int) -> None:
    connection = duckdb.connect()
    connection.execute("SET threads = 2")
    h = f"(hash(i * 7919 + {seed} * 104729 + {{salt}}) % 1000003 / 1000003)"

    def u(salt: int) -> str:
        return h.format(salt=salt * 15485863)

    moment = f"TIMESTAMP '{FIRST_DAY}' + to_seconds(CAST({{at}} * {DAYS} * 86400 AS BIGINT))"
    # a heavy tail of activity, and a life of which every action is a part
    account = f"CAST(floor(pow({u(1)}, 3) * {size.accounts}) AS BIGINT)"
    start = "(hash(account * 31 + 5) % 10007 / 10007.0) * 0.9"
    length = "0.02 + 0.9 * pow(hash(account * 37 + 11) % 10007 / 10007.0, 2)"
    connection.execute(
        f"CREATE TABLE edits AS SELECT i, account, least(0.99999, ({start}) + ({length}) * {u(2)}) AS life,"
        f" CAST(floor(pow({u(3)}, 2) * {size.pages}) AS BIGINT) AS page"
        f" FROM (SELECT i, {account} AS account FROM range({size.revisions}) AS r(i))"
    )
    admin = f"CAST(floor(pow({u(4)}, 2) * {size.admins}) AS BIGINT)"
    connection.execute(
        f"CREATE TABLE acts AS SELECT i, {admin} AS admin, {u(5)} AS life, {u(6)} AS kind, {u(7)} AS target,"
        f" {u(8)} AS length FROM range({size.blocks + size.deletions}) AS r(i)"
    )
    connection.execute(
        f"CREATE TABLE ballots AS SELECT i // {size.votes_each} AS election,"
        f" CAST(floor(pow({u(9)}, 2) * {size.accounts}) AS BIGINT) AS voter, {u(10)} AS choice, {u(11)} AS hour"
        f" FROM range({size.elections * size.votes_each}) AS r(i)"
    )
    name = "'Account ' || {}"
    days_in = f"CAST(120 + (election * 1.0 / {size.elections}) * {DAYS - 140} AS INTEGER)"
    opened = f"TIMESTAMP '{FIRST_DAY}' + to_days({days_in})"
    blocks = f"SELECT * FROM acts WHERE i < {size.blocks}"
    target = f"CAST(floor(target * {size.accounts}) AS BIGINT)"
    queries = {
        "revisions": "SELECT i AS revision_id, page AS page_id, 0 AS namespace, NULL AS parent_id,"
        f' {moment.format(at="life")} AS "at", {name.format("account")} AS account,'
        " FALSE AS is_address, FALSE AS is_minor, 1000 AS size_bytes, NULL AS sha1 FROM edits",
        "accounts": f"SELECT {name.format('a')} AS account, a AS account_id, NULL AS registered_at,"
        " FALSE AS is_address, CASE WHEN a % 1000 = 999 THEN 'name' END AS bot_by, NULL AS edit_count"
        f" FROM range({size.accounts}) AS r(a)",
        "blocks": f'SELECT i AS log_id, {moment.format(at="life")} AS "at", {name.format("admin")} AS actor,'
        f" {name.format(target)} AS target, 'account' AS target_kind,"
        " CASE WHEN kind < 0.1 THEN 'unblock' ELSE 'block' END AS action, NULL AS duration,"
        " CASE WHEN kind < 0.1 THEN NULL ELSE CAST(3600 * exp(6 * length) AS BIGINT) END AS duration_seconds,"
        " FALSE AS is_indefinite, '' AS flags, NULL AS is_sitewide,"
        f" CASE WHEN length < 0.5 THEN 'vandalism' ELSE 'spam' END AS reason_category FROM ({blocks})",
        "log_events": f'SELECT i AS log_id, {moment.format(at="life")} AS "at", {name.format("admin")} AS actor,'
        f" CASE WHEN i < {size.blocks} THEN 'block' ELSE 'delete' END AS log_type,"
        f" CASE WHEN i >= {size.blocks} THEN 'delete' WHEN kind < 0.1 THEN 'unblock' ELSE 'block' END AS action,"
        " 2 AS namespace, NULL AS title FROM acts",
        "account_groups": f"SELECT {name.format('a')} AS account, 'sysop' AS group_name, 'grant' AS change,"
        f" TIMESTAMP '{FIRST_DAY}' + to_days(CAST(a * {DAYS} * 0.6 / {size.admins} AS INTEGER)) AS \"at\","
        f" NULL AS expires_at, NULL AS actor, 1000000000 + a AS log_id FROM range({size.admins}) AS r(a)",
        "elections": "SELECT 'Election ' || election AS election, 'Account ' || election AS candidate,"
        f" {opened} AS opened_at, {opened} + to_days(7) AS closed_at,"
        " CASE WHEN hash(election) % 10 < 4 THEN 'passed' ELSE 'failed' END AS outcome"
        f" FROM range({size.elections}) AS r(election)",
        "votes": "SELECT 'Election ' || election AS election, 'Account ' || election AS candidate,"
        f" {name.format('voter')} AS voter,"
        " row_number() OVER (PARTITION BY election, voter ORDER BY hour) AS occurrence,"
        " CASE WHEN choice < 0.7 THEN 1 WHEN choice < 0.9 THEN -1 ELSE 0 END AS vote,"
        f' {opened} + to_seconds(CAST(hour * 604800 AS BIGINT)) AS "at" FROM ballots',
    }
    with begin(lake, wiki_name(wiki), "simulation", f"generated-{wiki}") as ingest:
        for table, query in queries.items():
            result = connection.sql(query).to_arrow_reader(1_000_000)
            for batch in result:
                rows = pa.Table.from_batches([batch])
                ingest.add_arrow(table, rows.select([c for c in TABLES[table].names if c in rows.column_names]))
        ingest.note("simulated: no real community")
        ingest.commit([], f"generated-{wiki}", system_clock)
    connection.close()
