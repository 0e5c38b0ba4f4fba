"""How much longer one admin's blocks are than others' blocks of like cases."""

from collections.abc import Sequence

import numpy as np

from holdfast.measures._measure import Computed, Measure, Null, Row, not_enough

MINIMUM = {"blocks": 30, "admins": 3}


def finish(rows: Sequence[Row], rng: np.random.Generator) -> Computed:
    """The largest excess after random-effects shrinkage (DerSimonian and Laird 1986), as a log ratio.

    Each row is one admin: `blocks` n_i, and sum and sum of squares of the residual log lengths.
    """
    # engines add up in any order: digits beyond the sixth are not the data's
    sums = sorted((int(row["blocks"]), round(row["residuals"], 6), round(row["squares"], 6)) for row in rows)
    n, total, squares = np.array(sums, dtype=float).reshape(-1, 3).T
    busy = n >= MINIMUM["blocks"]
    admins = int(busy.sum())
    if admins < MINIMUM["admins"]:
        return not_enough(int(n.sum()), f"{admins} admins with 30 comparable blocks, at least 3 needed")
    mean = total / n
    within = float((squares - n * mean**2).sum() / (n.sum() - len(n)))
    if within <= 0:
        return not_enough(int(n.sum()), "all comparable blocks have one length")
    variance = within / n[busy]
    weight = 1 / variance
    centre = float((weight * mean[busy]).sum() / weight.sum())
    q = float((weight * (mean[busy] - centre) ** 2).sum())
    spread = max(0.0, (q - (admins - 1)) / float(weight.sum() - (weight**2).sum() / weight.sum()))
    kept = spread / (spread + variance)
    shrunk = kept * (mean[busy] - centre)
    top = int(shrunk.argmax())
    half = 1.96 * float(np.sqrt(kept[top] * variance[top]))
    value = float(shrunk[top])
    return Computed(
        value=value,
        low=value - half,
        high=value + half,
        interval="empirical Bayes 95 %",
        n=int(n.sum()),
        detail=f"{admins} admins with 30 comparable blocks; standard deviation between them {np.sqrt(spread):.3f}",
    )


MEASURE = Measure(
    name="block_severity_excess",
    title="Excess length of blocks",
    question="How much longer are the blocks of the most severe admin than like cases by others?",
    area="use_of_power",
    unit="log ratio",
    window_months=12,
    minimum=MINIMUM,
    nulls=(Null.PEERS, Null.PERMUTATION),
    null="peers of like size; permutation of the lengths among like cases of one year",
    reference="0: like cases get like lengths; 0.69: twice as long. No end counts as ten years",
    source="detection page, indicator 17; shrinkage: DerSimonian and Laird 1986; the rest the project's own",
    innocent=(
        "this admin handles known long-term abuse",
        "one admin does the open proxies, which are blocked for years by rule",
    ),
    cannot_tell="the case itself: reason, age and edits of the target stand for it, its text is not read",
    alarming="high",
    needs=("blocks",),
    sql="""
WITH cases AS (
  SELECT b.wiki, p.period_start, p.period_end, b.actor, LN(b.seconds) AS length,
    b.reason_category, b.target_kind, b.target_age, b.target_edits
  FROM block_cases AS b
  INNER JOIN period_months_12 AS p ON p.month = b.month
  WHERE b.seconds IS NOT NULL
), likes AS (
  SELECT wiki, period_start, period_end, reason_category, target_kind, target_age, target_edits,
    AVG(length) AS length
  FROM cases GROUP BY 1, 2, 3, 4, 5, 6, 7 HAVING COUNT(DISTINCT actor) > 1
)
SELECT c.wiki, c.period_start, c.period_end, c.actor, COUNT(*) AS blocks,
  SUM(c.length - l.length) AS residuals, SUM((c.length - l.length) * (c.length - l.length)) AS squares
FROM cases AS c
INNER JOIN likes AS l ON l.wiki = c.wiki AND l.period_start = c.period_start AND l.period_end = c.period_end
  AND l.reason_category = c.reason_category AND l.target_kind = c.target_kind
  AND l.target_age = c.target_age AND l.target_edits = c.target_edits
GROUP BY 1, 2, 3, 4
""",
    finish=finish,
)
