"""Alarms: what a person must look at now. Ids and numbers only, as in the audit."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from holdfast.facts import MemberId, StreamId


class AlarmKind(StrEnum):
    """Why somebody is called."""

    BUDGET_NEAR = "budget near"
    """A person opened so much sealed data today that the auditor should ask why."""
    BUDGET_SPENT = "budget spent"
    CHAIN_BROKEN = "chain broken"
    """The audit is not the one that was written."""
    PASSKEY_COPIED = "passkey copied"
    """A passkey's counter went backwards."""
    APPROVAL_FORGED = "approval forged"
    SUSPENDED_SELF = "suspended self"
    """A member ended their own access without giving a reason; it may be duress."""
    NEEDS_TWO = "needs two"
    """A right has a last single holder on a wiki."""
    CLOCK_DUE = "clock due"
    """A review, a notice or a seal is past its date."""
    WIKI_DIFFERS = "wiki differs"
    """A wiki's real state is not what was decided."""
    RECOVERY_OPENED = "recovery opened"
    """The master key was brought back from its shares."""
    WAY_BACK = "way back"
    """Three shares were shown to let somebody in without two guardians; or it was opened."""
    KEPT_LONG_ENOUGH = "kept long enough"
    """By the retention policy two people should destroy this now, or say why not."""
    WIKI_ACCOUNT_CHANGED = "wiki account changed"
    """Somebody came by a member's wiki account whose number is another one: the name has changed hands."""
    CLOCK_FAILED = "clock failed"
    """A clock of `tick` did not run through."""


@dataclass(frozen=True, kw_only=True)
class Alarm:
    """One alarm."""

    kind: AlarmKind
    at: datetime
    member: MemberId | None = None
    object: StreamId | None = None
    count: int | None = None
