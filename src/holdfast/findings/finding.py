"""A finding: a claim with its evidence, its uncertainty and the innocent explanations."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

from holdfast.ids import WikiName


class Area(StrEnum):
    """What a measure or finding is about. There is no score over all of them, on purpose."""

    OPENNESS = "openness_of_power"
    USE = "use_of_power"
    RENEWAL = "renewal"
    ELECTIONS = "elections"
    COORDINATION = "coordination"
    DATA_QUALITY = "data_quality"


class Status(StrEnum):
    """Whether a measured value can be read, and if not, why."""

    OK = "ok"
    NOT_ENOUGH_DATA = "not_enough_data"
    ACTING_ONLY = "acting_only"
    """No rights history that tells who is an admin: only accounts seen acting are counted."""
    NO_TIMES = "no_times"
    INCOMPLETE_HISTORY = "incomplete_history"
    """The tables are known to lack what the value rests on; a data-quality finding says what."""


@dataclass(frozen=True, kw_only=True)
class Value:
    """One measured value of one wiki and period.

    `value`, `low` and `high` are null with status not_enough_data, no_times and incomplete_history. `low` and `high`
    bound the interval named by `interval` (95 % unless it says otherwise). `n` counts what the value rests on.
    `period_start` is inclusive, `period_end` exclusive.
    """

    wiki: WikiName
    measure: str
    period_start: date | None
    """Null only together with `period_end`: all that the lake holds, from data that carry no times."""
    period_end: date | None
    value: float | None
    low: float | None
    high: float | None
    interval: str
    n: int
    unit: str
    status: Status
    detail: str = ""
    """Why a status is not ok, or what was left out (bots …), in words."""


@dataclass(frozen=True, kw_only=True)
class Innocent:
    """One innocent explanation: what would look the same, and what was done to tell it apart."""

    text: str
    tested: str = "not tested with these data"


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """A small table behind a finding: headings and rows, already under pseudonyms, ordered by key."""

    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str | int | float | None, ...], ...]


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One claim. Statistical ones carry p, q and the null; data-quality ones carry counted facts instead."""

    id: str
    """Stable within an assessment: area, measure and period."""
    wiki: WikiName
    area: Area
    measure: str
    period_start: date | None
    period_end: date | None
    claim: str
    null: str = ""
    """The named null: own past, peers of like size, a permutation; empty for counted facts."""
    p: float | None = None
    q: float | None = None
    """The false-discovery-adjusted p over the whole family of the assessment."""
    effect: str = ""
    evidence: tuple[Evidence, ...] = ()
    innocent: tuple[Innocent, ...] = ()
    tell_apart: str = ""
    """What would tell the explanations apart."""
    details: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Tested:
    """One hypothesis of the assessment's family, found or not, so that a report can say what was not found."""

    measure: str
    period_start: date | None
    period_end: date | None
    null: str
    p: float
    q: float
    found: bool


@dataclass(frozen=True, kw_only=True)
class ChangePoint:
    """A month from which a measure runs at another level. Only those that the family kept are drawn."""

    measure: str
    at: date
    """First day of the first period at the new level."""
    before: float
    after: float
    p: float
    q: float
    found: bool


def false_accusation(*, groups_upper_bound: float, members: int, accounts: int) -> dict[str, float | int]:
    """The false-accusation rate of a group finding, for its `details` (2.9).

    `groups_upper_bound`: false groups per run at the threshold in use (95 % bound of the run's own null runs). Were
    each as large as this one, at most `per_1000_accounts_upper_bound` of 1,000 innocent accounts looked at would be
    named. 1000 when no account was looked at.
    """
    rate = 1000.0 if accounts <= 0 else min(1000.0, 1000 * groups_upper_bound * members / accounts)
    return {
        "false_groups_per_run_upper_bound": groups_upper_bound,
        "members": members,
        "accounts_looked_at": accounts,
        "per_1000_accounts_upper_bound": rate,
    }
