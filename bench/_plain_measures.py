# ruff: noqa: E501 - statements read better in few lines
"""The seventeen measures as an analyst would write them for DuckDB: one statement each, straight on the tables.

No shared relation, no interval, no test. Run as a program it prints for each measure the newest value of the first
wiki as JSON, so that the bench can check that both ways measure the same.

    python bench/_plain_measures.py LAKE
"""

import json
import sys
from pathlib import Path

from holdfast.settings import settings_from
from holdfast.tables.lake import open_lake

BOTS = """bots AS (SELECT wiki, account FROM accounts WHERE bot_by IS NOT NULL
  UNION SELECT wiki, account FROM account_groups WHERE group_name = 'bot' AND change <> 'remove')"""
EDITS = """edits AS (SELECT wiki, account, date_trunc('month', "at")::DATE AS month, count(*) AS n FROM revisions
  WHERE account IS NOT NULL AND NOT coalesce(is_address, FALSE) AND (wiki, account) NOT IN (FROM bots)
  GROUP BY ALL)"""
WINDOWS = """windows AS (SELECT m::DATE AS period_end, (m - INTERVAL 12 MONTH)::DATE AS period_start
  FROM generate_series(TIMESTAMP '2018-02-01', TIMESTAMP '2023-01-01', INTERVAL 1 MONTH) AS s(m))"""
ADMIN_ACTS = """acts AS (SELECT wiki, actor AS account, "at" FROM (
  SELECT wiki, log_id, actor, "at" FROM log_events WHERE log_type IN ('block', 'delete', 'protect', 'rights')
    AND action NOT IN ('delete_redir', 'delete_redir2', 'move_prot', 'autopromote')
  UNION SELECT wiki, log_id, actor, "at" FROM blocks)
  WHERE actor IS NOT NULL AND (wiki, actor) NOT IN (FROM bots))"""
HOLDINGS = """holdings AS (SELECT wiki, account, "at" AS starts, coalesce(lead("at") OVER w, DATE '9999-01-01') AS ends
  FROM (SELECT *, change FROM account_groups WHERE group_name = 'sysop')
  WINDOW w AS (PARTITION BY wiki, account ORDER BY "at", log_id) QUALIFY change = 'grant')"""
LOADS = f"""WITH {BOTS}, {WINDOWS}, {ADMIN_ACTS}, {HOLDINGS},
  months AS (SELECT wiki, account, date_trunc('month', "at")::DATE AS month, count(*) AS n FROM acts GROUP BY ALL),
  holders AS (SELECT DISTINCT wiki, account, period_start, period_end FROM holdings, windows
    WHERE starts < period_end AND ends > period_start),
  loads AS (SELECT h.wiki, h.period_end, h.account, coalesce(sum(m.n), 0) AS y FROM holders AS h
    LEFT JOIN months AS m ON m.wiki = h.wiki AND m.account = h.account
      AND m.month >= h.period_start AND m.month < h.period_end GROUP BY ALL),
  ranked AS (SELECT *, row_number() OVER (PARTITION BY wiki, period_end ORDER BY y, account) AS i,
    count(*) OVER (PARTITION BY wiki, period_end) AS n FROM loads)"""
REVERSALS = f"""WITH {BOTS}, {WINDOWS}, steps AS (SELECT *, lead(action) OVER w AS next_action, lead(actor) OVER w AS next_actor,
    lead("at") OVER w AS next_at FROM blocks WHERE target <> '' AND action IN ('block', 'unblock')
    WINDOW w AS (PARTITION BY wiki, target ORDER BY "at", log_id)),
  cases AS (SELECT * FROM steps WHERE action = 'block' AND actor <> target AND (wiki, actor) NOT IN (FROM bots))"""
BALLOTS = """ballots AS (SELECT * FROM votes WHERE voter <> candidate
  QUALIFY voter = 'nameless' OR row_number() OVER (PARTITION BY wiki, election, candidate, voter
    ORDER BY "at" DESC, occurrence DESC) = 1)"""
POLLS = f"""WITH {WINDOWS}, {BALLOTS}, polls AS (SELECT e.wiki, e.election, e.candidate, e.outcome,
    coalesce(e.opened_at, min(b."at")) AS opened_at, coalesce(e.closed_at, max(b."at")) AS closed_at,
    count(*) FILTER (b.vote > 0) AS s, count(*) FILTER (b.vote < 0) AS o
  FROM elections AS e LEFT JOIN ballots AS b USING (wiki, election, candidate) GROUP BY e.wiki, e.election, e.candidate, e.outcome, e.opened_at, e.closed_at)"""
VOTERS = f"""{POLLS}, {BOTS}, named AS (SELECT b.wiki, b.election, b.candidate, b.voter, p.opened_at, p.closed_at
  FROM ballots AS b JOIN polls AS p USING (wiki, election, candidate)
  WHERE b.voter <> 'nameless' AND (b.wiki, b.voter) NOT IN (FROM bots))"""
ACTIVE = f"WITH {BOTS}, {EDITS}, active AS (SELECT * FROM edits WHERE n >= 5)"

