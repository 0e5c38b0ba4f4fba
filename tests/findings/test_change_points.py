"""Change points are found where they were planted, and as rarely elsewhere as promised."""

import numpy as np
import pytest
from scipy import stats
from scipy.signal import lfilter

from holdfast.findings.change_points import Numbers, find_change, statistics


def remembering(length: int, memory: float, rng: np.random.Generator) -> Numbers:
    found: Numbers = lfilter([1.0], [1.0, -memory], rng.standard_normal(length + 50))[50:]
    return found


def test_a_planted_change_is_found_where_it_was_planted() -> None:
    rng = np.random.default_rng(4)
    series = rng.standard_normal(60) + 3.0 * (np.arange(60) >= 35)
    change = find_change(series, rng)
    assert change is not None
    assert abs(change.index - 35) <= 2
    assert change.p <= 0.005
    assert change.after - change.before == pytest.approx(3.0, abs=0.7)


def test_too_short_or_level_series_are_not_judged() -> None:
    rng = np.random.default_rng(1)
    assert find_change(rng.standard_normal(15), rng) is None
    assert find_change(np.ones(40), rng) is None


def test_the_statistic_is_that_of_the_definition() -> None:
    series = np.array([1.0, 3.0, 2.0, 5.0, 4.0, 9.0, 8.0, 7.0])
    length, k = len(series), 4
    shift = (series[:k].sum() - k / length * series.sum()) / np.sqrt(length)
    first = sum((series[:t].sum() - t / k * series[:k].sum()) ** 2 for t in range(1, k + 1))
    rest = length - k
    second = sum(
        (series[t - 1 :].sum() - (length - t + 1) / rest * series[k:].sum()) ** 2 for t in range(k + 1, length + 1)
    )
    expected = shift**2 / ((first + second) / length**2)
    assert statistics(series[None, :])[0][k] == pytest.approx(expected)


@pytest.mark.requirement("5.6")
@pytest.mark.parametrize(("length", "memory"), [(20, 0.0), (20, 0.5), (60, 0.0), (60, 0.6)])
def test_series_without_a_change_alarm_no_more_often_than_promised(length: int, memory: float) -> None:
    rng = np.random.default_rng(length + int(10 * memory))
    found = [find_change(remembering(length, memory, rng), rng, replicates=199) for _ in range(200)]
    alarms = sum(each.p <= 0.05 for each in found if each is not None)
    # more than this many of 200 would come of a true rate of 5 % once in a thousand times
    assert alarms <= stats.binom.ppf(0.999, 200, 0.05)


def test_a_season_is_no_change() -> None:
    rng = np.random.default_rng(8)
    season = 1.5 * np.sin(2 * np.pi * np.arange(60) / 12)
    found = [find_change(rng.standard_normal(60) + season, rng, replicates=199) for _ in range(100)]
    assert sum(each.p <= 0.05 for each in found if each is not None) <= stats.binom.ppf(0.999, 100, 0.05)
