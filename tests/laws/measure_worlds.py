"""For each measure a world in which what it is about has come true: the last year is changed, all else stays."""

from collections import Counter
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

import pyarrow as pa

from holdfast.tables.schema import TABLES
from holdfast.worlds.governed import Governed, governed

Tables = dict[str, pa.Table]
Rows = dict[str, list[dict[str, Any]]]
SIZE = {"months": 48, "editors": 900, "admins": 16}
PLANTED_FROM = datetime(2018, 1, 1)
"""The worlds begin in 2015 and last four years: their last year."""


def healthy(seed: int) -> Tables:
    return governed(Governed(seed=seed, **SIZE))


def captured(seed: int) -> Tables:
    """One admin takes over the work, no admin is made, no block lifted, newcomers leave."""
    return governed(Governed(seed=seed, captured_from=12, **SIZE))


def changed(change: Callable[[Rows], None]) -> Callable[[int], Tables]:
    """A healthy world with its rows changed by hand."""

    def world(seed: int) -> Tables:
        rows = {name: table.to_pylist() for name, table in healthy(seed).items()}
        change(rows)
        return {name: pa.Table.from_pylist(each, schema=TABLES[name].arrow) for name, each in rows.items()}

    return world


def late(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [each for each in rows if each["at"] and each["at"] >= PLANTED_FROM]


def one_admin_acts(rows: Rows) -> None:
    for each in late(rows["log_events"]) + late(rows["blocks"]):
        each["actor"] = "Simulated 0"


def one_admin_blocks_for_long(rows: Rows) -> None:
    """The third busiest, so that there are others to be compared with."""
    blocks = late(rows["blocks"])
    third = Counter(each["actor"] for each in blocks if each["duration_seconds"]).most_common(3)[-1][0]
    for each in blocks:
        if each["duration_seconds"] and each["actor"] == third:
            each["duration_seconds"] *= 50


def everybody_supports(rows: Rows) -> None:
    for each in rows["votes"]:
        each["vote"] = 1


def nobody_passes(rows: Rows) -> None:
    for each in rows["elections"]:
        each["outcome"] = "failed"


def strangers_vote(rows: Rows) -> None:
    opened = {each["election"]: each["opened_at"] for each in rows["elections"]}
    for each in late(rows["votes"]):
        each["voter"] = f"New {each['election']} {each['voter']}"
        rows["accounts"].append(
            dict.fromkeys(TABLES["accounts"].names)
            | {"account": each["voter"], "is_address": False}
            | {"registered_at": opened[each["election"]] - timedelta(days=3)}
        )


def nobody_arrives(rows: Rows) -> None:
    """What newcomers would have edited is edited by the oldest."""
    by_age = sorted(rows["accounts"], key=lambda each: each["registered_at"] or PLANTED_FROM)
    old = [each["account"] for each in by_age[:60]]
    for number, each in enumerate(late(rows["revisions"])):
        each["account"] = old[number % 60]


def admins_edit_what_they_block(rows: Rows) -> None:
    actors = {each["target"]: each["actor"] for each in late(rows["blocks"]) if each["action"] == "block"}
    met = [each for each in late(rows["revisions"]) if each["account"] in actors]
    rows["revisions"] += [
        each | {"revision_id": 90_000_000 + number, "account": actors[each["account"]]}
        for number, each in enumerate(met)
    ]


def one_editor_edits(rows: Rows) -> None:
    for number, each in enumerate(late(rows["revisions"])):
        if number % 5:
            each["account"] = "Simulated 1"


WORLDS: Mapping[str, Callable[[int], Tables]] = {
    "active_editors": captured,
    "admin_action_gini": captured,
    "admin_turnover": captured,
    "admins_per_editor": changed(one_admin_acts),
    "block_reversal_rate": captured,
    "block_severity_excess": changed(one_admin_blocks_for_long),
    "dormant_return_share": captured,
    "effective_admins": captured,
    "election_margin": changed(everybody_supports),
    "election_success": changed(nobody_passes),
    "franchise_age": changed(strangers_vote),
    "fresh_editor_share": changed(nobody_arrives),
    "involved_admin_rate": changed(admins_edit_what_they_block),
    "new_admin_hazard": captured,
    "newcomer_retention": captured,
    "top3_share": captured,
    "top_editor_share": changed(one_editor_edits),
}
