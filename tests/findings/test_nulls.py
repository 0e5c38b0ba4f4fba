"""Each null is uniform when it holds, and gives way when something was planted."""

from datetime import date

import numpy as np
import pytest
from scipy import stats

from holdfast.clock import add_months
from holdfast.findings.elections import excess_p
from holdfast.findings.hypothesis import Hypothesis
from holdfast.findings.nulls import LEAST_PEERS, against_peers, equal_work, own_past
from holdfast.findings.permutation import meeting_p
from holdfast.findings.testing import Judged, hypotheses, judge
from holdfast.ids import wiki_name
from holdfast.measures._measure import Computed
from holdfast.measures._running import Measured, run
from holdfast.measures.admin_action_gini import _of_drawn as _gini
from holdfast.worlds.governed import Governed, governed
from small_wikis import MEASURES, prepared

WIKI = wiki_name("smallwiki")


def month(name: str, number: int, value: float) -> Measured:
    start = add_months(date(2015, 1, 1), number)
    computed = Computed(value=value, low=value, high=value, interval="made up", n=100)
    return Measured(measure=MEASURES[name], period=(start, add_months(start, 1)), computed=computed, is_whole=True)


def uniform(p: list[float]) -> float:
    """Kolmogorov-Smirnov against the uniform distribution; a little noise breaks the steps of 1 / (1 + B)."""
    rng = np.random.default_rng(0)
    return float(stats.kstest(np.clip(np.array(p) - rng.random(len(p)) / 200, 0, 1), "uniform").pvalue)


def test_own_past_tells_the_month_the_levels_and_the_direction() -> None:
    rng = np.random.default_rng(5)
    series = [month("fresh_editor_share", n, float(v)) for n, v in enumerate(rng.normal(0.35, 0.03, 60))]
    low = [month("fresh_editor_share", n, float(v)) for n, v in enumerate(rng.normal(0.15, 0.03, 30), 60)]
    found = own_past(MEASURES["fresh_editor_share"], series + low, WIKI)
    assert found is not None
    assert found.p <= 0.001
    assert found.change is not None
    assert abs((found.change[0] - date(2020, 1, 1)).days) <= 62
    assert found.change[1] == pytest.approx(0.35, abs=0.02)
    assert found.change[2] == pytest.approx(0.15, abs=0.02)
    assert "lower, which deserves a look" in found.claim
    assert len(found.evidence[0].rows) == 90
    assert all(each.tested.startswith(("without", "after")) for each in found.tested)


def test_a_floor_holds_a_finding_back() -> None:
    series = [month("fresh_editor_share", n, 0.4 if n < 40 else 0.1 + n / 1_000) for n in range(80)]
    found = own_past(MEASURES["fresh_editor_share"], series, WIKI, floor=0.7)
    assert found is not None
    assert found.p == 0.7


def test_windows_that_overlap_or_are_not_whole_are_no_past() -> None:
    rows = [month("fresh_editor_share", n, n / 100) for n in range(15)]
    cut = Measured(measure=rows[0].measure, period=(date(2014, 1, 1), date(2014, 2, 1)),
                   computed=rows[0].computed, is_whole=False)  # fmt: skip
    assert own_past(rows[0].measure, [*rows, cut], WIKI) is None


def test_peers_are_judged_by_rank() -> None:
    mine = month("fresh_editor_share", 0, 0.1)
    peers = {f"peer{n}": month("fresh_editor_share", 0, 0.2 + n / 100) for n in range(9)}
    found = against_peers(mine.measure, mine, peers, WIKI)
    assert found is not None
    assert found.p == pytest.approx(1 / 10)  # the lowest of ten, and low is the alarming side
    assert "0.1" in found.effect
    few = dict(list(peers.items())[: LEAST_PEERS - 1])
    assert against_peers(mine.measure, mine, few, WIKI) is None


def test_the_rank_among_peers_is_uniform_when_the_wiki_is_one_of_them() -> None:
    rng = np.random.default_rng(3)
    found = []
    for _ in range(300):
        drawn = rng.normal(0.3, 0.05, 40)
        peers = {f"peer{n}": month("fresh_editor_share", 0, float(v)) for n, v in enumerate(drawn[1:])}
        mine = month("fresh_editor_share", 0, float(drawn[0]))
        test = against_peers(mine.measure, mine, peers, WIKI)
        assert test is not None
        found.append(test.p - rng.random() / 40)  # the steps of a rank are 1/40 wide
    assert stats.kstest(found, "uniform").pvalue > 0.001


def test_equal_work_is_uniform_when_work_is_equal_per_month_of_holding() -> None:
    rng = np.random.default_rng(6)
    held = rng.integers(1, 13, 20)
    found = [
        equal_work(held, rng.multinomial(1_000, held / held.sum()), _gini, rng, draws=199)[0] for _ in range(200)
    ]
    assert uniform(found) > 0.001


def test_equal_work_is_rejected_by_communities_in_which_nothing_is_wrong() -> None:
    rng = np.random.default_rng(7)
    held = np.full(20, 12)
    for _ in range(50):
        share = rng.lognormal(0, 1, 20)
        p, _ = equal_work(held, rng.multinomial(1_000, share / share.sum()), _gini, rng, draws=199)
        assert p == 1 / 200  # why it is a bar and no null of its own: decision 31


