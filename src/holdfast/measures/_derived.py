"""Relations that measures share, declared once and materialised once per assessment, in this order.

Without them seventeen measures would read every revision seventeen times. Each is portable SQL over the
canonical tables, over earlier relations of this list and over the calendar (`months`, `periods_N`,
`period_months_N`, `horizon`) and `outsiders`, and carries the column `wiki`. Who is a person is said by the room
of tables (`holdfast.tables.people`), for the measures and for the networks alike.
"""

from holdfast.tables.people import RELATIONS as _WHO
from holdfast.tables.people import Relation as Derived
from holdfast.tables.people import held_sql

ADMIN_GROUP = "sysop"
ACTIVE_EDITS = 5
"""Edits in a calendar month that make an editor active (the definition of Wikimedia's statistics)."""
UNHELD_PART = 5
LEAST_UNHELD = 10
"""When more than one in `UNHELD_PART` admin actions, and at least so many, are by accounts without a known flag, the
rights history does not tell who is an admin."""

_PEOPLE = (
    *_WHO,
    Derived(
        name="account_months",
        meaning="Edits of each account in each calendar month, addresses left out; `who` is person, or why "
        "it is none.",
        sql="""
SELECT r.wiki, r.account, CAST(DATE_TRUNC('month', r."at") AS DATE) AS month, COALESCE(n.why, 'person') AS who,
  COUNT(*) AS edits, MIN(r."at") AS first_at, MAX(r."at") AS last_at
FROM revisions AS r
LEFT JOIN not_people AS n ON n.wiki = r.wiki AND n.account = r.account
  AND r."at" >= n.starts_at AND r."at" < n.ends_at
WHERE r.account IS NOT NULL AND r."at" IS NOT NULL AND COALESCE(r.is_address, FALSE) = FALSE
GROUP BY 1, 2, 3, 4
""",
    ),
    Derived(
        name="editors",
        meaning="Each account that ever edited as a person; `editor` is a number for it.",
        sql="""
SELECT a.wiki, a.account, ROW_NUMBER() OVER (ORDER BY a.wiki, a.account) AS editor, a.first_at, a.last_at
FROM (SELECT wiki, account, MIN(first_at) AS first_at, MAX(last_at) AS last_at
      FROM account_months WHERE who = 'person' GROUP BY 1, 2) AS a
""",
    ),
    Derived(
        name="editor_months",
        meaning="Edits of each editor in each calendar month in which there were any.",
        sql="""
SELECT m.wiki, e.editor, m.month, m.edits, m.first_at, m.last_at
FROM account_months AS m
INNER JOIN editors AS e ON e.wiki = m.wiki AND e.account = m.account
WHERE m.who = 'person'
""",
    ),
)

