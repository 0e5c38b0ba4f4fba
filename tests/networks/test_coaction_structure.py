"""Truss, communities, lags, joint actions: each against a case worked by hand."""

import itertools

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from holdfast.networks.counting import in_order
from holdfast.networks.lag import CONTROL, lags, timelines_of
from holdfast.networks.run import joint_actions
from holdfast.networks.structure import communities, truss

HOUR, DAY = 3600, 86400


def _edges(pairs: list[tuple[int, int]]) -> tuple[np.ndarray, np.ndarray]:
    first, second = np.array(pairs, np.int32).T
    return first, second


def test_the_truss_keeps_a_clique_of_four_and_drops_a_triangle() -> None:
    clique = list(itertools.combinations(range(4), 2))
    kept = truss(*_edges([*clique, (10, 11), (11, 12), (10, 12), (0, 10)]))
    assert kept.tolist() == [True] * 6 + [False] * 4


@settings(deadline=None, max_examples=40)
@given(st.sets(st.tuples(st.integers(0, 9), st.integers(0, 9)).filter(lambda e: e[0] < e[1]), min_size=1))
def test_every_edge_of_the_truss_lies_in_two_of_its_triangles(pairs: set[tuple[int, int]]) -> None:
    ordered = sorted(pairs)
    kept = {edge for edge, keeps in zip(ordered, truss(*_edges(ordered)), strict=True) if keeps}
    joined = kept | {(b, a) for a, b in kept}
    for a, b in kept:
        assert sum((a, c) in joined and (b, c) in joined for c in range(10)) >= 2


def test_two_cliques_are_two_communities_found_again_in_every_run() -> None:
    pairs = [*itertools.combinations(range(5), 2), *itertools.combinations(range(7, 12), 2), (4, 7)]
    first, second = _edges(pairs)
    found = communities(first, second, np.ones(len(first)), seed=3)
    assert [accounts.tolist() for accounts, _ in found] == [[0, 1, 2, 3, 4], [7, 8, 9, 10, 11]]
    assert all(stability == 1.0 for _, stability in found)


def test_lags_do_not_depend_on_which_account_comes_first() -> None:
    rng = np.random.default_rng(1)
    ordered = in_order(rng.integers(0, 8, 900), rng.integers(0, 20, 900), rng.integers(0, 90 * DAY, 900))
    first, second = np.array(list(itertools.combinations(range(8), 2)), np.int32).T
    windows = (HOUR, DAY)
    one, other = (lags(timelines_of(ordered), *each, windows) for each in ((first, second), (second, first)))
    np.testing.assert_array_equal(one, other)


def test_an_episode_counts_once_by_its_smallest_lag() -> None:
    # one week: a lag of an hour and one of two days on the same object; then one of five days in another week
    rows = [
        (0, 1, 0),
        (1, 1, HOUR),
        (0, 1, 2 * DAY),
        (1, 1, 30 * DAY),
        (0, 1, 35 * DAY),
        (1, 1, 35 * DAY + CONTROL + 1),
    ]
    ordered = in_order(*np.array(rows, np.int64).T)
    found = lags(timelines_of(ordered), np.array([0], np.int32), np.array([1], np.int32), (HOUR, DAY))
    assert found.tolist() == [[1, 0, 1]]


def test_joint_actions_are_runs_on_one_object_with_two_members() -> None:
    rows = [(0, 1, 0), (1, 1, HOUR), (2, 1, 2 * HOUR), (0, 2, 0), (5, 2, 60), (0, 1, 9 * DAY), (1, 1, 20 * DAY)]
    ordered = in_order(*np.array(rows, np.int64).T)
    found = joint_actions(ordered, np.array([0, 1, 2]), DAY)
    assert [(each.begin, each.end, each.accounts.tolist()) for each in found] == [(0, 2 * HOUR, [0, 1, 2])]
