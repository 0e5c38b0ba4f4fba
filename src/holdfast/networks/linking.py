"""How alike two named accounts act, feature by feature, for a case that is about them. Never a search.

    overlap      pages of one that the other edited too, both directions, each page weighted 1 / log(1 + editors)
    alternation  sessions of one that begin within ten minutes after the other's end, over the same count with
                 whole timelines shifted by whole weeks, so that the rhythm of day and week stays in the null
    targets      accounts that both reverted, weighted by how rarely an account is reverted
    tag_team     times that both reverted the same account on the same page within 24 hours

The hour of the day is in no feature: it stands for where people live.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from holdfast.networks.ballots import Real, Whole
from holdfast.networks.tuning import TUNING

FEATURES = ("overlap", "alternation", "targets", "tag_team")
MOST_ACCOUNTS = TUNING.linked_accounts
MINIMUM_EDITS = TUNING.linked_edits
MINIMUM_SESSIONS = TUNING.linked_sessions
_SESSION_GAP = TUNING.session_gap_s
_SOON = TUNING.alternation_s
_WEEK = 7 * 86_400  # seconds of a week
_SHIFTS = tuple(number for number in range(-13, 14) if number)
_DAY = 86_400  # seconds of a day


@dataclass(frozen=True, kw_only=True)
class Deeds:
    """What one account did. Times are seconds UTC, ascending; pages and targets are the wiki's numbers."""

    at: Whole
    page: Whole
    revert_at: Whole = field(default_factory=lambda: np.zeros(0, np.int64))
    revert_page: Whole = field(default_factory=lambda: np.zeros(0, np.int64))
    revert_target: Whole = field(default_factory=lambda: np.zeros(0, np.int64))

    @cached_property
    def sessions(self) -> tuple[Whole, Whole]:
        """First and last moment of each session: edits with less than an hour between them."""
        if not len(self.at):
            return self.at, self.at
        gap = np.diff(self.at) > _SESSION_GAP
        return self.at[np.append(True, gap)], self.at[np.append(gap, True)]

    @property
    def is_enough(self) -> bool:
        """Whether there are edits and sessions enough to compare."""
        return len(self.at) >= MINIMUM_EDITS and len(self.sessions[0]) >= MINIMUM_SESSIONS


@dataclass(frozen=True, kw_only=True)
class Rarity:
    """How common pages and targets are on the wiki: weights by number, 1 / log(1 + count)."""

    editors: Mapping[int, int]
    """Page to its distinct editors."""
    reverters: Mapping[int, int]
    """Target to its distinct reverters."""
    has_reverts: bool
    """False where the lake's sources cannot tell a revert: then the last two features are not measured."""


def features(one: Deeds, other: Deeds, rarity: Rarity) -> dict[str, float | None]:
    """The four features of a pair; None for those that the data cannot tell."""
    return {
        "overlap": _weighted_overlap(one.page, other.page, rarity.editors),
        "alternation": _alternation(one, other),
        "targets": _weighted_overlap(one.revert_target, other.revert_target, rarity.reverters)
        if rarity.has_reverts
        else None,
        "tag_team": _tag_team(one, other) if rarity.has_reverts else None,
    }


def _weighted_overlap(one: Whole, other: Whole, counts: Mapping[int, int]) -> float:
    """Geometric mean of both directions' weighted shares, in [0, 1]; 0 when either did nothing of the kind."""
    first, second = np.unique(one), np.unique(other)
    if not len(first) or not len(second):
        return 0.0

    def weight(things: Whole) -> float:
        return float(sum(1 / np.log(1 + max(counts.get(int(each), 2), 2)) for each in things))

    common = weight(np.intersect1d(first, second))
    return float(np.sqrt(common / weight(first) * (common / weight(second))))


def _alternation(one: Deeds, other: Deeds) -> float:
    """log of the handovers over their mean under 26 shifts by whole weeks (half a handover added to both)."""
    (starts, ends), (other_starts, other_ends) = one.sessions, other.sessions
    if not len(starts) or not len(other_starts):
        return 0.0

    shifts = np.array([0, *(number * _WEEK for number in _SHIFTS)])[:, None]
    # shifting the other's timeline forth is shifting one's own back
    handovers = _soon_after(ends - shifts, other_starts) + _soon_after(other_ends + shifts, starts)
    return float(np.log((handovers[0] + 0.5) / (handovers[1:].mean() + 0.5)))


