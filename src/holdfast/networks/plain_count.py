"""Plain counting, as CooRTweet defines it: how often two accounts acted on one object within a window.

No null, no correction for popularity, no error control: a baseline to compare with, never a finding. Every pair
of actions counts. An account takes part when at least `least` of its actions are coordinated; a pair is kept
when *either* of its accounts takes part (the definition that its program follows; its documentation says both).
"""

from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

from holdfast.errors import InputRefusedError
from holdfast.networks.counting import radix_order
from holdfast.networks.tuning import TUNING

Ints = NDArray[np.int64]

MOST_PAIRS = TUNING.plain_pairs


@dataclass(frozen=True, kw_only=True)
class PlainPairs:
    """Pairs of accounts (smaller number first) and their counted pairs of actions, ordered by pair."""

    first: Ints
    second: Ints
    observed: Ints


@njit(cache=True, nogil=True)
def _size(thing, at, window):  # type: ignore[no-untyped-def] # pragma: no cover
    total = 0
    low = 0
    for i in range(len(at)):
        while thing[low] != thing[i] or at[i] - at[low] > window:
            low += 1
        total += i - low
    return total


@njit(cache=True, nogil=True)
def _pairs(account, thing, at, window, room):  # type: ignore[no-untyped-def] # pragma: no cover
    keys = np.empty(room, np.uint64)
    takes_part = np.zeros(len(at), np.bool_)
    used = 0
    low = 0
    for i in range(len(at)):
        while thing[low] != thing[i] or at[i] - at[low] > window:
            low += 1
        for j in range(low, i):
            u, v = account[i], account[j]
            if u == v:
                continue
            takes_part[i] = True
            takes_part[j] = True
            if u > v:
                u, v = v, u
            keys[used] = (np.uint64(u) << np.uint64(32)) | np.uint64(v)
            used += 1
    return keys[:used], takes_part


def plain_count(account: Ints, thing: Ints, at: Ints, *, window: int, least: int = 2) -> PlainPairs:
    """Counted pairs of actions within `window` seconds (inclusive), for pairs that are kept.

    Raises InputRefusedError `coaction.too_dense` above 300 million pairs of actions. Cost: linear in them.
    """
    if not len(at):
        none = np.zeros(0, np.int64)
        return PlainPairs(first=none, second=none, observed=none)
    since = at - at.min()
    key = (thing.astype(np.uint64) << np.uint64(32)) | since.astype(np.uint64)
    order = radix_order(key, int(thing.max() + 1).bit_length() + 32)
    account, thing, since = account[order], thing[order], since[order]
    size = int(_size(thing, since, window))
    if size > MOST_PAIRS:
        raise InputRefusedError(
            "coaction.too_dense",
            "too many pairs of actions lie within the window to count them all",
            expected=f"at most {MOST_PAIRS:,}",
            got=f"{size:,}",
            hint="use the full method, which skips and counts crowds, or a shorter window",
        )
    keys, takes_part = _pairs(account, thing, since, window, max(size, 1))
    accounts = int(account.max()) + 1
    enough = np.bincount(account[takes_part], minlength=accounts) >= least
    keys = keys[radix_order(keys, int(accounts).bit_length() + 32)]
    starts = np.flatnonzero(np.concatenate([[True], keys[1:] != keys[:-1]])) if len(keys) else np.zeros(0, np.int64)
    observed = np.diff(np.concatenate([starts, [len(keys)]]))
    first = (keys[starts] >> np.uint64(32)).astype(np.int64)
    second = (keys[starts] & np.uint64(0xFFFFFFFF)).astype(np.int64)
    kept = enough[first] | enough[second]
    return PlainPairs(first=first[kept], second=second[kept], observed=observed[kept])
