"""Which pairs of voters agree more than their shared elections, their own leniency and chance explain.

    u_i  = sum_e (y_ie - ybar_e) / (n_i + 5)        r_ie = y_ie - ybar_e - u_i
    z_ij = sum_e r_ie r_je / sqrt(sum_e r_ie^2 r_je^2)          over the elections that both voted in

The spread of z is estimated from the bulk of the pairs (median and interquartile range), not assumed to be 1:
votes are not independent given the residual, and against N(0, 1) twelve times as many pairs would be flagged.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.stats import norm, poisson

from holdfast.networks.ballots import Ballots, Real, Whole
from holdfast.networks.tuning import TUNING

MINIMUM_SHARED = TUNING.shared_polls
BULK = TUNING.bulk_pairs
_BLOCK = TUNING.agreement_block
_SHRINK = TUNING.leniency_votes
_IQR_TO_SD = TUNING.iqr_to_deviation


@dataclass(frozen=True, kw_only=True)
class Agreement:
    """Every tested pair, in the order of the voters. p and q are one-sided: only agreement is looked for."""

    first: Whole
    second: Whole
    shared: Whole
    z: Real
    p: Real
    q: Real
    flagged: NDArray[np.bool_]
    centre: float
    """Median of z over the pairs; NaN without pairs."""
    spread: float
    """Standard deviation of the bulk of z, from its interquartile range."""
    flagged_if_assumed_normal: int
    """How many pairs the same z would flag against N(0, 1): printed beside, never used."""


def adjusted(p: Real, tests: int | None = None) -> Real:
    """Benjamini-Hochberg's q for each p in [0, 1]; `tests` is the number looked at when only some are given."""
    m = tests or len(p)
    order = np.argsort(p, kind="stable")
    scaled = p[order] * m / np.arange(1, len(p) + 1)
    q = np.empty(len(p))
    q[order] = np.minimum(np.minimum.accumulate(scaled[::-1])[::-1], 1.0)
    return q


def agreement(ballots: Ballots, q: float = 0.01) -> Agreement:
    """Residual agreement of all pairs with at least ten shared elections. Neutral votes take no part.

    Cost: sum over elections of the square of its voters, in blocks of voters.
    """
    sided = ballots.side != 0
    voter, poll = ballots.voter[sided], ballots.poll[sided]
    y = ballots.side[sided].astype(float)
    voters, polls = len(ballots.voters), len(ballots.polls)
    mean = np.bincount(poll, y, polls) / np.maximum(np.bincount(poll, minlength=polls), 1)
    count = np.bincount(voter, minlength=voters)
    leaning = np.bincount(voter, y - mean[poll], voters) / (count + _SHRINK)
    residual = y - mean[poll] - leaning[voter]
    able = count[voter] >= MINIMUM_SHARED
    shape = (voters, polls)
    both = sparse.csr_array((np.ones(able.sum()), (voter[able], poll[able])), shape)
    product = sparse.csr_array((residual[able], (voter[able], poll[able])), shape)
    pairs = _pairs(both, product)
    first, second, shared = (np.concatenate([part[n] for part in pairs]).astype(np.int64) for n in range(3))
    top, bottom = (np.concatenate([part[n] for part in pairs]) for n in (3, 4))
    # where every residual is zero (all voted one way) the votes say nothing: the pair is not tested
    told = bottom > 1e-12
    z = top[told] / np.sqrt(bottom[told])
    return _tested(first[told], second[told], shared[told], z, q)


def _pairs(both: sparse.csr_array, product: sparse.csr_array) -> list[tuple[NDArray[Any], ...]]:
    squared = product.multiply(product).tocsr()
    found: list[tuple[NDArray[Any], ...]] = []
    used = np.flatnonzero(np.diff(both.indptr))
    for start in range(0, max(len(used), 1), _BLOCK):
        rows = used[start : start + _BLOCK]
        shared = sparse.coo_array(both[rows] @ both.T)
        i, j = rows[shared.row], shared.col
        kept = (shared.data >= MINIMUM_SHARED) & (j > i)
        at = (shared.row[kept], j[kept])
        top = sparse.csr_array(product[rows] @ product.T)[at]
        bottom = sparse.csr_array(squared[rows] @ squared.T)[at]
        found.append((i[kept], j[kept], shared.data[kept], _flat(top), _flat(bottom)))
    return found


def _flat(values: object) -> Real:
    dense = values.toarray() if sparse.issparse(values) else values  # type: ignore[attr-defined]
    return np.asarray(dense, float).ravel()


def _tested(first: Whole, second: Whole, shared: Whole, z: Real, q: float) -> Agreement:
    centre, spread = empirical_null(z)
    p = norm.sf((z - centre) / spread) if len(z) else np.zeros(0)
    values = adjusted(p)
    order = np.lexsort((second, first))
    return Agreement(
        first=first[order],
        second=second[order],
        shared=shared[order],
        z=z[order],
        p=p[order],
        q=values[order],
        flagged=(values <= q)[order],
        centre=centre,
        spread=spread,
        flagged_if_assumed_normal=int((adjusted(norm.sf(z)) <= q).sum()),
    )


def empirical_null(z: Real) -> tuple[float, float]:
    """Centre and spread of the bulk of z. With fewer than 200 pairs never narrower than N(0, 1); NaN without any."""
    if not len(z):
        return float("nan"), float("nan")
    low, middle, high = np.percentile(z, [25, 50, 75])
    spread = float(high - low) / _IQR_TO_SD
    if len(z) < BULK or spread <= 0:
        return min(float(middle), 0.0), max(spread, 1.0)
    return float(middle), spread


def degree_only(ballots: Ballots, side: int, q: float = 0.01) -> tuple[int, int]:
    """What a null that knows only how much each person votes would flag: candidate pairs, and pairs flagged.

    lambda_ij = k_i k_j sum_e d_e (d_e - 1) / M^2, Poisson, at least five shared votes of this side, corrected
    over all pairs of those who ever voted for or against. For comparison; it measures who likes to vote.
    """
    chosen = ballots.side == side
    people = len(np.unique(ballots.voter[ballots.side != 0]))
    if not chosen.any():
        return 0, 0
    voter, poll = ballots.voter[chosen], ballots.poll[chosen]
    k, d = np.bincount(voter).astype(float), np.bincount(poll).astype(float)
    came = sparse.csr_array((np.ones(len(voter)), (voter, poll)))
    shared = sparse.coo_array(sparse.triu(came @ came.T, 1))
    kept = shared.data >= 5
    expected = k[shared.row[kept]] * k[shared.col[kept]] * (d * (d - 1)).sum() / len(voter) ** 2
    p = poisson.sf(shared.data[kept] - 1, expected)
    return int(kept.sum()), int((adjusted(p, people * (people - 1) // 2) <= q).sum())
