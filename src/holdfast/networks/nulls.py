"""Data without the effect, and data with an effect of known size: what a run is measured against.

Three nulls, because each is blind to something. `shuffle` keeps how busy each object is on each day and forgets
who cares for what. `jitter` and `weeks` keep each account's own objects, so a shared interest stays in them:
`jitter` moves each action within two weeks, `weeks` moves whole timelines by whole weeks (days of the week and
hours stay).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from holdfast.networks.counting import WEEK, Ordered, order_numbered
from holdfast.networks.tuning import TUNING

Ints = NDArray[np.int64]

DAY = 86400  # seconds of a day
JITTER = TUNING.jitter_s
_DECILES = TUNING.popularity_classes
_LEAST_IN_CELL = TUNING.least_in_cell


def shuffled(ordered: Ordered, rng: np.random.Generator) -> Ordered:
    """Accounts exchanged among the actions on objects of like popularity (decile) on the same day.

    In thin data a decile's day holds so few actions that hardly anything is exchanged: then there are fewer
    classes of popularity, and at last longer stretches than a day, until a cell holds 50 actions on average.
    """
    days = int(ordered.at.max()) // DAY + 1
    daily = len(ordered.at) / days
    classes = int(np.clip(daily / _LEAST_IN_CELL, 1, _DECILES))
    stretch = int(max(1, np.ceil(_LEAST_IN_CELL / daily))) * DAY
    popularity = np.bincount(ordered.object, minlength=ordered.objects)[ordered.object]
    decile = np.searchsorted(np.quantile(popularity, np.linspace(0, 1, classes + 1)[1:-1]), popularity)
    cell = decile.astype(np.int64) * days + ordered.at // stretch
    before = np.argsort(cell, kind="stable")
    after = np.lexsort((rng.random(len(cell)), cell))
    account = np.empty_like(ordered.account)
    account[before] = ordered.account[after]
    return _reordered(ordered, account, ordered.at)


def jittered(ordered: Ordered, rng: np.random.Generator) -> Ordered:
    """Each action moved by up to two weeks either way, reflected at the ends of the data."""
    last = int(ordered.at.max())
    moved = np.abs(ordered.at + rng.integers(-JITTER, JITTER + 1, len(ordered.at)))
    moved = np.where(moved > last, np.maximum(2 * last - moved, 0), moved)
    return _reordered(ordered, ordered.account, np.minimum(moved, last))


def moved_by_weeks(ordered: Ordered, rng: np.random.Generator) -> Ordered:
    """Each account's whole timeline moved by whole weeks, round the end of the data."""
    weeks = ordered.weeks
    move = rng.integers(0, weeks, ordered.accounts)
    return _reordered(ordered, ordered.account, (ordered.at + move[ordered.account] * WEEK) % (weeks * WEEK))


def _reordered(ordered: Ordered, account: NDArray[np.int32], at: Ints) -> Ordered:
    return order_numbered(account, ordered.object, at, accounts=ordered.accounts, objects=ordered.objects)


NULLS = {"shuffle": shuffled, "jitter": jittered, "weeks": moved_by_weeks}


@dataclass(frozen=True, kw_only=True)
class Injection:
    """Groups planted in data: how large, how slow, who."""

    size: int
    pace_seconds: int
    """Mean delay of a member after an event (exponential)."""
    members: Ints


INJECTED_SIZES = TUNING.injected_sizes
INJECTED_PACES = TUNING.injected_paces_s
INJECTED_EVENTS = TUNING.injected_events
INJECTED_PARTICIPATION = TUNING.injected_participation
_BUSY = TUNING.injected_busy


def eligible(ordered: Ordered) -> Ints:
    """Accounts that a group is planted among: 15 to 600 actions."""
    busy = np.bincount(ordered.account, minlength=ordered.accounts)
    return np.flatnonzero((busy >= _BUSY[0]) & (busy <= _BUSY[1]))


def injected(ordered: Ordered, kinds: Ints, rng: np.random.Generator) -> tuple[Ordered, list[Injection]]:
    """The data with a group of every size, each at a pace drawn by lot.

    Sizes for which there are not three times as many eligible accounts are left out. Each group acts on
    objects of one kind, by popularity, 20 times over the whole period, half of its members each time.
    """
    free = eligible(ordered)
    groups: list[Injection] = []
    accounts, objects, moments = [ordered.account], [ordered.object], [ordered.at]
    span = int(ordered.at.max()) + 1
    paces = rng.permutation(INJECTED_PACES)
    for number, size in enumerate(INJECTED_SIZES):
        if len(free) < 3 * size:
            continue
        members = np.sort(rng.choice(free, size, replace=False))
        free = np.setdiff1d(free, members)
        pace = int(paces[number % len(paces)])
        # the kind of a random action, then actions of that kind: objects by popularity
        kind = kinds[ordered.object[rng.integers(len(ordered.object))]]
        among = ordered.object[kinds[ordered.object] == kind]
        begins = rng.uniform(0, 0.98 * span, INJECTED_EVENTS)
        things = rng.choice(among, INJECTED_EVENTS)
        event, who = np.nonzero(rng.random((INJECTED_EVENTS, size)) < INJECTED_PARTICIPATION)
        at = np.minimum(begins[event] + rng.exponential(pace, len(event)), span - 1)
        accounts.append(members[who].astype(np.int32))
        objects.append(things[event].astype(np.int32))
        moments.append(at.astype(np.int64))
        groups.append(Injection(size=size, pace_seconds=pace, members=members))
    together = order_numbered(
        np.concatenate(accounts),
        np.concatenate(objects),
        np.concatenate(moments),
        accounts=ordered.accounts,
        objects=ordered.objects,
    )
    return together, groups


def subsample(ordered: Ordered, kinds: Ints, most: int, rng: np.random.Generator) -> tuple[Ordered, float]:
    """Whole kinds of objects, drawn at random until `most` actions: a smaller set as dense as the whole.

    Returns it (accounts and objects keep their numbers) and its share of the actions.
    """
    if len(ordered.at) <= most:
        return ordered, 1.0
    many = np.bincount(kinds[ordered.object], minlength=int(kinds.max()) + 1)
    drawn = rng.permutation(len(many))
    taken = drawn[np.cumsum(many[drawn]) <= most]
    if not len(taken):
        taken = drawn[:1]
    kept = np.isin(kinds[ordered.object], taken)
    smaller = order_numbered(
        ordered.account[kept],
        ordered.object[kept],
        ordered.at[kept],
        accounts=ordered.accounts,
        objects=ordered.objects,
    )
    return smaller, float(kept.mean())
