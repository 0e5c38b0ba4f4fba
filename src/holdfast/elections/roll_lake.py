"""What a roll asks of a lake: which names are accounts, which of them are one account, what it cannot say."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import duckdb

from holdfast.accounts.names import account_as_compared
from holdfast.elections.eligibility import Leaf
from holdfast.errors import InputRefusedError
from holdfast.ids import WikiName
from holdfast.tables.lake import Lake
from holdfast.tables.people import name_outsiders


@dataclass(frozen=True, kw_only=True)
class Given:
    """What the clerk adds: lists and facts that the rules name, and who is in or out whatever the rules say."""

    lists: Mapping[str, frozenset[str]] = field(default_factory=dict)
    facts: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """For each fact the accounts of which it is declared true."""
    include: frozenset[str] = frozenset()
    exclude: frozenset[str] = frozenset()
    """Exclusion is stronger than inclusion."""


_LOG_OF = {"group": "account_groups", "not-bot": "account_groups", "not-blocked": "blocks"}
"""The table that a test looks at, which a lake without the wiki's log does not hold."""

_RENAMED = """
CREATE TEMP TABLE renamed AS
WITH many AS (
  SELECT account, account_id FROM accounts WHERE account_id > 0 AND NOT coalesce(is_address, FALSE)
  QUALIFY count(*) OVER (PARTITION BY account_id) > 1
),
seen AS (
  SELECT m.account, m.account_id, max(r."at") AS last_at
  FROM many AS m LEFT JOIN revisions AS r ON r.account = m.account GROUP BY 1, 2
)
SELECT name, account FROM (
  SELECT account AS name,
    first_value(account) OVER (PARTITION BY account_id ORDER BY last_at DESC NULLS LAST, account) AS account
  FROM seen
) WHERE name <> account
"""
# names that share the wiki's own number are one account; it is called as in its latest edit


def cannot_be_asked(connection: duckdb.DuckDBPyConnection, leaves: Sequence[Leaf]) -> list[Leaf]:
    """The tests for which the lake would have to hold the wiki's log, and does not."""

    def is_there(table: str) -> bool:
        return bool(connection.execute(f"SELECT 1 FROM {table} LIMIT 1").fetchall())

    if is_there("log_events"):
        return []
    empty = {table for table in set(_LOG_OF.values()) if not is_there(table)}
    return [leaf for leaf in leaves if _LOG_OF.get(leaf.test) in empty]


def check_can_be_asked(connection: duckdb.DuckDBPyConnection, leaves: Sequence[Leaf]) -> None:
    lacking = cannot_be_asked(connection, leaves)
    if lacking:
        raise InputRefusedError(
            "roll.cannot_check",
            "the rules ask what this lake cannot say",
            expected="the wiki's log",
            got="; ".join(leaf.words() for leaf in lacking),
            hint="read the wiki's logging dump, or the live wiki, with `holdfast ingest`",
        )


def resolved(connection: duckdb.DuckDBPyConnection, names: Sequence[str]) -> dict[str, str]:
    """For each of these names that is an account's in the lake, however it is spelt: its name of today there."""
    known = connection.execute(
        "SELECT name, coalesce(m.account, k.name) FROM (SELECT account AS name FROM accounts UNION"
        " SELECT account FROM revisions WHERE account IS NOT NULL) AS k LEFT JOIN renamed AS m USING (name)"
        " LEFT JOIN outsiders AS o ON o.account = k.name WHERE o.account IS NULL"
    ).fetchall()
    exact = dict(known)
    if all(name in exact for name in names):
        return {name: exact[name] for name in names}
    compared: dict[str, str] = {}
    for name, today in sorted(known):
        compared.setdefault(account_as_compared(name), today)
    found = {name: exact.get(name) or compared.get(account_as_compared(name)) for name in names}
    return {name: today for name, today in found.items() if today is not None}


def resolve_given(connection: duckdb.DuckDBPyConnection, given: Given) -> int:
    """Put the lake's own names in the place of what the clerk wrote; how many on lists and facts are nobody's.

    Raises InputRefusedError `roll.unknown_account` for who is to be in or out by name and is not in the lake: a
    mistyped name would put nobody on the roll, or leave somebody on it.
    """
    named = {"given_include": given.include, "given_exclude": given.exclude}
    lists = {name for accounts in (*given.lists.values(), *given.facts.values()) for name in accounts}
    wanted = sorted(lists.union(*named.values()))
    if not wanted:
        return 0
    found = resolved(connection, wanted)
    lost = sorted(name for accounts in named.values() for name in accounts if name not in found)
    if lost:
        raise InputRefusedError(
            "roll.unknown_account",
            "the lists of those to include or exclude name accounts that are not in the lake",
            expected="names as the wiki writes them",
            got=f"{len(lost)}: {', '.join(repr(name[:40]) for name in lost[:10])}{' …' if len(lost) > 10 else ''}",
            hint="correct the list, or read the wiki again if the account is new",
        )
    for table in ("given_lists", "given_facts", "given_include", "given_exclude"):
        changed = [(today, name) for name, today in found.items() if today != name]
        if changed:
            connection.executemany(f"UPDATE {table} SET account = ? WHERE account = ?", changed)
    return len(lists - set(found))


def connected(lake: Lake, wiki: WikiName, given: Given) -> duckdb.DuckDBPyConnection:
    connection = lake.connect(wiki)
    name_outsiders(connection)
    connection.execute(_RENAMED)
    for table, named in (("given_lists", given.lists), ("given_facts", given.facts)):
        connection.execute(f"CREATE TEMP TABLE {table} (name VARCHAR, account VARCHAR)")
        rows = [(name, account) for name, accounts in named.items() for account in sorted(accounts)]
        if rows:
            connection.executemany(f"INSERT INTO {table} VALUES (?, ?)", rows)
    for table, accounts in (("given_include", given.include), ("given_exclude", given.exclude)):
        connection.execute(f"CREATE TEMP TABLE {table} (account VARCHAR)")
        if accounts:
            connection.executemany(f"INSERT INTO {table} VALUES (?)", [(each,) for each in sorted(accounts)])
    return connection
