"""A step: one write on one wiki, with what it must find before and what must be there after.

An executor journals the intent, performs, and reads back; it never trusts the answer to a write:

    seen = look_at(hand, steps)               one look for many steps of one wiki, read in batches
    if is_done(step, seen, now=now):          already so, nothing is written
    elif matches_before(step, seen, now=now): journal the intent, perform(step, hand, now=now), look again, is_done
    else:                                     the wiki has moved: hold the target, neither state is the approved one

The same is asked after a lost answer or a kill: done, or as before (then the write never happened), or moved.
What runs out by itself between approval and now (a temporary group, a block, a protection) is not a move.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import IntEnum
from types import MappingProxyType
from typing import Any

from holdfast.accounts.names import kept_name
from holdfast.actions.steps.ports import INFINITY, AccountState, BlockState, WikiHand
from holdfast.actions.steps.seen import Seen, look
from holdfast.clock import parse_at
from holdfast.errors import UsageError
from holdfast.ids import WikiName, wiki_name

Json = Mapping[str, Any]
"""A JSON object: text keys, and text, whole numbers, true, false, null, lists and objects inside."""


class Phase(IntEnum):
    """The order of the steps of a whole plan: an admin who could undo the rest loses the rights first."""

    RIGHTS = 10
    LOCK = 20
    BLOCK = 30
    PROTECT = 40
    MESSAGE = 50
    UNDO_PROTECT = 60
    UNDO_BLOCK = 70
    UNDO_LOCK = 80
    UNDO_RIGHTS = 90
    UNDO_MESSAGE = 95


_UNDOING = {
    Phase.RIGHTS: Phase.UNDO_RIGHTS,
    Phase.LOCK: Phase.UNDO_LOCK,
    Phase.BLOCK: Phase.UNDO_BLOCK,
    Phase.PROTECT: Phase.UNDO_PROTECT,
    Phase.MESSAGE: Phase.UNDO_MESSAGE,
}
_ID = re.compile(r"[a-z0-9_]+(?:[-/][a-z0-9_]+)*\Z")


@dataclass(frozen=True, kw_only=True)
class Step:
    """One write. `intent` holds `from` and `to`, the part of the wiki's state that it changes, and `reason`; for
    groups also `concerned`, the groups that are compared, or `all`: one of them given meanwhile is a move. A
    message holds `heading`, `text` (wikitext, marker included), `marker` and `summary`.

    `user_id` is the account's number on that wiki as the plan saw it (null for a page): a renamed account, or
    another one under its name, is a wiki that has moved. `needs` are user rights, `userrights:GROUP` among them.
    """

    id: str
    """Unique: the action's id, the wiki and the step's name, e.g. `p-1f0c/07/frwiki/block`."""
    name: str
    wiki: WikiName
    phase: int
    target: str
    user_id: int | None = None
    intent: Json = field(default_factory=dict)
    needs: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not _ID.match(self.id) or self.name not in _DOERS:
            raise UsageError(
                "step.unknown",
                "this is not a step that can be carried out",
                expected=f"an id in small letters, and one of {', '.join(_DOERS)}",
                got=repr(f"{self.id[:80]}: {self.name[:40]}"),
            )

    def to_json(self) -> dict[str, Any]:
        """The step as a plan or journal stores it."""
        return {
            "id": self.id,
            "name": self.name,
            "wiki": self.wiki,
            "phase": int(self.phase),
            "target": self.target,
            "user_id": self.user_id,
            "intent": dict(self.intent),
            "needs": list(self.needs),
        }

    @classmethod
    def from_json(cls, stored: Json) -> "Step":
        """The step that `to_json` wrote."""
        return cls(
            id=stored["id"],
            name=stored["name"],
            wiki=wiki_name(stored["wiki"]),
            phase=stored["phase"],
            target=stored["target"],
            user_id=stored["user_id"],
            intent=stored["intent"],
            needs=tuple(stored["needs"]),
        )


def look_at(hand: WikiHand, steps: Iterable[Step]) -> Seen:
    """All that the judgement of these steps needs, read now. Raises BusyError when the wiki cannot be read."""
    mine = [step for step in steps if step.wiki == hand.wiki]
    return look(
        hand,
        accounts=[step.target for step in mine if step.name != "protect"],
        pages=[step.target for step in mine if step.name == "protect"],
        markers=[(step.target, step.intent["marker"]) for step in mine if step.name == "message"],
    )


def is_done(step: Step, seen: Seen, *, now: datetime) -> bool:
    """Whether the wiki, as seen, is as the step wants it."""
    return _DOERS[step.name].holds(step, seen, "to", now)


def matches_before(step: Step, seen: Seen, *, now: datetime) -> bool:
    """Whether the wiki, as seen, is as the plan saw it."""
    return _DOERS[step.name].holds(step, seen, "from", now)


def perform(step: Step, hand: WikiHand, *, now: datetime) -> None:
    """One write. Returns when the wiki has answered, which proves nothing: ask `is_done`.

    Raises what the hand raises: BusyError (look at `outcome_known`), HandLostError, InputRefusedError,
    CheckFailedError.
    """
    _DOERS[step.name].write(step, hand, now)


def undo(step: Step, *, reason: str) -> tuple[Step, ...]:
    """The steps that lead back from what this step has done; empty when it left nothing to take back.

    A message cannot be unsaid: its way back is a second message, where the plan holds a withdrawal.
    """
    phase = _UNDOING.get(Phase(step.phase))
    if phase is None:
        raise UsageError("step.undo_of_undo", "a step that undoes is not undone; write a new plan", got=step.id)
    back = replace(step, id=f"{step.id}/undo", phase=phase)
    if step.name != "message":
        turned = {**step.intent, "from": step.intent["to"], "to": step.intent["from"], "reason": reason}
        return (replace(back, intent=turned),)
    withdrawal = step.intent.get("withdrawal")
    if not withdrawal:
        return ()
    # the text was approved with the plan, so it keeps its own marker
    return (replace(back, intent={**withdrawal, "summary": reason}),)


def is_way_back(step: Step) -> bool:
    """Whether the step leads back from what another has done."""
    return step.phase in _UNDOING.values()


# --- what is compared ------------------------------------------------------------------------------------------


def is_past(expiry: str, now: datetime) -> bool:
    """Whether an end has come; infinity never does."""
    return expiry != INFINITY and parse_at(expiry) <= now


def living(ends: Mapping[str, str], now: datetime) -> dict[str, str]:
    """The groups whose end has not come."""
    return {name: expiry for name, expiry in ends.items() if not is_past(expiry, now)}


def block_json(block: BlockState | None) -> dict[str, Any] | None:
    """What of a block is compared and can be put back: not its number, nor who set it."""
    if block is None:
        return None
    return {
        "expiry": block.expiry,
        "partial": block.partial,
        "no_create": block.no_create,
        "no_email": block.no_email,
        "allow_talk": block.allow_talk,
        "autoblock": block.autoblock,
    }


def _same_account(step: Step, state: AccountState) -> bool:
    return state.exists and state.user_id == step.user_id


def _rights_hold(step: Step, seen: Seen, side: str, now: datetime) -> bool:
    state = seen.account(step.target)
    found = living(state.groups, now)
    concerned = step.intent["concerned"]
    if concerned != "all":
        found = {group: expiry for group, expiry in found.items() if group in concerned}
    return _same_account(step, state) and found == living(step.intent[side], now)


def _write_rights(step: Step, hand: WikiHand, now: datetime) -> None:
    old, new = living(step.intent["from"], now), living(step.intent["to"], now)
    hand.change_groups(
        kept_name(step.target),
        add={group: expiry for group, expiry in new.items() if old.get(group) != expiry},
        remove=sorted(set(old) - set(new)),
        reason=step.intent["reason"],
    )


def _living_block(block: Json | None, now: datetime) -> Json | None:
    return None if block is None or is_past(block["expiry"], now) else block


def _block_holds(step: Step, seen: Seen, side: str, now: datetime) -> bool:
    state = seen.account(step.target)
    return _same_account(step, state) and _living_block(block_json(state.block), now) == _living_block(
        step.intent[side], now
    )


def _write_block(step: Step, hand: WikiHand, now: datetime) -> None:
    wanted = _living_block(step.intent["to"], now)
    account, reason = kept_name(step.target), step.intent["reason"]
    if wanted is None:
        hand.unblock(account, reason=reason)
        return
    hand.block(
        account,
        expiry=wanted["expiry"],
        reason=reason,
        no_create=wanted["no_create"],
        no_email=wanted["no_email"],
        allow_talk=wanted["allow_talk"],
        autoblock=wanted["autoblock"],
        reblock=_living_block(step.intent["from"], now) is not None,
    )


def _lock_holds(step: Step, seen: Seen, side: str, _: datetime) -> bool:
    state = seen.account(step.target)
    return _same_account(step, state) and state.locked is step.intent[side]


def _write_lock(step: Step, hand: WikiHand, _: datetime) -> None:
    hand.set_lock(kept_name(step.target), locked=step.intent["to"], reason=step.intent["reason"])


def _living_protection(protection: Mapping[str, Any], now: datetime) -> dict[str, tuple[str, str]]:
    return {action: (level, expiry) for action, (level, expiry) in protection.items() if not is_past(expiry, now)}


def _protection_holds(step: Step, seen: Seen, side: str, now: datetime) -> bool:
    page = seen.page(step.target)
    return page.exists and _living_protection(page.protection, now) == _living_protection(step.intent[side], now)


def _write_protection(step: Step, hand: WikiHand, now: datetime) -> None:
    wanted = _living_protection(step.intent["to"], now)
    hand.protect(step.target, protection=wanted, reason=step.intent["reason"])


def _message_holds(step: Step, seen: Seen, side: str, _: datetime) -> bool:
    if not _same_account(step, seen.account(step.target)):
        return False
    return seen.is_sent(step.intent["marker"]) is (side == "to")


def _write_message(step: Step, hand: WikiHand, _: datetime) -> None:
    hand.message(
        kept_name(step.target),
        heading=step.intent["heading"],
        text=step.intent["text"],
        marker=step.intent["marker"],
        summary=step.intent["summary"],
    )


@dataclass(frozen=True, kw_only=True)
class _Doer:
    holds: Callable[[Step, Seen, str, datetime], bool]
    write: Callable[[Step, WikiHand, datetime], None]


_DOERS: Mapping[str, _Doer] = MappingProxyType(
    {
        "rights": _Doer(holds=_rights_hold, write=_write_rights),
        "lock": _Doer(holds=_lock_holds, write=_write_lock),
        "block": _Doer(holds=_block_holds, write=_write_block),
        "protect": _Doer(holds=_protection_holds, write=_write_protection),
        "message": _Doer(holds=_message_holds, write=_write_message),
    }
)
