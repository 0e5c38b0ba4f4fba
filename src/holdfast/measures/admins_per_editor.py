"""Which part of the active editors are admins."""

from collections.abc import Sequence

import numpy as np

from holdfast.measures._derived import ACTIVE_EDITS
from holdfast.measures._measure import Computed, Measure, Null, Row, below, not_enough
from holdfast.measures._statistics import WILSON, wilson

MINIMUM = {"active editors": 20}


def finish(rows: Sequence[Row], rng: np.random.Generator) -> Computed:
    """The share, with Wilson's interval; without a rights history those seen acting in 12 months."""
    admins, editors = sum(int(row["admins"]) for row in rows), sum(int(row["active"]) for row in rows)
    short = below(MINIMUM, {"active editors": editors})
    if short:
        return not_enough(editors, short)
    acting_only = not all(row["has_rights"] for row in rows)
    if acting_only and not any(row["acting"] for row in rows):
        return not_enough(editors, "neither a rights history nor admin actions: admins are not known")
    low, high = wilson(admins, editors)
    who = "seen acting as admin in 12 months" if acting_only else "hold the flag"
    return Computed(
        value=admins / editors,
        low=low,
        high=high,
        interval=WILSON,
        n=editors,
        status="acting_only" if acting_only else "ok",
        detail=f"{admins} of {editors} active editors {who}",
    )


MEASURE = Measure(
    name="admins_per_editor",
    title="Active admins per active editor",
    question="Which part of the active editors holds the admin flag?",
    area="openness_of_power",
    unit="share",
    window_months=1,
    minimum=MINIMUM,
    nulls=(Null.OWN_PAST, Null.PEERS),
    null="own past and peers of like size",
    reference="none that fits all sizes: compare with peers",
    source="Miquel-Ribé, Consonni and Laniado 2022 (Community Vital Signs); minimum: the project's own",
    innocent=("a small wiki hands the flag out freely against spam", "editors left, the admins stayed"),
    cannot_tell="whether more admins would be wanted or accepted",
    alarming="low",
    needs=("revisions", "account_groups|log_events|blocks"),
    reads_around=(11, 0),
    sql=f"""
WITH active AS (
  SELECT e.wiki, e.account, m.month
  FROM editor_months AS m
  INNER JOIN editors AS e ON e.wiki = m.wiki AND e.editor = m.editor
  WHERE m.edits >= {ACTIVE_EDITS}
), acting AS (
  SELECT DISTINCT a.wiki, a.account, c.month
  FROM admin_months AS a
  INNER JOIN period_months_12 AS p ON p.month = a.month
  INNER JOIN months AS c ON c.next_month = p.period_end
  LEFT JOIN rights_known AS k ON k.wiki = a.wiki AND k.period_start = c.month AND k.period_end = c.next_month
  WHERE k.wiki IS NULL
), admins AS (
  SELECT h.wiki, h.account, h.month
  FROM holder_months AS h
  INNER JOIN months AS c ON c.month = h.month
  INNER JOIN rights_known AS k ON k.wiki = h.wiki AND k.period_start = c.month AND k.period_end = c.next_month
  UNION
  SELECT wiki, account, month FROM acting
), known AS (
  SELECT wiki, month, COUNT(*) AS acting FROM acting GROUP BY 1, 2
)
SELECT a.wiki, p.period_start, p.period_end, COUNT(*) AS active,
  CAST(SUM(CASE WHEN d.account IS NULL THEN 0 ELSE 1 END) AS BIGINT) AS admins,
  MAX(CASE WHEN k.wiki IS NULL THEN 0 ELSE 1 END) AS has_rights, MAX(COALESCE(s.acting, 0)) AS acting
FROM active AS a
INNER JOIN periods_1 AS p ON p.period_start = a.month
LEFT JOIN admins AS d ON d.wiki = a.wiki AND d.account = a.account AND d.month = a.month
LEFT JOIN rights_known AS k ON k.wiki = a.wiki AND k.period_start = p.period_start AND k.period_end = p.period_end
LEFT JOIN known AS s ON s.wiki = a.wiki AND s.month = a.month
GROUP BY 1, 2, 3
""",
    finish=finish,
    least_memory=0.97,
    leaves_out_bots="edits",
    steady="arcsine root",
)
