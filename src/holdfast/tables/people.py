"""Which accounts are persons, and when: the one answer that all measures and networks use.

Not persons are bots (by name or list always, by group only while the log says that they hold it), and names behind
which nobody of this wiki stands: temporary accounts, imported authors, the software's own accounts, old host names.
"""

from dataclasses import dataclass

import duckdb
import pyarrow as pa

from holdfast.accounts.kinds import SOFTWARE_NAMES, outsider_kind
from holdfast.tables.engine import quoted

BOT_GROUP = "bot"

ALWAYS = ("CAST('1900-01-01' AS TIMESTAMP)", "CAST('9999-01-01' AS TIMESTAMP)")
"""From when to when, of what holds at all times."""


@dataclass(frozen=True, kw_only=True)
class Relation:
    """One relation of this room: portable SQL over the canonical tables, `outsiders` and the relations before it."""

    name: str
    meaning: str
    sql: str


def held_sql(steps: str) -> str:
    """Portable SQL: from when to when each account held a group, by its numbered steps; a start before the log is
    inferred."""
    return f"""
SELECT s.wiki, s.account, s."at" AS starts_at,
  CASE WHEN n."at" IS NULL THEN COALESCE(s.expires_at, {ALWAYS[1]})
       WHEN s.expires_at < n."at" THEN s.expires_at
       ELSE n."at" END AS ends_at
FROM {steps} AS s
LEFT JOIN {steps} AS n ON n.wiki = s.wiki AND n.account = s.account AND n.step = s.step + 1
WHERE s.change <> 'remove'
UNION ALL
SELECT s.wiki, s.account, COALESCE(a.registered_at, {ALWAYS[0]}) AS starts_at, s."at" AS ends_at
FROM {steps} AS s
LEFT JOIN accounts AS a ON a.wiki = s.wiki AND a.account = s.account
WHERE s.step = 1 AND s.change <> 'grant'
"""


RELATIONS = (
    Relation(
        name="bot_steps",
        meaning="Dated changes of the bot flag of each account, numbered in order.",
        sql=f"""
SELECT wiki, account, change, "at", expires_at,
  ROW_NUMBER() OVER (PARTITION BY wiki, account ORDER BY "at", log_id, change) AS step
FROM account_groups
WHERE group_name = '{BOT_GROUP}' AND "at" IS NOT NULL AND change IN ('grant', 'remove', 'expiry_change')
""",
    ),
    Relation(
        name="never_people",
        meaning="Names that are at no time a person's account, and why: bots by name or by list, bots by group where "
        "no log says when, temporary accounts, imported authors, the software's own accounts, host names.",
        sql=f"""
SELECT wiki, account, MIN(why) AS why
FROM (
  SELECT wiki, account, why FROM outsiders
  UNION ALL
  SELECT a.wiki, a.account, 'bot' AS why
  FROM accounts AS a
  LEFT JOIN bot_steps AS s ON s.wiki = a.wiki AND s.account = a.account AND s.step = 1
  WHERE a.bot_by IS NOT NULL AND (a.bot_by <> 'group' OR s.account IS NULL)
  UNION ALL
  SELECT g.wiki, g.account, 'bot' AS why
  FROM account_groups AS g
  LEFT JOIN bot_steps AS s ON s.wiki = g.wiki AND s.account = g.account AND s.step = 1
  WHERE g.group_name = '{BOT_GROUP}' AND g.change <> 'remove' AND s.account IS NULL
) AS found
GROUP BY 1, 2
""",
    ),
    Relation(
        name="not_people",
        meaning="From when to when a name is not a person's account, and why. The spans of one name do not overlap.",
        sql=f"""
SELECT wiki, account, why, {ALWAYS[0]} AS starts_at, {ALWAYS[1]} AS ends_at
FROM never_people
UNION ALL
SELECT h.wiki, h.account, 'bot' AS why, h.starts_at, h.ends_at
FROM ({held_sql("bot_steps")}) AS h
LEFT JOIN never_people AS n ON n.wiki = h.wiki AND n.account = h.account
WHERE n.account IS NULL AND h.starts_at < h.ends_at
""",
    ),
)


def name_outsiders(connection: duckdb.DuckDBPyConnection) -> None:
    """Make `outsiders` (wiki, account, why): names in the tables that are no person's account on this wiki."""
    software = ", ".join(quoted(name) for name in sorted(SOFTWARE_NAMES))
    odd = "(name LIKE '~%' OR name LIKE '%>%' OR name LIKE '%.%' OR name LIKE '%:%' OR name IN (" + software + "))"
    seen = (
        ("accounts", "account", "NOT COALESCE(is_address, FALSE)"),
        ("revisions", "account", "NOT COALESCE(is_address, FALSE)"),
        *((table, "actor", "TRUE") for table in ("log_events", "blocks")),
        ("blocks", "target", "target_kind = 'account'"),
        ("account_groups", "account", "TRUE"),
        ("votes", "voter", "TRUE"),
    )
    names = " UNION ".join(
        f"SELECT wiki, name FROM (SELECT wiki, {column} AS name FROM {table} WHERE {where}) AS t WHERE {odd}"
        for table, column, where in seen
    )
    rows = connection.execute(
        f"SELECT n.wiki, n.name, MAX(a.account_id) IS NOT NULL FROM ({names}) AS n"
        " LEFT JOIN accounts AS a ON a.wiki = n.wiki AND a.account = n.name GROUP BY 1, 2 ORDER BY 1, 2"
    ).fetchall()
    kinds = [(wiki, name, outsider_kind(name, has_number=has_number)) for wiki, name, has_number in rows]
    found = [each for each in kinds if each[2] is not None]
    columns = ("wiki", "account", "why")
    table = pa.table(
        {name: pa.array([None if x is None else str(x) for x in each], pa.string())
         for name, each in zip(columns, zip(*found, strict=True) if found else ((), (), ()), strict=True)}
    )  # fmt: skip
    connection.register("outsiders_found", table)
    connection.execute("CREATE TEMP TABLE outsiders AS SELECT * FROM outsiders_found")
    connection.unregister("outsiders_found")


def tell_people(connection: duckdb.DuckDBPyConnection) -> None:
    """Make `not_people` and what it rests on, as temporary tables. Cost: a pass over the names of each table."""
    name_outsiders(connection)
    for each in RELATIONS:
        connection.execute(f"CREATE TEMP TABLE {each.name} AS {each.sql}")


EDITS_OF_NOBODY = (
    'LEFT JOIN not_people AS n ON n.account = r.account AND r."at" >= n.starts_at AND r."at" < n.ends_at'
)
"""SQL: joins to each edit `r` of one wiki why it is no person's; without a match it is one's."""
