"""How hard a measure hits a person, so that two can be compared: no appeal makes worse what must not be (D4)."""

from dataclasses import dataclass

from holdfast.actions.plans.plan import PlannedAction
from holdfast.actions.steps.kind import all_kinds, kind_of
from holdfast.actions.steps.ports import INFINITY
from holdfast.cases.standards import Severity
from holdfast.clock import parse_at
from holdfast.errors import InputRefusedError


def ranks() -> dict[str, int]:
    """Kinds of actions by the severity that each declares, mildest first; 0 takes nothing from anybody."""
    order: list[Severity | None] = [None, *Severity]
    found = {name: order.index(kind.severity) for name, kind in all_kinds().items()}
    return dict(sorted(found.items(), key=lambda each: (each[1], each[0])))


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
    reach = kind_of(each.action).reach(each.action.params)
    return Measure(
        kind=each.action.kind,
        wikis=frozenset(each.action.wikis),
        expiry=each.expiry,
        groups=reach.groups,
        limits=reach.limits,
    )


def is_more_severe(new: Measure, old: Measure) -> bool:
    """Whether one measure is harder than another in any part: kind, wikis, end, groups, what a ban closes.

    What cannot be compared counts as harder. Raises InputRefusedError `appeal.measure` for a kind without a rank.
    """
    known = ranks()
    for each in (new, old):
        if each.kind not in known:
            raise InputRefusedError(
                "appeal.measure", "this measure cannot be compared", expected=", ".join(known), got=each.kind[:60]
            )
    if known[new.kind] == 0:
        return False
    if known[new.kind] != known[old.kind] or not new.wikis <= old.wikis:
        return known[new.kind] > known[old.kind] or not new.wikis <= old.wikis
    if new.kind != old.kind:  # as hard as each other, and each takes something else
        return True
    wider = old.groups is not None and (new.groups is None or not new.groups <= old.groups)
    return wider or not new.limits <= old.limits or _ends_later(new.expiry, old.expiry)


def _ends_later(new: str | None, old: str | None) -> bool:
    if new is None or old is None:
        return True
    if INFINITY in (new, old):
        return new == INFINITY and old != INFINITY
    return parse_at(new) > parse_at(old)
