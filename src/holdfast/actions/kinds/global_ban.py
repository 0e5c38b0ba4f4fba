"""A global ban where there is no CentralAuth: all groups removed, then a block, on each wiki listed.

The groups go first, or an admin could lift the block. The own talk page stays open for an appeal unless the plan
says otherwise. Autoblocks are off unless asked for: they hit whoever shares an address with the account, and a
school or a provider's proxy holds many bystanders; the block itself does not need them.
"""

from typing import Any

from holdfast.actions.kinds._parts import (
    check_notice,
    check_params,
    is_expiry,
    is_flag,
    is_notice,
    is_reason,
    make_step,
    message_step,
    read_state,
    rights_step,
)
from holdfast.actions.steps.kind import Action, End, Kind, Purpose, Reach, TargetType
from holdfast.actions.steps.ports import INFINITY
from holdfast.actions.steps.seen import Seen
from holdfast.actions.steps.step import Json, Phase, Step
from holdfast.cases.standards import Severity
from holdfast.errors import InputRefusedError
from holdfast.ids import WikiName
from holdfast.notices.kinds import NoticeKind


def _check(action: Action) -> None:
    may = {
        "expiry": is_expiry,
        "no_email": is_flag,
        "allow_talk": is_flag,
        "autoblock": is_flag,
        "notice": is_notice,
    }
    check_params(action, must={"reason": is_reason}, may=may)
    check_notice(action)


def _read(seen: Seen, action: Action) -> dict[str, Any]:
    return read_state(seen, action, "groups", "block")


def _after(before: Json, action: Action, wiki: WikiName) -> dict[str, Any]:
    params = action.params
    block = {
        "expiry": params.get("expiry", INFINITY),
        "partial": False,
        "no_create": True,
        "no_email": params.get("no_email", True),
        "allow_talk": params.get("allow_talk", True),
        "autoblock": params.get("autoblock", False),
    }
    return {**before, "groups": {}, "block": block}


def _steps(before: Json, action: Action, wiki: WikiName) -> tuple[Step, ...]:
    after = _after(before, action, wiki)
    steps = rights_step(action, wiki, before, after, concerned="all")
    if before["block"] != after["block"]:
        _refuse_partial(before, action, wiki)
        intent = {"from": before["block"], "to": after["block"], "reason": action.params["reason"]}
        needs = ("block", *(["blockemail"] if after["block"]["no_email"] else []))
        steps += (
            make_step(action, wiki, "block", Phase.BLOCK, user_id=before["user_id"], intent=intent, needs=needs),
        )
    return (*steps, *message_step(action, wiki, before))


def _refuse_partial(before: Json, action: Action, wiki: WikiName) -> None:
    if before["block"] is not None and before["block"]["partial"]:
        raise InputRefusedError(
            "kind.partial_block",
            "the account is under a partial block, which could not be put back exactly if the ban were overturned",
            place=f"{action.id} on {wiki}",
            hint="let an administrator lift the partial block first, and note it in the case",
        )


def _reach(params: Json) -> Reach:
    closed = {
        "no_email": params.get("no_email", True),
        "no_talk": not params.get("allow_talk", True),
        "autoblock": params.get("autoblock", False),
    }
    limits = frozenset(name for name, holds in closed.items() if holds)
    return Reach(groups=None, limits=limits, ends=frozenset())


KIND = Kind(
    name="global_ban",
    title="All user groups are taken away and the account is blocked, on each wiki listed.",
    target=TargetType.ACCOUNT,
    severity=Severity.GLOBAL_BAN,
    notice=NoticeKind.GLOBAL_BAN,
    notice_on_request=None,
    purposes=frozenset({Purpose.DECISION}),
    takes_target=True,
    says_conduct=False,
    reach=_reach,
    check=_check,
    read=_read,
    after=_after,
    steps=_steps,
    end=End.WIKI,
)
