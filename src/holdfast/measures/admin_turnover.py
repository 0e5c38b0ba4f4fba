"""How often the admin flag changes hands."""

from collections.abc import Sequence

import numpy as np

from holdfast.measures._measure import Computed, Measure, Null, Row, below, not_enough
from holdfast.measures._statistics import POISSON, poisson_exact

MINIMUM = {"admins": 5}


def finish(rows: Sequence[Row], rng: np.random.Generator) -> Computed:
    """Gains and losses of the flag per admin and year."""
    changes = sum(int(row["changes"]) for row in rows)
    admin_months = sum(int(row["admin_months"]) for row in rows)
    if not rows or not all(row["has_rights"] for row in rows):
        return not_enough(0, "no rights history: who held the flag when is not known")
    months = max(int(row["months"]) for row in rows)
    short = below(MINIMUM, {"admins": admin_months / months})
    if short:
        return not_enough(changes, short)
    years = admin_months / 12
    low, high = poisson_exact(changes)
    return Computed(
        value=changes / years,
        low=low / years,
        high=high / years,
        interval=POISSON,
        n=changes,
        detail=f"{changes} gains and losses; {admin_months / months:.1f} admins on average over {months} months",
    )


MEASURE = Measure(
    name="admin_turnover",
    title="Turnover of admins",
    question="How many gains and losses of the admin flag are there per admin and year?",
    area="openness_of_power",
    unit="per year",
    window_months=36,
    minimum=MINIMUM,
    nulls=(Null.PEERS,),
    null="rank among peers of like size",
    reference="falls as the number of contributors grows",
    source=(
        "A. Shaw and B. M. Hill 2014, Laboratories of Oligarchy? How the Iron Law Extends to Peer "
        "Production (683 wikis), read in a secondary page"
    ),
    innocent=(
        "a content small community that needs no more hands",
        "high: an inactivity rule removed many at once",
    ),
    cannot_tell="whether those who came and went differ from those who stayed",
    alarming="low",
    needs=("account_groups",),
    sql="""
WITH by_month AS (
  SELECT wiki, CAST(DATE_TRUNC('month', "at") AS DATE) AS month, COUNT(*) AS changes, 0 AS admins
  FROM flag_changes GROUP BY 1, 2
  UNION ALL
  SELECT h.wiki, m.month, 0 AS changes, COUNT(DISTINCT h.account) AS admins
  FROM holdings AS h
  CROSS JOIN months AS m
  LEFT JOIN not_people AS n ON n.wiki = h.wiki AND n.account = h.account
    AND n.starts_at < m.next_month AND n.ends_at >= m.next_month
  WHERE h.starts_at < m.next_month AND h.ends_at >= m.next_month AND n.account IS NULL
  GROUP BY 1, 2
), spans AS (
  SELECT period_start, period_end, COUNT(*) AS months FROM period_months_36 GROUP BY 1, 2
)
SELECT b.wiki, p.period_start, p.period_end, CAST(SUM(b.changes) AS BIGINT) AS changes,
  CAST(SUM(b.admins) AS BIGINT) AS admin_months, MAX(s.months) AS months,
  MAX(CASE WHEN k.wiki IS NULL THEN 0 ELSE 1 END) AS has_rights
FROM by_month AS b
INNER JOIN period_months_36 AS p ON p.month = b.month
INNER JOIN spans AS s ON s.period_start = p.period_start AND s.period_end = p.period_end
LEFT JOIN rights_known AS k ON k.wiki = b.wiki AND k.period_start = p.period_start AND k.period_end = p.period_end
GROUP BY 1, 2, 3
""",
    finish=finish,
)