STATEMENTS = {
    "active_editors": f"{ACTIVE} SELECT wiki, month + INTERVAL 1 MONTH AS period_end, count(*) AS v FROM active GROUP BY ALL",
    "fresh_editor_share": f"""{ACTIVE} SELECT a.wiki, a.month + INTERVAL 1 MONTH AS period_end,
        avg((b.account IS NULL)::INT) AS v FROM active AS a LEFT JOIN active AS b
        ON b.wiki = a.wiki AND b.account = a.account AND b.month = a.month - INTERVAL 1 MONTH GROUP BY ALL""",
    "newcomer_retention": f"""WITH {BOTS}, lives AS (SELECT wiki, account, min("at") AS first_at, max("at") AS last_at
        FROM revisions WHERE NOT coalesce(is_address, FALSE) AND (wiki, account) NOT IN (FROM bots) GROUP BY ALL)
        SELECT wiki, date_trunc('month', first_at)::DATE + INTERVAL 1 MONTH AS period_end,
        avg((last_at >= first_at + INTERVAL 60 DAY)::INT) AS v FROM lives
        WHERE first_at < TIMESTAMP '2022-10-01' GROUP BY ALL""",
    "top_editor_share": f"""WITH {BOTS}, {EDITS}, {WINDOWS}, loads AS (SELECT wiki, period_end, account, sum(n) AS y
        FROM edits JOIN windows ON month >= period_start AND month < period_end GROUP BY ALL),
        ranked AS (SELECT *, row_number() OVER (PARTITION BY wiki, period_end ORDER BY y DESC) AS i,
          count(*) OVER (PARTITION BY wiki, period_end) AS n FROM loads)
        SELECT wiki, period_end, sum(y) FILTER (i <= ceil(n / 10)) / sum(y) AS v FROM ranked GROUP BY ALL""",
    "admin_action_gini": f"""{LOADS} SELECT wiki, period_end,
        (2 * sum(i * y) / (any_value(n) * sum(y)) - (any_value(n) + 1) / any_value(n)) * any_value(n)
          / (any_value(n) - 1) AS v FROM ranked GROUP BY ALL""",
    "effective_admins": f"{LOADS} SELECT wiki, period_end, sum(y) * sum(y) / sum(y * y) AS v FROM ranked GROUP BY ALL",
    "top3_share": f"{LOADS} SELECT wiki, period_end, sum(y) FILTER (i > n - 3) / sum(y) AS v FROM ranked GROUP BY ALL",
    "admin_turnover": f"""WITH {HOLDINGS}, months AS (SELECT m::DATE AS month FROM
          generate_series(TIMESTAMP '2018-01-01', TIMESTAMP '2022-12-01', INTERVAL 1 MONTH) AS s(m)),
        held AS (SELECT wiki, month, count(*) AS n FROM holdings, months WHERE starts < month + INTERVAL 1 MONTH
          AND ends >= month + INTERVAL 1 MONTH GROUP BY ALL),
        moves AS (SELECT wiki, date_trunc('month', "at")::DATE AS month, count(*) AS n FROM account_groups
          WHERE group_name = 'sysop' GROUP BY ALL)
        SELECT h.wiki, w.month + INTERVAL 1 MONTH AS period_end, 12 * sum(coalesce(v.n, 0)) / sum(h.n) AS v
        FROM months AS w JOIN held AS h ON h.month > w.month - INTERVAL 36 MONTH AND h.month <= w.month
        LEFT JOIN moves AS v ON v.wiki = h.wiki AND v.month = h.month GROUP BY ALL""",
    "new_admin_hazard": f"""{ACTIVE}, {WINDOWS}, years AS (SELECT wiki, period_start, period_end, count(*) / 12 AS n
          FROM active JOIN windows ON month >= period_start AND month < period_end GROUP BY ALL)
        SELECT y.wiki, y.period_end, count(g.account) / any_value(y.n) AS v FROM years AS y LEFT JOIN account_groups AS g
        ON g.wiki = y.wiki AND g.group_name = 'sysop' AND g.change = 'grant'
          AND g."at" >= y.period_start AND g."at" < y.period_end GROUP BY ALL""",
    "admins_per_editor": f"""{ACTIVE}, {HOLDINGS} SELECT a.wiki, a.month + INTERVAL 1 MONTH AS period_end,
        count(DISTINCT h.account) / count(DISTINCT a.account) AS v FROM active AS a LEFT JOIN holdings AS h
        ON h.wiki = a.wiki AND h.account = a.account AND h.starts < a.month + INTERVAL 1 MONTH AND h.ends > a.month
        GROUP BY ALL""",
    "block_reversal_rate": f"""{REVERSALS} SELECT wiki, period_end, avg((coalesce(next_action = 'unblock'
          AND next_actor <> actor AND next_at <= "at" + INTERVAL 30 DAY, FALSE))::INT) AS v
        FROM cases JOIN windows ON "at" >= period_start AND "at" < period_end
        WHERE "at" + INTERVAL 30 DAY <= TIMESTAMP '2023-01-01' GROUP BY ALL""",
    "block_severity_excess": f"""{REVERSALS}, {EDITS}, begun AS (SELECT wiki, account, min("at") AS first_at
          FROM revisions GROUP BY ALL),
        prior AS (SELECT c.wiki, c.log_id, sum(e.n) AS n FROM cases AS c JOIN edits AS e
          ON e.wiki = c.wiki AND e.account = c.target AND e.month < date_trunc('month', c."at") GROUP BY ALL),
        likes AS (SELECT c.wiki, c."at", c.actor, ln(c.duration_seconds) AS length, c.reason_category, c.target_kind,
          CASE WHEN b.first_at IS NULL THEN 0 WHEN b.first_at > c."at" - INTERVAL 1 DAY THEN 1
            WHEN b.first_at > c."at" - INTERVAL 30 DAY THEN 2 ELSE 3 END AS age,
          CASE WHEN coalesce(p.n, 0) = 0 THEN 0 WHEN p.n < 10 THEN 1 WHEN p.n < 100 THEN 2 ELSE 3 END AS busy
          FROM cases AS c LEFT JOIN begun AS b ON b.wiki = c.wiki AND b.account = c.target
          LEFT JOIN prior AS p ON p.wiki = c.wiki AND p.log_id = c.log_id WHERE c.duration_seconds > 0),
        inside AS (SELECT l.*, w.period_end FROM likes AS l JOIN windows AS w
          ON l."at" >= w.period_start AND l."at" < w.period_end),
        usual AS (SELECT wiki, period_end, reason_category, target_kind, age, busy, avg(length) AS m FROM inside
          GROUP BY ALL HAVING count(DISTINCT actor) > 1)
        SELECT wiki, period_end, actor, count(*) AS n, sum(length - m) AS v, sum((length - m) ** 2) AS squares
        FROM inside JOIN usual USING (wiki, period_end, reason_category, target_kind, age, busy) GROUP BY ALL""",
    "involved_admin_rate": f"""{REVERSALS}, met AS (SELECT DISTINCT c.wiki, c.log_id FROM cases AS c
          JOIN revisions AS t ON t.wiki = c.wiki AND t.account = c.target
            AND t."at" >= c."at" - INTERVAL 7 DAY AND t."at" < c."at"
          JOIN revisions AS a ON a.wiki = c.wiki AND a.account = c.actor AND a.page_id = t.page_id
            AND a."at" >= c."at" - INTERVAL 7 DAY AND a."at" < c."at")
        SELECT c.wiki, period_end, avg((m.log_id IS NOT NULL)::INT) AS v FROM cases AS c
        JOIN windows ON "at" >= period_start AND "at" < period_end
        LEFT JOIN met AS m ON m.wiki = c.wiki AND m.log_id = c.log_id GROUP BY ALL""",
    "election_success": f"""{POLLS} SELECT wiki, period_end, avg((outcome = 'passed')::INT) AS v FROM polls
        JOIN windows ON closed_at >= period_start AND closed_at < period_end
        WHERE outcome IN ('passed', 'failed') GROUP BY ALL""",
    "election_margin": f"""{POLLS} SELECT wiki, period_end, avg((s - o) / (s + o)) AS v FROM polls
        JOIN windows ON closed_at >= period_start AND closed_at < period_end WHERE s + o >= 5 GROUP BY ALL""",
    "franchise_age": f"""{VOTERS}, begun AS (SELECT wiki, account, min("at") AS first_at FROM revisions GROUP BY ALL)
        SELECT n.wiki, period_end, avg((b.first_at > n.opened_at - INTERVAL 90 DAY)::INT) AS v
        FROM named AS n JOIN windows ON closed_at >= period_start AND closed_at < period_end
        JOIN begun AS b ON b.wiki = n.wiki AND b.account = n.voter GROUP BY ALL""",
    "dormant_return_share": f"""{VOTERS}, last_before AS (SELECT n.*, r."at" AS seen FROM named AS n ASOF LEFT JOIN revisions AS r
          ON r.wiki = n.wiki AND r.account = n.voter AND r."at" < n.opened_at)
        SELECT wiki, period_end, avg((seen IS NULL OR seen < opened_at - INTERVAL 90 DAY)::INT) AS v
        FROM last_before JOIN windows ON closed_at >= period_start AND closed_at < period_end GROUP BY ALL""",
}
"""Statistics of the severity stay sums by admin: shrinkage is a few lines of Python in any case."""


def main(path: Path) -> None:
    """Run every statement; print the newest value of the first wiki for each."""
    lake = open_lake(path, settings_from())
    connection = lake.connect()
    found = {}
    for name, statement in STATEMENTS.items():
        rows = connection.sql(statement).to_arrow_table()
        mine = [row for row in rows.to_pylist() if row["wiki"] == lake.wikis()[0] and "actor" not in row]
        newest = max(mine, key=lambda row: str(row["period_end"])[:10], default=None)
        found[name] = {"until": str(newest["period_end"])[:10], "value": float(newest["v"])} if newest else None
    print(json.dumps(found))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
