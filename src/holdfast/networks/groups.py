"""The group test: large, slow, loose groups that no single pair gives away.

A group is proposed on one half of the weeks and tested on the other, and the other way round. The statistic is
the number of meetings inside the group, each weighted by 1 / d when the busier of the two visits meets d
others: that two of ten were there says more than that two of forty were. It must beat two permutations, each
with the family-wise level taken by the maximum over all candidates of both halves:

  kinds    accounts are exchanged among the visits of like size to the same kind of object in the same week:
           a crowd that an event draws, or a shared interest, is in the null.
  objects  accounts are exchanged among the visits of like size to the *same object* within two months: each
           object's own bursts and its own public are in the null, however finely interests divide.

The larger p counts. Then each member must itself meet the others beyond both nulls, or it is left out; and
every other account is asked, over all weeks and under the same two exchanges, whether it belongs.
"""

from dataclasses import dataclass, replace

import numpy as np
from numba import njit
from numpy.typing import NDArray
from scipy.special import gammainc, gammaincc

from holdfast.networks.counting import FOLD_WEEKS, Counted
from holdfast.networks.structure import communities, truss
from holdfast.networks.tuning import TUNING
from holdfast.networks.visits import Chances, Visits, expected_meetings

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

LOOSE = TUNING.proposing_p
INFLATION = TUNING.expected_inflation
FLOOR = TUNING.expected_floor
SMALLEST = TUNING.smallest_group
BOTH = -1
CONFIRMED = TUNING.confirmed_times
FIRST_LOOK = TUNING.first_group_permutations
GIVE_UP = TUNING.group_hope
MEMBER_KINDS = TUNING.member_p_kinds
MEMBER_OBJECTS = TUNING.member_p_objects
OBJECT_BLOCK_WEEKS = TUNING.object_block_weeks
JOINER_OBJECTS = TUNING.joiner_p_objects
COHERENT = TUNING.coherent_share
JOINING_ROUNDS = TUNING.joining_rounds
LEAST_SCALE = TUNING.least_joining_scale
_CAPPED = TUNING.tie_cap
_ROUNDING = TUNING.rounding
_LEAST_MEAN = TUNING.least_mean


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """A group proposed on one half of the weeks."""

    accounts: Ints
    stability: float
    fold: int
    """The half that proposed it; the other one tests it."""


@dataclass(frozen=True, kw_only=True)
class Group:
    """A group that passed. `p` is family-wise over all candidates of the run."""

    accounts: Ints
    p: float
    stability: float
    level: str
    """`pair`: every tie is a flagged pair; `group`: the group test found it."""


@dataclass(frozen=True, kw_only=True)
class Cells:
    """What may be exchanged with what: visits in the order of their cells."""

    of_visit: Ints
    visit: Ints
    start: Ints


def cells_from(key: Ints) -> Cells:
    """Cells from a number for each visit: equal numbers may be exchanged."""
    _, number = np.unique(key, return_inverse=True)
    return Cells(
        of_visit=number.astype(np.int64),
        visit=np.argsort(number, kind="stable").astype(np.int64),
        start=np.concatenate([[0], np.cumsum(np.bincount(number))]).astype(np.int64),
    )


def kind_cells(visits: Visits, kinds: Ints) -> Cells:
    """Kind of object x week x size of visit."""
    return cells_from(((kinds[visits.object] * visits.weeks) + visits.week) * 4 + visits.size)


def object_cells(visits: Visits) -> Cells:
    """Object x two months (its half of the weeks alone) x size of visit."""
    blocks = visits.weeks // OBJECT_BLOCK_WEEKS + 1
    place = visits.object.astype(np.int64) * blocks + visits.week // OBJECT_BLOCK_WEEKS
    return cells_from((place * 2 + visits.fold()) * 4 + visits.size)


