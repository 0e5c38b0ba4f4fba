"""Who acts on the same object close in time: episodes of pairs, for all windows in one pass.

The unit is the episode: one per pair, object and week. Walking back from each action (the anchor) through its
object's earlier actions gives each other account once, with its smallest lag. An anchor whose window holds more
than `CROWD` distinct accounts, or more than `CROWD_ACTIONS` actions, is a crowd: skipped for that window and
counted. Cost: O(actions x accounts in the window); 8 bytes for each episode.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

from holdfast.networks.tuning import TUNING

Ints = NDArray[np.int64]

CROWD = TUNING.crowd_accounts
CROWD_ACTIONS = TUNING.crowd_actions
WEEK = 7 * 86400  # seconds of a week
EPOCH_WEEKS = TUNING.epoch_weeks
LEAST = TUNING.least_episodes


@dataclass(frozen=True, kw_only=True)
class Ordered:
    """Cleaned actions in the order of (object, time); accounts and objects numbered from 0 without gaps."""

    account: NDArray[np.int32]
    object: NDArray[np.int32]
    at: Ints
    """Seconds since the first action."""
    accounts: int
    objects: int
    runs_collapsed: int = 0

    @property
    def active(self) -> int:
        """Accounts that act at all."""
        return int(np.count_nonzero(np.bincount(self.account, minlength=1)))

    @property
    def weeks(self) -> int:
        """Weeks that the actions span."""
        return int(self.at.max() // WEEK) + 1 if len(self.at) else 0

    @property
    def epochs(self) -> int:
        """Epochs of `EPOCH_WEEKS` that the actions span."""
        return -(-self.weeks // EPOCH_WEEKS)


@dataclass(frozen=True, kw_only=True)
class Counted:
    """Episodes of all pairs, in `columns`: one for each window, then the widest window's two folds.

    A fold is half of the weeks: what proposes groups never tests them.
    """

    ordered: Ordered
    windows: tuple[int, ...]
    skipped: Ints
    """Anchors left out as crowds, for each window."""
    strength: NDArray[np.float32]
    """Columns x epochs x accounts: episodes of an account in an epoch."""
    emitted: Ints
    """Episodes (all pairs) of each column."""
    first: NDArray[np.int32]
    """For the pairs kept (see `kept_from`): the smaller account …"""
    second: NDArray[np.int32]
    """… and the larger."""
    episodes: NDArray[np.int32]
    """Kept pairs x columns."""
    twos: NDArray[np.int64]
    """Columns x bins: pairs with exactly two episodes, by their log10 expected count (see `strength_bin`)."""


BINS = TUNING.strength_bins


def in_order(account: Ints, thing: Ints, at: Ints) -> Ordered:
    """Cleaned actions: renumbered, sorted, and of each run of one account on one object only its ends.

    Dropping the middle of a run changes no smallest lag within a week, as nobody acted in between.
    """
    _, account_number = np.unique(account, return_inverse=True)
    _, object_number = np.unique(thing, return_inverse=True)
    start = int(at.min()) if len(at) else 0
    # accounts first, so that what happens in one second does not depend on the order of the input
    first = np.argsort(account_number, kind="stable")
    return order_numbered(
        account_number[first].astype(np.int32),
        object_number[first].astype(np.int32),
        (at[first] - start).astype(np.int64),
    )


def order_numbered(
    account: NDArray[np.int32],
    thing: NDArray[np.int32],
    since: Ints,
    *,
    accounts: int = 0,
    objects: int = 0,
) -> Ordered:
    """As `in_order`, for numbers without gaps and seconds that begin at 0."""
    accounts = accounts or (int(account.max()) + 1 if len(account) else 0)
    objects = objects or (int(thing.max()) + 1 if len(thing) else 0)
    places = _order(thing, since, objects)
    account, thing, since = account[places], thing[places], since[places]
    kept = _ends_of_runs(account, thing, since)
    return Ordered(
        account=account[kept],
        object=thing[kept],
        at=since[kept],
        accounts=accounts,
        objects=objects,
        runs_collapsed=int(len(kept) - kept.sum()),
    )


def _order(thing: NDArray[np.int32], since: Ints, objects: int) -> Ints:
    """Places of the actions in the order of (object, time)."""
    # object and second fit one key for anything below 2**31 objects and 2**32 seconds (136 years)
    key = (thing.astype(np.uint64) << np.uint64(32)) | since.astype(np.uint64)
    return radix_order(key, int(objects).bit_length() + 32)


@njit(cache=True, nogil=True)
def _radix(key, bits):  # type: ignore[no-untyped-def] # pragma: no cover
    size = len(key)
    places = np.arange(size)
    other_key, other_places = np.empty_like(key), np.empty_like(places)
    for shift in range(0, bits, 11):
        count = np.zeros(2049, np.int64)
        for i in range(size):
            count[((key[i] >> np.uint64(shift)) & np.uint64(2047)) + 1] += 1
        if count.max() == size:
            continue
        for i in range(2048):
            count[i + 1] += count[i]
        for i in range(size):
            digit = (key[i] >> np.uint64(shift)) & np.uint64(2047)
            to = count[digit]
            count[digit] += 1
            other_key[to] = key[i]
            other_places[to] = places[i]
        key, other_key = other_key, key
        places, other_places = other_places, places
    return places


def radix_order(key: NDArray[np.uint64], bits: int) -> Ints:
    """The stable order of 64-bit keys of which only the lowest `bits` are used."""
    found: Ints = _radix(key.copy(), bits)
    return found


@njit(cache=True, nogil=True)
def _ends_of_runs(account, thing, at):  # type: ignore[no-untyped-def] # pragma: no cover
    size = len(account)
    kept = np.ones(size, np.bool_)
    for i in range(1, size - 1):
        if (
            account[i - 1] == account[i]
            and account[i + 1] == account[i]
            and thing[i - 1] == thing[i]
            and thing[i + 1] == thing[i]
            and at[i - 1] // WEEK == at[i + 1] // WEEK
        ):
            kept[i] = False
    return kept


@njit(cache=True, nogil=True)
def _slot(key, mask):  # type: ignore[no-untyped-def] # pragma: no cover
    """Where a key would lie in a table of mask + 1 places (Fibonacci hashing)."""
    return np.int64((key * np.uint64(0x9E3779B97F4A7C15)) >> np.uint64(24)) & mask


@njit(cache=True, nogil=True)
def _enumerate(account, thing, at, accounts, epochs, windows, fold_weeks):  # type: ignore[no-untyped-def] # pragma: no cover
    """Every episode once: its pair and the columns it counts in; strengths and skipped anchors.

    Returns (small, large, columns as bits, skipped, strength).
    """
    looks = len(windows)
    columns = looks + 2
    widest = windows[looks - 1]
    size = len(account)
    skipped = np.zeros(looks, np.int64)
    strength = np.zeros((epochs, accounts, columns), np.float32)
    room = max(1024, size)
    pairs = np.empty(room, np.uint64)
    bits = np.empty(room, np.uint8)
    used = 0
    seen = np.full(accounts, -1, np.int32)
    near = np.empty(CROWD + 1, np.int32)
    near_look = np.empty(CROWD + 1, np.int8)
    places = 1 << 12
    # an entry is the number of the object and week (upper half) and the episode's place within it
    table = np.zeros(places, np.int64)
    active = 256  # places in use for this object and week
    now = 0
    first = 0  # where the episodes of this object and week begin
    low = 0  # the object's first action
    last_week = -1
    for i in range(size):
        if i > 0 and thing[i] != thing[i - 1]:
            low = i
            last_week = -1
        week = at[i] // WEEK
        if week != last_week:
            last_week = week
            now += 1
            first = used
            active = 256  # begin small, in the nearest cache
        u = account[i]
        seen[u] = i
        found = 0
        steps = 0
        open_looks = looks
        j = i - 1
        while j >= low:
            lag = at[i] - at[j]
            if lag > widest:
                break
            steps += 1
            v = account[j]
            fresh = seen[v] != i
            if found + fresh > CROWD or steps > CROWD_ACTIONS:
                # every window that reaches this lag is a crowd
                open_looks = 0
                while windows[open_looks] < lag:
                    open_looks += 1
                break
            if fresh:
                seen[v] = i
                look = 0
                while windows[look] < lag:
                    look += 1
                near[found] = v
                near_look[found] = look
                found += 1
            j -= 1
        for look in range(open_looks, looks):
            skipped[look] += 1
        fold = (week // fold_weeks) & 1
        epoch = week // EPOCH_WEEKS
        for k in range(found):
            look = near_look[k]
            if look >= open_looks:
                continue
            wanted = 0
            for each in range(look, open_looks):
                wanted |= 1 << each
            if open_looks == looks:
                wanted |= 1 << (looks + fold)
            v = near[k]
            low_account, high_account = min(u, v), max(u, v)  # without a branch: which is smaller is a coin toss
            key = (np.uint64(low_account) << np.uint64(32)) | np.uint64(high_account)
            place = _slot(key, active - 1)
            at_place = -1
            while table[place] >> 32 == now:
                candidate = first + (table[place] & 0xFFFFFFFF)
                if pairs[candidate] == key:
                    at_place = candidate
                    break
                place = (place + 1) & (active - 1)
            if at_place < 0:
                if used == room:
                    room *= 2
                    more = np.empty(room, np.uint64)
                    more[:used] = pairs
                    pairs = more
                    more_bits = np.empty(room, np.uint8)
                    more_bits[:used] = bits
                    bits = more_bits
                at_place = used
                pairs[used] = key
                bits[used] = 0
                table[place] = (now << 32) | (used - first)
                used += 1
                if (used - first) * 2 > active:
                    active *= 4
                    if active > places:
                        places = active
                        table = np.zeros(places, np.int64)
                    now += 1
                    for e in range(first, used):
                        put = _slot(pairs[e], active - 1)
                        while table[put] >> 32 == now:
                            put = (put + 1) & (active - 1)
                        table[put] = (now << 32) | (e - first)
            new = wanted & ~bits[at_place]
            if new:
                bits[at_place] |= new
                for column in range(columns):
                    if new & (1 << column):
                        strength[epoch, u, column] += 1
                        strength[epoch, v, column] += 1
    return pairs[:used], bits[:used], skipped, strength


@njit(cache=True, nogil=True)
def _gather(pairs, bits, accounts, columns, logs, halves, least, fold_least):  # type: ignore[no-untyped-def] # pragma: no cover
    """Pairs with at least `least` episodes in a window (`fold_least` in a fold), and the table of twos.

    `logs` is log10 of the whole-period strengths by column, `halves` log10 of 2W by column.
    """
    begins = np.zeros(accounts + 1, np.int64)
    for i in range(len(pairs)):
        begins[(pairs[i] >> np.uint64(32)) + 1] += 1
    for u in range(accounts):
        begins[u + 1] += begins[u]
    ends = begins[:-1].copy()
    other = np.empty(len(pairs), np.int32)
    bit = np.empty(len(pairs), np.uint8)
    for i in range(len(pairs)):
        u = pairs[i] >> np.uint64(32)
        to = ends[u]
        ends[u] += 1
        other[to] = np.int32(pairs[i] & np.uint64(0xFFFFFFFF))
        bit[to] = bits[i]
    counts = np.zeros((accounts, columns), np.int32)
    touched = np.empty(accounts, np.int32)
    mark = np.full(accounts, -1, np.int32)
    twos = np.zeros((columns, BINS), np.int64)
    room = 4096
    kept_u, kept_v = np.empty(room, np.int32), np.empty(room, np.int32)
    kept = np.empty((room, columns), np.int32)
    used = 0
    for u in range(accounts):
        number = 0
        for i in range(begins[u], begins[u + 1]):
            v = other[i]
            if mark[v] != u:
                mark[v] = u
                touched[number] = v
                number += 1
            for column in range(columns):
                counts[v, column] += (bit[i] >> column) & 1
        for k in range(number):
            v = touched[k]
            wanted = False
            for column in range(columns):
                c = counts[v, column]
                if c >= (least if column < columns - 2 else fold_least):
                    wanted = True
                if c == 2:
                    value = logs[column, u] + logs[column, v] - halves[column]
                    where = int(np.floor((value + 6) * 2))
                    if 0 <= where < BINS:
                        twos[column, where] += 1
            if wanted:
                if used == room:
                    room *= 2
                    more_u, more_v = np.empty(room, np.int32), np.empty(room, np.int32)
                    more = np.empty((room, columns), np.int32)
                    more_u[:used], more_v[:used], more[:used] = kept_u, kept_v, kept
                    kept_u, kept_v, kept = more_u, more_v, more
                kept_u[used], kept_v[used] = u, v
                kept[used] = counts[v]
                used += 1
            counts[v] = 0
    return kept_u[:used], kept_v[:used], kept[:used], twos


FOLD_WEEKS = TUNING.fold_weeks


def count_episodes(ordered: Ordered, windows: Sequence[int], *, fold_least: int = 2) -> Counted:
    """Episodes of all pairs for windows (seconds, ascending, at most six and none above a week).

    Kept are the pairs with `LEAST` episodes in a window, or `fold_least` in one fold of the widest.
    """
    looks = np.array(windows, np.int64)
    columns = len(windows) + 2
    pairs, bits, skipped, strength = _enumerate(
        ordered.account,
        ordered.object,
        ordered.at,
        ordered.accounts,
        max(1, ordered.epochs),
        looks,
        FOLD_WEEKS,
    )
    # the kernel keeps an account's columns side by side, which is how it writes them
    strength = np.ascontiguousarray(strength.transpose(2, 0, 1))
    whole = strength.sum(axis=1, dtype=np.float64)
    twice = np.maximum(whole.sum(axis=1), 1e-300)
    with np.errstate(divide="ignore"):
        logs, halves = np.log10(whole), np.log10(twice)
    first, second, episodes, twos = _gather(pairs, bits, ordered.accounts, columns, logs, halves, LEAST, fold_least)
    return Counted(
        ordered=ordered,
        windows=tuple(windows),
        skipped=skipped,
        strength=strength,
        emitted=(twice / 2).astype(np.int64),
        first=first,
        second=second,
        episodes=episodes,
        twos=twos,
    )
