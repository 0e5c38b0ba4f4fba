"""Every p-value that a co-action run prints is uniform or larger than uniform when nothing is there."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from holdfast.networks.counting import WEEK, count_episodes, in_order
from holdfast.networks.groups import (
    BOTH,
    Candidate,
    Cells,
    cells_from,
    joining_p,
    object_cells,
    try_candidates,
)
from holdfast.networks.lag import contrast
from holdfast.networks.strength import adjusted, spread, surplus, tail
from holdfast.networks.visits import Visits, visits_of

LEVELS = (0.01, 0.05, 0.1, 0.25, 0.5)


def assert_conservative(p: np.ndarray, *, slack: float = 3.5) -> None:
    """No level is reached more often than it says, up to `slack` standard errors."""
    for level in LEVELS:
        error = np.sqrt(level * (1 - level) / len(p))
        assert (p <= level + 1e-12).mean() <= level + slack * error, (level, (p <= level).mean())


def test_key_a_is_the_tail_of_the_negative_binomial() -> None:
    count, mean, shape = np.array([1, 3, 7], np.int32), np.array([0.5, 2.0, 1.5]), np.array([0.7, 3.0, 1e6])
    by_hand = stats.nbinom.sf(count - 1, shape, shape / (shape + mean))
    np.testing.assert_allclose(tail(count, mean, shape), by_hand, rtol=1e-6)
    # with no spread it is Poisson: P(X >= 7) at 1.5
    assert tail(count, mean, shape)[2] == pytest.approx(stats.poisson.sf(6, 1.5), rel=1e-3)


def test_key_a_is_conservative_under_its_own_null() -> None:
    rng = np.random.default_rng(1)
    mean = rng.gamma(2.0, 2.0, 20_000)
    shape = np.full(len(mean), 1.3)
    count = rng.negative_binomial(shape, shape / (shape + mean)).astype(np.int32)
    p = np.ones(len(count))
    p[count > 0] = tail(count[count > 0], mean[count > 0], shape[count > 0])
    assert_conservative(p)


def test_key_b_is_the_closed_form_and_conservative() -> None:
    close, control = np.array([4]), np.array([6])
    assert contrast(close, control, 2.0)[0] == pytest.approx(stats.nbinom.sf(3, 7, 2 / 3))
    rng = np.random.default_rng(2)
    # intensity differs by pair; closeness in time does not matter: control lags are R times as frequent
    rate, ratio = rng.gamma(1.0, 4.0, 30_000), 2.5
    far, near = rng.poisson(rate * ratio), rng.poisson(rate)
    seen = near > 0
    p = np.ones(len(rate))
    p[seen] = contrast(near[seen], far[seen], ratio)
    assert_conservative(p)


def test_surplus_is_conservative_where_accounts_act_at_random() -> None:
    rng = np.random.default_rng(3)
    weight = rng.pareto(1.5, 300) + 1
    account = rng.choice(300, 40_000, p=weight / weight.sum())
    ordered = in_order(account, rng.integers(0, 400, 40_000), rng.integers(0, 180 * 86400, 40_000))
    counted = count_episodes(ordered, (86400,))
    rows = np.flatnonzero(counted.episodes[:, 0] >= 3)
    first, second, count = counted.first[rows], counted.second[rows], counted.episodes[rows, 0]
    p = surplus(counted, 0, first, second, count, 0).p
    # the family is all pairs; those below three episodes count as p = 1
    everybody = np.ones(300 * 299 // 2)
    everybody[: len(p)] = p
    assert_conservative(everybody)
    assert (spread(counted, 0, 0) > 3).all()


@given(st.lists(st.floats(0, 1), min_size=1, max_size=40), st.integers(0, 1000))
def test_adjusted_p_is_the_step_up_rule(p: list[float], unseen: int) -> None:
    given_p = np.array(p)
    q = adjusted(given_p, len(p) + unseen)
    padded = np.concatenate([given_p, np.ones(unseen)])
    by_hand = stats.false_discovery_control(padded)[: len(p)]
    np.testing.assert_allclose(q, by_hand, atol=1e-9)


def _exchanged(visits: Visits, cells: Cells, rng: np.random.Generator) -> Visits:
    """The same visits with accounts exchanged within cells: nothing is there by construction."""
    owner = visits.owner.copy()
    shuffled = cells.visit[np.lexsort((rng.random(len(owner)), cells.of_visit[cells.visit]))]
    owner[cells.visit] = visits.owner[shuffled]
    order = np.argsort(owner, kind="stable")
    return Visits(
        **{
            **{name: getattr(visits, name) for name in visits.__dataclass_fields__},
            "owner": owner,
            "of_account": order.astype(np.int64),
            "account_from": np.concatenate([[0], np.cumsum(np.bincount(owner, minlength=visits.accounts))]),
        }
    )


@pytest.fixture(scope="module")
def meetings() -> tuple[Visits, Cells]:
    rng = np.random.default_rng(4)
    account, thing = rng.integers(0, 120, 9000), (rng.random(9000) ** 2 * 60).astype(int)
    # with crowds, so that meetings clump
    at = np.where(rng.random(9000) < 0.3, rng.integers(0, 30, 9000) * 4 * 86400, 0) + rng.integers(
        0, 86400 * 120, 9000
    )
    visits = visits_of(in_order(account, thing, at), 86400)
    return visits, cells_from(visits.week.astype(np.int64) * 4 + visits.size)


def test_the_group_test_is_uniform_when_accounts_are_exchanged(meetings: tuple[Visits, Cells]) -> None:
    visits, cells = meetings
    rng = np.random.default_rng(5)
    p = []
    for number in range(250):
        drawn = _exchanged(visits, cells, rng)
        group = np.sort(rng.choice(visits.accounts, 12, replace=False)).astype(np.int64)
        candidate = Candidate(accounts=group, stability=1.0, fold=BOTH)
        p.append(try_candidates(drawn, (cells, cells), [candidate], 99, number)[0][0])
    assert_conservative(np.array(p))
    # and it is not only large: a test that never rejects would pass the line above
    assert np.median(p) < 0.75


def test_the_family_of_candidates_is_corrected_for_its_size(meetings: tuple[Visits, Cells]) -> None:
    visits, cells = meetings
    rng = np.random.default_rng(6)
    smallest = []
    for number in range(80):
        drawn = _exchanged(visits, cells, rng)
        people = rng.permutation(visits.accounts)[:60].astype(np.int64)
        family = [
            Candidate(accounts=np.sort(part), stability=1.0, fold=BOTH)
            for part in np.split(people, (3, 6, 10, 15, 25, 40))
        ]
        smallest.append(min(p for p, _ in try_candidates(drawn, (cells, cells), family, 99, number)))
    assert_conservative(np.array(smallest))


def test_joining_is_conservative_when_accounts_are_exchanged(meetings: tuple[Visits, Cells]) -> None:
    visits, cells = meetings
    rng = np.random.default_rng(7)
    p = []
    for _ in range(60):
        drawn = _exchanged(visits, cells, rng)
        core = rng.choice(visits.accounts, 10, replace=False).astype(np.int64)
        outside = np.setdiff1d(np.arange(visits.accounts), core)
        p.append(joining_p(drawn, cells, core)[outside])
    found = np.concatenate(p)
    # joining is asked at levels far below these, of thousands of accounts
    for level in (0.001, 0.01, 0.05):
        assert (found <= level).mean() <= 1.6 * level + 0.002, level


def test_cells_by_object_never_join_two_folds(meetings: tuple[Visits, Cells]) -> None:
    visits, _ = meetings
    cells = object_cells(visits)
    fold = visits.fold()
    for begin, end in zip(cells.start[:-1], cells.start[1:], strict=True):
        assert len(set(fold[cells.visit[begin:end]].tolist())) <= 1
    assert WEEK == 604800
