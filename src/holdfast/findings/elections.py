"""Each election of the newest year against the wiki's others: did more newcomers, or more sleepers, come to vote?"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

import duckdb
import numpy as np
from numpy.typing import NDArray
from scipy import optimize, special, stats

from holdfast.findings.finding import Evidence
from holdfast.findings.hypothesis import Hypothesis
from holdfast.measures._calendar import Calendar
from holdfast.measures._measure import Measure
from holdfast.networks.tuning import TUNING

LEAST_VOTERS = TUNING.finding_voters
LEAST_OTHERS = TUNING.finding_others

Counts = NDArray[np.int64]


def turnout(
    connection: duckdb.DuckDBPyConnection, measure: Measure, days: Calendar, label: Callable[[str], str]
) -> Hypothesis | None:
    """Whether the most unusual election of the newest 12 months is too unusual for so many elections.

    Each election with 20 voters who can be judged is compared with all others; the smallest p is corrected for
    the number of elections looked at (Sidak), so the family holds one hypothesis for the measure. `connection` as
    left by `prepare`; `label` gives the name that a candidate is shown by. None with under 20 other elections.
    """
    polls = _polls(connection, measure.voters_with)
    windows = [each for each in days.windows(12) if each[1] == days.end and each[0].year < each[1].year]
    if len(polls) <= LEAST_OTHERS or not windows:
        return None
    start, end = min(windows)
    voters, hits = np.array([each.voters for each in polls]), np.array([each.hits for each in polls])
    judged = []
    for place, poll in enumerate(polls):
        if start <= poll.month < end:
            others = np.arange(len(polls)) != place
            judged.append(
                (excess_p(poll.hits, poll.voters, hits[others], voters[others]), label(poll.candidate), poll)
            )
    if not judged:
        return None
    p, shown, poll = min(judged, key=lambda each: each[0])
    usual = (hits.sum() - poll.hits) / (voters.sum() - poll.voters)
    rows = sorted((f"{each.month:%Y-%m}", name, each.hits, each.voters, found) for found, name, each in judged)
    return Hypothesis(
        measure=measure,
        null="the wiki's other elections",
        period_start=start,
        period_end=end,
        p=float(1 - (1 - p) ** len(judged)),
        claim=f"{measure.title}: more in the election of {shown} ({poll.month:%Y-%m}) than in this wiki's other "
        "elections.",
        effect=f"{poll.hits} of {poll.voters} voters ({poll.hits / poll.voters:.3g}); in {len(polls) - 1} other "
        f"elections {usual:.3g}; {len(judged)} elections of the newest 12 months looked at",
        evidence=(
            Evidence(
                caption="The elections of the newest 12 months, each against all others",
                columns=("month", "election of", "counted", "voters", "p, not corrected for the number looked at"),
                rows=tuple(rows),
            ),
        ),
        details={"others": len(polls) - 1, "elections_looked_at": len(judged), "p_smallest": p},
    )


@dataclass(frozen=True, kw_only=True)
class _Poll:
    candidate: str
    month: date
    voters: int
    hits: int


def _polls(connection: duckdb.DuckDBPyConnection, flag: str) -> list[_Poll]:
    rows = connection.execute(
        f"SELECT candidate, month, COUNT({flag}), COUNT(CASE WHEN {flag} = 1 THEN 1 END) FROM poll_voters"
        f" WHERE opened_at IS NOT NULL GROUP BY election, candidate, month HAVING COUNT({flag}) >= {LEAST_VOTERS}"
        " ORDER BY election, candidate"
    ).fetchall()
    return [_Poll(candidate=row[0], month=row[1], voters=row[2], hits=row[3]) for row in rows]


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