_ADMINS = (
    Derived(
        name="action_months",
        meaning="Logged admin actions (blocks, deletions, protections, rights) of each account and month; `who` as "
        "in account_months.",
        sql="""
SELECT a.wiki, a.account, CAST(DATE_TRUNC('month', a."at") AS DATE) AS month, COALESCE(n.why, 'person') AS who,
  COUNT(*) AS actions
FROM (
  SELECT wiki, log_id, actor AS account, "at"
  FROM log_events
  WHERE actor IS NOT NULL AND "at" IS NOT NULL AND log_type IN ('block', 'delete', 'protect', 'rights')
    AND NOT action IN ('delete_redir', 'delete_redir2', 'move_prot', 'autopromote')
  UNION
  SELECT wiki, log_id, actor AS account, "at"
  FROM blocks WHERE actor IS NOT NULL AND "at" IS NOT NULL
) AS a
LEFT JOIN not_people AS n ON n.wiki = a.wiki AND n.account = a.account
  AND a."at" >= n.starts_at AND a."at" < n.ends_at
GROUP BY 1, 2, 3, 4
""",
    ),
    Derived(
        name="admin_months",
        meaning="The same by persons.",
        sql="""
SELECT wiki, account, month, actions FROM action_months WHERE who = 'person'
""",
    ),
    Derived(
        name="rights_logged",
        meaning="Wikis whose rights history the lake holds: at least one dated change of any group.",
        sql="""
SELECT wiki, COUNT(*) AS changes FROM account_groups
WHERE "at" IS NOT NULL AND change IN ('grant', 'remove', 'expiry_change')
GROUP BY 1
""",
    ),
    Derived(
        name="flag_steps",
        meaning="Dated changes of the admin flag of each account, numbered in order; persons only.",
        sql=f"""
SELECT g.wiki, g.account, g.change, g."at", g.expires_at,
  ROW_NUMBER() OVER (PARTITION BY g.wiki, g.account ORDER BY g."at", g.log_id, g.change) AS step
FROM account_groups AS g
LEFT JOIN never_people AS b ON b.wiki = g.wiki AND b.account = g.account
WHERE g.group_name = '{ADMIN_GROUP}' AND g."at" IS NOT NULL AND b.account IS NULL
  AND g.change IN ('grant', 'remove', 'expiry_change')
""",
    ),
    Derived(
        name="holdings",
        meaning="From when to when each account held the admin flag; a start before the history is inferred.",
        sql=f"""{held_sql("flag_steps")}UNION ALL
SELECT DISTINCT l.wiki, l.account, COALESCE(a.registered_at, CAST('1900-01-01' AS TIMESTAMP)) AS starts_at,
  CAST('9999-01-01' AS TIMESTAMP) AS ends_at
FROM account_groups AS l
INNER JOIN rights_logged AS k ON k.wiki = l.wiki
LEFT JOIN accounts AS a ON a.wiki = l.wiki AND a.account = l.account
LEFT JOIN never_people AS b ON b.wiki = l.wiki AND b.account = l.account
LEFT JOIN flag_steps AS s ON s.wiki = l.wiki AND s.account = l.account
WHERE l.group_name = '{ADMIN_GROUP}' AND l.change = 'listed' AND b.account IS NULL AND s.account IS NULL
""",
    ),
    Derived(
        name="flag_changes",
        meaning="Each gain and loss of the admin flag by a person; renewing a flag that is held is neither.",
        sql="""
SELECT c.wiki, c.account, c.kind, c."at"
FROM (
SELECT s.wiki, s.account, 'gain' AS kind, s."at"
FROM flag_steps AS s
LEFT JOIN flag_steps AS p ON p.wiki = s.wiki AND p.account = s.account AND p.step = s.step - 1
WHERE s.change = 'grant' AND (p.account IS NULL OR p.change = 'remove' OR p.expires_at < s."at")
UNION ALL
SELECT s.wiki, s.account, 'loss' AS kind, s."at"
FROM flag_steps AS s
LEFT JOIN flag_steps AS p ON p.wiki = s.wiki AND p.account = s.account AND p.step = s.step - 1
WHERE s.change = 'remove'
  AND (p.account IS NULL OR (p.change <> 'remove' AND (p.expires_at IS NULL OR p.expires_at >= s."at")))
UNION ALL
SELECT s.wiki, s.account, 'loss' AS kind, s.expires_at AS "at"
FROM flag_steps AS s
LEFT JOIN flag_steps AS n ON n.wiki = s.wiki AND n.account = s.account AND n.step = s.step + 1
WHERE s.change <> 'remove' AND s.expires_at IS NOT NULL AND (n."at" IS NULL OR s.expires_at < n."at")
) AS c
LEFT JOIN not_people AS b ON b.wiki = c.wiki AND b.account = c.account
  AND ((c.kind = 'gain' AND c."at" >= b.starts_at AND c."at" < b.ends_at)
    OR (c.kind = 'loss' AND c."at" > b.starts_at AND c."at" <= b.ends_at))
WHERE b.account IS NULL
""",
    ),
    Derived(
        name="holder_months",
        meaning="Each calendar month in which an account held the admin flag, if only for a part of it; not those in "
        "which it was a bot throughout.",
        sql="""
SELECT DISTINCT h.wiki, h.account, m.month
FROM holdings AS h
CROSS JOIN months AS m
LEFT JOIN not_people AS b ON b.wiki = h.wiki AND b.account = h.account
  AND b.starts_at <= m.month AND b.ends_at >= m.next_month
WHERE h.starts_at < m.next_month AND h.ends_at > m.month AND b.account IS NULL
""",
    ),
    Derived(
        name="unheld_months",
        meaning="Logged admin actions by persons in each month, and how many of them by accounts that hold no flag "
        "which these data know.",
        sql="""
SELECT a.wiki, a.month, CAST(SUM(a.actions) AS BIGINT) AS actions,
  CAST(SUM(CASE WHEN h.account IS NULL THEN a.actions ELSE 0 END) AS BIGINT) AS unheld
FROM admin_months AS a
LEFT JOIN holder_months AS h ON h.wiki = a.wiki AND h.account = a.account AND h.month = a.month
GROUP BY 1, 2
""",
    ),
    Derived(
        name="rights_known",
        meaning="Windows of 1, 12 and 36 months in which the wiki's rights history tells who is an admin: it is "
        f"there, and accounts without a flag made at most one in {UNHELD_PART} of the logged admin actions, or fewer "
        f"than {LEAST_UNHELD} (a month is judged by the 12 that end with it). Else the flag was given elsewhere.",
        sql=f"""
SELECT k.wiki, p.period_start, p.period_end
FROM rights_logged AS k
CROSS JOIN (
  SELECT period_start, period_end, month FROM period_months_12
  UNION
  SELECT period_start, period_end, month FROM period_months_36
  UNION
  SELECT o.period_start, o.period_end, t.month
  FROM periods_1 AS o
  INNER JOIN period_months_12 AS t ON t.period_end = o.period_end
) AS p
LEFT JOIN unheld_months AS u ON u.wiki = k.wiki AND u.month = p.month
GROUP BY 1, 2, 3
HAVING COALESCE(SUM(u.unheld), 0) < {LEAST_UNHELD} OR {UNHELD_PART} * SUM(u.unheld) <= SUM(u.actions)
""",
    ),
    Derived(
        name="admin_loads",
        meaning="In each 12-month window and quarter: how many admins (holders, or without a rights history "
        "accounts seen acting) held the flag for so many months and made so many logged actions.",
        sql="""
WITH acts AS (
  SELECT a.wiki, p.period_start, p.period_end, a.account, CAST(SUM(a.actions) AS BIGINT) AS actions
  FROM admin_months AS a
  INNER JOIN period_months_12 AS p ON p.month = a.month
  GROUP BY 1, 2, 3, 4
), holders AS (
  SELECT h.wiki, p.period_start, p.period_end, h.account, COUNT(*) AS months_held
  FROM holder_months AS h
  INNER JOIN period_months_12 AS p ON p.month = h.month
  GROUP BY 1, 2, 3, 4
), loads AS (
  SELECT h.wiki, h.period_start, h.period_end, h.months_held, COALESCE(a.actions, 0) AS actions, 1 AS has_rights
  FROM holders AS h
  INNER JOIN rights_known AS k ON k.wiki = h.wiki AND k.period_start = h.period_start AND k.period_end = h.period_end
  LEFT JOIN acts AS a ON a.wiki = h.wiki AND a.account = h.account
    AND a.period_start = h.period_start AND a.period_end = h.period_end
  UNION ALL
  SELECT a.wiki, a.period_start, a.period_end, 1 AS months_held, a.actions, 0 AS has_rights
  FROM acts AS a
  LEFT JOIN rights_known AS k ON k.wiki = a.wiki AND k.period_start = a.period_start AND k.period_end = a.period_end
  WHERE k.wiki IS NULL
)
SELECT wiki, period_start, period_end, has_rights, months_held, actions, COUNT(*) AS admins
FROM loads GROUP BY 1, 2, 3, 4, 5, 6
""",
    ),
)

