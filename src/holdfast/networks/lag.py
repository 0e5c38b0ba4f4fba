"""Key B: the pair as its own control. Do they meet closer in time than on the same objects at other times?"""

from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray
from scipy.special import betainc

from holdfast.networks.counting import WEEK, Ordered
from holdfast.networks.tuning import TUNING

Floats = NDArray[np.float64]
Ints32 = NDArray[np.int32]

CONTROL = TUNING.control_lag_s
LARGEST = TUNING.lag_p
RATIO_PAIRS = TUNING.ratio_pairs


@njit(cache=True, nogil=True)
def _lags(first, second, begins, thing, at, windows):  # type: ignore[no-untyped-def] # pragma: no cover
    """Episodes of each pair by smallest lag: columns are the windows and the control, not cumulative.

    An episode is an object and the week of the later action; both accounts take either part, so the result
    does not depend on their order.
    """
    looks = len(windows)
    found = np.zeros((len(first), looks + 1), np.int32)
    for p in range(len(first)):
        i, i_end = begins[first[p]], begins[first[p] + 1]
        j, j_end = begins[second[p]], begins[second[p] + 1]
        while i < i_end and j < j_end:
            if thing[i] < thing[j]:
                i += 1
                continue
            if thing[j] < thing[i]:
                j += 1
                continue
            here = thing[i]
            last_u = np.int64(-(1 << 60))
            last_v = np.int64(-(1 << 60))
            week = np.int64(-1)
            smallest = np.int64(1 << 60)
            while (i < i_end and thing[i] == here) or (j < j_end and thing[j] == here):
                take_u = (i < i_end and thing[i] == here) and (not (j < j_end and thing[j] == here) or at[i] <= at[j])
                if take_u:
                    now, lag = at[i], at[i] - last_v
                    last_u = now
                    i += 1
                else:
                    now, lag = at[j], at[j] - last_u
                    last_v = now
                    j += 1
                if now // WEEK != week:
                    if smallest <= CONTROL:
                        look = 0
                        while look < looks and windows[look] < smallest:
                            look += 1
                        found[p, look] += 1
                    week = now // WEEK
                    smallest = np.int64(1 << 60)
                smallest = min(smallest, lag)
            if smallest <= CONTROL:
                look = 0
                while look < looks and windows[look] < smallest:
                    look += 1
                found[p, look] += 1
    return found


@dataclass(frozen=True, kw_only=True)
class Timelines:
    """Actions in the order of (account, object, time)."""

    account_from: NDArray[np.int64]
    object: Ints32
    at: NDArray[np.int64]


def timelines_of(ordered: Ordered) -> Timelines:
    """The actions again, account by account."""
    places = np.argsort(ordered.account, kind="stable")
    return Timelines(
        account_from=np.concatenate([[0], np.cumsum(np.bincount(ordered.account, minlength=ordered.accounts))]),
        object=ordered.object[places],
        at=ordered.at[places],
    )


def lags(timelines: Timelines, first: Ints32, second: Ints32, windows: tuple[int, ...]) -> NDArray[np.int32]:
    """Pairs x (windows + 1): episodes whose smallest lag falls into each window and no narrower one; last the
    control. Cost: the actions of both accounts, for each pair."""
    found: NDArray[np.int32] = _lags(
        first,
        second,
        timelines.account_from,
        timelines.object,
        timelines.at,
        np.array(windows, np.int64),
    )
    return found


def contrast(close: NDArray[np.int64], control: NDArray[np.int64], ratio: float) -> Floats:
    """p of `close` episodes given `control` ones, when benign pairs have `ratio` controls for each close one.

    close given control ~ NB(shape n + 1, mean (n + 1) / R): p = I_{mean / (mean + n + 1)}(close, n + 1), which
    is I_{1 / (1 + R)}. close >= 1, control >= 0, ratio > 0.
    """
    share = np.full(len(close), 1 / (1 + ratio))
    return np.asarray(betainc(close.astype(float), control + 1.0, share), np.float64)


def benign_ratio(close: NDArray[np.int64], control: NDArray[np.int64]) -> float:
    """R = controls for each close episode, over pairs of which most are benign."""
    return float(max(control.sum(), 1) / max(close.sum(), 1))
