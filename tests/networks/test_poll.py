"""One election by itself: what was planted stands out, healthy elections do not, and what lacks is said."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from scipy.stats import kstest

from holdfast.clock import system_clock
from holdfast.ids import wiki_name
from holdfast.networks.ballots import Ballots, ballots_from
from holdfast.networks.poll import Check, History, all_checks, arrival_burst, canvass, examine
from holdfast.tables.ingest import begin
from holdfast.tables.lake import create_lake
from holdfast.workflows.analysis.votes import history_of
from holdfast.worlds.election_world import ElectionWorld
from holdfast.worlds.elections import SimulatedElections, simulate

WORLD = ElectionWorld(voters=300, elections=40, turnout=0.12, edits=True)
CASES = {"sleeper": "dormant_return", "sock": "franchise_age", "canvassed": "canvass"}


def read(drawn: SimulatedElections, lake_path: Path) -> tuple[Ballots, History]:
    """The world as a lake gives it: ballots, and what is known of the voters beyond them."""
    lake = create_lake(lake_path)
    with begin(lake, wiki_name("testwiki"), "simulation", "test") as ingest:
        for name, table in drawn.tables.items():
            ingest.add_arrow(name, table)
        ingest.commit([], "test", system_clock)
    ballots = ballots_from(lake.table("testwiki", "votes"), lake.table("testwiki", "elections"))
    return ballots, history_of(lake, "testwiki", ballots)


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> tuple[Ballots, History, dict[str, int]]:
    drawn = simulate(replace(WORLD, sleepers=25, socks=25, canvassed=25), 4)
    ballots, history = read(drawn, tmp_path_factory.mktemp("poll") / "lake")
    place = {election: number for number, (election, _) in enumerate(ballots.polls)}
    where = {row["group_id"]: place[row["election"]] for row in drawn.called.to_pylist()}
    return ballots, history, where


@pytest.mark.requirement("6.20")
@pytest.mark.parametrize(("role", "check"), CASES.items())
def test_what_was_planted_in_one_election_stands_out(
    role: str, check: str, planted: tuple[Ballots, History, dict[str, int]]
) -> None:
    ballots, history, where = planted
    found = {each.name: each for each in examine(ballots, where[role], np.random.default_rng(0), history)}
    assert found[check].status == "ok"
    assert found[check].p is not None
    assert found[check].p <= 0.05
    assert found[check].innocent


def test_socks_that_come_within_two_hours_are_a_burst(planted: tuple[Ballots, History, dict[str, int]]) -> None:
    ballots, _, where = planted
    found = arrival_burst(ballots, where["sock"], np.random.default_rng(0))
    assert found.p is not None
    assert found.p <= 0.01


def test_p_of_healthy_elections_is_uniform_or_larger(tmp_path: Path) -> None:
    p: dict[str, list[float]] = {}
    for seed in (20, 21):
        ballots, history = read(simulate(WORLD, seed), tmp_path / str(seed))
        for _, check in all_checks(ballots, np.random.default_rng(seed), history):
            if check.p is not None:
                p.setdefault(check.name, []).append(check.p)
    # canvass has its own test below: few elections of a healthy world are announced at all
    assert set(p) >= {"rare_voters", "arrival_burst", "dormant_return", "single_purpose", "franchise_age"}
    for name, values in p.items():
        assert kstest(values, "uniform", alternative="greater").pvalue > 0.005, name


def test_permuted_recipients_give_a_p_that_is_not_small_by_chance() -> None:
    drawn = simulate(WORLD, 30)
    ballots = ballots_from(drawn.tables["votes"], drawn.tables["elections"])
    rng = np.random.default_rng(1)
    openings = ballots.opened
    at = np.sort(rng.uniform(openings.min() - 7 * 86_400, openings.max() + 7 * 86_400, 6000))
    history = History(
        message_at=at,
        message_sender=tuple(f"S{number}" for number in rng.integers(0, 30, 6000)),
        message_recipient=tuple(ballots.voters[int(each)] for each in rng.integers(0, len(ballots.voters), 6000)),
    )
    found = [canvass(ballots, poll, history, rng) for poll in range(len(ballots.polls))]
    p = [each.p for each in found if each.p is not None]
    assert len(p) > 20
    assert kstest(p, "uniform", alternative="greater").pvalue > 0.005


def test_without_times_and_edits_the_checks_say_what_they_lack() -> None:
    drawn = simulate(replace(WORLD, edits=False), 5)
    votes = drawn.tables["votes"]
    timeless = votes.drop_columns(["at"]).append_column("at", pa.nulls(votes.num_rows, pa.timestamp("us")))
    found: tuple[Check, ...] = examine(ballots_from(timeless), 0, np.random.default_rng(0))
    status = {each.name: each.status for each in found}
    assert status["arrival_burst"] == status["dormant_return"] == status["canvass"] == "no_times"
    assert all(each.p is None and each.detail for each in found if each.status != "ok")


def test_an_election_with_few_voters_is_not_judged(tmp_path: Path) -> None:
    drawn = simulate(replace(WORLD, turnout=0.02, edits=False), 6)
    ballots = ballots_from(drawn.tables["votes"], drawn.tables["elections"])
    smallest = int(np.bincount(ballots.poll).argmin())
    found = examine(ballots, smallest, np.random.default_rng(0))
    assert {each.status for each in found} <= {"not_enough_data", "no_times"}
    assert "20 voters" in found[0].detail
