"""An admin group that captures a wiki over years: dissenters are blocked, rights are granted inside the group.

In the healthy twin the same conflicts happen and the same admins act, but who is blocked does not depend on whom
somebody reverted, others lift blocks, and rights go to whoever asks. Rates are set by hand, fitted to no wiki.
"""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from holdfast.worlds.editing import DAY, Actions, Ints, Stage, empty, stream
from holdfast.worlds.world import Capture

_BLOCKS_PER_ADMIN_WEEK = 1.0  # blocks; invented, fitted to no wiki
_LIFTED = 0.15  # share of blocks that are lifted; invented, fitted to no wiki
_GRANTS_PER_YEAR = 4  # grants of a flag; invented, fitted to no wiki
_REASONS = ("vandalism", "spam", "username", "conduct")


@dataclass(frozen=True, kw_only=True)
class Captured:
    """What an admin group adds to a world: edits, and rows of blocks and rights by account number."""

    actions: Actions
    """The reverts with which dissenters opposed a member."""
    blocks: tuple[tuple[int, int, int, str, str], ...]
    """(moment, admin, target, action, reason category)."""
    grants: tuple[tuple[int, int, int, str], ...]
    """(moment, who grants, who receives, grant or remove)."""
    captors: Ints
    """The group; empty in the healthy twin."""
    dissenters: Ints


