"""Groups of voters who take the same side and turn out for the same candidates: a joint model of both.

In a poll a bloc may have a call, for or against, which nobody sees. A member whom the call reaches (chance theta)
comes and votes as called (chance ell); otherwise it does as anybody would. For voter i, poll e and call s:

    R_ies = (1 - theta) + theta * P(outcome | called) / P(outcome | expected)

Whether a poll was called is weighed from the other members; a voter's evidence of membership is the sum over polls
of the log of the mean of R over the calls. Groups are proposed from pair scores and refined with this model.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.sparse.linalg import ArpackError, eigsh
from scipy.special import expit, gammaln

from holdfast.networks.ballots import CAME, Real, Whole
from holdfast.networks.tuning import TUNING
from holdfast.networks.turnout import Dense, Expectation

SMALLEST = TUNING.smallest_bloc
LARGEST = TUNING.largest_bloc
CALLED = TUNING.called_share
LOYALTY = TUNING.loyalty
REACHES = TUNING.reaches
_SEEDS = TUNING.growth_seeds
_BANDS = ((5, 9), (10, 24), (25, 49), (50, LARGEST))
_MANY_VOTERS = TUNING.many_voters
_REFINED = TUNING.refined_starts
_FLOOR = TUNING.outcome_floor
_DAMP = TUNING.residual_damp
_DROPPED = TUNING.dropped_polls
_DIRECTIONS = TUNING.search_directions
_MOST_PAIRS_LOOKED_AT = TUNING.quartile_pairs


@dataclass(frozen=True, kw_only=True)
class Table:
    """An expectation in the form that the bloc model needs: one entry per vote, and what is common to absence."""

    expected: Expectation
    voter: Whole
    poll: Whole
    outcome: NDArray[np.int8]
    likely: Real
    """Expected chance of the outcome that happened, (came and) this side."""
    came: Real
    """Expected chance of coming."""
    begins: Whole
    """Where each voter's votes begin in the columns above; one longer than the voters."""
    followed: Mapping[float, tuple[Real, Real]]
    """By reach: log R of each vote under a call for, and under one against."""

    def votes_of(self, members: Whole) -> Whole:
        """Positions of the members' votes in the columns, member by member (ascending)."""
        begins, counts = self.begins[members], self.begins[members + 1] - self.begins[members]
        ends = np.cumsum(counts)
        return np.asarray(np.arange(ends[-1] if len(ends) else 0) + np.repeat(begins - ends + counts, counts))

    def attentive(self, members: Whole) -> Real:
        """Members by polls: 1 where the voter was around in the poll's epoch, so that absence means something."""
        return self.expected.around[members][:, self.expected.epoch].astype(float)

    def absence(self, weight: Real) -> Real:
        """For each voter the sum of `weight` over the polls of the epochs in which the voter was around."""
        epochs = self.expected.around.shape[1]
        return np.asarray(self.expected.around @ np.bincount(self.expected.epoch, weight, epochs), float)

    @property
    def shape(self) -> tuple[int, int]:
        """Voters, polls."""
        return self.expected.outcomes.shape[0], self.expected.outcomes.shape[1]


def table_of(expected: Expectation) -> Table:
    """The table of an expectation."""
    outcomes = expected.outcomes
    voter, poll = np.nonzero(outcomes)
    outcome = outcomes[voter, poll]
    came = np.maximum(expected.turnout[voter, poll].astype(float), 2 * _FLOOR)
    side = np.where(outcome > 0, expected.support[voter, poll], 1 - expected.support[voter, poll]).astype(float)
    likely = np.where(outcome == CAME, came, np.maximum(came * side, _FLOOR))
    return Table(
        expected=expected,
        voter=voter,
        poll=poll,
        outcome=outcome,
        likely=likely,
        came=came,
        begins=np.searchsorted(voter, np.arange(len(outcomes) + 1)),
        followed={reach: _ratios(outcome, likely, came, reach) for reach in REACHES},
    )


def of_voters(table: Table, chosen: Whole) -> Table:
    """Some of the voters (positions, ascending) in the same polls; expectations as fitted on all."""
    whole = table.expected
    return table_of(
        replace(
            whole,
            outcomes=whole.outcomes[chosen],
            turnout=whole.turnout[chosen],
            support=whole.support[chosen],
            around=whole.around[chosen],
        )
    )


def of_polls(table: Table, chosen: Whole) -> Table:
    """The same voters in some of the polls (positions, ascending); expectations as fitted on all."""
    whole = table.expected
    return table_of(
        replace(
            whole,
            outcomes=whole.outcomes[:, chosen],
            turnout=whole.turnout[:, chosen],
            support=whole.support[:, chosen],
            epoch=whole.epoch[chosen],
        )
    )


