"""A whole simulated wiki from a world file: canonical tables, and the truth about every account in them."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
import pyarrow as pa

from holdfast.errors import InputRefusedError
from holdfast.worlds import elections as voting
from holdfast.worlds.capture import govern
from holdfast.worlds.capture import tables_of as capture_tables
from holdfast.worlds.editing import Actions, Stage, crowds, joined, organic, set_stage
from holdfast.worlds.election_world import Bloc, ElectionWorld
from holdfast.worlds.planted import Plant, legitimate_all, plant_all
from holdfast.worlds.world import World

TRUTH = pa.schema(
    [
        ("account", pa.string()),
        ("role", pa.string()),
        ("group_id", pa.string()),
        ("legitimate", pa.bool_()),
    ]
)
"""One row for each account that is more than an ordinary editor or voter, ordered by account, role, group."""
LEGITIMATE_VOTERS = frozenset({"friend", "project"})
EVENT_NAMESPACE = 4  # number of MediaWiki's namespace of project pages (NS_PROJECT)


@dataclass(frozen=True, kw_only=True)
class Simulated:
    """One simulated wiki. Everybody is called "Editor N" and exists nowhere else."""

    actions: Actions
    tables: Mapping[str, pa.Table]
    truth: pa.Table
    called: pa.Table | None
    """Which elections a planted bloc was called to, where there are elections."""


def simulate(world: World, seed: int, *, healthy: bool = False) -> Simulated:
    """One world. `healthy` gives its twin: the same without the plant, legitimate coordination included."""
    stage = set_stage(world, seed)
    background = joined([organic(stage, seed), crowds(stage, seed)])
    plants = plant_all(stage, background, seed, len(stage.weight))
    fresh = len(stage.weight) + sum(len(each.group.members) for each in plants if each.group.role == "sock_farm")
    pages = len(stage.by_topic)
    legitimate, event_pages = legitimate_all(stage, background, seed, fresh, pages)
    kept = legitimate if healthy else [*plants, *legitimate]
    parts = [background, *(each.actions for each in kept)]
    tables: dict[str, pa.Table] = {}
    truth = _truth_of(kept)
    if world.capture is not None:
        captured = govern(stage, world.capture, background, seed, planted=not healthy)
        parts.append(captured.actions)
        tables.update(capture_tables(captured))
        truth += [(f"Editor {each}", "captor", "capture", False) for each in captured.captors]
        if not healthy:
            truth += [(f"Editor {each}", "dissenter", "capture", True) for each in captured.dissenters]
    actions = joined(parts)
    tables.update(_editing_tables(stage, actions, legitimate, pages + event_pages))
    called = None
    if world.elections is not None:
        election_world = _election_world(world.elections)
        found = voting.simulate(election_world.healthy() if healthy else election_world, seed)
        for name, table in found.tables.items():
            tables[name] = (
                pa.concat_tables([tables[name], table], promote_options="default") if name in tables else table
            )
        truth += [
            (row["account"], row["role"], row["group_id"], row["role"] in LEGITIMATE_VOTERS)
            for row in found.truth.to_pylist()
        ]
        tables["accounts"] = _one_row_each(tables["accounts"])
        called = found.called
    columns = list(zip(*sorted(truth), strict=True)) or [(), (), (), ()]
    return Simulated(
        actions=actions,
        tables=tables,
        truth=pa.table(
            [pa.array(each, field.type) for each, field in zip(columns, TRUTH, strict=True)], schema=TRUTH
        ),
        called=called,
    )


def _truth_of(plants: list[Plant]) -> list[tuple[str, str, str, bool]]:
    return [
        (f"Editor {member}", each.group.role, each.group.name, each.group.legitimate)
        for each in plants
        for member in each.group.members
    ]


def _editing_tables(stage: Stage, actions: Actions, legitimate: list[Plant], pages: int) -> dict[str, pa.Table]:
    """Accounts, pages and revisions. Event pages stand in the project namespace, under the event's name."""
    order = np.lexsort((actions.object, actions.account, actions.at))
    namespace = np.zeros(pages, np.int64)
    titles = [f"Page {number}" for number in range(pages)]
    for place, plant in enumerate(legitimate, 1):
        for session, page in enumerate(plant.group.event_pages, 1):
            namespace[page] = EVENT_NAMESPACE
            titles[page] = f"Project:{plant.group.role.capitalize()} at J{place}/{session}"
    used = np.unique(actions.object)
    people, first = np.unique(actions.account[order], return_index=True)
    instants = pa.array(actions.at[order] * 1_000_000, pa.int64()).cast(pa.timestamp("us"))
    names = pa.array([f"Editor {number}" for number in people])
    return {
        "accounts": pa.table(
            {
                "account": names,
                "account_id": people,
                "registered_at": instants.take(pa.array(first)),
                "is_address": np.zeros(len(people), bool),
            }
        ),
        "pages": pa.table(
            {
                "page_id": used,
                "namespace": namespace[used],
                "title": [titles[page] for page in used],
                "is_redirect": np.zeros(len(used), bool),
            }
        ),
        "revisions": pa.table(
            {
                "revision_id": np.arange(1, len(order) + 1),
                "page_id": actions.object[order],
                "namespace": namespace[actions.object[order]],
                "at": instants,
                "account": names.take(pa.array(np.searchsorted(people, actions.account[order]))),
                "is_address": np.zeros(len(order), bool),
                "is_minor": np.zeros(len(order), bool),
            }
        ),
    }


def _one_row_each(accounts: pa.Table) -> pa.Table:
    """Editors who also vote have one row, registered when they were first seen."""
    names = [name for name in accounts.column_names if name != "account"]
    kept = accounts.group_by("account").aggregate([(name, "min") for name in names])
    return kept.rename_columns([name.removesuffix("_min") for name in kept.column_names])


def _election_world(section: Mapping[str, Any]) -> ElectionWorld:
    """The elections of a world file: the fields of `ElectionWorld`, and [[elections.blocs]]."""
    content = dict(section)
    try:
        blocs = tuple(Bloc(**each) for each in content.pop("blocs", ()))
        return replace(ElectionWorld(**content), blocs=blocs)
    except TypeError:
        raise InputRefusedError(
            "world.key",
            "the section [elections] holds something that is not known",
            expected=", ".join(each.name for each in fields(ElectionWorld)),
            got=", ".join(section),
            hint="correct the key; docs/how-we-know.md lists them",
        ) from None
