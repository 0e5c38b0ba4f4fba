"""How hard a measure hits a person, so that two can be compared: no appeal makes worse what must not be (D4)."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from holdfast.actions.plans.plan import PlannedAction
from holdfast.actions.steps.ports import INFINITY
from holdfast.cases.standards import Severity
from holdfast.clock import parse_at
from holdfast.errors import InputRefusedError

RANKS: Mapping[str, int] = MappingProxyType(
    {"telling": 0, "rights_restoration": 0} | {each.value: number for number, each in enumerate(Severity, 1)}
)
"""Kinds of actions, mildest first; what tells somebody or gives rights back takes nothing."""


@dataclass(frozen=True, kw_only=True)
class Measure:
    """What holds against a person: of which kind, where, until when, and how far it goes."""

    kind: str
    wikis: frozenset[str]
    expiry: str | None
    """ISO 8601 or `infinity`; None where it is not known."""
    groups: frozenset[str] | None = None
    """The groups that are taken; None: all of them."""
    limits: frozenset[str] = frozenset()
    """What a ban closes beside editing."""


def measure_of(each: PlannedAction) -> Measure:
    """The measure that a planned action is."""
    params = each.action.params
    groups = params.get("groups", "all")
    limits = {
        "no_email": params.get("no_email", True),
        "no_talk": not params.get("allow_talk", True),
        "autoblock": params.get("autoblock", False),
    }
    return Measure(
        kind=each.action.kind,
        wikis=frozenset(each.action.wikis),
        expiry=each.expiry,
        groups=None if isinstance(groups, str) else frozenset(groups),
        limits=frozenset(name for name, holds in limits.items() if holds and each.action.kind == "global_ban"),
    )


def is_more_severe(new: Measure, old: Measure) -> bool:
    """Whether one measure is harder than another in any part: kind, wikis, end, groups, what a ban closes.

    What cannot be compared counts as harder. Raises InputRefusedError `appeal.measure` for a kind without a rank.
    """
    for each in (new, old):
        if each.kind not in RANKS:
            raise InputRefusedError(
                "appeal.measure", "this measure cannot be compared", expected=", ".join(RANKS), got=each.kind[:60]
            )
    if RANKS[new.kind] == 0:
        return False
    if RANKS[new.kind] != RANKS[old.kind] or not new.wikis <= old.wikis:
        return RANKS[new.kind] > RANKS[old.kind] or not new.wikis <= old.wikis
    wider = old.groups is not None and (new.groups is None or not new.groups <= old.groups)
    return wider or not new.limits <= old.limits or _ends_later(new.expiry, old.expiry)


def _ends_later(new: str | None, old: str | None) -> bool:
    if new is None or old is None:
        return True
    if INFINITY in (new, old):
        return new == INFINITY and old != INFINITY
    return parse_at(new) > parse_at(old)
