"""Each election of the newest year against the wiki's others: did more newcomers, or more sleepers, come to vote?"""

from collections.abc import Callable, Sequence

import duckdb
import numpy as np
from numpy.typing import NDArray
from scipy import optimize, special, stats

from holdfast.findings.finding import Evidence
from holdfast.findings.hypothesis import Hypothesis
from holdfast.measures._calendar import Calendar
from holdfast.measures._measure import Measure

LEAST_VOTERS = 20
LEAST_OTHERS = 20
FLAGS = {"franchise_age": "is_new", "dormant_return_share": "is_dormant"}

Counts = NDArray[np.int64]


def turnout_hypotheses(
    connection: duckdb.DuckDBPyConnection, measure: Measure, days: Calendar, label: Callable[[str], str]
) -> list[Hypothesis]:
    """One hypothesis for each election of the newest 12 months with 20 voters who can be judged.

    `connection` as left by `prepare`; `label` gives the name that a candidate is shown by. Needs 20 other
    elections of that size. Ordered by election.
    """
    flag = FLAGS[measure.name]
    rows = connection.execute(
        f"SELECT election, candidate, month, COUNT({flag}), SUM(CASE WHEN {flag} = 1 THEN 1 ELSE 0 END)"
        f" FROM poll_voters WHERE opened_at IS NOT NULL GROUP BY 1, 2, 3 HAVING COUNT({flag}) >= {LEAST_VOTERS}"
        " ORDER BY 1, 2"
    ).fetchall()
    windows = [each for each in days.windows(12) if each[1] == days.end and (each[1].year - each[0].year) >= 1]
    if len(rows) <= LEAST_OTHERS or not windows:
        return []
    start, end = min(windows)
    voters, hits = np.array([row[3] for row in rows]), np.array([int(row[4]) for row in rows])
    found = []
    for place, (_, candidate, month, n, k) in enumerate(rows):
        if not start <= month < end:
            continue
        others = np.arange(len(rows)) != place
        p = excess_p(int(k), int(n), hits[others], voters[others])
        shown = label(candidate)
        usual = hits[others].sum() / voters[others].sum()
        found.append(
            Hypothesis(
                measure=measure,
                null=f"the wiki's other elections, {month:%Y-%m} {shown}",
                period_start=start,
                period_end=end,
                p=p,
                claim=f"{measure.title}: in the election of {shown} more than in this wiki's other elections.",
                effect=f"{int(k)} of {n} voters ({k / n:.3g}); in {len(rows) - 1} other elections {usual:.3g}",
                evidence=(_evidence(measure, shown, int(k), n, rows, others),),
                details={"others": len(rows) - 1},
                key=f"{month:%Y-%m}.{shown}",
            )
        )
    return found


def _evidence(
    measure: Measure, shown: str, k: int, n: int, rows: Sequence[tuple[object, ...]], others: NDArray[np.bool_]
) -> Evidence:
    shares = np.array([float(str(row[4])) / float(str(row[3])) for row in rows])[others]
    marks = [("lowest", 0.0), ("lower quarter", 0.25), ("middle", 0.5), ("upper quarter", 0.75), ("highest", 1.0)]
    return Evidence(
        caption=f"{measure.title}: this election and the spread over the others",
        columns=("election", "share", "voters"),
        rows=(
            (shown, k / n, n),
            *((f"others, {name}", float(np.quantile(shares, place)), None) for name, place in marks),
        ),
    )


def excess_p(k: int, n: int, hits: Counts, voters: Counts) -> float:
    """The chance of k or more hits among n voters, if this election were drawn like the others (beta-binomial).

    Mean and spread are fitted to the others by maximum likelihood; with as few as twenty elections the fit is
    itself uncertain, so the prediction is widened by a t distribution on the logit scale where that is larger.
    """
    mean, size = _fitted(hits, voters)
    tail = float(stats.betabinom.sf(k - 1, n, mean * size, (1 - mean) * size))
    # the same judged by rank alone, with a t-tailed prediction: logits of shares, half a vote added
    seen = special.logit((hits + 0.5) / (voters + 1))
    spread = float(seen.std(ddof=1)) * np.sqrt(1 + 1 / len(seen))
    if spread == 0:
        return tail
    place = (special.logit((k + 0.5) / (n + 1)) - seen.mean()) / spread
    return max(tail, float(stats.t.sf(place, len(seen) - 1)))


def _fitted(hits: Counts, voters: Counts) -> tuple[float, float]:
    """Mean and size (alpha + beta) of the beta-binomial, by maximum likelihood."""

    def loss(at: NDArray[np.float64]) -> float:
        mean, size = float(special.expit(at[0])), float(np.exp(at[1]))
        return -float(np.sum(stats.betabinom.logpmf(hits, voters, mean * size, (1 - mean) * size)))

    start = np.array([special.logit((hits.sum() + 0.5) / (voters.sum() + 1)), np.log(20.0)])
    found = optimize.minimize(loss, start, method="Nelder-Mead", bounds=[(-12, 12), (-2, 10)])
    return float(special.expit(found.x[0])), float(np.exp(found.x[1]))
