"""Co-action beyond chance: pairs and groups that act together more than opportunity explains.

The whole of one look at one set of actions. It does not say whether it may be believed: that is for
`holdfast.networks.calibration`, which repeats it on data without the effect and with effects of known size.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammainc

from holdfast.networks.counting import LEAST, Counted, Ordered, count_episodes
from holdfast.networks.groups import Cells, Group, confirm, find_groups, kind_cells, object_cells
from holdfast.networks.interests import kinds_wanted, object_kinds
from holdfast.networks.lag import LARGEST, RATIO_PAIRS, benign_ratio, contrast, lags, timelines_of
from holdfast.networks.strength import adjusted, surplus
from holdfast.networks.structure import communities, truss
from holdfast.networks.tuning import TUNING
from holdfast.networks.visits import Chances, chances_of, expected_meetings, visits_of

Ints = NDArray[np.int64]
Ints32 = NDArray[np.int32]
Floats = NDArray[np.float64]

WINDOWS = TUNING.windows_s
_LOOK_CLOSER = TUNING.lag_looked_at


@dataclass(frozen=True, kw_only=True)
class Pairs:
    """Every tested pair and window: at least three episodes. Arrays of equal length, ordered by pair, window."""

    first: Ints32
    second: Ints32
    window: Ints
    observed: Ints32
    expected: Floats
    p: Floats
    q: Floats
    flagged: NDArray[np.bool_]


@dataclass(frozen=True, kw_only=True)
class Look:
    """What one look found. Accounts are numbers of the ordered actions."""

    pairs: Pairs
    groups: tuple[Group, ...]
    skipped: Ints
    """Crowds left out, for each window."""
    emitted: Ints
    ratios: Floats
    """Benign controls for each close episode, for each window (key B)."""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """How to look."""

    windows: tuple[int, ...] = WINDOWS
    q: float = 0.01
    seed: int = 0


Kinds = tuple[Ints, Ints]
"""Two sortings of objects into kinds, a coarser and a finer one: both propose groups, the finer one tests."""


def kinds_of(ordered: Ordered, seed: int) -> Kinds:
    """The kinds of objects of a data set. They use no times, so data with moved times have the same ones."""
    wanted = kinds_wanted(len(ordered.at))
    coarse, fine = object_kinds(ordered, (wanted, 2 * wanted), seed)
    return coarse, fine


def look(ordered: Ordered, kinds: Kinds, settings: Settings) -> Look:
    """One look at one set of actions: pairs by keys A and B, groups of flagged pairs, groups by the group test."""
    counted = count_episodes(ordered, settings.windows)
    visits = visits_of(ordered, settings.windows[-1])
    chances = tuple(chances_of(visits, each) for each in kinds)
    tested, ratios = _tested(ordered, counted, settings)
    exchanges: tuple[Cells, ...] = (kind_cells(visits, kinds[1]), object_cells(visits))
    loose = find_groups(counted, visits, chances, exchanges, q=settings.q, seed=settings.seed)
    tight = confirm(visits, exchanges, _pair_groups(tested, settings), q=settings.q, seed=settings.seed)
    return Look(
        pairs=_flag_members(_flag_confirmed(tested, tight), loose, chances[0], settings),
        groups=(*tight, *loose),
        skipped=counted.skipped,
        emitted=counted.emitted[: len(settings.windows)],
        ratios=ratios,
    )


def _tested(ordered: Ordered, counted: Counted, settings: Settings) -> tuple[Pairs, Floats]:
    """Keys A and B for every pair and window with enough episodes, and the truss of those that pass."""
    windows = settings.windows
    rows = [np.flatnonzero(counted.episodes[:, column] >= LEAST) for column in range(len(windows))]
    parts = []
    for which, kept in enumerate(rows):
        first, second, count = counted.first[kept], counted.second[kept], counted.episodes[kept, which]
        key_a = surplus(counted, which, first, second, count, settings.seed)
        parts.append((first, second, np.full(len(kept), which), count, key_a.expected, key_a.p))
    first, second, column, count, expected, p = (np.concatenate(each) for each in zip(*parts, strict=True))
    active = len(np.unique(ordered.account))
    # every window of every pair of active accounts was looked at
    q = adjusted(p, len(windows) * active * (active - 1) / 2)
    close_p, ratios = _key_b(ordered, first, second, column, p, settings)
    flagged = (q <= settings.q) & (close_p < LARGEST)
    edges = np.unique(np.column_stack([first[flagged], second[flagged]]), axis=0).astype(np.int32)
    inside = edges[truss(edges[:, 0], edges[:, 1])]
    held = _keys(inside[:, 0], inside[:, 1])
    flagged &= np.isin(_keys(first, second), held)
    order = np.lexsort((column, second, first))
    found = Pairs(
        first=first[order],
        second=second[order],
        window=np.array(windows, np.int64)[column[order]],
        observed=count[order],
        expected=expected[order],
        p=p[order],
        q=q[order],
        flagged=flagged[order],
    )
    return found, ratios


def _keys(first: NDArray[np.integer], second: NDArray[np.integer]) -> Ints:
    return (first.astype(np.int64) << 32) | second.astype(np.int64)


def _key_b(
    ordered: Ordered, first: Ints32, second: Ints32, column: Ints, p: Floats, settings: Settings
) -> tuple[Floats, Floats]:
    """p of the lag contrast for the rows that key A brings near, 1 for the others; and the benign ratios."""
    rng = np.random.default_rng([settings.seed, 5])
    timelines = timelines_of(ordered)
    ratios = np.ones(len(settings.windows))
    found = np.ones(len(p))
    for which in range(len(settings.windows)):
        rows = np.flatnonzero(column == which)
        if not len(rows):
            continue
        sample = rows if len(rows) <= RATIO_PAIRS else rng.choice(rows, RATIO_PAIRS, replace=False)
        near = rows[p[rows] < _LOOK_CLOSER]
        both = np.union1d(sample, near)
        by_lag = lags(timelines, first[both], second[both], settings.windows).astype(np.int64)
        close = by_lag[:, : which + 1].sum(axis=1)
        control = by_lag[:, which + 1 :].sum(axis=1)
        benign = np.isin(both, sample)
        ratios[which] = benign_ratio(close[benign], control[benign])
        found[both] = np.where(close > 0, contrast(np.maximum(close, 1), control, ratios[which]), 1.0)
    return found, ratios


def _pair_groups(pairs: Pairs, settings: Settings) -> list[Group]:
    """Groups of flagged pairs: communities of their truss. p is that of the weakest tie that holds it."""
    rows = np.flatnonzero(pairs.flagged)
    if not len(rows):
        return []
    keys, place = np.unique(_keys(pairs.first[rows], pairs.second[rows]), return_inverse=True)
    best = np.ones(len(keys))
    np.minimum.at(best, place, pairs.p[rows])
    first, second = (keys >> 32).astype(np.int32), (keys & 0xFFFFFFFF).astype(np.int32)
    weight = np.minimum(-np.log10(np.maximum(best, 1e-300)), 50.0)
    found = []
    for accounts, stability in communities(first, second, weight, settings.seed):
        inside = np.isin(first, accounts) & np.isin(second, accounts)
        found.append(Group(accounts=accounts, p=float(best[inside].max()), stability=stability, level="pair"))
    return found


def _flag_confirmed(pairs: Pairs, groups: list[Group]) -> Pairs:
    """Only the flags of pairs inside groups that were confirmed."""
    inside = np.zeros(len(pairs.first), dtype=bool)
    for group in groups:
        inside |= np.isin(pairs.first, group.accounts) & np.isin(pairs.second, group.accounts)
    return replace(pairs, flagged=pairs.flagged & inside)


def _flag_members(pairs: Pairs, groups: list[Group], chances: Chances, settings: Settings) -> Pairs:
    """Flag, inside each group that passed the group test, the pairs that stand out there.

    The family is then the pairs of the group and the windows: a question asked only of groups that passed.
    """
    flagged = pairs.flagged.copy()
    for group in groups:
        rows = np.flatnonzero(np.isin(pairs.first, group.accounts) & np.isin(pairs.second, group.accounts))
        if not len(rows):
            continue
        size = len(group.accounts)
        expected = np.maximum(expected_meetings(chances, pairs.first[rows], pairs.second[rows]), pairs.expected[rows])
        p = gammainc(pairs.observed[rows].astype(float), expected)
        flagged[rows] |= adjusted(p, len(settings.windows) * size * (size - 1) / 2) <= settings.q
    return replace(pairs, flagged=flagged)