def _ratios(outcome: NDArray[np.int8], likely: Real, came: Real, reach: float) -> tuple[Real, Real]:
    followed = np.log(1 - reach + reach * LOYALTY / likely)
    # the other side, or neutral: a disloyal member is a rare thing, and no proof of anything
    strayed = np.log(1 - reach + reach * (1 - LOYALTY) / np.maximum(likely, 0.01))
    return np.where(outcome == 1, followed, strayed), np.where(outcome == -1, followed, strayed)


@dataclass(frozen=True, kw_only=True)
class Fit:
    """A group under the bloc model: who, how far each voter belongs, which polls were called."""

    members: Whole
    evidence: Real
    """Each voter's log odds of membership from the polls, weighing the calls without that voter."""
    spread: Real
    """Its standard error over the polls."""
    gain: float
    """See `steady_gain`: for choosing among proposals."""
    reach: float
    calls: Real
    """3 by polls: chance of no call, a call for, a call against."""


def fit(table: Table, start: Whole, rounds: int = 4) -> Fit:
    """Refine a group of fixed size: weigh the calls from the members, then take the likeliest members."""
    members, size = start, len(start)
    for number in range(rounds):
        reach = max(REACHES, key=lambda each: likelihood(table, members, each))
        evidence, _, _ = _evidence(table, members, reach)
        chosen = np.sort(np.argsort(-evidence, kind="stable")[:size])
        if np.array_equal(chosen, members) and number:
            break
        members = chosen
    return judged(table, members)


def judged(table: Table, members: Whole) -> Fit:
    """The evidence about every voter, given that these are the members."""
    reach = max(REACHES, key=lambda each: likelihood(table, members, each))
    evidence, spread, calls = _evidence(table, members, reach)
    return Fit(
        members=members, evidence=evidence, spread=spread, gain=steady_gain(table, members), reach=reach, calls=calls
    )


def settle(table: Table, start: Whole) -> Fit:
    """The group on all polls, its size let free: those more likely in than out. Keeps between 5 and 100 members."""
    found = fit(table, start, rounds=6)
    for _ in range(8):
        prior = np.log(len(found.members) / (table.shape[0] - len(found.members)))
        members = np.flatnonzero(found.evidence + prior > 0)
        if not SMALLEST <= len(members) <= LARGEST or np.array_equal(members, found.members):
            break
        found = judged(table, members)
    return found


def _sums(table: Table, members: Whole, reach: float) -> tuple[Real, Real]:
    """Over the members: log R of each poll under a call for and one against."""
    polls = table.shape[1]
    rows = table.votes_of(members)
    absent = np.log(1 - reach)
    base = absent * table.attentive(members).sum(0)
    up, down = (base + np.bincount(table.poll[rows], each[rows] - absent, polls) for each in table.followed[reach])
    return up, down


def likelihood(table: Table, members: Whole, reach: float) -> float:
    """Log likelihood of these members being a bloc, over nobody's acting together."""
    up, down = _sums(table, members, reach)
    return mixture(up, down)


def gain(table: Table, members: Whole) -> float:
    """Log likelihood of the bloc over the best of three simpler stories.

    Nobody acts together; they come together and vote as each thinks; they agree and do not come together.
    """
    bloc = max(likelihood(table, members, each) for each in REACHES)
    return bloc - max(0.0, _turnout_only(table, members), _side_only(table, members))


def steady_gain(table: Table, members: Whole) -> float:
    """The bloc's log likelihood without the polls that speak most for it, over the simpler stories.

    A group chosen for what it did in one or two polls has nothing left; a bloc has.
    """
    terms = max((poll_terms(*_sums(table, members, each)) for each in REACHES), key=lambda each: float(each.sum()))
    dropped = max(1, round(_DROPPED * len(terms)))
    return float(np.sort(terms)[:-dropped].sum()) - max(
        0.0, _turnout_only(table, members), _side_only(table, members)
    )


def poll_terms(up: Real, down: Real) -> Real:
    """Log likelihood ratio of each poll with its unseen call."""
    return np.asarray(np.logaddexp(np.log(1 - 2 * CALLED), np.log(CALLED) + np.logaddexp(up, down)))


def mixture(up: Real, down: Real) -> float:
    """Log likelihood ratio over the polls."""
    return float(poll_terms(up, down).sum())


