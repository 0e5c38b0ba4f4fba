"""Is a proposed group a bloc, or luck? Groups proposed on three quarters of the polls, tested on the fourth.

For each held-out quarter, outcomes are permuted among voters of like expectation inside each poll: a member takes
the outcome of another voter who was as likely to come (for sides: of another who came and was as likely to
support). Four quarters together use every poll once, and no poll both proposes and tests. Over the candidates the
maximum is taken (family-wise). A bloc must pass three tests: it comes together, it takes sides together, and it
does not fall apart into two groups when it is cut at its weakest seam.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import t as student

from holdfast.networks.ballots import Real, Whole
from holdfast.networks.blocs import (
    CALLED,
    LOYALTY,
    Fit,
    Table,
    gain,
    likeness,
    mixture,
    of_polls,
    propose,
    settle,
)
from holdfast.networks.tuning import TUNING
from holdfast.progress import Progress, silent

FOLDS = TUNING.bloc_folds
PUBLISHED_AT = TUNING.bloc_level
MINIMUM_POLLS = TUNING.bloc_polls
MINIMUM_VOTERS = TUNING.bloc_voters
_REACH = TUNING.tested_reach
_STRATUM = TUNING.exchanged_voters
_CHUNK = TUNING.permutation_chunk
_FEW = TUNING.first_bloc_permutations
_HOPE = TUNING.bloc_hope
_SAME = TUNING.same_bloc


@dataclass(frozen=True, kw_only=True)
class Tested:
    """A group, as far as it was found and tested."""

    fit: Fit
    p: float
    """The largest of the three below: all three must be small."""
    p_turnout: float
    p_side: float
    p_seam: float
    held_out_gain: float
    """Log likelihood over the simpler stories, summed over polls none of which proposed the group tested on it."""

    @property
    def is_significant(self) -> bool:
        """Every test passed, and the polls held out speak for a bloc rather than for a simpler story."""
        return self.p <= PUBLISHED_AT and self.held_out_gain > 0


@dataclass(frozen=True, kw_only=True)
class _Candidate:
    fold: int
    members: Whole
    held_out: float
    z: Real
    """Standardised held-out statistics: turnout, side."""
    seam: Real
    """Products of the two parts' sums, one per held-out poll."""


_Fold = tuple[Table, Table, list[Fit], list[float]]
"""The polls that propose, the polls held out, the groups proposed, and their gains on the latter."""