@pytest.fixture(scope="module")
def of_unlike_admins() -> list[Judged]:
    """Twelve healthy communities whose admins are mildly unlike: each has some cases of their own."""
    return [assessed(Governed(seed=7_000 + n, unlike=0.35)) for n in range(12)]


def assessed(world: Governed) -> Judged:
    connection, days = prepared(governed(world))
    measured = {name: run(each, connection, wiki=WIKI, days=days) for name, each in MEASURES.items()}
    found = hypotheses(connection, measured, {}, wiki=WIKI, days=days, label=lambda account: account)
    connection.close()
    return judge(found, wiki=WIKI, q=0.05)


@pytest.mark.requirement("5.6")
def test_admins_who_are_mildly_unlike_give_no_finding_about_them(of_unlike_admins: list[Judged]) -> None:
    about = {"block_reversal_rate", "block_severity_excess"}
    assert not [each.id for judged in of_unlike_admins for each in judged.findings if each.measure in about]
    wrong = sum(judged.family.kept > 0 for judged in of_unlike_admins)
    assert wrong <= stats.binom.ppf(0.999, 12, 0.1)


def test_lengths_and_reversals_are_measured_all_the_same(of_unlike_admins: list[Judged]) -> None:
    connection, days = prepared(governed(Governed(seed=7_000, unlike=0.35)))
    for name in ("block_reversal_rate", "block_severity_excess"):
        found = run(MEASURES[name], connection, wiki=WIKI, days=days)
        assert sum(each.computed.value is not None for each in found) > 24
    connection.close()
    assert not MEASURES["block_severity_excess"].nulls
    nulls = {(test.measure, test.null) for judged in of_unlike_admins for test in judged.tests}
    assert {null for measure, null in nulls if measure == "block_reversal_rate"} == {"own past"}


def meetings(rng: np.random.Generator, chance_own: float) -> float:
    """300 blocks on 30 days by 8 admins; each would meet each target at 10 %, the own one at `chance_own`."""
    days, actors = rng.integers(0, 30, 300), rng.integers(0, 8, 300)
    met = {
        (block, actor)
        for block in range(300)
        for actor in range(8)
        if rng.random() < (chance_own if actor == actors[block] else 0.1)
    }
    return meeting_p(days, actors, met, rng, permutations=199)[0]


def test_meeting_ones_targets_no_more_than_colleagues_do_gives_valid_p() -> None:
    rng = np.random.default_rng(10)
    found = [meetings(rng, 0.1) for _ in range(150)]
    assert sum(p <= 0.05 for p in found) <= stats.binom.ppf(0.999, 150, 0.05)


def test_blocking_whom_one_met_is_seen() -> None:
    assert meetings(np.random.default_rng(11), 0.3) <= 0.01


def test_no_meeting_at_all_is_nothing() -> None:
    assert meeting_p(np.zeros(40, dtype=np.int64), np.arange(40) % 4, set(), np.random.default_rng(1), 99)[0] == 1


def polls(rng: np.random.Generator, count: int) -> tuple[np.ndarray, np.ndarray]:
    voters = rng.integers(20, 90, count)
    return rng.binomial(voters, rng.beta(2, 18, count)), voters


@pytest.mark.requirement("6.20")
def test_an_ordinary_election_is_rarely_called_unusual() -> None:
    rng = np.random.default_rng(12)
    alarms = 0
    for _ in range(200):
        hits, voters = polls(rng, 31)
        alarms += excess_p(int(hits[0]), int(voters[0]), hits[1:], voters[1:]) <= 0.05
    assert alarms <= stats.binom.ppf(0.999, 200, 0.05)


@pytest.mark.requirement("6.20")
def test_an_election_full_of_returners_is_called_unusual() -> None:
    hits, voters = polls(np.random.default_rng(13), 40)
    assert excess_p(40, 60, hits, voters) < 0.005


def hypothesis(p: float, name: str = "fresh_editor_share") -> Hypothesis:
    return Hypothesis(
        measure=MEASURES[name], null="own past", period_start=None, period_end=None, p=p, claim="c", effect="e",
        evidence=(),
    )  # fmt: skip


def test_the_family_counts_all_that_was_tested_and_keeps_the_few() -> None:
    judged = judge([hypothesis(p) for p in (0.001, 0.2, 0.9, 0.04)], wiki=WIKI, q=0.05)
    assert (judged.family.looked_at, judged.family.kept, len(judged.findings)) == (4, 1, 1)
    assert len(judged.tests) == 4
    assert [test.found for test in judged.tests] == [True, False, False, False]
    finding = judged.findings[0]
    assert finding.q == pytest.approx(0.004)
    assert finding.innocent
    assert all(each.tested == "not tested with these data" for each in finding.innocent)
    assert finding.tell_apart


def test_an_assessment_that_tests_nothing_finds_nothing() -> None:
    judged = judge([], wiki=WIKI, q=0.05)
    assert (judged.family.looked_at, judged.findings) == (0, ())