def _turnout_only(table: Table, members: Whole) -> float:
    """The same for a group that comes together and votes as each thinks: a project, a shared interest."""
    inside = table.votes_of(members)
    best = -np.inf
    for reach in REACHES:
        absent = np.log(1 - reach)
        came = np.log(1 - reach + reach / table.came[inside]) - absent
        total = absent * table.attentive(members).sum(0) + np.bincount(table.poll[inside], came, table.shape[1])
        best = max(best, float(np.logaddexp(np.log(1 - 2 * CALLED), np.log(2 * CALLED) + total).sum()))
    return best


def _side_only(table: Table, members: Whole) -> float:
    """The same for a group that agrees where it meets, and does not turn out together: a shared taste, a camp."""
    inside = table.votes_of(members)
    inside = inside[table.outcome[inside] != CAME]
    share = np.clip(table.likely[inside] / table.came[inside], 0.03, 0.97)
    best = -np.inf
    for loyal in (0.75, LOYALTY):
        same, other = np.log(loyal / share), np.log((1 - loyal) / share)
        outcome = table.outcome[inside]
        up, down = (
            np.bincount(table.poll[inside], np.where(outcome == side, same, other), table.shape[1]).astype(float)
            for side in (1, -1)
        )
        best = max(best, mixture(up, down))
    return best


def _evidence(table: Table, members: Whole, reach: float) -> tuple[Real, Real, Real]:
    """Each voter's evidence, its standard error, and the calls; a member's own votes do not weigh its calls."""
    voters, polls = table.shape
    up, down = _sums(table, members, reach)
    calls = _weigh(up[None], down[None])[0]
    each_up, each_down = (np.exp(part) for part in table.followed[reach])
    absent = np.log(calls[0] + (1 - reach) * (1 - calls[0]))
    at = table.poll
    voted = np.log(calls[0, at] + calls[1, at] * each_up + calls[2, at] * each_down) - absent[at]
    total = np.bincount(table.voter, voted, voters) + table.absence(absent)
    square = np.bincount(table.voter, (voted + absent[at]) ** 2 - absent[at] ** 2, voters) + table.absence(absent**2)
    # for the members once more, each without itself
    place = np.full(voters, -1)
    place[members] = np.arange(len(members))
    rows = table.votes_of(members)
    own = np.zeros((2, len(members), polls))
    own[:] = np.log(1 - reach) * table.attentive(members)
    for part, values in zip(own, table.followed[reach], strict=True):
        part[place[table.voter[rows]], at[rows]] = values[rows]
    others = _weigh(up - own[0], down - own[1])
    terms = np.log(others[:, 0] + others[:, 1] * np.exp(own[0]) + others[:, 2] * np.exp(own[1]))
    total[members], square[members] = terms.sum(1), (terms**2).sum(1)
    spread = np.sqrt(np.maximum(square - total**2 / polls, 0.0))
    return total, spread, calls


def _weigh(up: Real, down: Real) -> Real:
    """Chances of no call, for, against: rows by 3 by polls."""
    terms = np.stack([np.full_like(up, np.log(1 - 2 * CALLED)), np.log(CALLED) + up, np.log(CALLED) + down], axis=1)
    weights: Real = np.exp(terms - terms.max(axis=1, keepdims=True))
    return np.asarray(weights / weights.sum(axis=1, keepdims=True))


def affinity(found: Fit) -> tuple[Real, Real, Real]:
    """For each voter the chance of belonging to the bloc, and its 95 % interval; all in [0, 1].

    Prior odds are the bloc's share of the voters; the interval is from the spread of the evidence over polls.
    """
    prior = np.log(len(found.members) / max(len(found.evidence) - len(found.members), 1))
    return tuple(expit(prior + found.evidence + shift * found.spread) for shift in (0, -1.96, 1.96))


def propose(table: Table, most: int = 3) -> list[Fit]:
    """The most promising groups, best first, no two of them nearly the same. Cost: voters^2 polls.

    Pair scores of two kinds (outcome residuals; coming, and sides weighted by the rarity of coming) are each grown
    from many seeds; the growths are then judged and refined under the bloc model.
    """
    able = np.flatnonzero(np.bincount(table.voter, minlength=table.shape[0]) >= 3)
    if len(able) < 3 * SMALLEST:
        return []
    starts: list[Whole] = []
    for features in _features(table.expected, able):
        scores = _scores(features)
        starts += [able[group] for group in (*_grow(scores), *_directions(scores))]
    starts = sorted(starts, key=lambda each: -steady_gain(table, each))[
        : 2 * _REFINED if len(able) >= _MANY_VOTERS else _REFINED
    ]
    fits = sorted((fit(table, start, rounds=1) for start in starts), key=lambda each: -each.gain)
    kept: list[Fit] = []
    for each in fits:
        if all(likeness(each.members, other.members) < 0.4 for other in kept):
            kept.append(fit(table, each.members, rounds=8))
        if len(kept) >= most:
            break
    return sorted(kept, key=lambda each: -each.gain)