def _soon_after(ends: Whole, starts: Whole) -> Whole:
    """How many of each row of `ends` are followed by one of `starts` within ten minutes."""
    following = np.searchsorted(starts, ends)
    near = starts[np.minimum(following, len(starts) - 1)] - ends
    return np.asarray(((following < len(starts)) & (near <= _SOON)).sum(axis=1))


def _tag_team(one: Deeds, other: Deeds) -> float:
    """log(1 + occasions): a target and page on which both reverted within 24 hours of each other, once a day."""
    occasions = set()
    where: dict[tuple[int, int], list[int]] = {}
    for page, target, at in zip(other.revert_page, other.revert_target, other.revert_at, strict=True):
        where.setdefault((int(page), int(target)), []).append(int(at))
    for page, target, at in zip(one.revert_page, one.revert_target, one.revert_at, strict=True):
        if any(abs(each - int(at)) <= _DAY for each in where.get((int(page), int(target)), ())):
            occasions.add((int(page), int(target), int(at) // _DAY))
    return float(np.log1p(len(occasions)))


def split(deeds: Deeds, rng: np.random.Generator) -> tuple[Deeds, Deeds]:
    """One account's sessions dealt at random to two: what two accounts of one person could look like."""
    starts, _ = deeds.sessions
    to_second = rng.random(len(starts)) < 0.5

    def part(second: bool) -> Deeds:
        def mine(at: Whole) -> np.ndarray:
            session = np.clip(np.searchsorted(starts, at, side="right") - 1, 0, len(starts) - 1)
            return np.asarray(to_second[session] == second)

        edits, reverts = mine(deeds.at), mine(deeds.revert_at)
        return Deeds(
            at=deeds.at[edits],
            page=deeds.page[edits],
            revert_at=deeds.revert_at[reverts],
            revert_page=deeds.revert_page[reverts],
            revert_target=deeds.revert_target[reverts],
        )

    return part(second=False), part(second=True)


@dataclass(frozen=True, kw_only=True)
class Scale:
    """A likelihood ratio learned from pairs whose truth is known: innocent ones, and accounts cut in two."""

    names: tuple[str, ...]
    middle: Real
    spread: Real
    weights: Real
    """One for each feature, never negative: being more alike is never evidence of innocence; then the constant."""
    cap: float
    """No log ratio beyond what so many pairs can show."""

    def log_ratio(self, found: Mapping[str, float | None]) -> float:
        """Natural log of the likelihood ratio: one person over two people."""
        x = (np.array([found[name] or 0.0 for name in self.names]) - self.middle) / self.spread
        return float(np.clip(x @ self.weights[:-1] + self.weights[-1], -self.cap, self.cap))

    def alone(self, name: str, value: float) -> float:
        """The part of one feature in the log ratio, against its mean over the learning pairs."""
        place = self.names.index(name)
        return float((value - self.middle[place]) / self.spread[place] * self.weights[place])


def learn(innocent: Sequence[Mapping[str, float | None]], linked: Sequence[Mapping[str, float | None]]) -> Scale:
    """Logistic regression with equal weight for both kinds, ridge 1, weights kept at or above zero."""
    names = tuple(name for name in FEATURES if innocent[0][name] is not None)
    x = np.array([[each[name] or 0.0 for name in names] for each in (*innocent, *linked)])
    y = np.append(np.zeros(len(innocent)), np.ones(len(linked)))
    middle, spread = x.mean(0), np.maximum(x.std(0), 1e-6)
    design = np.column_stack([(x - middle) / spread, np.ones(len(x))])
    share = np.where(y > 0, 0.5 / max(len(linked), 1), 0.5 / max(len(innocent), 1)) * len(y)
    weights = np.zeros(design.shape[1])
    for _ in range(50):
        chance = 1 / (1 + np.exp(-design @ weights))
        slope = design.T @ (share * (y - chance)) - np.append(weights[:-1], 0)
        bend = (design * (share * chance * (1 - chance))[:, None]).T @ design + np.diag([*np.ones(len(names)), 1e-9])
        step = np.linalg.solve(bend, slope)
        weights = weights + step
        weights[:-1] = np.maximum(weights[:-1], 0)
        if np.abs(step).max() < 1e-8:
            break
    return Scale(
        names=names,
        middle=middle,
        spread=spread,
        weights=weights,
        cap=float(np.log(max(min(len(innocent), len(linked)), 2))),
    )
