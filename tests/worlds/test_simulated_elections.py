"""Simulated elections: the same seed the same world, the twin differs by the plant alone, the truth is complete."""

from dataclasses import replace

from holdfast.worlds.election_world import STRONG, ElectionWorld
from holdfast.worlds.elections import simulate

WORLD = ElectionWorld(
    voters=120,
    elections=20,
    turnout=0.2,
    blocs=(replace(STRONG, size=8),),
    sleepers=5,
    socks=6,
    canvassed=7,
    edits=True,
)


def ballots(world: ElectionWorld, seed: int) -> set[tuple[object, ...]]:
    votes = simulate(world, seed).tables["votes"].select(["election", "voter", "vote", "at"])
    return {tuple(row.values()) for row in votes.to_pylist()}


def test_the_same_seed_gives_the_same_world_and_another_seed_another() -> None:
    first, again = (simulate(WORLD, 1) for _ in range(2))
    assert all(first.tables[name].equals(again.tables[name]) for name in first.tables)
    assert ballots(WORLD, 1) != ballots(WORLD, 2)


def test_the_twin_differs_only_in_votes_of_the_planted() -> None:
    truth = simulate(WORLD, 3).truth.to_pylist()
    planted = {row["account"] for row in truth if row["role"] in {"bloc", "sleeper", "sock", "canvassed"}}
    changed = ballots(WORLD, 3) ^ ballots(WORLD.healthy(), 3)
    assert changed
    assert {row[1] for row in changed} <= planted


def test_the_truth_names_each_plant_with_its_size_and_no_real_name() -> None:
    drawn = simulate(WORLD, 4)
    roles = [row["role"] for row in drawn.truth.to_pylist()]
    assert {role: roles.count(role) for role in ("bloc", "sleeper", "sock", "canvassed", "sender")} == {
        "bloc": 8, "sleeper": 5, "sock": 6, "canvassed": 7, "sender": 1
    }  # fmt: skip
    assert all(name.startswith("Editor ") for name in drawn.tables["accounts"].column("account").to_pylist())
    assert not set(simulate(WORLD.healthy(), 4).truth.column("role").to_pylist()) - {"friend", "project"}


def test_each_voter_votes_once_in_an_election_and_nobody_on_the_own() -> None:
    votes = simulate(WORLD, 5).tables["votes"].to_pylist()
    assert len({(row["election"], row["voter"]) for row in votes}) == len(votes)
    organic = simulate(WORLD.healthy(), 5).tables["votes"].to_pylist()
    assert all(row["voter"] != row["candidate"] for row in organic)
