"""How far support and opposition lie apart in an average election."""

from collections.abc import Sequence

import numpy as np

from holdfast.measures._measure import Computed, Measure, Null, Row, below, not_enough
from holdfast.measures._statistics import BOOTSTRAP, bootstrap_mean

MINIMUM = {"elections": 10}
LEAST_VOTES = 5  # votes; chosen, not measured


def finish(rows: Sequence[Row], rng: np.random.Generator) -> Computed:
    """The mean of (support - oppose) / (support + oppose) over elections, each counting once."""
    pairs = sorted((int(row["supports"]), int(row["opposes"]), int(row["polls"])) for row in rows)
    margins = np.array([(s - o) / (s + o) for s, o, polls in pairs for _ in range(polls)])
    short = below(MINIMUM, {"elections": len(margins)})
    if short:
        return not_enough(len(margins), short)
    low, high = bootstrap_mean(margins, rng)
    votes = sum((s + o) * polls for s, o, polls in pairs)
    return Computed(
        value=float(margins.mean()),
        low=low,
        high=high,
        interval=f"{BOOTSTRAP} over elections",
        n=len(margins),
        detail=f"{len(margins)} elections with at least {LEAST_VOTES} votes for or against; {votes} such votes",
    )


MEASURE = Measure(
    name="election_margin",
    title="Margin of elections",
    question="How far do support and opposition lie apart in an average election?",
    area="elections",
    unit="index",
    window_months=12,
    minimum=MINIMUM,
    nulls=(Null.OWN_PAST, Null.PEERS),
    null="own past and peers of like size",
    reference="1: nobody opposes; 0: even; -1: nobody supports",
    source="the project's own",
    innocent=(
        "candidates are sounded out beforehand, so that those who stand are liked by all",
        "early candidates without experience draw mostly opposition",
    ),
    cannot_tell="whether opposing is free of fear; neutral votes are not in it",
    alarming="high",
    needs=("votes",),
    sql=f"""
SELECT e.wiki, p.period_start, p.period_end, e.supports, e.opposes, COUNT(*) AS polls
FROM polls AS e
INNER JOIN period_months_12 AS p ON p.month = e.month
WHERE e.supports + e.opposes >= {LEAST_VOTES}
GROUP BY 1, 2, 3, 4, 5
UNION ALL
SELECT e.wiki, CAST(NULL AS DATE) AS period_start, CAST(NULL AS DATE) AS period_end,
  e.supports, e.opposes, COUNT(*) AS polls
FROM polls AS e WHERE e.month IS NULL AND e.supports + e.opposes >= {LEAST_VOTES}
GROUP BY 1, 4, 5
""",
    finish=finish,
)
