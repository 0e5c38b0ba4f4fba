"""What people decide about a plan besides the plan: legal sign-offs, held targets, undoing, conditions that hold.

Each is put before people as a `holdfast.approval.Request`, whose `what` is the `to_json` of these values. Two people
approve an order; a sign-off is one lawyer's signature, and is checked here.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, NoReturn

from holdfast.actions.steps.step import Json
from holdfast.approval import Approver, Request, Signature, check_signature
from holdfast.errors import CheckFailedError, UsageError

LEGAL = "legal"
"""The role that signs off."""


class Choice(StrEnum):
    """What two people decide on an action that is held."""

    SKIP = "skip"
    """What is not done of it stays undone; what is done stays."""
    AMEND = "amend"
    """It is taken out of this plan; a new plan, approved for itself, takes the target on as it is now."""
    UNDO = "undo"
    """What is done of it is undone."""


@dataclass(frozen=True, kw_only=True)
class Decision:
    """One decision on one held action of one plan."""

    plan: str
    """Its id."""
    plan_sha256: str
    action: str
    choice: Choice
    reason: str
    """For the wiki's log where something is undone, and for the file."""
    new_plan: str = ""
    """The id of the plan that takes the target on."""

    def to_json(self) -> dict[str, Any]:
        """As approvers sign it."""
        return {**vars(self), "choice": self.choice.value}

    @classmethod
    def from_json(cls, stored: Json) -> "Decision":
        """The decision that `to_json` wrote."""
        return cls(**{**stored, "choice": Choice(stored["choice"])})


@dataclass(frozen=True, kw_only=True)
class UndoOrder:
    """To undo what a plan has done, all of it or some actions."""

    plan: str
    """Its id."""
    plan_sha256: str
    reason: str
    """For the wiki's log."""
    actions: tuple[str, ...] = ()
    """Ids; empty: every action."""

    def to_json(self) -> dict[str, Any]:
        """As approvers sign it."""
        return {**vars(self), "actions": list(self.actions)}

    @classmethod
    def from_json(cls, stored: Json) -> "UndoOrder":
        """The order that `to_json` wrote."""
        return cls(**{**stored, "actions": tuple(stored["actions"])})


@dataclass(frozen=True, kw_only=True)
class SignOff:
    """That a plan is lawful in one jurisdiction (3.5)."""

    plan: str
    """Its id."""
    plan_sha256: str
    jurisdiction: str

    def to_json(self) -> dict[str, Any]:
        """As the lawyer signs it."""
        return dict(vars(self))


_CHECKED = object()


class SignedOff:
    """A sign-off whose signature was verified. Only `check_sign_off` makes one."""

    __slots__ = ("_value",)

    def __init__(self, value: SignOff, door: object) -> None:
        if door is not _CHECKED:
            raise UsageError("orders.unchecked", "a sign-off is not made, it is checked", hint="use check_sign_off")
        object.__setattr__(self, "_value", value)

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError("a sign-off does not change")

    @property
    def value(self) -> SignOff:
        """What was signed off."""
        value: SignOff = self._value  # type: ignore[attr-defined]
        return value


def check_sign_off(
    value: SignOff,
    *,
    request: Request,
    signature: Signature,
    approvers: Sequence[Approver],
    barred: frozenset[str],
    now: datetime,
    rp_id: str,
    origins: frozenset[str],
    max_age: timedelta,
) -> SignedOff:
    """A legal sign-off as checked: one member with the role `legal` confirmed exactly this with a passkey.

    Raises CheckFailedError `orders.sign_off` when the signer is unknown, has another role, is barred (a target,
    recused), or signed something else, and the `approval.…` errors of the signature itself.
    """

    def refuse(what: str) -> CheckFailedError:
        return CheckFailedError("orders.sign_off", what, offender=signature.member)

    signer = next((each for each in approvers if each.member == signature.member), None)
    if signer is None or LEGAL not in signer.roles:
        raise refuse("a sign-off is given by a member with the role legal")
    if signer.member in barred:
        raise refuse("this member must stand aside, and signs nothing off")
    if request.kind != "sign-off" or dict(request.what) != value.to_json():
        raise refuse("what was signed is another sign-off")
    check_signature(
        signature,
        content=request.content(),
        approver=signer,
        now=now,
        rp_id=rp_id,
        origins=origins,
        max_age=max_age,
    )
    return SignedOff(value, _CHECKED)
