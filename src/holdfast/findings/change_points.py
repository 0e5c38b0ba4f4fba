"""Whether the level of a series changed at some point, and where.

The statistic is the self-normalised CUSUM of Shao and Zhang (2010): the shift between before and after,
measured against the wandering of the series itself on both sides. Its null is the series' own past without a
change: its memory from one value to the next is estimated (first order, corrected for its bias) and its
residuals are drawn again. Shuffling the values alone would forget that memory; how often either is wrong on
series without a change is measured in docs/findings.md.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.signal import lfilter

from holdfast.networks.tuning import TUNING

REPLICATES = TUNING.change_replicates
LEAST_POINTS = TUNING.change_points
_EDGE = TUNING.change_edge
_MOST_MEMORY = TUNING.most_memory
_RUN_IN = TUNING.run_in

Numbers = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Change:
    """The strongest change of level: `index` is the first value after it; `p` says how surprising it is."""

    index: int
    before: float
    after: float
    p: float


def find_change(
    series: Numbers, rng: np.random.Generator, replicates: int = REPLICATES, least_memory: float = 0.0
) -> Change | None:
    """The strongest change of level; None with fewer than 16 values, or when all are equal.

    `least_memory`, in [0, 1): the null remembers at least so much from one value to the next, even where a short
    series shows less.
    """
    length = len(series)
    if length < LEAST_POINTS or np.ptp(series) < 1e-12:
        return None
    observed = statistics(series[None, :])[0]
    index = int(observed.argmax())
    beaten = int(
        (statistics(_without_change(series, rng, replicates, least_memory)).max(axis=1) >= observed[index]).sum()
    )
    return Change(
        index=index,
        before=float(series[:index].mean()),
        after=float(series[index:].mean()),
        p=(1 + beaten) / (1 + replicates),
    )


def _without_change(series: Numbers, rng: np.random.Generator, replicates: int, least: float) -> Numbers:
    """Series of the same length, memory and residuals, but of one level."""
    centred = series - series.mean()
    memory = float((centred[1:] * centred[:-1]).sum() / (centred**2).sum())
    # the estimate is too small by about (1 + 4 memory) / length (Marriott and Pope 1954)
    memory = min(max(memory + (1 + 4 * memory) / len(series), least), _MOST_MEMORY)
    residuals = centred[1:] - memory * centred[:-1]
    drawn = rng.choice(residuals - residuals.mean(), size=(replicates, len(series) + _RUN_IN))
    simulated: Numbers = lfilter([1.0], [1.0, -memory], drawn, axis=1)[:, _RUN_IN:]
    return simulated


def statistics(series: Numbers) -> Numbers:
    """For each series (rows) and each k the statistic of a change before value k; 0 at the edges."""
    length = series.shape[1]
    centred = series - series.mean(axis=1, keepdims=True)
    k = np.arange(1, length)
    shift = np.cumsum(centred, axis=1)[:, :-1] / np.sqrt(length)
    wander = (_wander(centred)[:, :-1] + _wander(centred[:, ::-1])[:, :-1][:, ::-1]) / length**2
    edge = max(3, int(np.ceil(_EDGE * length)))
    inside = (k >= edge) & (k <= length - edge)
    with np.errstate(divide="ignore", invalid="ignore"):
        found = np.where(inside & (wander > 0), shift**2 / wander, 0.0)
    return np.concatenate([np.zeros((len(series), 1)), found], axis=1)


def _wander(series: Numbers) -> Numbers:
    """For each k, the sum over t <= k of (S_t - t/k S_k)^2, S being the running sum."""
    total = np.cumsum(series, axis=1)
    t = np.arange(1, series.shape[1] + 1, dtype=float)
    slope = total / t
    squares: Numbers = np.cumsum(total**2, axis=1)
    crossed: Numbers = np.cumsum(t * total, axis=1)
    found: Numbers = squares - 2 * slope * crossed + slope**2 * np.cumsum(t**2)
    return np.maximum(found, 0.0)
