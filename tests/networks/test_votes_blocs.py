"""Blocs: found where planted, not found where nobody planned anything, and p that does not accuse by chance."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import chisquare

from holdfast.networks.ballots import Ballots, ballots_from
from holdfast.networks.bloc_gate import calibrate, upper_bound
from holdfast.networks.bloc_test import Strata, search
from holdfast.networks.blocs import likeness, table_of
from holdfast.networks.turnout import expectation, order_without_times
from holdfast.networks.votes import CANDIDATE, VoteResult, analyse, effects
from holdfast.worlds.election_world import Bloc, ElectionWorld
from holdfast.worlds.elections import simulate

WORLD = ElectionWorld(voters=160, elections=64, turnout=0.22)
EVIDENT = Bloc(size=16, called=0.5, participation=0.85, loyalty=0.97)


def world(seed: int, *, planted: bool = False) -> tuple[Ballots, set[str]]:
    drawn = simulate(replace(WORLD, blocs=(EVIDENT,) if planted else ()), seed)
    truth = drawn.truth.to_pylist()
    members = {row["account"] for row in truth if row["role"] == "bloc"}
    return ballots_from(drawn.tables["votes"], drawn.tables["elections"]), members


@pytest.fixture(scope="module")
def found() -> tuple[VoteResult, set[str]]:
    ballots, planted = world(73, planted=True)
    return analyse(ballots, seed=1, replicates=60, permutations=199), planted


@pytest.mark.requirement("2.12")
def test_a_planted_bloc_is_published_with_its_members_and_the_others_stay_out(
    found: tuple[VoteResult, set[str]],
) -> None:
    result, planted = found
    ballots = result.ballots
    assert len(result.published) == 1
    bloc = result.published[0]
    members = {ballots.voters[int(each)] for each in bloc.members}
    assert len(members & planted) >= 0.9 * len(members)
    assert len(members & planted) >= 0.5 * len(planted)
    inside = np.array([voter in planted for voter in ballots.voters])
    assert np.median(bloc.affinity[inside]) > 0.5 > np.quantile(bloc.affinity[~inside], 0.95)
    assert np.all((bloc.low <= bloc.affinity) & (bloc.affinity <= bloc.high))
    assert np.all((bloc.low >= 0) & (bloc.high <= 1))


def test_a_healthy_twin_publishes_nothing_and_gives_its_strongest_group_as_candidate() -> None:
    ballots, _ = world(73)
    result = analyse(ballots, seed=1, replicates=1, permutations=99)
    assert not result.published
    assert [bloc.id for bloc in result.blocs] == [CANDIDATE]


@pytest.mark.long
def test_p_of_the_strongest_group_is_not_small_too_often_in_healthy_worlds() -> None:
    strongest = []
    for seed in range(200, 240):
        ballots, _ = world(seed)
        table = table_of(expectation(ballots.outcomes, in_time_order=True))
        strongest.append(search(table, np.random.default_rng(seed), permutations=99)[0].p)
    for level in (0.05, 0.1, 0.25, 0.5):
        assert np.mean(np.array(strongest) <= level) <= level + 2 * np.sqrt(level * (1 - level) / len(strongest))


def test_p_is_not_small_by_chance_where_voters_are_independent() -> None:
    # the chance that two or more of eight uniform p are 0.05 or less is under 0.06
    small = 0
    for seed in range(8):
        rng = np.random.default_rng(seed)
        came = rng.random((90, 40)) < np.outer(rng.uniform(0.1, 0.5, 90), rng.uniform(0.5, 1.5, 40))
        outcomes = np.where(came, np.where(rng.random((90, 40)) < 0.7, 1, -1), 0).astype(np.int8)
        found = search(table_of(expectation(outcomes, in_time_order=True)), rng, permutations=99)
        small += bool(found and found[0].p <= 0.05)
    assert small <= 1


def test_the_rank_of_what_was_seen_among_what_is_drawn_is_uniform() -> None:
    rng = np.random.default_rng(3)
    members, ranks = np.arange(0, 60, 7), []
    for _ in range(400):
        expected = rng.random((60, 20))
        fresh = (rng.random((60, 20)) < expected).astype(np.int8)
        strata = Strata(expected, np.ones((60, 20), bool), rng)
        drawn = strata.turned(fresh, members, 19, rng).sum(axis=(1, 2))
        seen = fresh[members].sum()
        ranks.append((drawn > seen).sum() + rng.integers(0, (drawn == seen).sum() + 1))
    assert chisquare(np.bincount(ranks, minlength=20)).pvalue > 0.01


def test_turning_keeps_every_polls_outcomes_and_who_takes_no_part() -> None:
    rng = np.random.default_rng(4)
    outcomes = rng.integers(-1, 2, (50, 12)).astype(np.int8)
    sided = outcomes != 0
    turned = Strata(rng.random((50, 12)), sided, rng).turned(outcomes, np.arange(50), 5, rng)
    for draw in turned:
        assert np.array_equal(np.sort(draw, axis=0), np.sort(outcomes, axis=0))
        assert np.all(draw[~sided] == 0)


def test_the_expectation_meets_every_voters_and_every_polls_count() -> None:
    ballots, _ = world(9)
    expected = expectation(ballots.outcomes, in_time_order=True)
    came = ballots.outcomes != 0
    assert np.allclose(expected.turnout.sum(0), came.sum(0), atol=0.6)
    assert np.allclose(expected.turnout.sum(1), came.sum(1), atol=1.5)


def test_without_times_neighbours_are_found_by_their_voters() -> None:
    rng = np.random.default_rng(2)
    middle, polls = rng.uniform(0, 1, 300), np.linspace(0, 1, 90)
    came = np.exp(-((middle[:, None] - polls[None, :]) ** 2) / 0.02) > rng.random((300, 90))
    shuffled = rng.permutation(90)
    order = shuffled[order_without_times(came[:, shuffled].astype(np.int8))]
    place = np.empty(90)
    place[order] = np.arange(90)
    assert abs(np.corrcoef(place, np.arange(90))[0, 1]) > 0.95


def test_the_gate_counts_each_kind_of_null_and_says_what_so_few_runs_can_show() -> None:
    ballots, _ = world(12, planted=True)
    table = table_of(expectation(ballots.outcomes, in_time_order=True))
    gate = calibrate(table.expected, np.random.default_rng(0), replicates=2)
    assert set(gate.false_groups_by_null) == {"redrawn", "own_elections"}
    assert gate.replicates == 2
    assert gate.upper_bound >= upper_bound(0, 2) > gate.target
    assert not gate.published, "two runs show next to nothing, whatever they find"
    assert "it takes 60 of each kind" in gate.reason
    assert [each.size for each in gate.recall] == [5, 20]


def test_no_event_in_sixty_runs_shows_a_rate_below_one_in_twenty() -> None:
    assert upper_bound(0, 60) == pytest.approx(0.05, abs=5e-4)
    assert upper_bound(0, 20) == pytest.approx(0.15, abs=5e-4)


def test_the_same_seed_gives_the_same_result(found: tuple[VoteResult, set[str]]) -> None:
    first, _ = found
    second = analyse(first.ballots, seed=1, replicates=60, permutations=199)
    assert [bloc.p for bloc in first.blocs] == [bloc.p for bloc in second.blocs]
    assert np.array_equal(first.blocs[0].affinity, second.blocs[0].affinity)
    assert first.gate == second.gate


def test_the_outcome_without_a_bloc_is_counted_from_the_others(found: tuple[VoteResult, set[str]]) -> None:
    result, _ = found
    ballots = result.ballots
    inside = set(result.published[0].members.tolist())
    for effect in effects(result, 0.7):
        rows = [
            (int(voter), int(side))
            for voter, poll, side in zip(ballots.voter, ballots.poll, ballots.side, strict=True)
            if poll == effect.poll
        ]
        assert effect.support == sum(side == 1 for _, side in rows)
        assert effect.bloc_oppose == sum(side == -1 and voter in inside for voter, side in rows)
        left = [side for voter, side in rows if voter not in inside and side]
        share = sum(side == 1 for side in left) / len(left) if left else None
        expected = "unknown" if share is None else "passed" if share >= 0.7 else "failed"
        assert effect.outcome_without == expected


def test_likeness_of_groups_is_the_index_of_jaccard() -> None:
    assert likeness(np.array([1, 2, 3]), np.array([2, 3, 4])) == 0.5
