"""World files and what is drawn from them: the twin is the same world without the plant."""

from pathlib import Path

import numpy as np
import pytest

from holdfast.errors import InputRefusedError
from holdfast.worlds.editing import DAY, crowds, organic, set_stage
from holdfast.worlds.simulation import simulate
from holdfast.worlds.world import Capture, Coordinated, Legitimate, Size, World, read_world, seconds_of, world_from

SIZE = Size(accounts=300, objects=900, topics=4, actions=6000, days=120)
EXAMPLES = Path(__file__).parents[2] / "src/holdfast/worlds/examples"


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*.toml")), ids=lambda path: path.stem)
def test_every_example_is_a_world(path: Path) -> None:
    world = read_world(path)
    assert world.name == path.stem
    assert world.describes


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ({"sise": {}}, "world.key"),
        ({"size": {"acounts": 5}}, "world.key"),
        ({"size": {"accounts": "many"}}, "world.value"),
        ({"size": {"accounts": -5}}, "world.value"),
        ({"size": {"start": "once"}}, "world.impossible"),
        ({"coordinated": [{"size": 5}]}, "world.missing"),
        ({"coordinated": [{"size": 5, "delay": "soon"}]}, "world.duration"),
        ({"coordinated": [{"size": 1, "delay": "5m"}]}, "world.impossible"),
        ({"legitimate": [{"kind": "plot", "size": 5}]}, "world.impossible"),
        ({"elections": {"voterz": 5}}, "world.key"),
    ],
)
def test_a_misspelt_plant_cannot_pass_for_a_healthy_wiki(content: dict[str, object], code: str) -> None:
    with pytest.raises(InputRefusedError) as caught:
        simulate(world_from({"size": {"accounts": 50, "objects": 50, "topics": 2, "actions": 100}, **content}), 1)
    assert caught.value.code == code


def test_durations_are_a_number_and_a_unit() -> None:
    assert [seconds_of(each) for each in ("90s", "5m", "6h", "2d")] == [90, 300, 21600, 172800]


def test_activity_has_a_heavy_tail_a_week_and_a_life() -> None:
    world = World(size=Size(accounts=2000, objects=4000, topics=10, actions=60_000, days=140))
    stage = set_stage(world, 1)
    actions = organic(stage, 1)
    counts = np.sort(np.bincount(actions.account, minlength=2000))[::-1]
    assert counts[:20].sum() > 0.1 * actions.count
    assert np.median(counts[counts > 0]) < 40
    day = (actions.at - stage.start) / DAY
    born, dies = stage.born[actions.account], stage.dies[actions.account]
    # a session that begins late in the evening can end after midnight
    assert ((day >= np.floor(born)) & (day <= dies + 1.2)).all()
    weekend = np.isin((actions.at // DAY) % 7, (2, 3)).mean()
    assert weekend < 2 / 7 - 0.005
    assert 0.7 * 60_000 < actions.count + crowds(stage, 1).count < 1.15 * 60_000


def test_the_twin_is_the_same_world_without_the_plant() -> None:
    world = World(
        size=SIZE,
        coordinated=(
            Coordinated(size=6, delay="1h", events=10, decoys=3),
            Coordinated(size=3, delay="5m", fresh=True),
        ),
        legitimate=(Legitimate(kind="meetup", size=6), Legitimate(kind="class", size=5)),
        capture=Capture(admins=5, group=2, dissents=20),
    )
    planted, healthy = simulate(world, 7), simulate(world, 7, healthy=True)

    def rows(found: object) -> set[tuple[int, int, int]]:
        actions = found.actions  # type: ignore[attr-defined]
        return set(zip(actions.account.tolist(), actions.object.tolist(), actions.at.tolist(), strict=True))

    assert rows(healthy) < rows(planted)
    roles = {row["role"] for row in planted.truth.to_pylist()}
    assert roles == {"coordinated", "sock_farm", "meetup", "class", "captor", "dissenter"}
    assert {row["role"] for row in healthy.truth.to_pylist()} == {"meetup", "class"}
    assert all(row["legitimate"] for row in healthy.truth.to_pylist())
    # conflicts happen in both; only the captured wiki answers them with blocks
    blocked = {row["target"] for row in planted.tables["blocks"].to_pylist() if row["action"] == "block"}
    dissenters = {row["account"] for row in planted.truth.to_pylist() if row["role"] == "dissenter"}
    calm = {row["target"] for row in healthy.tables["blocks"].to_pylist()}
    assert len(blocked & dissenters) > 3
    assert not calm & dissenters


def test_the_same_seed_gives_the_same_world_and_another_one_another() -> None:
    world = World(size=SIZE, coordinated=(Coordinated(size=5, delay="1h"),))
    one, again, other = simulate(world, 1), simulate(world, 1), simulate(world, 2)
    assert one.tables["revisions"].equals(again.tables["revisions"])
    assert one.truth.equals(again.truth)
    assert not one.tables["revisions"].equals(other.tables["revisions"])


def test_everybody_is_called_editor_and_event_pages_name_places_by_number() -> None:
    world = World(size=SIZE, legitimate=(Legitimate(kind="meetup", size=6, sessions=2),))
    found = simulate(world, 3)
    assert all(name.startswith("Editor ") for name in found.tables["accounts"].column("account").to_pylist())
    events = [row for row in found.tables["pages"].to_pylist() if row["namespace"] == 4]
    assert {row["title"] for row in events} <= {"Project:Meetup at J1/1", "Project:Meetup at J1/2"}
    assert events
