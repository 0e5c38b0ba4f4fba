"""The statistics that measures share: concentration of counts, and intervals with their names."""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import stats

Counts = NDArray[np.int64]
Numbers = NDArray[np.float64]

WILSON = "Wilson 95 %"
POISSON = "exact Poisson 95 %"
BOOTSTRAP = "bootstrap 95 %"
_REPLICATES = 400  # draws of a bootstrap interval; chosen, not measured
_Z = float(stats.norm.ppf(0.975))


def wilson(successes: int, n: int) -> tuple[float, float]:
    """Wilson's score interval of a share, 95 %. `n` is at least 1. Source: Wilson 1927."""
    share = successes / n
    centre = (share + _Z**2 / (2 * n)) / (1 + _Z**2 / n)
    half = _Z * np.sqrt(share * (1 - share) / n + _Z**2 / (4 * n**2)) / (1 + _Z**2 / n)
    return min(max(0.0, float(centre - half)), share), max(min(1.0, float(centre + half)), share)


def poisson_exact(events: int) -> tuple[float, float]:
    """The exact interval of a Poisson mean after `events` events, 95 %. Source: Garwood 1936."""
    low = 0.0 if events == 0 else float(stats.chi2.ppf(0.025, 2 * events)) / 2
    return low, float(stats.chi2.ppf(0.975, 2 * (events + 1))) / 2


def gini(values: Counts, how_many: Counts) -> Numbers:
    """Gini index with the small-sample factor n/(n-1), in [0, 1], of counts given as a histogram.

    `values` (K) ascending, `how_many` (..., K) how many people have each; leading axes are replicates.
    G = (2 sum(i y_i) / (n sum y) - (n+1)/n) n/(n-1), y ascending. Nothing to share gives 0.
    """
    upto = np.cumsum(how_many, axis=-1)
    n = upto[..., -1].astype(float)
    # people with one value hold the ranks (upto - how_many + 1) .. upto
    ranks = how_many * (2 * upto - how_many + 1) / 2
    total = (how_many * values).sum(axis=-1).astype(float)
    with np.errstate(divide="ignore", invalid="ignore"):
        plain = 2 * (ranks * values).sum(axis=-1) / (n * total) - (n + 1) / n
        return np.where((total > 0) & (n > 1), plain * n / (n - 1), 0.0)


def effective(values: Counts, how_many: Counts) -> Numbers:
    """How many equal people would give this concentration: 1 / sum of squared shares (inverse Simpson)."""
    total = (how_many * values).sum(axis=-1).astype(float)
    squares = (how_many * values.astype(float) ** 2).sum(axis=-1)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(squares > 0, total**2 / squares, 0.0)


def share_of_busiest(values: Counts, how_many: Counts, people: NDArray[np.int64] | int) -> Numbers:
    """The share that the busiest `people` hold, in [0, 1]."""
    from_top = np.cumsum(how_many[..., ::-1], axis=-1)
    wanted = np.asarray(people)[..., None]
    taken = np.clip(wanted - (from_top - how_many[..., ::-1]), 0, how_many[..., ::-1])
    total = (how_many * values).sum(axis=-1).astype(float)
    held = (taken * values[::-1]).sum(axis=-1)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(total > 0, held / total, 0.0)


def histogram(pairs: Sequence[tuple[int, int]]) -> tuple[Counts, Counts]:
    """Ascending distinct values, and how many people have each, from (value, people) in any order."""
    found: dict[int, int] = {}
    for value, people in pairs:
        found[int(value)] = found.get(int(value), 0) + int(people)
    values = sorted(found)
    return np.array(values, dtype=np.int64), np.array([found[value] for value in values], dtype=np.int64)


def bootstrap_people(
    values: Counts,
    how_many: Counts,
    statistic: Callable[[Counts, Counts], Numbers],
    rng: np.random.Generator,
) -> tuple[float, float]:
    """Percentile bootstrap over people, 95 %: people are drawn again with their counts."""
    n = int(how_many.sum())
    drawn = rng.multinomial(n, how_many / n, size=_REPLICATES)
    found = statistic(values, drawn)
    value = float(statistic(values, how_many))
    low, high = np.quantile(found, [0.025, 0.975])
    return min(float(low), value), max(float(high), value)


def bootstrap_mean(values: Numbers, rng: np.random.Generator) -> tuple[float, float]:
    """Percentile bootstrap of a mean, 95 %."""
    drawn = rng.choice(values, size=(_REPLICATES, len(values)), replace=True).mean(axis=1)
    low, high = np.quantile(drawn, [0.025, 0.975])
    mean = float(values.mean())
    return min(float(low), mean), max(float(high), mean)
