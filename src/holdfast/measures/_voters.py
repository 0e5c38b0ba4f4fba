"""What the two measures of who turned out to vote share."""

from collections.abc import Callable, Sequence

import numpy as np

from holdfast.measures._measure import Computed, Row, below, not_enough
from holdfast.measures._statistics import WILSON, wilson

MINIMUM = {"voters": 20}


def turnout_sql(flag: str) -> str:
    """Portable SQL: named voters of a window's elections, those with `flag` set, and those nobody can judge."""
    counts = f"""COUNT(*) AS voters,
  CAST(SUM(CASE WHEN v.{flag} = 1 THEN 1 ELSE 0 END) AS BIGINT) AS hits,
  CAST(SUM(CASE WHEN v.{flag} IS NULL THEN 1 ELSE 0 END) AS BIGINT) AS unknown"""
    return f"""
SELECT v.wiki, p.period_start, p.period_end, 1 AS has_times, {counts}
FROM poll_voters AS v
INNER JOIN period_months_12 AS p ON p.month = v.month
WHERE v.opened_at IS NOT NULL
GROUP BY 1, 2, 3
UNION ALL
SELECT v.wiki, CAST(NULL AS DATE) AS period_start, CAST(NULL AS DATE) AS period_end, 0 AS has_times, {counts}
FROM poll_voters AS v WHERE v.opened_at IS NULL
GROUP BY 1
"""


def turnout(what: str) -> Callable[[Sequence[Row], np.random.Generator], Computed]:
    """A `finish`: the share of voters with the flag, pooled over the window's elections; `no_times` without times."""

    def finish(rows: Sequence[Row], rng: np.random.Generator) -> Computed:
        voters = sum(int(row["voters"]) for row in rows)
        if any(not row["has_times"] for row in rows):
            return Computed(
                value=None,
                low=None,
                high=None,
                interval="",
                n=voters,
                status="no_times",
                detail="these votes carry no times",
            )
        hits, unknown = sum(int(row["hits"]) for row in rows), sum(int(row["unknown"]) for row in rows)
        judged = voters - unknown
        aside = f"; {unknown} could not be judged" if unknown else ""
        short = below(MINIMUM, {"voters": judged})
        if short:
            return not_enough(judged, short + aside)
        low, high = wilson(hits, judged)
        return Computed(
            value=hits / judged,
            low=low,
            high=high,
            interval=WILSON,
            n=judged,
            detail=f"{hits} of {judged} voters {what}{aside}",
        )

    return finish
