"""Integrity of open votes: margins, pivotality, and the engine of `holdfast votes` beside rules and outcome."""

import json
from pathlib import Path

import pytest
from lake_of import WIKI, account, lake_of

from holdfast.cli import main
from holdfast.clock import system_clock
from holdfast.elections.integrity import judged, margin, without
from holdfast.elections.open_votes import OpenVotes, Tally
from holdfast.elections.rules import load_rules
from holdfast.tables.ingest import begin
from holdfast.tables.lake import create_lake
from holdfast.worlds.election_world import Bloc, ElectionWorld
from holdfast.worlds.elections import simulate


def of(support: int, oppose: int) -> tuple[Tally, OpenVotes]:
    tally = Tally(candidate="C", support=support, oppose=oppose)
    return tally, OpenVotes(tallies=(tally,))


def test_a_margin_is_the_least_number_of_votes_that_changes_the_outcome() -> None:
    rules = load_rules("meta-stewards")
    tally, votes = of(32, 8)
    found = margin(rules, votes, tally)
    # 32/40 is the threshold itself: one vote either way; 30 are needed in any case
    assert (found.fewer_support, found.more_oppose) == (1, 1)
    assert (found.more_support, found.fewer_oppose) == (None, None)
    assert found.smallest == 1
    tally, votes = of(29, 0)
    assert margin(rules, votes, tally).more_support == 1
    tally, votes = of(100, 10)
    found = margin(rules, votes, tally)
    assert found.fewer_support == 61, "39 of 49 are below 80 per cent, 40 of 50 are not"
    assert found.more_oppose == 16


@pytest.mark.parametrize(("cast", "is_pivotal"), [((5, 0, 0), True), ((0, 5, 0), False), ((1, 0, 0), False)])
def test_a_group_is_pivotal_when_the_outcome_is_another_without_it(
    cast: tuple[int, int, int], is_pivotal: bool
) -> None:
    rules = load_rules("meta-stewards")
    tally, votes = of(42, 10)
    found = without(rules, votes, tally, group="bloc-1", cast=cast)
    assert found.is_pivotal == is_pivotal
    assert judged(rules, votes, tally).outcome == "elected"
    assert found.outcome.support == 42 - cast[0]


def test_where_there_is_no_outcome_no_group_is_said_to_be_without_weight() -> None:
    votes = OpenVotes(tallies=(Tally(candidate="a", support=40, oppose=5),))
    found = without(load_rules("meta-checkuser"), votes, votes.tallies[0], group="A-1", cast=(20, 0, 0))
    assert found.outcome.outcome == "unknown"
    assert found.is_pivotal is None


def test_the_report_without_enough_elections_says_so_and_still_gives_outcome_and_margin(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    own = {"election": "one", "candidate": "Candidate C", "voter": "Candidate C", "occurrence": 1, "vote": 1}
    votes = [{**own, "voter": f"Voter {n}", "vote": 1 if n < 35 else -1} for n in range(40)]
    elections = [{"election": "one", "candidate": "Candidate C"}]
    lake = lake_of(tmp_path / "lake", {"accounts": [account("x")], "votes": [*votes, own], "elections": elections})
    command = ["election", "integrity", "meta-stewards", str(lake.path), "--wiki", WIKI, "--candidate", "Candidate C"]
    assert main([*command, "--out", str(tmp_path / "out"), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["outcome"]["outcome"] == "elected"
    assert found["outcome"]["support"] == 35, "the own vote is refused"
    assert found["calibration"]["status"] == "not_enough_data"
    assert found["groups"] == []
    page = (tmp_path / "out" / "integrity.html").read_text()
    assert "Candidate C" not in page
    assert "not enough elections" in page
    assert main([*command[:-1], "Nobody", "--out", str(tmp_path / "out")]) == 2


@pytest.mark.long
@pytest.mark.requirement("2.12")
def test_a_planted_bloc_stands_beside_rules_and_outcome(tmp_path: Path) -> None:
    world = ElectionWorld(voters=300, elections=60, blocs=(Bloc(size=20, called=0.35, participation=0.75),))
    drawn = simulate(world, 3)
    lake = create_lake(tmp_path / "lake")
    with begin(lake, WIKI, "simulation", "world") as ingest:
        for name, table in drawn.tables.items():
            ingest.add_arrow(name, table)
        ingest.facts["simulated"] = True
        ingest.commit([], "world", system_clock)
    called = drawn.called.to_pylist()[0]["election"]
    candidate = next(row["candidate"] for row in drawn.tables["elections"].to_pylist() if row["election"] == called)
    command = ["election", "integrity", "zhwiki-admin-2025-10", str(lake.path), "--candidate", candidate]
    assert main([*command, "--election", called, "--out", str(tmp_path / "out"), "--replicates", "10"]) == 0
    found = json.loads((tmp_path / "out" / "integrity.json").read_text())
    assert found["calibration"]["status"] == "ok"
    assert found["groups"], "the group is found, or named as a candidate"
    assert found["groups"][0]["support"] + found["groups"][0]["oppose"] > 0
    assert "Simulated accounts" in (tmp_path / "out" / "integrity.html").read_text()
