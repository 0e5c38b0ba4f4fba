"""Key A: how many more episodes a pair has than its two accounts' activity explains, epoch by epoch."""

from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray
from scipy.special import betainc

from holdfast.networks.counting import BINS, Counted
from holdfast.networks.tuning import TUNING

Floats = NDArray[np.float64]
Ints32 = NDArray[np.int32]

_TRUSTED_PAIRS = TUNING.trusted_pairs
_TRUSTED_RATIO = TUNING.trusted_ratio
_NO_SPREAD = TUNING.poisson_shape
_STRATA = TUNING.strength_strata
_DRAWS = TUNING.strength_draws


def tail(count: NDArray[np.int32], expected: Floats, shape: Floats) -> Floats:
    """P(X >= count) for a negative binomial X with this mean and shape: I_{m/(m+a)}(count, a).

    count >= 1, expected >= 0, shape > 0; a shape of 1e6 is Poisson for all purposes here. Nothing expected
    and something seen has probability 0.
    """
    share = expected / (expected + shape)
    found: Floats = np.asarray(betainc(count.astype(float), shape, share), np.float64)
    return found


@njit(cache=True, nogil=True)
def _expected(first, second, strength, twice):  # type: ignore[no-untyped-def] # pragma: no cover
    found = np.zeros(len(first))
    for p in range(len(first)):
        total = 0.0
        for e in range(len(twice)):
            if twice[e] > 0:
                total += strength[e, first[p]] * strength[e, second[p]] / twice[e]
        found[p] = total
    return found


@dataclass(frozen=True, kw_only=True)
class Surplus:
    """Key A for the pairs of one window."""

    expected: Floats
    shape: Floats
    """Of the negative binomial, by the pair's expected count: small where counts vary more than Poisson."""
    p: Floats


def expected_episodes(counted: Counted, column: int, first: Ints32, second: Ints32) -> Floats:
    """lambda_uv = sum over epochs of s_ue s_ve / 2W_e, for pairs of accounts."""
    strength = counted.strength[column].astype(np.float64)
    found: Floats = _expected(first, second, strength, strength.sum(axis=1))
    return found


def _whole(counted: Counted, column: int) -> tuple[Floats, float]:
    """log10 of each account's strength over all epochs, and log10 of 2W."""
    strength = counted.strength[column].sum(axis=0, dtype=np.float64)
    with np.errstate(divide="ignore"):
        return np.log10(strength), float(np.log10(max(strength.sum(), 1e-300)))


def strength_bin(whole: tuple[Floats, float], first: Ints32, second: Ints32) -> NDArray[np.int64]:
    """The half decade of s_u s_v / 2W that each pair falls into, 0 to BINS - 1. `whole` as `_whole` gives it."""
    logs, half = whole
    return np.clip(np.floor((logs[first] + logs[second] - half + 6) * 2), 0, BINS - 1).astype(np.int64)


def spread(counted: Counted, column: int, seed: int) -> Floats:
    """The negative binomial's shape for each bin of expected counts, from pairs with exactly two episodes.

    N2 is how many there are, D how many a Poisson model expects over all pairs (sampled by strata of strength),
    and 1 + 1/shape = N2 / D. Pairs of three and more take no part: a planted group cannot widen its own null.
    """
    whole = _whole(counted, column)
    logs = whole[0]
    strength = counted.strength[column].astype(np.float64)
    twice = strength.sum(axis=1)
    active = np.flatnonzero(np.isfinite(logs))
    shape = np.full(BINS, _NO_SPREAD)
    if len(active) < 2:
        return shape
    rng = np.random.default_rng([seed, 7, column])
    order = active[np.argsort(logs[active], kind="stable")]
    # thin strata at the busy end, where most meetings are
    edges = np.unique((len(order) * (1 - np.geomspace(1, 1 / len(order), _STRATA + 1))).astype(int))
    strata = [order[low:high] for low, high in zip(edges, [*edges[1:], len(order)], strict=True) if high > low]
    poisson = np.zeros(BINS)
    for number, one in enumerate(strata):
        for other in strata[number:]:
            pairs = len(one) * (len(one) - 1) / 2 if one is other else len(one) * len(other)
            if not pairs:
                continue
            draws = int(min(_DRAWS, 4 * pairs + 4))
            u, v = rng.choice(one, draws).astype(np.int32), rng.choice(other, draws).astype(np.int32)
            apart = u != v
            if not apart.any():
                continue
            u, v = u[apart], v[apart]
            mean = _expected(u, v, strength, twice)
            poisson += np.bincount(
                strength_bin(whole, u, v),
                weights=0.5 * mean**2 * np.exp(-mean) * (pairs / len(u)),
                minlength=BINS,
            )
    ratio = counted.twos[column] / np.maximum(poisson, 1e-300)
    trusted = (counted.twos[column] > _TRUSTED_PAIRS) & (ratio > _TRUSTED_RATIO)
    if not trusted.any():
        return shape
    places = np.arange(BINS)
    known = np.log(1 / (ratio[trusted] - 1))
    found: Floats = np.exp(np.interp(places, places[trusted], known))
    return found


def surplus(
    counted: Counted,
    column: int,
    first: Ints32,
    second: Ints32,
    count: Ints32,
    seed: int,
    *,
    at_least: Floats | float = 0.0,
) -> Surplus:
    """Key A: expected episodes, shape and p for pairs with `count` episodes in one column.

    `at_least` is what another null expects of each pair; the larger expectation counts.
    """
    expected = np.maximum(expected_episodes(counted, column, first, second), at_least)
    shape = spread(counted, column, seed)[strength_bin(_whole(counted, column), first, second)]
    return Surplus(expected=expected, shape=shape, p=tail(count, expected, shape))


def adjusted(p: Floats, hypotheses: float) -> Floats:
    """Benjamini-Hochberg q of the smallest p-values of a family of `hypotheses` (the others are taken as 1).

    In [0, 1], monotone in p. Under arbitrary dependence multiply by the harmonic sum; the calibration gate
    measures what it comes to instead.
    """
    order = np.argsort(p, kind="stable")
    raised = p[order] * hypotheses / np.arange(1, len(p) + 1)
    found = np.empty_like(p)
    found[order] = np.minimum(1, np.minimum.accumulate(raised[::-1])[::-1])
    return found
