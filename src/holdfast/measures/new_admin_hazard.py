"""How likely an active editor is to be made an admin within a year."""

from collections.abc import Sequence

import numpy as np

from holdfast.measures._derived import ACTIVE_EDITS
from holdfast.measures._measure import Computed, Measure, Null, Row, below, not_enough
from holdfast.measures._statistics import POISSON, poisson_exact

MINIMUM = {"active editor-years": 10}


def finish(rows: Sequence[Row], rng: np.random.Generator) -> Computed:
    """New admins per year of an active editor. None is a value, not a gap: there was opportunity."""
    if not rows or not all(row["has_rights"] for row in rows):
        return not_enough(0, "no rights history: who was made an admin when is not known")
    grants = sum(int(row["grants"]) for row in rows)
    years = sum(int(row["active_months"]) for row in rows) / 12
    short = below(MINIMUM, {"active editor-years": years})
    if short:
        return not_enough(grants, short)
    low, high = poisson_exact(grants)
    return Computed(
        value=grants / years,
        low=low / years,
        high=high / years,
        interval=POISSON,
        n=grants,
        detail=f"{grants} new admins in {years:.1f} active editor-years",
    )


MEASURE = Measure(
    name="new_admin_hazard",
    title="Chance of becoming an admin",
    question="How many new admins are there per year of an active editor?",
    area="openness_of_power",
    unit="per editor-year",
    window_months=12,
    minimum=MINIMUM,
    nulls=(Null.OWN_PAST, Null.PEERS),
    null="own past and peers of like size",
    reference="falls as the number of contributors grows",
    source=(
        "A. Shaw and B. M. Hill 2014, Laboratories of Oligarchy? How the Iron Law Extends to Peer "
        "Production (683 wikis), read in a secondary page; the minimum is Holdfast's own definition"
    ),
    innocent=("nobody wished to stand", "enough admins: the last election filled the need"),
    cannot_tell="how many asked and were refused: see the success of elections",
    alarming="low",
    needs=("account_groups", "revisions"),
    sql=f"""
WITH by_month AS (
  SELECT wiki, CAST(DATE_TRUNC('month', "at") AS DATE) AS month, COUNT(*) AS grants, 0 AS active
  FROM flag_changes WHERE kind = 'gain' GROUP BY 1, 2
  UNION ALL
  SELECT wiki, month, 0 AS grants, COUNT(*) AS active
  FROM editor_months WHERE edits >= {ACTIVE_EDITS} GROUP BY 1, 2
)
SELECT b.wiki, p.period_start, p.period_end, CAST(SUM(b.grants) AS BIGINT) AS grants,
  CAST(SUM(b.active) AS BIGINT) AS active_months, MAX(CASE WHEN k.wiki IS NULL THEN 0 ELSE 1 END) AS has_rights
FROM by_month AS b
INNER JOIN period_months_12 AS p ON p.month = b.month
LEFT JOIN rights_known AS k ON k.wiki = b.wiki AND k.period_start = p.period_start AND k.period_end = p.period_end
GROUP BY 1, 2, 3
""",
    finish=finish,
    leaves_out_bots="edits",
)
