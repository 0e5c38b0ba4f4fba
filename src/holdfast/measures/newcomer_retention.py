"""Which part of a month's newcomers still edits two months later."""

from collections.abc import Sequence

import numpy as np

from holdfast.measures._measure import Computed, Measure, Null, Row, below, not_enough
from holdfast.measures._statistics import WILSON, wilson

MINIMUM = {"newcomers": 50}


def finish(rows: Sequence[Row], rng: np.random.Generator) -> Computed:
    """The share by the published definition; tests compare returns between 60 and 180 days, equal for all months."""
    newcomers = sum(int(row["newcomers"]) for row in rows)
    short = below(MINIMUM, {"newcomers": newcomers})
    if short:
        return not_enough(newcomers, short)
    if not all(row["is_followed"] for row in rows):
        return not_enough(newcomers, "the history ends less than 90 days after this month")
    kept = sum(int(row["retained"]) for row in rows)
    low, high = wilson(kept, newcomers)
    return Computed(
        value=kept / newcomers,
        low=low,
        high=high,
        interval=WILSON,
        n=newcomers,
        detail=f"{kept} of {newcomers} newcomers; later months had less time to return",
        compared=sum(int(row["returned"]) for row in rows) / newcomers,
        is_comparable=all(row["is_watched"] for row in rows),
    )


MEASURE = Measure(
    name="newcomer_retention",
    title="Retention of newcomers",
    question="Which part of the accounts that first edited in this month edits again 60 days later or more?",
    area="renewal",
    unit="share",
    window_months=1,
    minimum=MINIMUM,
    nulls=(Null.OWN_PAST, Null.PEERS),
    null="own past and peers of like size, comparing returns between 60 and 180 days after the first edit",
    reference="at least 0.03, aim 0.05 to 0.07",
    source="Miquel-Ribé, Consonni and Laniado 2022 (Community Vital Signs), target T1",
    innocent=("a school class registered for one lesson", "a spam wave registered many accounts that never return"),
    cannot_tell="why newcomers leave; in a history that was cut, old hands look like newcomers of its first month",
    alarming="low",
    needs=("revisions",),
    reads_around=(1, 6),
    sql="""
WITH arrivals AS (
  SELECT e.wiki, e.editor, CAST(DATE_TRUNC('month', e.first_at) AS DATE) AS month, e.first_at,
    CASE WHEN e.last_at >= e.first_at + INTERVAL 60 DAY THEN 1 ELSE 0 END AS is_retained
  FROM editors AS e
), returns AS (
  SELECT DISTINCT a.wiki, a.editor
  FROM arrivals AS a
  INNER JOIN editor_months AS m ON m.wiki = a.wiki AND m.editor = a.editor
  WHERE m.last_at >= a.first_at + INTERVAL 60 DAY AND m.first_at < a.first_at + INTERVAL 180 DAY
)
SELECT a.wiki, p.period_start, p.period_end, COUNT(*) AS newcomers,
  CAST(SUM(a.is_retained) AS BIGINT) AS retained,
  CAST(SUM(CASE WHEN r.editor IS NULL THEN 0 ELSE 1 END) AS BIGINT) AS returned,
  MIN(CASE WHEN p.period_end + INTERVAL 90 DAY <= h.ends_at THEN 1 ELSE 0 END) AS is_followed,
  MIN(CASE WHEN p.period_end + INTERVAL 180 DAY <= h.ends_at THEN 1 ELSE 0 END) AS is_watched
FROM arrivals AS a
INNER JOIN periods_1 AS p ON p.period_start = a.month
CROSS JOIN horizon AS h
LEFT JOIN returns AS r ON r.wiki = a.wiki AND r.editor = a.editor
GROUP BY 1, 2, 3
""",
    finish=finish,
    leaves_out_bots="edits",
    steady="arcsine root",
)
