"""A measure moves the way that its `alarming` says where what it is about has come true, and a wrong one is found."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from holdfast.errors import CheckFailedError
from holdfast.findings.nulls import STEADY
from holdfast.findings.testing import newest
from holdfast.measures._concentration import SQL
from holdfast.measures._measure import Computed, Measure, Null, Row
from holdfast.measures._running import BotMonths, run
from laws.measure_worlds import WORLDS, Tables, captured, healthy
from small_wikis import MEASURES, WIKI, prepared

SEED, ANOTHER = 3, 4
EVERY = pytest.mark.parametrize("measure", MEASURES.values(), ids=MEASURES.keys())
World = Callable[[int], Tables]
Prepared = tuple[object, object]


@cache
def opened(world: World, seed: int) -> tuple[object, ...]:
    connection, days = prepared(world(seed))
    return connection, days, BotMonths(connection)


def value(measure: Measure, world: World, seed: int = SEED) -> Computed:
    connection, days, bots = opened(world, seed)
    found = newest(run(measure, connection, wiki=WIKI, days=days, bots=bots))  # type: ignore[arg-type]
    assert found is not None
    return found.computed


def assert_moves_as_it_says(measure: Measure, planted: World) -> None:
    """The planted world is out of the healthy one's interval on the alarming side, and further than chance goes."""
    sign = {"high": 1, "low": -1}[measure.alarming]
    own, other, moved = value(measure, healthy), value(measure, healthy, ANOTHER), value(measure, planted)
    assert own.value is not None
    assert other.value is not None
    assert moved.value is not None
    edge = own.high if sign > 0 else own.low
    assert edge is not None
    assert sign * (moved.value - edge) > 0
    assert sign * (moved.value - own.value) > sign * (other.value - own.value)


@EVERY
def test_a_planted_world_moves_it_the_way_that_alarms(measure: Measure) -> None:
    assert measure.name in WORLDS, "plant a world for it in tests/laws/measure_worlds.py"
    if measure.alarming != "neither":
        assert_moves_as_it_says(measure, WORLDS[measure.name])


def idle_admins(*, counts_active: bool) -> Measure:
    """The share of admins who did nothing; or, wrongly, of those who did something."""

    def finish(rows: Sequence[Row], rng: np.random.Generator) -> Computed:
        admins = sum(int(row["admins"]) for row in rows)
        idle = sum(int(row["admins"]) for row in rows if not row["actions"])
        share = (admins - idle if counts_active else idle) / max(admins, 1)
        return Computed(value=share, low=share, high=share, interval="none", n=admins)

    return replace(
        MEASURES["admin_action_gini"], name="idle_admins", alarming="high", sql=SQL, finish=finish,
        equal_work=lambda drawn: (drawn == 0).mean(axis=1),
    )  # fmt: skip


def test_an_idle_admins_that_counts_active_ones_breaks_the_law() -> None:
    assert_moves_as_it_says(idle_admins(counts_active=False), captured)
    with pytest.raises(AssertionError):
        assert_moves_as_it_says(idle_admins(counts_active=True), captured)


@pytest.mark.parametrize("name", ["admin_action_gini", "effective_admins", "top3_share"])
def test_a_measure_of_concentrated_work_cannot_escape_its_bar(name: str) -> None:
    with pytest.raises(CheckFailedError, match=r"measure\.declaration.*equal_work"):
        replace(MEASURES[name], name="another", equal_work=None)


def test_a_test_without_its_question_is_refused() -> None:
    plain = MEASURES["active_editors"]
    for null in (Null.PERMUTATION, Null.OTHER_ELECTIONS):
        with pytest.raises(CheckFailedError, match=r"measure\.declaration"):
            replace(plain, nulls=(null,))
    with pytest.raises(CheckFailedError, match=r"measure\.declaration.*alarming"):
        replace(plain, alarming="upwards")


@EVERY
def test_its_source_can_be_found_and_its_spread_is_known(measure: Measure) -> None:
    assert "detection page" not in measure.source
    assert measure.steady in STEADY


@pytest.mark.parametrize("name", ["admin_action_gini", "effective_admins", "top3_share"])
def test_equal_work_is_judged_by_the_value_itself(name: str) -> None:
    # loads 0, 1, 2, 5, 12: by hand 20 actions, squares 174, sum of rank times load 88
    by_hand = {"admin_action_gini": 0.7, "effective_admins": 400 / 174, "top3_share": 19 / 20}
    statistic = MEASURES[name].equal_work
    assert statistic is not None
    assert statistic(np.array([[0, 5, 12, 1, 2]]))[0] == pytest.approx(by_hand[name])
