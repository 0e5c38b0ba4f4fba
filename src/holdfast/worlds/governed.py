"""A simulated wiki with editors, admins, blocks and elections, healthy or captured from a month on.

Healthy means: who blocks whom, for how long, and who lifts a block do not depend on the admin beyond chance, or no
more than `unlike` says; levels wander with a memory and a season but do not change. People differ much in how active
they are, as they do. In a captured wiki one admin takes over the work, nobody else's blocks are lifted, no new admin
is made and newcomers leave. Parameters are set by hand and fitted to no wiki. All accounts are simulated.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from holdfast.clock import add_months, utc_naive
from holdfast.tables.schema import TABLES

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

START = datetime(2015, 1, 1, tzinfo=UTC)
_MONTH_SECONDS = 28 * 86_400
"""Events fall in the first 28 days of a month, so that calendar months differ by chance only."""
_REASONS = ("vandalism", "spam", "username", "conduct")
_REASON_SHARE = (0.5, 0.3, 0.1, 0.1)


@dataclass(frozen=True, kw_only=True)
class Governed:
    """The size and fate of a simulated community. Rates are per month where nothing else is said."""

    seed: int
    months: int = 60
    editors: int = 400
    admins: int = 16
    blocks: float = 60.0
    deletions: float = 120.0
    elections: float = 1.5
    reversal: float = 0.15
    """Chance that another admin lifts a block within 30 days."""
    unlike: float = 0.0
    """How far admins differ for good reasons, each having their own kinds of cases: standard deviation of the log
    length of their blocks, and of the logit of a lifting. 0: all alike, which no real community is."""
    captured_from: int | None = None
    """The month (from 0) from which one admin rules; null: healthy throughout."""


def governed(world: Governed) -> dict[str, pa.Table]:
    """The canonical tables of the world, by name, with the columns that matter; the others are null."""
    return _Making(world).tables()


class _Making:
    def __init__(self, world: Governed) -> None:
        self.world = world
        self.rng = np.random.default_rng(world.seed)
        self.begins = [utc_naive(_month(n)) for n in range(world.months)]
        self.mood = self._mood()
        # of its own, so that other worlds of the same seed stay as they are
        habits = np.random.default_rng([world.seed, 1])
        self.habit: Floats = world.unlike * habits.normal(0, 1, (2, world.admins * 3))
        self.rows: dict[str, list[dict[str, object]]] = {name: [] for name in TABLES}
        self.log_id = 0

    def _mood(self) -> Floats:
        """How busy each month is: a memory of 0.6 from month to month, and a season."""
        noise = self.rng.normal(0, 0.12, self.world.months)
        level = np.zeros(self.world.months)
        for n in range(1, self.world.months):
            level[n] = 0.6 * level[n - 1] + noise[n]
        found: Floats = np.exp(level + 0.1 * np.sin(2 * np.pi * np.arange(self.world.months) / 12))
        return found

    def is_captured(self, month: int) -> bool:
        start = self.world.captured_from
        return start is not None and month >= start

    def tables(self) -> dict[str, pa.Table]:
        self._edits()
        self._admins()
        self._elections()
        return {name: _table(name, rows) for name, rows in self.rows.items() if rows}

    def moments(self, month: int, count: int) -> list[datetime]:
        offsets = self.rng.uniform(0, _MONTH_SECONDS, count)
        return [self.begins[month] + timedelta(seconds=float(each)) for each in offsets]

    def _edits(self) -> None:
        world, rng = self.world, self.rng
        born = rng.uniform(-24, world.months, world.editors)
        life = rng.exponential(14, world.editors) + 0.2
        if world.captured_from is not None:
            life = np.where(born >= world.captured_from, np.minimum(life, 1.2), life)
        weight = rng.lognormal(1.4, 1.0, world.editors)
        number = 0
        registered = [self._registered(float(each)) for each in born]
        for month in range(world.months):
            present = (born < month + 1) & (born + life > month)
            edits = rng.poisson(weight * self.mood[month]) * present
            # the month of arrival counts, or arrivals would be the first busy month
            edits = np.where((born >= month) & (born < month + 1) & (edits == 0), 1, edits)
            who = np.repeat(np.arange(world.editors), edits)
            page = (rng.random(len(who)) ** 2 * 800).astype(int)
            for account, thing, at in zip(who, page, self.moments(month, len(who)), strict=True):
                number += 1
                self.rows["revisions"].append(
                    {"revision_id": number, "page_id": int(thing), "at": max(at, registered[account]),
                     "account": f"Simulated {account}", "is_address": False}
                )  # fmt: skip
        self.rows["accounts"] = [
            {"account": f"Simulated {n}", "is_address": False, "registered_at": registered[n]}
            for n in range(world.editors)
        ]
        self.rows["accounts"].append({"account": "Simulated bot", "is_address": False, "bot_by": "group"})

    def _registered(self, born: float) -> datetime:
        whole = int(np.floor(born))
        return utc_naive(_month(whole)) + timedelta(seconds=(born - whole) * _MONTH_SECONDS)

    def _admins(self) -> None:
        world, rng = self.world, self.rng
        names = np.arange(world.admins * 3)
        weight = rng.lognormal(0, 1.0, len(names))
        holding = np.zeros(len(names), dtype=bool)
        holding[: world.admins] = True
        for name in names[: world.admins]:
            self._right(int(name), "grant", self.begins[0])
        waiting = list(names[world.admins :])
        for month in range(world.months):
            if not self.is_captured(month):
                for name in np.flatnonzero(holding & (rng.random(len(names)) < 0.015)):
                    if holding.sum() > 6:
                        holding[name] = False
                        self._right(int(name), "remove", self.moments(month, 1)[0])
                if waiting and rng.random() < world.admins * 0.015:
                    name = waiting.pop(0)
                    holding[name] = True
                    self._right(int(name), "grant", self.moments(month, 1)[0])
            effort = weight * holding * rng.lognormal(0, 0.3, len(names))
            if self.is_captured(month):
                effort[int(np.flatnonzero(holding)[0])] = 30 * effort.sum()
            self._act(month, effort / effort.sum(), np.flatnonzero(holding))

    def _right(self, name: int, change: str, at: datetime) -> None:
        self.log_id += 1
        self.rows["account_groups"].append(
            {"account": f"Simulated {name}", "group_name": "sysop", "change": change, "at": at, "log_id": self.log_id}
        )

    def _act(self, month: int, share: Floats, holders: Ints) -> None:
        world, rng = self.world, self.rng
        blocks = int(rng.poisson(world.blocks * self.mood[month]))
        actors = rng.choice(len(share), blocks, p=share)
        reasons = rng.choice(len(_REASONS), blocks, p=_REASON_SHARE)
        seconds = np.exp(rng.normal(11 + reasons, 1.0) + self.habit[0][actors]).astype(int) + 60
        usual = 0.0 if self.is_captured(month) else world.reversal
        lifted = rng.random(blocks) < usual / (usual + (1 - usual) * np.exp(-self.habit[1][actors]))
        for n, at in enumerate(self.moments(month, blocks)):
            target = f"Simulated vandal {month}-{n}"
            self._vandalise(target, at, at - self.begins[month])
            self._block(at, int(actors[n]), target, "block", _REASONS[reasons[n]], int(seconds[n]))
            if lifted[n]:
                others = holders[holders != actors[n]]
                later = at + timedelta(seconds=float(rng.uniform(60, 20 * 86_400)))
                self._block(later, int(rng.choice(others)), target, "unblock", None, None)
        for actor, at in self._deletions(month, share):
            self.log_id += 1
            self.rows["log_events"].append(
                {"log_id": self.log_id, "at": at, "actor": f"Simulated {actor}", "log_type": "delete",
                 "action": "delete"}
            )  # fmt: skip

    def _vandalise(self, target: str, blocked_at: datetime, longest: timedelta) -> None:
        """The one to three edits for which the target is blocked."""
        for _ in range(int(self.rng.integers(1, 4))):
            before = min(longest, timedelta(seconds=float(self.rng.uniform(60, 2 * 86_400))))
            page, number = int(self.rng.random() ** 2 * 800), 10_000_000 + len(self.rows["revisions"])
            self.rows["revisions"].append(
                {"revision_id": number, "page_id": page, "at": blocked_at - before, "account": target,
                 "is_address": False}
            )  # fmt: skip

    def _deletions(self, month: int, share: Floats) -> Iterable[tuple[int, datetime]]:
        count = int(self.rng.poisson(self.world.deletions * self.mood[month]))
        return zip(self.rng.choice(len(share), count, p=share).tolist(), self.moments(month, count), strict=True)

    def _block(
        self, at: datetime, actor: int, target: str, action: str, reason: str | None, seconds: int | None
    ) -> None:
        self.log_id += 1
        self.rows["blocks"].append(
            {"log_id": self.log_id, "at": at, "actor": f"Simulated {actor}", "target": target,
             "target_kind": "account", "action": action, "reason_category": reason, "duration_seconds": seconds,
             "is_indefinite": False if seconds else None}
        )  # fmt: skip

    def _elections(self) -> None:
        world, rng = self.world, self.rng
        for month in range(3, world.months - 1):
            for n in range(int(rng.poisson(world.elections))):
                election, opened = f"Simulated election {month}-{n}", self.moments(month, 1)[0]
                support = rng.beta(6, 3)
                voters = rng.choice(world.editors, min(world.editors, int(rng.integers(25, 60))), replace=False)
                votes = np.where(rng.random(len(voters)) < support, 1, -1)
                self.rows["elections"].append(
                    {"election": election, "candidate": f"Simulated candidate {month}-{n}", "opened_at": opened,
                     "closed_at": opened + timedelta(days=7),
                     "outcome": "passed" if votes.mean() > 0.4 else "failed"}
                )  # fmt: skip
                for voter, vote in zip(voters, votes, strict=True):
                    self.rows["votes"].append(
                        {"election": election, "candidate": f"Simulated candidate {month}-{n}",
                         "voter": f"Simulated {voter}", "occurrence": 1, "vote": int(vote),
                         "at": opened + timedelta(seconds=float(rng.uniform(0, 7 * 86_400)))}
                    )  # fmt: skip


def _month(number: int) -> datetime:
    first = add_months(START.date(), number)
    return datetime(first.year, first.month, first.day, tzinfo=UTC)


def _table(name: str, rows: list[dict[str, object]]) -> pa.Table:
    return pa.Table.from_pylist(rows, schema=TABLES[name].arrow)