@njit(cache=True, nogil=True)
def _permute(visit, member, members, cell, start, slots, meets_from, meets, first, last, seed, stamp, who):  # type: ignore[no-untyped-def] # pragma: no cover
    """Weighted meetings of each member with other members, for permutations `first` to `last`; 0 is the data."""
    np.random.seed(seed)
    found = np.zeros((last - first, members), np.float32)
    chosen = np.empty(len(visit), np.int64)
    for b in range(first, last):
        tag = b + 1
        for i in range(len(visit)):
            s = visit[i]
            if b > 0:
                low, high = start[cell[i]], start[cell[i] + 1]
                s = slots[low + np.random.randint(0, high - low)]
                tries = 0
                while stamp[s] == tag and tries < 20:
                    s = slots[low + np.random.randint(0, high - low)]
                    tries += 1
            chosen[i] = s
            stamp[s] = tag
            who[s] = member[i]
        for i in range(len(visit)):
            crowd = meets_from[chosen[i] + 1] - meets_from[chosen[i]]
            for e in range(meets_from[chosen[i]], meets_from[chosen[i] + 1]):
                other = meets[e]
                if stamp[other] == tag and who[other] != member[i]:
                    found[b - first, member[i]] += 1 / max(crowd, meets_from[other + 1] - meets_from[other])
    for i in range(len(stamp)):
        stamp[i] = 0
    return found


def propose(counted: Counted, visits: Visits, chances: Chances, fold: int, seed: int) -> list[Candidate]:
    """Candidate groups from one half of the weeks, at a loose level: communities of the truss of loose pairs."""
    column = len(counted.windows) + fold
    count = counted.episodes[:, column]
    kept = count >= 2
    first, second, count = counted.first[kept], counted.second[kept], count[kept]
    expected = expected_meetings(chances, first, second, fold) * INFLATION + FLOOR
    p = gammainc(count.astype(float), expected)  # P(Poisson >= count)
    loose = p < LOOSE
    first, second, p = first[loose], second[loose], p[loose]
    inside = truss(first, second)
    weight = np.minimum(-np.log10(np.maximum(p[inside], 1e-300)), _CAPPED)
    return [
        Candidate(accounts=accounts, stability=stability, fold=fold)
        for accounts, stability in communities(first[inside], second[inside], weight, seed)
    ]


@dataclass(frozen=True, kw_only=True)
class _Null:
    """The meetings of one candidate's members: in the data (first row) and under permutations."""

    by_member: NDArray[np.float32]

    def surprise(self) -> Floats:
        """-log of the total's tail under a gamma with the permutations' mean and variance; the data first.

        A score that is alike for small candidates, whose totals are skewed, and for large ones; p comes from
        its permutation, not from the gamma.
        """
        total = self.by_member.sum(axis=1, dtype=np.float64) / 2
        mean = max(float(total[1:].mean()), _LEAST_MEAN)
        scale = max(float(total[1:].var()), _LEAST_MEAN**2) / mean
        return -np.log(np.maximum(np.asarray(gammaincc(mean / scale, total / scale), np.float64), 1e-300))

    def ratio(self) -> float:
        """The total over its mean under permutation."""
        return float(self.by_member[0].sum() / max(self.by_member[1:].sum(axis=1).mean(), _LEAST_MEAN))

    def member_p(self) -> Floats:
        """Permutation p of each member's own meetings."""
        found: Floats = (self.by_member >= self.by_member[0] - _ROUNDING).mean(axis=0)
        return found


def _family(nulls: list[_Null]) -> Floats:
    """Family-wise p of each candidate: how often the best of all permuted candidates does as well."""
    scores = np.array([each.surprise() for each in nulls])
    best = scores[:, 1:].max(axis=0)
    found: Floats = (1 + (best[None, :] >= scores[:, :1]).sum(axis=1)) / (1 + len(best))
    return found


