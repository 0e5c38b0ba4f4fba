"""Simulated open elections with known truth: who was in a bloc, a sock farm, a canvassed crowd, and who was not.

One organic electorate is drawn first, from its own random streams; what is planted is laid over it. So the
healthy twin of a world is the same world without the plant: the same people, candidates, friendships and moods.
Every account is called "Editor N" and exists nowhere else. Formulae: docs/how-we-know-votes.md.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from holdfast.worlds._electorate import DAY, Electorate, Votes, cast, draw_electorate
from holdfast.worlds._plants import Plants, Roles, plant
from holdfast.worlds._traces import registrations, traces
from holdfast.worlds.election_world import ElectionWorld


@dataclass(frozen=True, kw_only=True)
class SimulatedElections:
    """Canonical tables by name, and the truth: `account, role, group_id` and `election, role, group_id`."""

    tables: Mapping[str, pa.Table]
    truth: pa.Table
    """One row per account that is more than an ordinary voter: role bloc, sleeper, sock, canvassed, sender
    (planted); friend or project (legitimate). An account can have several."""
    called: pa.Table
    """One row per planted call: `election, group_id, side`."""


def simulate(world: ElectionWorld, seed: int) -> SimulatedElections:
    """One world. The same world and seed give the same tables; `world.healthy()` with it gives the twin."""
    organic, planted, noise = (np.random.default_rng(each) for each in np.random.SeedSequence(seed).spawn(3))
    electorate = draw_electorate(world, organic)
    votes = cast(electorate, world, organic)
    plants = plant(votes, electorate, world, planted)
    tables = _tables(plants.votes, electorate, world, registrations(plants, electorate))
    if world.edits:
        tables.update(traces(plants, electorate, noise))
    return SimulatedElections(
        tables=tables, truth=_truth(plants.roles, electorate), called=_called(plants, electorate)
    )


def _moments(days: np.ndarray) -> pa.Array:
    micro = np.round(days * DAY).astype("int64") * 1_000_000 + 1_577_836_800_000_000
    return pa.array(micro, pa.int64()).cast(pa.timestamp("us"))


def _tables(
    votes: Votes, electorate: Electorate, world: ElectionWorld, registered: np.ndarray
) -> dict[str, pa.Table]:
    polls = len(electorate.opened)
    support = np.bincount(votes.poll[votes.side > 0], minlength=polls)
    oppose = np.bincount(votes.poll[votes.side < 0], minlength=polls)
    passed = support >= world.passes_at * np.maximum(support + oppose, 1)
    names = np.array(electorate.names)
    titles = np.array([f"Request {n + 1:04d}" for n in range(polls)])
    order = np.lexsort((votes.at, votes.poll))
    return {
        "accounts": pa.table(
            {
                "account": names,
                "registered_at": _moments(registered),
                "is_address": np.zeros(len(names), bool),
            }
        ),
        "elections": pa.table(
            {
                "election": titles,
                "candidate": names[electorate.candidate],
                "opened_at": _moments(electorate.opened),
                "closed_at": _moments(electorate.opened + 7),
                "outcome": np.where(passed, "passed", "failed"),
            }
        ),
        "votes": pa.table(
            {
                "election": titles[votes.poll[order]],
                "candidate": names[electorate.candidate[votes.poll[order]]],
                "voter": names[votes.voter[order]],
                "occurrence": np.ones(len(order), "int64"),
                "vote": votes.side[order].astype("int8"),
                "at": _moments(votes.at[order]),
            }
        ),
    }


def _truth(roles: Roles, electorate: Electorate) -> pa.Table:
    rows = sorted(
        {(electorate.names[account], role, group) for account, role, group in roles}
        | {
            (electorate.names[account], role, f"{role}-{number:03d}")
            for role, groups in (("friend", electorate.circles), ("project", electorate.projects))
            for number, group in enumerate(groups)
            for account in group
        }
    )
    columns = list(zip(*rows, strict=True)) or [(), (), ()]
    return pa.table(
        {
            name: pa.array(column, pa.string())
            for name, column in zip(("account", "role", "group_id"), columns, strict=True)
        }
    )


def _called(plants: Plants, electorate: Electorate) -> pa.Table:
    rows = sorted(plants.calls)
    return pa.table(
        {
            "election": pa.array([f"Request {poll + 1:04d}" for poll, _, _ in rows], pa.string()),
            "group_id": pa.array([group for _, group, _ in rows], pa.string()),
            "side": pa.array([side for _, _, side in rows], pa.int8()),
        }
    )
