"""How often would this very run call a bloc where there is none, and how large must one be to be found?

Two kinds of null, each the run's own votes with the acting-together taken out. `redrawn`: in each poll the
outcomes change places among voters who were as likely to come: counts of voters and polls stay. `own_elections`:
every voter keeps the elections that it came to, so shared interests, projects and friendships of turnout all stay;
the sides change places among those as likely to support. The worse of the two counts. Then blocs of stated size and
strength are planted into redrawn data, and what is found again is the recall.
"""

from dataclasses import dataclass
from math import ceil

import numpy as np
from numpy.typing import NDArray
from scipy.stats import chi2

from holdfast.networks.ballots import Whole
from holdfast.networks.bloc_test import Strata, enough, search
from holdfast.networks.blocs import table_of
from holdfast.networks.gate import TARGET, may_publish, verdict
from holdfast.networks.tuning import TUNING
from holdfast.networks.turnout import Expectation, expectation
from holdfast.progress import Progress, silent

SIZES = TUNING.planted_bloc_sizes
CALLED, PARTICIPATION, LOYALTY = 0.3, 0.6, 0.92
"""The planted blocs: share of polls called, chance to follow a call, chance to vote as called."""
_MOST_VOTERS = TUNING.gate_voters
_MOST_POLLS = TUNING.gate_polls
_PERMUTATIONS = TUNING.gate_permutations


@dataclass(frozen=True, kw_only=True)
class Recall:
    """What was found again of planted blocs of one size: shares in [0, 1] over `planted` plants."""

    size: int
    planted: int
    blocs_found: int
    members_found: float
    """Mean share of the planted members who are in a published bloc."""


@dataclass(frozen=True, kw_only=True)
class Gate:
    """The calibration of one run. `published` says whether anything may be."""

    published: bool
    """The upper bound is at or under the target (`gate.may_publish`)."""
    reason: str
    target: float
    realised_false_groups: float
    """Mean false blocs per null run, of the worst kind of null."""
    upper_bound: float
    """Upper end of its exact 95 % interval (Poisson): no rate below it was shown."""
    replicates: int
    """Null runs of each kind."""
    false_groups_by_null: dict[str, float]
    recall: tuple[Recall, ...]
    on_voters: int
    on_polls: int
    """What the replicates were run on: all that the search saw, or a part of like density."""


def upper_bound(events: int, runs: int) -> float:
    """One-sided 95 % upper limit of a Poisson rate per run; 0 events in 60 runs give 0.05."""
    return float(chi2.ppf(0.95, 2 * events + 2) / 2 / runs)


def calibrate(
    expected: Expectation, rng: np.random.Generator, *, replicates: int = 60, progress: Progress = silent
) -> Gate:
    """Run the search on the nulls and on plants. `expected` holds the voters that the search sees, in time order."""
    part = _part(expected)
    counts = {"redrawn": 0, "own_elections": 0}
    done, total = 0, 2 * replicates
    for kind in counts:
        for _ in range(replicates):
            progress("calibrating", done, total)
            counts[kind] += _published(_null(part, kind, rng), rng)
            done += 1
    progress("calibrating", total, total)
    worst = max(counts.values())
    bound = upper_bound(worst, replicates)
    voters, polls = part.outcomes.shape
    plants = -(-replicates // 20)
    # with a few replicates, for a quick look, only some sizes
    sizes = [size for size in SIZES if size <= voters // 4][:: 1 if replicates >= 20 else 2]
    recall = tuple(_recall(part, size, plants, rng, progress) for size in sizes)
    return Gate(
        published=may_publish(bound),
        reason=verdict(worst / replicates, bound, replicates=replicates, needed=ceil(upper_bound(0, 1) / TARGET)),
        target=TARGET,
        realised_false_groups=worst / replicates,
        upper_bound=bound,
        replicates=replicates,
        false_groups_by_null={kind: count / replicates for kind, count in counts.items()},
        recall=recall,
        on_voters=voters,
        on_polls=polls,
    )


def _part(expected: Expectation) -> Expectation:
    """At most 100 neighbouring polls and the 200 voters most active in them: as dense as the whole, or denser."""
    voters, polls = expected.outcomes.shape
    order = np.argsort(expected.epoch, kind="stable")
    first = max(0, (polls - _MOST_POLLS) // 2)
    chosen = np.sort(order[first : first + _MOST_POLLS])
    activity = (expected.outcomes[:, chosen] != 0).sum(1)
    people = np.sort(np.argsort(-activity, kind="stable")[:_MOST_VOTERS])
    if len(people) == voters and len(chosen) == polls:
        return expected
    return expectation(expected.outcomes[np.ix_(people, chosen)], in_time_order=False)


def _null(expected: Expectation, kind: str, rng: np.random.Generator) -> NDArray[np.int8]:
    outcomes = expected.outcomes
    if kind == "redrawn":
        everybody = np.arange(len(outcomes))
        strata = Strata(expected.turnout, np.ones_like(outcomes, bool), rng)
        outcomes = strata.turned(outcomes, everybody, 1, rng)[0]
        # the sides as well among the like-minded, or a turn would carry a bloc's sides along
        expected = expectation(outcomes, in_time_order=True)
    sided = (outcomes == 1) | (outcomes == -1)
    turned = Strata(expected.support, sided, rng).turned(outcomes, np.arange(len(outcomes)), 1, rng)
    return np.asarray(turned[0], np.int8)


def _published(outcomes: NDArray[np.int8], rng: np.random.Generator) -> int:
    table = table_of(expectation(outcomes, in_time_order=True))
    if not enough(table):
        return 0
    found = search(table, rng, permutations=_PERMUTATIONS, hasty=True)
    return sum(each.is_significant for each in found)


def _recall(part: Expectation, size: int, plants: int, rng: np.random.Generator, progress: Progress) -> Recall:
    found, shares = 0, []
    for number in range(plants):
        progress(f"planting blocs of {size}", number, plants)
        outcomes = _null(part, "redrawn", rng).copy()
        members = _recruit(outcomes, size, rng)
        plant(outcomes, members, rng)
        table = table_of(expectation(outcomes, in_time_order=True))
        blocs = [
            each.fit.members
            for each in search(table, rng, permutations=_PERMUTATIONS, hasty=True)
            if each.is_significant
        ]
        inside = np.isin(members, np.concatenate(blocs)) if blocs else np.zeros(size, bool)
        shares.append(inside.mean())
        found += bool(inside.sum() >= 2)
    progress(f"planting blocs of {size}", plants, plants)
    return Recall(size=size, planted=plants, blocs_found=found, members_found=float(np.mean(shares)))


def _recruit(outcomes: NDArray[np.int8], size: int, rng: np.random.Generator) -> Whole:
    """Ordinary members: neither the busiest tenth nor those who hardly vote."""
    activity = (outcomes != 0).sum(1)
    middling = np.flatnonzero((activity >= np.quantile(activity, 0.2)) & (activity <= np.quantile(activity, 0.9)))
    pool = middling if len(middling) >= size else np.arange(len(outcomes))
    return np.sort(rng.choice(pool, size, replace=False))


def plant(outcomes: NDArray[np.int8], members: Whole, rng: np.random.Generator) -> None:
    """Lay a bloc of the stated strength over a table of outcomes, in place."""
    polls = outcomes.shape[1]
    for poll in rng.choice(polls, max(1, round(CALLED * polls)), replace=False):
        side = rng.choice([-1, 1])
        followers = members[rng.random(len(members)) < PARTICIPATION]
        outcomes[followers, poll] = np.where(rng.random(len(followers)) < LOYALTY, side, -side)
