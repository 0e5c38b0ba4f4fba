"""Simulate: a world file becomes a lake with a wiki and its healthy twin, and the truth about both."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from holdfast.canonical import file_sha256
from holdfast.clock import Clock, system_clock
from holdfast.errors import UsageError
from holdfast.ids import WikiName, wiki_name
from holdfast.networks.calibration import interval
from holdfast.networks.coaction import Settings as LookSettings
from holdfast.networks.coaction import kinds_of, look
from holdfast.networks.counting import in_order
from holdfast.progress import Progress, silent
from holdfast.settings import Settings
from holdfast.tables._files import write_atomically
from holdfast.tables.ingest import begin, ingest_id, inputs_of
from holdfast.tables.lake import create_lake
from holdfast.worlds.simulation import Simulated
from holdfast.worlds.simulation import simulate as draw
from holdfast.worlds.world import Coordinated, Size, World, read_world, seconds_of

NOTE = "simulated accounts: nobody in this wiki exists"
_POWER_EVENTS = 20  # events of a planted group, as in docs/how-we-know.md
_POWER_PARTICIPATION = 0.5  # share of a planted group's members at each event, as in docs/how-we-know.md


@dataclass(frozen=True, kw_only=True)
class Written:
    """What a simulation left: a lake with two wikis, and for each its actions and its truth."""

    lake: Path
    wikis: tuple[WikiName, WikiName]
    actions: tuple[int, int]
    planted: int
    """Accounts planted, in the truth of the first."""
    files: tuple[Path, ...]


def world_file(name: str | Path) -> Path:
    """A world file: a path, or the name of one of the examples that come with Holdfast.

    Raises UsageError `simulate.no_such_world` with the examples.
    """
    path = Path(name)
    if path.is_file():
        return path
    folder = files("holdfast.worlds") / "examples"
    known = sorted(each.name.removesuffix(".toml") for each in folder.iterdir() if each.name.endswith(".toml"))
    if str(name) in known:
        return Path(str(folder / f"{name}.toml"))
    raise UsageError(
        "simulate.no_such_world",
        "there is no such world file",
        expected=f"a TOML file, or one of the examples: {', '.join(known)}",
        got=str(name)[:80],
        hint="docs/how-we-know.md explains the file",
    )


def simulate(
    path: Path, out: Path, *, seed: int, settings: Settings | None = None, clock: Clock = system_clock
) -> Written:
    """Draw the world of a file and its healthy twin and write them into the folder `out`.

    `out/lake` holds both as wikis (the second ends in -healthy); beside it lie `actions.parquet` and
    `truth.parquet` (account, role, group_id, legitimate) of each. The same file and seed give the same rows.
    """
    world = read_world(path)
    name = wiki_name(world.name)
    twin = wiki_name(f"{world.name}-healthy")
    lake = create_lake(out / "lake", settings)
    written: list[Path] = []
    counts = []
    planted = 0
    for wiki, healthy, ending in ((name, False, ""), (twin, True, "-healthy")):
        found = draw(world, seed, healthy=healthy)
        counts.append(found.actions.count)
        if not healthy:
            planted = len({row["account"] for row in found.truth.to_pylist() if not row["legitimate"]})
        inputs = inputs_of([path])
        with begin(lake, wiki, "simulation", f"simulated-{wiki}") as ingest:
            for table, rows in found.tables.items():
                ingest.add_arrow(table, rows)
            ingest.note(NOTE)
            ingest.facts = {"seed": seed, "simulated": True, "world": world.name, "healthy_twin": healthy}
            ingest.commit(inputs, ingest_id(wiki, f"simulation-{seed}", inputs), clock)
        written += _beside(found, out, ending)
    content = {
        "world": world.name,
        "describes": world.describes,
        "seed": seed,
        "file_sha256": file_sha256(path),
        "note": NOTE,
    }
    write_atomically(out / "world.json", json.dumps(content, indent=1).encode())
    return Written(
        lake=lake.path,
        wikis=(name, twin),
        actions=(counts[0], counts[1]),
        planted=planted,
        files=(*written, out / "world.json"),
    )


def _beside(found: Simulated, out: Path, ending: str) -> list[Path]:
    """The actions as `holdfast coaction` reads them, the truth, and who was called to vote."""
    actions = found.actions
    order = np.lexsort((actions.object, actions.account, actions.at))
    rows = pa.table(
        {
            "account": [f"Editor {number}" for number in actions.account[order]],
            "object": [f"Page {number}" for number in actions.object[order]],
            "at": actions.at[order],
        }
    )
    content = {f"actions{ending}": rows, f"truth{ending}": found.truth}
    if found.called is not None:
        content[f"called{ending}"] = found.called
    written = []
    for name, table in content.items():
        pq.write_table(table, out / f"{name}.parquet", compression="zstd")
        written.append(out / f"{name}.parquet")
    return written


@dataclass(frozen=True, kw_only=True)
class PowerPoint:
    """How much of planted groups of one size and pace was found, over several simulated worlds."""

    size: int
    delay: str
    planted: int
    found: int
    wrong: int
    """Accounts in groups that were no member of anything planted."""

    def to_json(self) -> dict[str, Any]:
        """The point with its recall and 95 % interval."""
        low, high = interval(self.found, self.planted)
        return {
            "size": self.size,
            "delay": self.delay,
            "members_planted": self.planted,
            "members_found": self.found,
            "recall": self.found / self.planted,
            "low": low,
            "high": high,
            "accounts_wrongly_grouped": self.wrong,
        }


def power(
    *,
    sizes: Sequence[int] = (3, 5, 10, 20, 40),
    delays: Sequence[str] = ("5m", "6h", "1d", "2d"),
    actions: int = 100_000,
    worlds: int = 3,
    seed: int = 0,
    progress: Progress = silent,
) -> list[PowerPoint]:
    """The power curve: for each delay, worlds with a group of every size; members found by size and delay.

    The world has a tenth of the accounts, objects and topics for a tenth of the actions of the standard one.
    Cost: one look for each delay and world.
    """
    share = actions / 1_000_000
    size = Size(
        accounts=max(400, int(20_000 * share)),
        objects=max(2000, int(100_000 * share)),
        topics=max(4, int(200 * share)),
        actions=actions,
    )
    found: list[PowerPoint] = []
    for place, delay in enumerate(delays):
        seconds_of(delay)
        groups = tuple(
            Coordinated(size=each, delay=delay, events=_POWER_EVENTS, participation=_POWER_PARTICIPATION)
            for each in sizes
        )
        tally = {each: [0, 0] for each in sizes}
        wrong = 0
        for number in range(worlds):
            drawn = draw(World(size=size, coordinated=groups), seed + 1000 * number)
            ordered = in_order(drawn.actions.account, drawn.actions.object, drawn.actions.at)
            names = np.unique(drawn.actions.account)
            seen = look(ordered, kinds_of(ordered, seed), LookSettings(seed=seed)).groups
            grouped = {f"Editor {names[each]}" for group in seen for each in group.accounts}
            truth = {(row["account"], row["group_id"]) for row in drawn.truth.to_pylist()}
            for which, each in enumerate(sizes, 1):
                members = {account for account, group in truth if group == f"group {which}"}
                tally[each][0] += len(members)
                tally[each][1] += len(members & grouped)
            wrong += len(grouped - {account for account, _ in truth})
            progress("drawing the power curve", place * worlds + number + 1, len(delays) * worlds)
        found += [
            PowerPoint(size=each, delay=delay, planted=planted, found=seen_members, wrong=wrong)
            for each, (planted, seen_members) in tally.items()
            if planted
        ]
    return found
