"""What the kinds of facts of a case have in common: who may state them, when, and what follows from them."""

from collections.abc import Mapping
from enum import StrEnum
from typing import TYPE_CHECKING, Any, TypeVar

from holdfast.access.rules.roles import Role
from holdfast.errors import CheckFailedError, InputRefusedError
from holdfast.facts.fields import Text
from holdfast.facts.kinds import CLOCK, Body, FactKind, Step, declared

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

GATHERS = "gathers"
"""Who states it becomes an investigator of the case, who then does not decide it."""
READS = "reads"
"""It is about reading: whoever causes it works on nothing, and keeps no case from falling idle."""
WHEN_IDLE = "when idle"
"""It may be stated while the case is idle."""


def kind(
    name: str, step: "Step[Case]", *by: str, stages: frozenset[Stage] = WORKING, marks: str = "", **more: Any
) -> "FactKind[Case]":
    """A declaration; without roles it is an investigator's, without stages for a case that is worked on."""
    given = {"door": "/cases/<number>/do/<fact>/", **more}
    marked = frozenset({marks} - {""})
    return FactKind(name=name, step=step, by=frozenset(by or {INVESTIGATOR}), when=stages, marks=marked, **given)


def member(label: str = "Member") -> Text:
    """The id of a member of the office."""
    return Text(label, help="A member's id, m- and 12 digits.", most=64)


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


__all__ = [
    "APPEAL_READER", "AUDITOR", "CLOCK", "CUSTODIAN", "DECIDER", "GATHERS", "INVESTIGATOR", "KEPT", "LEGAL", "LIVE",
    "READS", "WHEN_IDLE", "WORKING", "Body", "FactKind", "Stage", "added", "declared", "kind", "known", "member",
    "refuse",
]  # fmt: skip