class _Permutations:
    """Draws for all candidates under one kind of exchange."""

    def __init__(self, visits: Visits, cells: Cells, candidates: list[Candidate], seed: int) -> None:
        self.visits, self.cells, self.candidates, self.seed = visits, cells, candidates, seed
        self.stamp = np.zeros(len(visits.owner), np.int64)
        self.who = np.zeros(len(visits.owner), np.int64)

    def draw(self, first: int, last: int) -> list[_Null]:
        found = []
        for number, candidate in enumerate(self.candidates):
            visit = self.visits.of(candidate.accounts, 1 - candidate.fold if candidate.fold != BOTH else BOTH)
            member = np.searchsorted(candidate.accounts, self.visits.owner[visit])
            seed = (self.seed * 7919 + number * 131 + first) % (1 << 31)
            rows = _permute(
                visit,
                member,
                len(candidate.accounts),
                self.cells.of_visit[visit],
                self.cells.start,
                self.cells.visit,
                self.visits.meets_from,
                self.visits.meets,
                first,
                last,
                seed,
                self.stamp,
                self.who,
            )
            found.append(_Null(by_member=rows))
        return found


def try_candidates(
    visits: Visits, exchanges: tuple[Cells, ...], candidates: list[Candidate], permutations: int, seed: int
) -> list[tuple[float, Floats]]:
    """For each candidate its family-wise p (the largest over the exchanges) and which members stay.

    Stops after a first look when no candidate is near significance; the p-values are valid either way.
    """
    if not candidates:
        return []
    draws = [_Permutations(visits, cells, candidates, seed + which) for which, cells in enumerate(exchanges)]
    nulls = [each.draw(0, 1 + FIRST_LOOK) for each in draws]
    p = np.max([_family(each) for each in nulls], axis=0)
    if p.min() <= GIVE_UP and permutations > FIRST_LOOK:
        rest = [each.draw(1 + FIRST_LOOK, 1 + permutations) for each in draws]
        nulls = [
            [_Null(by_member=np.vstack([a.by_member, b.by_member])) for a, b in zip(one, other, strict=True)]
            for one, other in zip(nulls, rest, strict=True)
        ]
        p = np.max([_family(each) for each in nulls], axis=0)
    found = []
    for number in range(len(candidates)):
        members = [each[number].member_p() for each in nulls]
        stays = (np.max(members[:-1], axis=0) <= MEMBER_KINDS) & (members[-1] <= MEMBER_OBJECTS)
        found.append((float(p[number]), stays))
    return found


def find_groups(
    counted: Counted,
    visits: Visits,
    chances: tuple[Chances, ...],
    exchanges: tuple[Cells, ...],
    *,
    q: float,
    seed: int,
) -> list[Group]:
    """Groups that pass, those of both halves joined where they share half of the smaller one.

    Every sorting of objects into kinds (`chances`) proposes; all candidates are one family. `exchanges` end with
    the one by objects. At family-wise level `q`, by at least 5 / q permutations.
    """
    if visits.weeks < 2 * FOLD_WEEKS:
        return []
    candidates = _distinct(
        [each for one in chances for fold in (0, 1) for each in propose(counted, visits, one, fold, seed)]
    )
    permutations = permutations_for(q)
    passed = []
    for candidate, (p, stays) in zip(
        candidates, try_candidates(visits, exchanges, candidates, permutations, seed), strict=True
    ):
        # a group of which only few stay is no group: something else held the candidate together
        if p <= q and stays.sum() >= max(SMALLEST, len(stays) * COHERENT):
            passed.append(
                Group(accounts=candidate.accounts[stays], p=p, stability=candidate.stability, level="group")
            )
    whole = _joined(passed)
    return _joined([replace(each, accounts=_with_joiners(visits, exchanges, each.accounts, q)) for each in whole])


def _distinct(candidates: list[Candidate]) -> list[Candidate]:
    """Each set of accounts once for each half that proposed it."""
    found = {(each.fold, each.accounts.tobytes()): each for each in candidates}
    return list(found.values())


