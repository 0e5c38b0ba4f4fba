"""The two models kept for comparison: degrees are matched, and plain counting does not hang on order."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from holdfast.networks.bipartite_null import _chances, shared_objects
from holdfast.networks.plain_count import plain_count


def test_the_bipartite_model_keeps_every_degree() -> None:
    rng = np.random.default_rng(1)
    matrix = rng.random((40, 90)) < np.outer(rng.uniform(0.05, 0.6, 40), rng.uniform(0.1, 1, 90))
    chance = _chances(matrix.sum(axis=1).astype(float), matrix.sum(axis=0).astype(float))
    np.testing.assert_allclose(chance.sum(axis=1), matrix.sum(axis=1), rtol=1e-5)
    np.testing.assert_allclose(chance.sum(axis=0), matrix.sum(axis=0), atol=1e-4)


def test_a_pair_with_one_list_stands_out_of_random_ones() -> None:
    rng = np.random.default_rng(2)
    account, thing = np.repeat(np.arange(60), 15), rng.integers(0, 400, 900)
    thing[15:30] = thing[:15]
    found = shared_objects(account, thing)
    flagged = {
        (int(u), int(v)) for u, v in zip(found.first[found.q < 0.01], found.second[found.q < 0.01], strict=True)
    }
    assert flagged == {(0, 1)}


@settings(deadline=None, max_examples=40)
@given(
    st.lists(st.tuples(st.integers(0, 5), st.integers(0, 3), st.integers(0, 50)), min_size=1, max_size=40),
    st.randoms(),
)
def test_plain_counting_is_the_definition_in_any_order(rows: list[tuple[int, int, int]], random: object) -> None:
    counted: dict[tuple[int, int], int] = {}
    part: dict[int, set[int]] = {}
    for i, (u, thing, at) in enumerate(rows):
        for j in range(i):
            v, other, before = rows[j]
            if u != v and thing == other and abs(at - before) <= 7:
                counted[min(u, v), max(u, v)] = counted.get((min(u, v), max(u, v)), 0) + 1
                part.setdefault(u, set()).add(i)
                part.setdefault(v, set()).add(j)
    kept = {pair: n for pair, n in counted.items() if max(len(part[pair[0]]), len(part[pair[1]])) >= 2}
    random.shuffle(rows)  # type: ignore[attr-defined]
    found = plain_count(*np.array(rows, np.int64).T, window=7)
    ours = {(int(u), int(v)): int(n) for u, v, n in zip(found.first, found.second, found.observed, strict=True)}
    assert ours == kept
