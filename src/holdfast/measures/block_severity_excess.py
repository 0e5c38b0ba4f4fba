"""How much longer one admin's blocks are than others' blocks of like cases."""

from collections.abc import Sequence

import numpy as np

from holdfast.measures._measure import Computed, Measure, Row, not_enough

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
    nulls=(),
    null="none: described, never found. Permuting lengths among like cases would say that all admins are alike, and "
    "admins who have unlike cases differ with nothing wrong",
    reference="0: like cases get like lengths; 0.69: twice as long. No end counts as ten years",
    source=(
        "Holdfast's own definition; the shrinkage is that of R. DerSimonian and N. Laird 1986, "
        "Meta-analysis in clinical trials"
    ),
    innocent=(
        "this admin handles known long-term abuse",
        "one admin does the open proxies, which are blocked for years by rule",
    ),
    cannot_tell="the case itself: reason, age and edits of the target stand for it, its text is not read",
    alarming="high",
    needs=("blocks",),
    rests_on=("revisions",),
    reads_around=(1, 0),
    sql="""
WITH loads AS (
  SELECT b.wiki, p.period_start, p.period_end, b.actor, b.likeness,
    CAST(SUM(b.blocks) AS BIGINT) AS blocks, SUM(b.total) AS total, SUM(b.squares) AS squares
  FROM block_lengths AS b
  INNER JOIN period_months_12 AS p ON p.month = b.month
  GROUP BY 1, 2, 3, 4, 5
), likes AS (
  SELECT wiki, period_start, period_end, likeness, SUM(total) / SUM(blocks) AS usual
  FROM loads GROUP BY 1, 2, 3, 4 HAVING COUNT(*) > 1
)
SELECT d.wiki, d.period_start, d.period_end, d.actor, CAST(SUM(d.blocks) AS BIGINT) AS blocks,
  SUM(d.total - d.blocks * l.usual) AS residuals,
  SUM(d.squares - 2 * l.usual * d.total + d.blocks * l.usual * l.usual) AS squares
FROM loads AS d
INNER JOIN likes AS l ON l.wiki = d.wiki AND l.period_start = d.period_start AND l.period_end = d.period_end
  AND l.likeness = d.likeness
GROUP BY 1, 2, 3, 4
""",
    finish=finish,
    leaves_out_bots="blocks",
)
