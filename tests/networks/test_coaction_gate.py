"""The gate: its bounds, its nulls, its refusal; and thin or strange data."""

from dataclasses import replace

import numpy as np
import pytest

from holdfast.errors import UsageError
from holdfast.networks import calibration
from holdfast.networks.calibration import interval, rate_of, upper_share
from holdfast.networks.coaction import Look, Settings, kinds_of, look
from holdfast.networks.counting import WEEK, Ordered, in_order
from holdfast.networks.gate import TARGET, may_publish
from holdfast.networks.nulls import JITTER, NULLS, injected, subsample
from holdfast.networks.run import run
from holdfast.worlds.simulation import simulate
from holdfast.worlds.world import Coordinated, Size, World

SMALL = Size(accounts=700, objects=2500, topics=6, actions=18_000, days=160)
PLANT = (
    Coordinated(size=8, delay="30m", events=26, participation=0.8),
    Coordinated(size=14, delay="1d", events=30, participation=0.6),
)


def actions_of(seed: int, *, planted: bool) -> tuple[Ordered, np.ndarray, set[int]]:
    """A small world: its actions, its accounts' numbers in the world, and the planted ones."""
    found = simulate(World(size=SMALL, coordinated=PLANT), seed, healthy=not planted)
    truth = {int(row["account"].split()[1]) for row in found.truth.to_pylist() if not row["legitimate"]}
    actions = found.actions
    return in_order(actions.account, actions.object, actions.at), np.unique(actions.account), truth


@pytest.fixture(scope="module")
def planted() -> tuple[Ordered, np.ndarray, set[int]]:
    return actions_of(41, planted=True)


@pytest.mark.requirement("2.9")
def test_planted_groups_are_found_and_hardly_anybody_else(planted: tuple[Ordered, np.ndarray, set[int]]) -> None:
    ordered, names, truth = planted
    found = look(ordered, kinds_of(ordered, 0), Settings())
    grouped = {int(names[each]) for group in found.groups for each in group.accounts}
    assert len(grouped & truth) >= 0.75 * len(truth)
    assert len(grouped - truth) <= 0.05 * len(grouped)


def test_the_same_world_without_the_plant_gives_nothing() -> None:
    ordered, _, truth = actions_of(41, planted=False)
    found = look(ordered, kinds_of(ordered, 0), Settings())
    assert not truth
    assert found.groups == ()
    assert not found.pairs.flagged.any()


def test_a_look_depends_on_nothing_but_actions_and_seed(planted: tuple[Ordered, np.ndarray, set[int]]) -> None:
    ordered, _, _ = planted
    one, other = (look(ordered, kinds_of(ordered, 0), Settings()) for _ in range(2))
    np.testing.assert_array_equal(one.pairs.p, other.pairs.p)
    assert [group.accounts.tolist() for group in one.groups] == [group.accounts.tolist() for group in other.groups]


@pytest.mark.parametrize("name", sorted(NULLS))
def test_a_null_keeps_what_it_promises(name: str, planted: tuple[Ordered, np.ndarray, set[int]]) -> None:
    ordered, _, _ = planted
    drawn = NULLS[name](ordered, np.random.default_rng(1))
    np.testing.assert_array_equal(np.bincount(drawn.account).sum(), len(ordered.account) - drawn.runs_collapsed)
    before = set(zip(ordered.account.tolist(), ordered.object.tolist(), strict=True))
    after = set(zip(drawn.account.tolist(), drawn.object.tolist(), strict=True))
    if name == "shuffle":
        assert len(before & after) < 0.5 * len(before)
    else:
        assert after == before  # each account's own objects
    if name == "weeks":
        # days of the week and seconds of the day stay
        assert set((drawn.at % WEEK).tolist()) <= set((ordered.at % WEEK).tolist())
    assert drawn.at.min() >= 0
    assert JITTER == 14 * 86400


