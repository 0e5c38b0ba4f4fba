"""What a kind of proposal is: who may approve it, how it is shown to them, and what is then done, once."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from holdfast.actions.plans.plan import Plan
from holdfast.actions.sweeps.status import Status
from holdfast.approval import Approved
from holdfast.approval.request import Request
from holdfast.facts import MemberId
from holdfast.workflows.office.opening import Office
from holdfast.workflows.office.shown import Shown

What = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Line:
    """One thing that approvers read before they sign: a label, and values one under another."""

    label: str
    values: Sequence[str]
    accounts: bool = False
    """Whether the values are accounts' names (set apart on the page)."""


def nobody_barred(office: Office, what: What) -> Mapping[MemberId, str]:
    """For kinds in which nobody has to stand aside."""
    return {}


def nothing_to_note(office: Office, what: What, plan: Plan, found: Status) -> None:
    """For kinds that hold no plan, or are one: its sweep says all."""


@dataclass(frozen=True, kw_only=True)
class ProposalKind:
    """A file in `proposals` declares one as `PROPOSAL`; its module's name is the kind's name, `_` for `-`."""

    title: str
    means: str
    """One sentence for approvers: what their signature will do."""
    ruled_as: str
    """The kind of stream whose rules say who may read, write and approve (`access/policies/console.cedar`)."""
    roles: frozenset[str]
    """Who may sign."""
    lines: Callable[[Office, What], Sequence[Line]]
    """All that is signed, in words."""
    execute: Callable[[Office, Approved[Request]], Shown]
    """Do it, inside one transaction with the fact that it was done; gives what is shown next.

    What must happen outside the database (a wiki, the log) is promised in the outbox, not done here. It must refuse
    when the world has moved since the proposal was made."""
    needed: int = 2
    is_carried_out: bool = True
    """False where the signature itself is what is wanted (a legal sign-off), and whoever needs it verifies it."""
    barred: Callable[[Office, What], Mapping[MemberId, str]] = nobody_barred
    noted: Callable[[Office, What, Plan, Status], None] = nothing_to_note
    """For a kind that holds a plan in its bytes: keep what a run of it read back. Called again, it does nothing."""