_BLOCKS = (
    Derived(
        name="block_cases",
        meaning="Each block of a named target from the whole wiki by another person: whether another admin lifted it "
        "within 30 days, and the circumstances that its length may depend on. Blocks from some pages only are left "
        "out; a temporary account is a target like an address.",
        sql="""
WITH steps AS (
  SELECT wiki, log_id, "at", actor, target, target_kind, action, reason_category, is_indefinite, duration_seconds,
    COALESCE(is_sitewide, TRUE) AS is_sitewide,
    ROW_NUMBER() OVER (PARTITION BY wiki, target ORDER BY "at", log_id) AS step
  FROM blocks
  WHERE target <> '' AND "at" IS NOT NULL AND action IN ('block', 'unblock')
), cases AS (
  SELECT b.wiki, b.log_id, b."at", CAST(DATE_TRUNC('month', b."at") AS DATE) AS month, b.actor, b.target,
    CASE WHEN t.why = 'temporary account' THEN 'address' ELSE COALESCE(b.target_kind, 'unknown') END AS target_kind,
    COALESCE(b.reason_category, 'none') AS reason_category,
    CASE WHEN b."at" + INTERVAL 30 DAY <= h.ends_at THEN 1 ELSE 0 END AS is_followed,
    CASE WHEN n.action = 'unblock' AND n.actor <> b.actor AND n."at" <= b."at" + INTERVAL 30 DAY
         THEN 1 ELSE 0 END AS is_reversed,
    CASE WHEN b.is_indefinite THEN 315576000 WHEN b.duration_seconds > 0 THEN b.duration_seconds END AS seconds
  FROM steps AS b
  CROSS JOIN horizon AS h
  LEFT JOIN steps AS n ON n.wiki = b.wiki AND n.target = b.target AND n.step = b.step + 1
  LEFT JOIN not_people AS o ON o.wiki = b.wiki AND o.account = b.actor
    AND b."at" >= o.starts_at AND b."at" < o.ends_at
  LEFT JOIN never_people AS t ON t.wiki = b.wiki AND t.account = b.target
  WHERE b.action = 'block' AND b.actor IS NOT NULL AND b.actor <> b.target AND o.account IS NULL AND b.is_sitewide
), prior AS (
  SELECT c.wiki, c.log_id, CAST(SUM(m.edits) AS BIGINT) AS edits
  FROM cases AS c
  INNER JOIN editors AS e ON e.wiki = c.wiki AND e.account = c.target
  INNER JOIN editor_months AS m ON m.wiki = e.wiki AND m.editor = e.editor AND m.month < c.month
  GROUP BY 1, 2
)
SELECT c.wiki, c.log_id, c."at", c.month, c.actor, c.target, c.target_kind, c.reason_category,
  c.is_followed, c.is_reversed, c.seconds,
  CASE WHEN c.target_kind <> 'account' OR (a.registered_at IS NULL AND e.first_at IS NULL) THEN 'unknown'
       WHEN COALESCE(a.registered_at, e.first_at) > c."at" - INTERVAL 1 DAY THEN 'under a day'
       WHEN COALESCE(a.registered_at, e.first_at) > c."at" - INTERVAL 30 DAY THEN 'under 30 days'
       ELSE 'older' END AS target_age,
  CASE WHEN c.target_kind <> 'account' THEN 'unknown'
       WHEN COALESCE(p.edits, 0) = 0 THEN 'none' WHEN p.edits < 10 THEN 'under 10'
       WHEN p.edits < 100 THEN 'under 100' ELSE '100 or more' END AS target_edits
FROM cases AS c
LEFT JOIN accounts AS a ON a.wiki = c.wiki AND a.account = c.target
LEFT JOIN editors AS e ON e.wiki = c.wiki AND e.account = c.target
LEFT JOIN prior AS p ON p.wiki = c.wiki AND p.log_id = c.log_id
""",
    ),
    Derived(
        name="block_lengths",
        meaning="Log lengths of blocks by admin and month, among like cases: `likeness` numbers reason, kind, age "
        "and edits of the target. A block without end counts as ten years.",
        sql="""
WITH cases AS (
  SELECT wiki, actor, month, reason_category, target_kind, target_age, target_edits, LN(seconds) AS length
  FROM block_cases WHERE seconds IS NOT NULL
), likes AS (
  SELECT wiki, reason_category, target_kind, target_age, target_edits, ROW_NUMBER() OVER (
    ORDER BY wiki, reason_category, target_kind, target_age, target_edits, likeness_key) AS likeness
  FROM (SELECT wiki, reason_category, target_kind, target_age, target_edits, COUNT(*) AS likeness_key
        FROM cases GROUP BY 1, 2, 3, 4, 5) AS kinds
)
SELECT c.wiki, c.actor, c.month, l.likeness, COUNT(*) AS blocks,
  SUM(c.length) AS total, SUM(c.length * c.length) AS squares
FROM cases AS c
INNER JOIN likes AS l ON l.wiki = c.wiki AND l.reason_category = c.reason_category
  AND l.target_kind = c.target_kind AND l.target_age = c.target_age AND l.target_edits = c.target_edits
GROUP BY 1, 2, 3, 4
""",
    ),
    Derived(
        name="block_encounters",
        meaning="For each block, the accounts that block anybody and that edited, in the 7 days before it, a page "
        "which its target edited in those days too.",
        sql="""
WITH target_pages AS (
  SELECT DISTINCT b.wiki, b.log_id, b."at", b.target, r.page_id
  FROM block_cases AS b
  INNER JOIN revisions AS r ON r.wiki = b.wiki AND r.account = b.target
    AND r."at" >= b."at" - INTERVAL 7 DAY AND r."at" < b."at"
), actors AS (
  SELECT DISTINCT wiki, actor FROM block_cases
), actor_edits AS (
  SELECT r.wiki, r.account, r.page_id, r."at"
  FROM revisions AS r
  INNER JOIN actors AS a ON a.wiki = r.wiki AND a.actor = r.account
)
SELECT DISTINCT t.wiki, t.log_id, r.account
FROM target_pages AS t
INNER JOIN actor_edits AS r ON r.wiki = t.wiki AND r.page_id = t.page_id
  AND r."at" >= t."at" - INTERVAL 7 DAY AND r."at" < t."at"
WHERE r.account <> t.target
""",
    ),
)