def search(
    table: Table,
    rng: np.random.Generator,
    *,
    permutations: int = 999,
    most: int = 3,
    hasty: bool = False,
    progress: Progress = silent,
) -> list[Tested]:
    """The strongest distinct groups, best first, each with its p. Empty when there is too little to look at.

    `hasty` returns nothing when no candidate could be significant: the same decisions in less time, for the gate's
    many replicates. In any case 99 permutations come first, and the rest only if after
    them some group has p <= 0.1.
    """
    polls = table.shape[1]
    fold = np.concatenate([rng.permutation(FOLDS) for _ in range(-(-polls // FOLDS))])[:polls]
    proposed: list[_Fold] = []
    for number in range(FOLDS):
        progress("proposing blocs", number, FOLDS)
        training, held = (of_polls(table, np.flatnonzero(mask)) for mask in (fold != number, fold == number))
        found = propose(training)
        proposed.append((training, held, found, [gain(held, each.members) for each in found]))
    hopeless = hasty and all(each <= 0 for _, _, _, gains in proposed for each in gains)
    if hopeless:
        return []
    few = min(permutations, _FEW)
    found_at_all = _test(table, proposed, rng, few, most)
    if permutations <= few or all(each.p > _HOPE for each in found_at_all):
        return found_at_all
    progress("testing blocs", 0, 1)
    tested = _test(table, proposed, rng, permutations, most)
    progress("testing blocs", 1, 1)
    return tested


def _test(
    table: Table, proposed: list[_Fold], rng: np.random.Generator, permutations: int, most: int
) -> list[Tested]:
    candidates: list[_Candidate] = []
    maxima = np.zeros((permutations, 2))
    for number, (training, held, found, gains) in enumerate(proposed):
        if not found:
            continue
        mates = _mates(held, rng)
        drawn = np.stack([_permuted(held, mates, each.members, rng, permutations) for each in found])
        z = (drawn - drawn[:, 1:].mean(1, keepdims=True)) / np.maximum(drawn[:, 1:].std(1, keepdims=True), 1e-9)
        maxima += z[:, 1:].max(axis=0)
        candidates += [
            _Candidate(
                fold=number,
                members=each.members,
                held_out=gains[place],
                z=z[place, 0],
                seam=_seam(training, held, each.members),
            )
            for place, each in enumerate(found)
        ]
    return _joined(table, candidates, maxima, most)


def _joined(table: Table, candidates: list[_Candidate], maxima: Real, most: int) -> list[Tested]:
    """Candidates of the folds that are the same group become one, settled on all polls; best first."""
    settled: list[tuple[Fit, list[_Candidate]]] = []
    for candidate in sorted(candidates, key=lambda each: -each.held_out):
        found = settle(table, candidate.members)
        if all(likeness(found.members, other.members) < _SAME for other, _ in settled):
            settled.append((found, _same(found, candidate, candidates)))
    usual = float(np.median([each.held_out for each in candidates])) if candidates else 0.0

    def total(same: list[_Candidate]) -> float:
        # a fold that did not find the group again counts as one that found something of no worth
        return sum(each.held_out for each in same) + usual * (FOLDS - len(same))

    ranked = sorted(settled, key=lambda each: -total(each[1]))[:most]
    return [_tested(found, same, total(same), maxima) for found, same in ranked]


def _same(settled: Fit, strongest: _Candidate, candidates: list[_Candidate]) -> list[_Candidate]:
    """For each fold that found the group, its most alike candidate."""
    found = []
    for number in range(FOLDS):
        alike = [
            (max(likeness(each.members, settled.members), likeness(each.members, strongest.members)), each)
            for each in candidates
            if each.fold == number
        ]
        best = max(alike, key=lambda pair: pair[0], default=None)
        if best is not None and best[0] >= _SAME:
            found.append(best[1])
    return found


def _tested(settled: Fit, same: list[_Candidate], held_out: float, maxima: Real) -> Tested:
    # a fold that did not find the group again adds nothing to it, and its maximum to the null all the same
    z = sum((each.z for each in same), np.zeros(2))
    turnout, side = (1 + (maxima >= z - 1e-9).sum(axis=0)) / (1 + len(maxima))
    p_seam = _one_sided(np.concatenate([each.seam for each in same])) if same else 1.0
    return Tested(
        fit=settled,
        p=max(float(turnout), float(side), p_seam),
        p_turnout=float(turnout),
        p_side=float(side),
        p_seam=p_seam,
        held_out_gain=held_out,
    )


@dataclass(frozen=True, kw_only=True)
class _Mates:
    """The held-out outcomes, laid out so that voters of like expectation can change places."""

    everybody: "Strata"
    sided: "Strata"


def _permuted(held: Table, mates: _Mates, members: Whole, rng: np.random.Generator, permutations: int) -> Real:
    """Observed statistics (first row) and permuted ones: permutations + 1 by (turnout, side)."""
    outcomes, turnout, support = held.expected.outcomes, held.expected.turnout, held.expected.support
    came = np.clip(turnout[members].astype(float), 0.006, 0.98)
    absent = np.where(held.attentive(members) > 0, np.log(1 - _REACH), 0.0)
    present = np.log(1 - _REACH + _REACH / came)
    share = np.clip(support[members].astype(float), 0.05, 0.95)
    logs = np.log(
        np.stack([LOYALTY / share, (1 - LOYALTY) / (1 - share), (1 - LOYALTY) / share, LOYALTY / (1 - share)])
    )
    taken = outcomes[members]
    statistics = np.zeros((permutations + 1, 2))
    statistics[0] = _turnout_statistic(taken[None] != 0, present, absent)[0], _side_statistic(taken[None], logs)[0]
    for start in range(1, permutations + 1, _CHUNK):
        rows = slice(start, min(start + _CHUNK, permutations + 1))
        count = rows.stop - rows.start
        drawn = mates.everybody.turned(outcomes, members, count, rng)
        statistics[rows, 0] = _turnout_statistic(drawn != 0, present, absent)
        drawn = mates.sided.turned(outcomes, members, count, rng)
        statistics[rows, 1] = _side_statistic(drawn, logs)
    return statistics


def _mates(held: Table, rng: np.random.Generator) -> _Mates:
    outcomes = held.expected.outcomes
    return _Mates(
        everybody=Strata(held.expected.turnout, np.ones_like(outcomes, bool), rng),
        sided=Strata(held.expected.support, (outcomes == 1) | (outcomes == -1), rng),
    )


def _turnout_statistic(came: np.ndarray, present: Real, absent: Real) -> Real:
    total = np.where(came, present, absent).sum(axis=1)
    return np.asarray(np.logaddexp(np.log(1 - 2 * CALLED), np.log(2 * CALLED) + total).sum(axis=1))


def _side_statistic(outcome: np.ndarray, logs: Real) -> Real:
    up, down = (
        np.where(outcome == 1, logs[first], np.where(outcome == -1, logs[second], 0.0)).sum(axis=1)
        for first, second in ((0, 1), (2, 3))
    )
    return np.array([mixture(each_up, each_down) for each_up, each_down in zip(up, down, strict=True)])


class Strata:
    """Per poll, voters of like expectation in shuffled rows of about a dozen; a draw turns every row by some places.

    Turning is a group action, so the draws are exchangeable with what was seen; no voter stands for two members.
    Voters who take no part keep their own place.
    """

    def __init__(self, expected: np.ndarray, takes_part: np.ndarray, rng: np.random.Generator) -> None:
        voters, polls = expected.shape
        rank = np.where(takes_part, expected, np.inf).argsort(axis=0, kind="stable")
        counts = takes_part.sum(axis=0)
        line = np.arange(voters)[:, None]
        rows = np.maximum(counts // _STRATUM, 1)
        stratum = np.where(line < counts, line * rows // np.maximum(counts, 1), line)
        # shuffled within each stratum, so that neighbours in a row are neighbours by chance
        key = stratum + rng.random((voters, polls))
        self.order = np.take_along_axis(rank, key.argsort(axis=0), axis=0)
        first = -(-stratum * counts // rows)
        size = -(-(stratum + 1) * counts // rows) - first
        self.start, self.size, self.place = (np.empty((voters, polls), np.int32) for _ in range(3))
        for target, values in (
            (self.start, np.where(line < counts, first, line)),
            (self.size, np.where(line < counts, size, 1)),
            (self.place, np.where(line < counts, line - first, 0)),
        ):
            np.put_along_axis(target, self.order, values.astype(np.int32), axis=0)

    def turned(
        self, outcomes: NDArray[np.int8], members: Whole, count: int, rng: np.random.Generator
    ) -> NDArray[np.int8]:
        """What the members' stand-ins did in each poll: count by members by polls."""
        polls = np.arange(self.order.shape[1])
        lined = outcomes[self.order, polls]
        size = self.size[members]
        turn = (rng.random((count, 1, len(polls))) * size).astype(np.int32)
        at = self.start[members] + (self.place[members] + turn) % size
        return np.asarray(lined[at, polls])


def _residuals(table: Table, members: Whole) -> Real:
    """Joint residuals of the members, for and against: 2 by members by polls."""
    turnout, support = (part[members].astype(float) for part in (table.expected.turnout, table.expected.support))
    outcomes = table.expected.outcomes[members]
    return np.stack(
        [
            ((outcomes == side) - share) / np.sqrt(share * (1 - share) + 0.01)
            for side, share in ((1, turnout * support), (-1, turnout * (1 - support)))
        ]
    )


def _seam(training: Table, held: Table, members: Whole) -> Real:
    """Products of the sums of two parts in the held-out polls; the cut is where the training polls hold least."""
    scores = sum(part @ part.T for part in _residuals(training, members))
    scores = np.asarray(scores, float)
    np.fill_diagonal(scores, 0)
    # the second eigenvector of the graph Laplacian is the relaxed weakest cut
    weights = np.maximum(scores, 0)
    laplacian = np.diag(weights.sum(1)) - weights
    second = np.linalg.eigh(laplacian)[1][:, 1]
    one = second >= np.median(second)
    parts = _residuals(held, members)
    products: Real = (parts[:, one].sum(axis=1) * parts[:, ~one].sum(axis=1)).sum(axis=0)
    return products


def _one_sided(products: Real) -> float:
    """p that the parts go apart: a t statistic over polls, which bears parts that are groups by themselves."""
    spread = products.std(ddof=1) if len(products) > 1 else 0.0
    if spread <= 0:
        return 1.0
    return float(student.sf(products.mean() / (spread / np.sqrt(len(products))), len(products) - 1))


def enough(table: Table) -> bool:
    """Whether there are polls and voters enough to look for blocs at all."""
    regular = (np.bincount(table.voter, minlength=table.shape[0]) >= 3).sum()
    return table.shape[1] >= MINIMUM_POLLS and int(regular) >= MINIMUM_VOTERS