def govern(stage: Stage, spec: Capture, background: Actions, seed: int, *, planted: bool) -> Captured:
    """Years of admin work, with or without the capture. Both twins draw the same admins and conflicts."""
    rng = stream(seed, "capture")
    busy = np.argsort(-np.bincount(background.account, minlength=len(stage.weight)), kind="stable")
    admins = np.sort(busy[: min(spec.admins, len(busy) // 2)]).astype(np.int64)
    group = rng.permutation(admins)[: spec.group]
    others = np.setdiff1d(busy[: 40 * len(admins)], admins)
    from_second = spec.from_share * stage.seconds
    blocks = _everyday_blocks(stage, admins, len(stage.weight), rng)
    dissenters = rng.choice(others, min(spec.dissents, len(others)), replace=False).astype(np.int64)
    moments = np.sort(rng.uniform(0, stage.seconds - 8 * DAY, len(dissenters)))
    opposed = rng.choice(group, len(dissenters))
    # a dissenter's edit follows a member's on the same object within the hour
    things = _objects_of(background, opposed, rng)
    actions = Actions(
        account=np.concatenate([opposed, dissenters]),
        object=np.concatenate([things, things]),
        at=np.concatenate([moments, moments + rng.uniform(60, 3600, len(moments))]).astype(np.int64) + stage.start,
    )
    after = rng.uniform(0.05, 7, len(dissenters)) * DAY
    struck = (rng.random(len(dissenters)) < spec.block_share) & (moments > from_second)
    actors = rng.choice(group, len(dissenters))
    if planted:
        blocks += [
            (int(moments[n] + after[n]), int(actors[n]), int(dissenters[n]), "block", "conduct")
            for n in np.flatnonzero(struck)
        ]
        # once the group rules, nobody lifts what it did
        ruled = {int(each) for each in group}
        blocks = [row for row in blocks if row[3] == "block" or row[0] < from_second or row[1] not in ruled]
    return Captured(
        actions=actions if len(dissenters) else empty(),
        blocks=tuple(sorted((row[0] + stage.start, *row[1:]) for row in blocks)),
        grants=_grants(stage, admins, group if planted else np.zeros(0, np.int64), others, from_second, rng),
        captors=np.sort(group) if planted else np.zeros(0, np.int64),
        dissenters=np.sort(dissenters),
    )


def _everyday_blocks(
    stage: Stage, admins: Ints, first_vandal: int, rng: np.random.Generator
) -> list[tuple[int, int, int, str, str]]:
    """Blocks of vandals, some lifted by somebody else within a month."""
    count = int(rng.poisson(_BLOCKS_PER_ADMIN_WEEK * len(admins) * stage.world.size.days / 7))
    moments = rng.uniform(0, stage.seconds, count)
    who = rng.choice(admins, count, p=rng.dirichlet(np.full(len(admins), 0.7)))
    reasons = rng.choice(len(_REASONS), count, p=(0.5, 0.3, 0.1, 0.1))
    rows = []
    for n in range(count):
        target = first_vandal + 10_000_000 + n
        rows.append((int(moments[n]), int(who[n]), target, "block", _REASONS[reasons[n]]))
        later = int(moments[n] + rng.uniform(60, 30 * DAY))
        if rng.random() < _LIFTED and later < stage.seconds:
            rows.append((later, int(rng.choice(admins)), target, "unblock", "none"))
    return rows


def _grants(
    stage: Stage, admins: Ints, group: Ints, others: Ints, from_second: float, rng: np.random.Generator
) -> tuple[tuple[int, int, int, str], ...]:
    """Every admin's first grant, then a few a year; inside the group once it rules."""
    rows = [(stage.start, int(admins[0]), int(admin), "grant") for admin in admins]
    count = int(rng.poisson(_GRANTS_PER_YEAR * stage.world.size.days / 365))
    moments = np.sort(rng.uniform(0, stage.seconds, count))
    new = rng.choice(others, min(count, len(others)), replace=False)
    for moment, receiver in zip(moments, new, strict=False):
        ruled = len(group) > 0 and moment > from_second
        giver = rng.choice(group if ruled else admins)
        rows.append((int(moment) + stage.start, int(giver), int(receiver), "grant"))
        if ruled:
            outsiders = np.setdiff1d(admins, group)
            removed = int(rng.choice(outsiders)) if len(outsiders) else int(giver)
            rows.append((int(moment) + stage.start + DAY, int(giver), removed, "remove"))
    return tuple(sorted(rows))


def _objects_of(background: Actions, accounts: Ints, rng: np.random.Generator) -> Ints:
    """For each account an object that it acted on."""
    order = np.argsort(background.account, kind="stable")
    low = np.searchsorted(background.account[order], accounts, side="left")
    high = np.searchsorted(background.account[order], accounts, side="right")
    place = low + (rng.random(len(accounts)) * np.maximum(high - low, 1)).astype(np.int64)
    found: Ints = background.object[order[np.minimum(place, len(order) - 1)]]
    return found


def tables_of(captured: Captured) -> dict[str, pa.Table]:
    """Canonical rows of blocks, log_events and account_groups. Admins and targets are "Editor N"."""

    def name(number: int) -> str:
        return f"Editor {number}"

    def instants(seconds: list[int]) -> pa.Array:
        return pa.array([each * 1_000_000 for each in seconds], pa.int64()).cast(pa.timestamp("us"))

    moments = [row[0] for row in captured.blocks]
    numbers = pa.array(range(1, len(moments) + 1), pa.int64())
    first_right = len(moments) + 1
    return {
        "blocks": pa.table(
            {
                "log_id": numbers,
                "at": instants(moments),
                "actor": [name(row[1]) for row in captured.blocks],
                "target": [name(row[2]) for row in captured.blocks],
                "target_kind": ["account"] * len(moments),
                "action": [row[3] for row in captured.blocks],
                "is_indefinite": [False] * len(moments),
                "duration_seconds": pa.array(
                    [3 * DAY if row[3] == "block" else None for row in captured.blocks], pa.int64()
                ),
                "reason_category": [row[4] for row in captured.blocks],
            }
        ),
        "log_events": pa.table(
            {
                "log_id": numbers,
                "at": instants(moments),
                "actor": [name(row[1]) for row in captured.blocks],
                "log_type": ["block"] * len(moments),
                "action": [row[3] for row in captured.blocks],
            }
        ),
        "account_groups": pa.table(
            {
                "account": [name(row[2]) for row in captured.grants],
                "group_name": ["sysop"] * len(captured.grants),
                "change": [row[3] for row in captured.grants],
                "at": instants([row[0] for row in captured.grants]),
                "actor": [name(row[1]) for row in captured.grants],
                "log_id": pa.array(range(first_right, first_right + len(captured.grants)), pa.int64()),
            }
        ),
    }
