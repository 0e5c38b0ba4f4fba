"""Who is counted as a person, and as an admin: where the data leave admins out, or do not say who they are."""

from collections.abc import Callable

import duckdb

from holdfast.findings.finding import Area, Evidence, Finding, Innocent
from holdfast.ids import WikiName
from holdfast.measures._calendar import Calendar
from holdfast.measures._derived import ADMIN_GROUP


def who_counts(
    connection: duckdb.DuckDBPyConnection, *, wiki: WikiName, days: Calendar, label: Callable[[str], str]
) -> list[Finding]:
    """Both findings of this room. `connection` as left by `holdfast.measures._running.prepare`."""
    found = (admins_left_out(connection, wiki, label), admins_not_known(connection, wiki, days))
    return [each for each in found if each is not None]


_LEFT_OUT = f"""
WITH admins AS (
  SELECT account FROM account_groups WHERE group_name = '{ADMIN_GROUP}'
  UNION
  SELECT account FROM action_months WHERE who <> 'person'
), acts AS (
  SELECT account, SUM(actions) AS actions FROM action_months WHERE who <> 'person' GROUP BY 1
), edits AS (
  SELECT account, SUM(edits) AS edits FROM account_months WHERE who <> 'person' GROUP BY 1
), spans AS (
  SELECT account, MIN(why) AS why, COUNT(*) AS spans FROM not_people GROUP BY 1
)
SELECT a.account, s.why, CASE WHEN n.account IS NULL THEN s.spans END, COALESCE(c.actions, 0), COALESCE(e.edits, 0)
FROM admins AS a
INNER JOIN spans AS s ON s.account = a.account
LEFT JOIN never_people AS n ON n.account = a.account
LEFT JOIN acts AS c ON c.account = a.account
LEFT JOIN edits AS e ON e.account = a.account
WHERE n.account IS NOT NULL OR c.account IS NOT NULL OR e.account IS NOT NULL
"""


def admins_left_out(
    connection: duckdb.DuckDBPyConnection, wiki: WikiName, label: Callable[[str], str]
) -> Finding | None:
    """Accounts with admin rights, or acting as admins, that measures leave out as no persons, if only for a time."""
    found = connection.execute(_LEFT_OUT).fetchall()
    if not found:
        return None
    rows = sorted(
        (label(account), why, "always" if spans is None else f"{spans} spans of the flag", int(actions), int(edits))
        for account, why, spans, actions, edits in found
    )
    return Finding(
        id="data_quality.admins_left_out.all",
        wiki=wiki,
        area=Area.DATA_QUALITY,
        measure="admins_left_out",
        period_start=None,
        period_end=None,
        claim=f"{len(rows)} {'account' if len(rows) == 1 else 'accounts'} with admin rights or admin actions "
        f"{'is' if len(rows) == 1 else 'are'} left out of the measures, always or for a time, as no "
        f"{'person' if len(rows) == 1 else 'persons'}: {sum(row[3] for row in rows):,} admin actions, "
        f"{sum(row[4] for row in rows):,} edits.",
        evidence=(
            Evidence(
                caption="Accounts with admin rights or admin actions that are left out",
                columns=("account", "left out as", "when", "admin actions left out", "edits left out"),
                rows=tuple(rows),
            ),
        ),
        innocent=(
            Innocent(text="programs hold the admin flag on many wikis, to delete or block by rule"),
            Innocent(text="an admin took the bot flag for a while, to keep a mass of edits out of recent changes"),
        ),
        tell_apart="Look at the rights log of each account: who gave it the bot flag, for how long, and what it did "
        "with it.",
    )


def admins_not_known(connection: duckdb.DuckDBPyConnection, wiki: WikiName, days: Calendar) -> Finding | None:
    """A rights history that does not tell who is an admin: many admin actions by accounts without a known flag."""
    if not connection.execute("SELECT COUNT(*) FROM rights_logged").fetchall()[0][0]:
        return None
    known = set(connection.execute("SELECT period_start, period_end FROM rights_known").fetchall())
    unknown = [each for each in days.windows(12) if each not in known]
    if not unknown:
        return None
    rows = connection.execute(
        "SELECT CAST(EXTRACT('year' FROM a.month) AS INTEGER), COUNT(DISTINCT a.account),"
        " COUNT(DISTINCT CASE WHEN h.account IS NULL THEN a.account END), CAST(SUM(a.actions) AS BIGINT),"
        " CAST(SUM(CASE WHEN h.account IS NULL THEN a.actions ELSE 0 END) AS BIGINT)"
        " FROM admin_months AS a LEFT JOIN holder_months AS h ON h.account = a.account AND h.month = a.month"
        " GROUP BY 1 ORDER BY 1"
    ).fetchall()
    unheld, actions = sum(row[4] for row in rows), sum(row[3] for row in rows)
    return Finding(
        id="data_quality.admins_not_known.all",
        wiki=wiki,
        area=Area.DATA_QUALITY,
        measure="admins_not_known",
        period_start=min(unknown)[0],
        period_end=max(each[1] for each in unknown),
        claim=f"The rights history does not tell who is an admin: {unheld:,} of {actions:,} logged admin actions are "
        "by accounts that hold no admin flag in these data.",
        evidence=(
            Evidence(
                caption="Accounts that acted as admins, and those without a flag that these data know",
                columns=("year", "accounts acting", "without a known flag", "admin actions", "by those without"),
                rows=tuple(tuple(row) for row in rows),
            ),
        ),
        innocent=(
            Innocent(text="the flag was given on another wiki (by stewards, on a central one), or by the installer"),
            Innocent(text="another group of this wiki may delete or block too"),
        ),
        tell_apart="Read the live wiki, which lists today's holders, or the central wiki's rights log. Until then "
        "only accounts seen acting are counted.",
    )
