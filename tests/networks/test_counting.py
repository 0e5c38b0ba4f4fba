"""Counting by the kernels is the same as counting by hand."""

from collections import defaultdict

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from holdfast.networks import counting
from holdfast.networks.counting import WEEK, count_episodes, in_order

WINDOWS = (300, 3600, 86400)


def by_hand(rows: list[tuple[int, int, int]], windows: tuple[int, ...]) -> dict[tuple[int, int], list[int]]:
    """The definition, word by word: one episode per pair, object and week, for each window."""
    numbers = {each: number for number, each in enumerate(sorted({row[0] for row in rows}))}
    start = min(row[2] for row in rows)
    episodes: dict[tuple[int, int], list[set[tuple[int, int]]]] = defaultdict(lambda: [set() for _ in windows])
    for u, thing, late in rows:
        for v, other, early in rows:
            lag = late - early
            if u == v or thing != other or lag < 0:
                continue
            pair = (min(numbers[u], numbers[v]), max(numbers[u], numbers[v]))
            for column, window in enumerate(windows):
                if lag <= window:
                    # of two actions in one second the order is open; both anchors lie in the same week
                    episodes[pair][column].add((thing, (late - start) // WEEK))
    return {pair: [len(each) for each in found] for pair, found in episodes.items()}


def counted(rows: list[tuple[int, int, int]]) -> dict[tuple[int, int], list[int]]:
    found = count_episodes(in_order(*np.array(rows, np.int64).T), WINDOWS)
    return {
        (int(u), int(v)): [int(each) for each in episodes[: len(WINDOWS)]]
        for u, v, episodes in zip(found.first, found.second, found.episodes, strict=True)
    }


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 5), st.integers(0, 3), st.integers(0, 40).map(lambda x: x * 20_000)),
        min_size=2,
        max_size=80,
    )
)
def test_the_kernels_count_what_the_definition_says(rows: list[tuple[int, int, int]]) -> None:
    hand = {pair: each for pair, each in by_hand(rows, WINDOWS).items() if max(each) >= 3}
    kernels = counted(rows)
    assert {pair: each for pair, each in kernels.items() if max(each) >= 3} == hand


def test_an_episode_is_counted_once_a_week_however_often_two_meet() -> None:
    rows = [(who, 1, day * 86400 + who * 60) for day in range(7) for who in (0, 1)]
    rows += [(who, 1, WEEK * week + who) for week in (1, 2, 3) for who in (0, 1)]
    assert counted(rows) == {(0, 1): [4, 4, 4]}


def test_a_crowd_is_skipped_and_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    crowd = counting.CROWD + 20
    rows = [(who, 1, who) for who in range(crowd)]
    found = count_episodes(in_order(*np.array(rows, np.int64).T), WINDOWS)
    assert found.skipped.tolist() == [19, 19, 19]
    assert found.emitted[0] == sum(min(who, counting.CROWD) for who in range(counting.CROWD + 1))


def test_the_middle_of_a_run_changes_nothing() -> None:
    rows = [(0, 1, 1000), (0, 1, 1010), (0, 1, 1020), (1, 1, 1030)]
    ordered = in_order(*np.array(rows, np.int64).T)
    assert ordered.runs_collapsed == 1
    assert len(ordered.at) == 3


def test_strengths_add_up_to_the_episodes() -> None:
    rng = np.random.default_rng(3)
    rows = np.column_stack([rng.integers(0, 30, 3000), rng.integers(0, 9, 3000), rng.integers(0, 90 * 86400, 3000)])
    found = count_episodes(in_order(*rows.T), WINDOWS)
    np.testing.assert_array_equal(found.strength.sum(axis=(1, 2)), 2 * found.emitted)
    # the folds share the widest window's episodes between them
    assert found.emitted[-1] + found.emitted[-2] == found.emitted[-3]
