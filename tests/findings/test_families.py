"""One family: the adjusted p of Benjamini and Hochberg."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.findings.families import adjusted

SHARES = st.lists(st.floats(0, 1), max_size=30)


def test_an_example_worked_by_hand() -> None:
    # ranks 1 to 4: .01 * 4, .04 * 4/3 = .0533 but .03 * 4/2 = .06 -> .0533 holds for rank 2, .5
    assert adjusted([0.04, 0.01, 0.5, 0.03]) == pytest.approx([0.16 / 3, 0.04, 0.5, 0.16 / 3])


@given(SHARES)
def test_adjusting_keeps_the_order_and_never_lowers(p: list[float]) -> None:
    q = adjusted(p)
    assert len(q) == len(p)
    assert all(each >= raw and each <= 1 for each, raw in zip(q, p, strict=True))
    order = np.argsort(p, kind="stable")
    assert (np.diff(q[order]) >= 0).all()


@given(SHARES, st.floats(0.01, 0.5))
def test_what_is_kept_are_the_k_smallest_of_the_definition(p: list[float], q: float) -> None:
    ordered = sorted(p)
    m = len(p)
    k = max((i for i in range(1, m + 1) if ordered[i - 1] <= i * q / m), default=0)
    kept = int((adjusted(p) <= q + 1e-12).sum())
    assert kept >= k
    assert kept == k or ordered[kept - 1] == pytest.approx(kept * q / m, rel=1e-9, abs=1e-9)


def test_with_nothing_to_find_a_family_finds_something_in_at_most_a_share_q() -> None:
    rng = np.random.default_rng(2)
    wrong = sum((adjusted(rng.random(15)) <= 0.05).any() for _ in range(2_000))
    assert wrong <= 0.05 * 2_000 + 3 * np.sqrt(0.05 * 0.95 * 2_000)