_ELECTIONS = (
    Derived(
        name="ballots",
        meaning="The last vote of each voter in each election; the nameless ones all stay; votes on oneself do not.",
        sql="""
SELECT wiki, election, candidate, voter, vote, "at", is_nameless
FROM (
  SELECT wiki, election, candidate, voter, vote, "at",
    CASE WHEN voter = 'nameless' THEN 1 ELSE 0 END AS is_nameless,
    ROW_NUMBER() OVER (PARTITION BY wiki, election, candidate, voter
                       ORDER BY "at" DESC NULLS LAST, occurrence DESC NULLS LAST, voter) AS newest
  FROM votes WHERE voter IS NOT NULL AND voter <> candidate
) AS cast_votes
WHERE newest = 1 OR is_nameless = 1
""",
    ),
    Derived(
        name="polls",
        meaning="Each election with its times (its votes' where it has none of its own), outcome and counts.",
        sql="""
WITH counts AS (
  SELECT wiki, election, candidate, MIN("at") AS first_at, MAX("at") AS last_at, COUNT(*) AS ballots,
    CAST(SUM(CASE WHEN vote > 0 THEN 1 ELSE 0 END) AS BIGINT) AS supports,
    CAST(SUM(CASE WHEN vote < 0 THEN 1 ELSE 0 END) AS BIGINT) AS opposes
  FROM ballots GROUP BY 1, 2, 3
), named AS (
  SELECT wiki, election, candidate FROM elections
  UNION
  SELECT wiki, election, candidate FROM counts
)
SELECT k.wiki, k.election, k.candidate, COALESCE(e.opened_at, c.first_at) AS opened_at,
  CAST(DATE_TRUNC('month', COALESCE(e.closed_at, c.last_at, e.opened_at)) AS DATE) AS month,
  COALESCE(e.outcome, 'unknown') AS outcome, COALESCE(c.ballots, 0) AS ballots,
  COALESCE(c.supports, 0) AS supports, COALESCE(c.opposes, 0) AS opposes
FROM named AS k
LEFT JOIN elections AS e ON e.wiki = k.wiki AND e.election = k.election AND e.candidate = k.candidate
LEFT JOIN counts AS c ON c.wiki = k.wiki AND c.election = k.election AND c.candidate = k.candidate
""",
    ),
    Derived(
        name="poll_voters",
        meaning="Each named voter of each election who is a person: new to the wiki, or back after 90 days of "
        "silence. Null where the data cannot tell.",
        sql="""
WITH begins AS (
  SELECT wiki, MIN(first_at) AS first_at FROM editors GROUP BY 1
), named AS (
  SELECT b.wiki, b.election, b.candidate, b.voter, p.opened_at, p.month, e.editor,
    COALESCE(a.registered_at, e.first_at) AS arrived_at,
    CASE WHEN p.opened_at - INTERVAL 90 DAY >= s.first_at THEN 1 ELSE 0 END AS is_covered
  FROM ballots AS b
  INNER JOIN polls AS p ON p.wiki = b.wiki AND p.election = b.election AND p.candidate = b.candidate
  LEFT JOIN accounts AS a ON a.wiki = b.wiki AND a.account = b.voter
  LEFT JOIN editors AS e ON e.wiki = b.wiki AND e.account = b.voter
  LEFT JOIN begins AS s ON s.wiki = b.wiki
  LEFT JOIN not_people AS o ON o.wiki = b.wiki AND o.account = b.voter
    AND COALESCE(b."at", p.opened_at, CAST('1900-01-01' AS TIMESTAMP)) >= o.starts_at
    AND COALESCE(b."at", p.opened_at, CAST('1900-01-01' AS TIMESTAMP)) < o.ends_at
  WHERE b.is_nameless = 0 AND o.account IS NULL
), lately AS (
  SELECT DISTINCT n.wiki, n.election, n.candidate, n.voter
  FROM named AS n
  INNER JOIN editor_months AS m ON m.wiki = n.wiki AND m.editor = n.editor
    AND m.last_at >= n.opened_at - INTERVAL 90 DAY AND m.first_at < n.opened_at
)
SELECT n.wiki, n.election, n.candidate, n.voter, n.opened_at, n.month,
  CASE WHEN n.opened_at IS NULL OR n.arrived_at IS NULL THEN NULL
       WHEN n.arrived_at > n.opened_at - INTERVAL 90 DAY THEN 1 ELSE 0 END AS is_new,
  CASE WHEN n.opened_at IS NULL OR n.is_covered = 0 THEN NULL
       WHEN l.voter IS NULL THEN 1 ELSE 0 END AS is_dormant
FROM named AS n
LEFT JOIN lately AS l ON l.wiki = n.wiki AND l.election = n.election
  AND l.candidate = n.candidate AND l.voter = n.voter
""",
    ),
)

DERIVED: tuple[Derived, ...] = _PEOPLE + _ADMINS + _BLOCKS + _ELECTIONS