@pytest.mark.parametrize("replicates", [1, 20, 58])
def test_a_run_publishes_by_its_bound_and_not_by_its_estimate(
    replicates: int, planted: tuple[Ordered, np.ndarray, set[int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    ordered, _, _ = planted
    nothing = replace(look(ordered, kinds_of(ordered, 0), Settings()), groups=())
    monkeypatch.setattr(calibration, "look", lambda *_: nothing)
    kinds = kinds_of(ordered, 0)
    few = calibration.calibrate(ordered, kinds, Settings(), replicates=replicates)
    assert few.realised_false_groups == 0
    assert few.upper_bound is not None
    assert few.upper_bound > TARGET
    assert not few.published
    assert "it takes 59 of each kind" in few.reason
    assert calibration.calibrate(ordered, kinds, Settings(), replicates=59).published


def test_the_gate_has_one_rule_and_publishes_nothing_without_a_bound() -> None:
    assert may_publish(0.05)
    assert not any(may_publish(each) for each in (None, 0.0501, 0.95, 2.996, float("nan"), -1.0))
    # a fifth of the data shows five times less, and needs five times the replicates
    assert calibration.replicates_needed(0.2) == 299
    assert may_publish(rate_of([0] * 299, 0.2).upper_bound)
    assert not may_publish(rate_of([0] * 298, 0.2).upper_bound)


def test_what_replicates_can_show() -> None:
    assert upper_share(0, 20) == pytest.approx(0.139, abs=0.001)
    assert upper_share(0, 60) == pytest.approx(0.0487, abs=0.0005)
    rate = rate_of([0] * 58 + [1, 2], 1.0)
    assert rate.false_groups == pytest.approx(0.05)
    assert rate.upper_bound > upper_share(2, 60)
    # a subsample of a fifth shows five times less
    assert rate_of([0] * 60, 0.2).upper_bound == pytest.approx(5 * upper_share(0, 60))
    assert interval(0, 0) == (0.0, 1.0)


def test_injected_groups_are_in_the_data_and_stated(planted: tuple[Ordered, np.ndarray, set[int]]) -> None:
    ordered, _, _ = planted
    drawn, groups = injected(ordered, kinds_of(ordered, 0)[0], np.random.default_rng(2))
    assert [group.size for group in groups] == [5, 10, 25]
    assert len(drawn.at) > len(ordered.at)
    assert len(np.unique(np.concatenate([group.members for group in groups]))) == 40


def test_a_subsample_is_as_dense_as_the_whole(planted: tuple[Ordered, np.ndarray, set[int]]) -> None:
    ordered, _, _ = planted
    smaller, share = subsample(ordered, kinds_of(ordered, 0)[1], 9000, np.random.default_rng(3))
    assert 0 < share < 0.7
    for thing in np.unique(smaller.object)[:20]:
        assert (smaller.object == thing).sum() == (ordered.object == thing).sum()


def test_too_many_false_groups_refuse_everything(
    planted: tuple[Ordered, np.ndarray, set[int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    ordered, _, _ = planted
    first = look(ordered, kinds_of(ordered, 0), Settings())
    assert first.groups

    def always(*_: object) -> Look:
        return first

    monkeypatch.setattr(calibration, "look", always)
    found = run(
        ordered.account.astype(np.int64),
        ordered.object.astype(np.int64),
        ordered.at,
        settings=Settings(),
        replicates=2,
    )
    assert found.status == "not_published"
    assert found.look is not None
    assert found.look.groups == ()
    assert not found.look.pairs.flagged.any()
    assert found.calibration.realised_false_groups == len(first.groups)


@pytest.mark.parametrize(
    "rows",
    [
        np.zeros((0, 3), np.int64),
        np.array([[0, 0, 5]]),
        np.column_stack([np.zeros(2000, int), np.arange(2000), np.arange(2000) * 10_000]),  # one account
        np.column_stack([np.arange(3000) % 50, np.arange(3000) % 40, np.full(3000, 77)]),  # all in one second
        np.column_stack([np.arange(60_000) % 900, np.zeros(60_000, int), np.arange(60_000) * 200]),  # one page
    ],
)
def test_thin_data_are_not_enough_data_and_the_minimum_is_named(rows: np.ndarray) -> None:
    found = run(*rows.T.astype(np.int64), settings=Settings(), replicates=1)
    assert found.status == "not_enough_data"
    assert "at least" in found.missing
    assert found.calibration.to_json()["realised_false_groups"] is None


def test_one_crowded_page_among_others_ends_and_accuses_nobody() -> None:
    rng = np.random.default_rng(4)
    crowd = np.column_stack(
        [rng.integers(0, 300, 40_000), np.zeros(40_000, int), rng.integers(0, 70 * 86400, 40_000)]
    )
    rest = np.column_stack([rng.integers(0, 300, 3000), rng.integers(1, 50, 3000), rng.integers(0, 70 * 86400, 3000)])
    ordered = in_order(*np.vstack([crowd, rest]).T)
    found = look(ordered, kinds_of(ordered, 0), Settings())
    assert found.skipped[-1] > 30_000
    assert found.groups == ()


@pytest.mark.parametrize(
    "wrong", [{"windows": ()}, {"windows": (60, 60)}, {"windows": (8 * 86400,)}, {"q": 0.0}, {"q": 1.5}]
)
def test_impossible_settings_are_refused(wrong: dict[str, object]) -> None:
    none = np.zeros(0, np.int64)
    with pytest.raises(UsageError):
        run(none, none, none, settings=replace(Settings(), **wrong))  # type: ignore[arg-type]