def likeness(one: Whole, other: Whole) -> float:
    """Jaccard index of two groups."""
    common = len(np.intersect1d(one, other))
    return common / max(len(one) + len(other) - common, 1)


def _features(expected: Expectation, able: Whole) -> list[list[Dense]]:
    turnout, support, outcomes = expected.turnout[able], expected.support[able], expected.outcomes[able]
    votes_for, votes_against = turnout * support, turnout * (1 - support)
    joint = [
        ((outcomes == side) - share) / np.sqrt(share * (1 - share) + _DAMP)
        for side, share in ((1, votes_for), (-1, votes_against))
    ]
    sided = (outcomes == 1) | (outcomes == -1)
    side = np.where(sided, ((outcomes == 1) - support) / np.sqrt(support * (1 - support) + 0.02), 0)
    side = side / np.sqrt(turnout + 0.02)
    came = ((outcomes != 0) - turnout) / np.sqrt(turnout * (1 - turnout) + _DAMP)
    return [joint, [0.5 * came, side]]


def _scores(features: list[Dense]) -> Dense:
    """Pairs of voters: sums over polls of products of residuals, over their root of squares, then standardised."""
    top = sum(each @ each.T for each in features)
    bottom = sum((each * each) @ (each * each).T for each in features)
    z = top / np.sqrt(np.maximum(bottom, 1e-6))
    upper = z[np.triu_indices(len(z), 1)]
    low, middle, high = np.percentile(upper[:: max(1, len(upper) // _MOST_PAIRS_LOOKED_AT)], [25, 50, 75])
    z = (z - middle) / max((high - low) / 1.3489795, 1e-3)
    np.fill_diagonal(z, 0)
    return np.asarray(z, np.float32)


def _directions(scores: Dense) -> list[Whole]:
    """Groups at the ends of the leading eigenvectors: large loose groups, which no single growth finds."""
    voters = len(scores)
    count = min(_DIRECTIONS, voters - 2)
    try:
        _, vectors = eigsh(scores.astype(np.float64), k=count, which="LA", v0=np.ones(voters))
    except ArpackError:  # no score differs from another: there are no directions
        return []
    sizes = [size for size in ((10, 20, 40, 80) if voters >= _MANY_VOTERS else (20, 60)) if size <= voters // 3]
    orders = [np.argsort(-sign * vector, kind="stable") for vector in vectors.T for sign in (1, -1)]
    return [np.sort(order[:size]) for order in orders for size in sizes]


def _grow(scores: Dense) -> list[Whole]:
    """Groups grown from the best-connected voters, always by the voter most tied to the group so far.

    A growth is cut where the squared standardised sum over its pairs most exceeds what choosing that many of so
    many voters would give by luck; the best of each band of sizes are kept.
    """
    voters = len(scores)
    most = min(LARGEST, voters // 3)
    size = np.arange(2, most + 1)
    luck = gammaln(voters + 1) - gammaln(size + 1) - gammaln(voters - size + 1)
    ties = np.sort(np.partition(scores, -6, axis=1)[:, -6:], axis=1).mean(1)
    seeds = np.argsort(-ties, kind="stable")[:_SEEDS]
    order = np.zeros((len(seeds), most), np.int64)
    order[:, 0] = seeds
    links = scores[seeds].astype(np.float64)
    sums = np.zeros((len(seeds), most - 1))
    rows = np.arange(len(seeds))
    links[rows, seeds] = -np.inf
    for step in range(1, most):
        best = links.argmax(1)
        sums[:, step - 1] = links[rows, best]
        order[:, step] = best
        links += scores[best]
        links[rows, best] = -np.inf
    z = np.cumsum(sums, axis=1) / np.sqrt(size * (size - 1) / 2)
    worth = np.where(z > 0, z * z / 2, 0) - luck
    groups: list[Whole] = []
    for low, high in _BANDS:
        inside = np.flatnonzero((size >= low) & (size <= high))
        if not len(inside):
            continue
        best = inside[worth[:, inside].argmax(1)]
        kept: list[Whole] = []
        for row in np.argsort(-worth[rows, best], kind="stable"):
            group = np.sort(order[row, : size[best[row]]])
            if all(likeness(group, other) < 0.4 for other in kept):
                kept.append(group)
            if len(kept) >= (4 if voters >= _MANY_VOTERS else 2):
                break
        groups += kept
    return groups