def joining_p(visits: Visits, cells: Cells, core: Ints) -> Floats:
    """For each account, p of its weighted meetings with a group if its visits were exchanged within cells.

    Mean and variance are exact; the tail is that of a gamma with both. Members count the other members.
    """
    accounts = visits.accounts
    is_core = np.zeros(accounts, dtype=bool)
    is_core[core] = True
    of_core = np.flatnonzero(is_core[visits.owner])
    crowd = np.diff(visits.meets_from)
    places = _rows(visits.meets_from, of_core)
    other = visits.meets[places]
    weight = 1 / np.maximum(np.repeat(crowd[of_core], crowd[of_core]), crowd[other])
    met = np.bincount(other, weights=weight, minlength=len(visits.owner))
    times = np.bincount(visits.owner[other], minlength=accounts)
    size = np.diff(cells.start).astype(float)
    mean = np.bincount(cells.of_visit, weights=met, minlength=len(size)) / size
    square = np.bincount(cells.of_visit, weights=met**2, minlength=len(size)) / size
    seen = np.bincount(visits.owner, weights=met, minlength=accounts)
    expected = np.bincount(visits.owner, weights=mean[cells.of_visit], minlength=accounts)
    variance = np.bincount(visits.owner, weights=(square - mean**2)[cells.of_visit], minlength=accounts)
    p = np.ones(accounts)
    some = (times >= SMALLEST) & (expected > 0)
    scale = np.maximum(variance[some] / expected[some], LEAST_SCALE)
    p[some] = gammaincc(expected[some] / scale, seen[some] / scale)
    return p


def _rows(begins: Ints, rows: Ints) -> Ints:
    """Places of all entries of some rows."""
    lengths = begins[rows + 1] - begins[rows]
    ends = np.cumsum(lengths)
    found: Ints = np.arange(int(lengths.sum())) + np.repeat(begins[rows] - ends + lengths, lengths)
    return found


def _with_joiners(visits: Visits, exchanges: tuple[Cells, ...], core: Ints, q: float) -> Ints:
    """The group and every account that meets it beyond all exchanges.

    Bonferroni over all accounts against the exchange by kinds; against the one by objects, which has little to
    say where a group has an object almost to itself, an account's own p below `JOINER_OBJECTS`.
    """
    for _ in range(JOINING_ROUNDS):
        by_kinds = np.max([joining_p(visits, cells, core) for cells in exchanges[:-1]], axis=0)
        by_objects = joining_p(visits, exchanges[-1], core)
        grown = np.union1d(core, np.flatnonzero((by_kinds * visits.accounts <= q) & (by_objects <= JOINER_OBJECTS)))
        if len(grown) == len(core):
            break
        core = grown
    return core


def confirm(visits: Visits, exchanges: tuple[Cells, ...], groups: list[Group], *, q: float, seed: int) -> list[Group]:
    """Of groups that the keys of pairs found, those that also beat both exchanges over all weeks.

    They were found in the same weeks, which flatters them: of many pairs with one interest those were taken that
    met most. So the condition is more than a small p: meetings must be `CONFIRMED` times what the exchange by
    kinds gives. It is no proof by itself; p stays theirs.
    """
    candidates = [Candidate(accounts=each.accounts, stability=each.stability, fold=BOTH) for each in groups]
    tested = try_candidates(visits, exchanges, candidates, permutations_for(q), seed)
    by_kinds = _Permutations(visits, exchanges[0], candidates, seed).draw(0, 1 + FIRST_LOOK)
    return [
        group
        for group, (p, _stays), null in zip(groups, tested, by_kinds, strict=True)
        if p <= q and null.ratio() >= CONFIRMED
    ]


def permutations_for(q: float) -> int:
    """Enough permutations to reach a p of q with four of them doing as well."""
    return max(499, int(np.ceil(5 / q)) - 1)


def _joined(groups: list[Group]) -> list[Group]:
    """Groups without such as share half of the smaller one: they are one group seen in both halves."""
    found: list[Group] = []
    for group in groups:
        for number, other in enumerate(found):
            shared = len(np.intersect1d(group.accounts, other.accounts))
            if 2 * shared >= min(len(group.accounts), len(other.accounts)):
                found[number] = Group(
                    accounts=np.union1d(group.accounts, other.accounts),
                    p=min(group.p, other.p),
                    stability=max(group.stability, other.stability),
                    level=group.level,
                )
                break
        else:
            found.append(group)
    return sorted(found, key=lambda each: int(each.accounts[0]))
