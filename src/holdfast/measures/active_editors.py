"""How many editors are active in a month."""

from collections.abc import Sequence

import numpy as np

from holdfast.measures._derived import ACTIVE_EDITS
from holdfast.measures._measure import Computed, Measure, Null, Row, not_enough
from holdfast.measures._statistics import POISSON, poisson_exact


def finish(rows: Sequence[Row], rng: np.random.Generator) -> Computed:
    """The count, with the exact interval of the rate behind it."""
    editors, active = sum(row["editors"] for row in rows), sum(row["active"] for row in rows)
    if editors < 1:
        return not_enough(0, "no edit by an account in this month")
    low, high = poisson_exact(active)
    return Computed(
        value=float(active), low=low, high=high, interval=POISSON, n=editors, detail=f"{editors} accounts edited"
    )


MEASURE = Measure(
    name="active_editors",
    title="Active editors",
    question="How many accounts made at least five edits in the month?",
    area="renewal",
    unit="editors",
    window_months=1,
    minimum={"editors": 1},
    nulls=(Null.OWN_PAST,),
    null="own past: change points of the logarithm",
    reference="five edits a month, all namespaces, accounts only",
    source="definition of Wikimedia's statistics; counted over all namespaces: the project's own",
    innocent=("a contest or a school class this month", "holidays, or the topic's season"),
    cannot_tell="why people come or go",
    alarming="low",
    needs=("revisions",),
    sql=f"""
SELECT wiki, p.period_start, p.period_end, COUNT(*) AS editors,
  CAST(SUM(CASE WHEN m.edits >= {ACTIVE_EDITS} THEN 1 ELSE 0 END) AS BIGINT) AS active
FROM editor_months AS m
INNER JOIN periods_1 AS p ON p.period_start = m.month
GROUP BY 1, 2, 3
""",
    finish=finish,
    least_memory=0.9,
    leaves_out_bots="edits",
    steady="logarithm",
)
