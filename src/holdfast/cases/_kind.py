"""What each kind of fact declares: how it changes the case, who may write it, and at which stages."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, TypeVar

from holdfast.access.rules.roles import Role
from holdfast.errors import CheckFailedError, InputRefusedError
from holdfast.facts import Fact

if TYPE_CHECKING:
    from holdfast.cases.case import Case

Item = TypeVar("Item")


class Stage(StrEnum):
    """How far a case has come."""

    TRIAGE = "triage"
    OPEN = "open"
    DECIDED = "decided"
    CLOSED = "closed"
    DESTROYED = "destroyed"


WORKING = frozenset({Stage.TRIAGE, Stage.OPEN})
LIVE = WORKING | {Stage.DECIDED}
KEPT = LIVE | {Stage.CLOSED}

INVESTIGATOR, DECIDER, LEGAL = Role.INVESTIGATOR, Role.DECIDER, Role.LEGAL
APPEAL_READER, CUSTODIAN, AUDITOR = Role.APPEAL_READER, Role.CUSTODIAN, Role.AUDITOR
CLOCK = "clock"
"""Not a role of a person: what `tick` may write, on the rules that people set."""


@dataclass(frozen=True, kw_only=True)
class FactKind:
    """One type of fact. `step` gives the case after it, or raises when it may not happen now."""

    step: "Callable[[Case, Fact], Case]"
    roles: frozenset[str]
    stages: frozenset[Stage]


def kind(step: "Callable[[Case, Fact], Case]", *roles: str, stages: frozenset[Stage] = WORKING) -> FactKind:
    """A declaration in one line; without roles it is an investigator's."""
    return FactKind(step=step, roles=frozenset(roles or {INVESTIGATOR}), stages=stages)


def added(items: Mapping[str, Item], name: str, item: Item) -> dict[str, Item]:
    """The items with one more. Raises InputRefusedError `case.id.taken` when the id stands already."""
    if name in items:
        raise InputRefusedError(
            "case.id.taken",
            "this id is in use in this case already",
            place=name,
            hint="choose another; what was recorded is never overwritten",
        )
    return {**items, name: item}


def known(items: Mapping[Any, Item], name: str, what: str) -> Item:
    """The item of this id. Raises InputRefusedError `case.id.unknown`."""
    if name not in items:
        raise InputRefusedError(
            "case.id.unknown", f"this case has no {what} of this id", place=name, hint="record it first"
        )
    return items[name]


def refuse(code: str, what: str, *, expected: str = "", hint: str = "") -> CheckFailedError:
    """A refusal under a rule; the text never holds what a person wrote."""
    return CheckFailedError(f"case.{code}", what, expected=expected, hint=hint)
