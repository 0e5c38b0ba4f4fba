"""A lock through CentralAuth: the account can log in nowhere.

A lock leaves the account's local groups as they are and has no end, so all groups are removed first, on each wiki
listed; then the account is locked once, through the wiki named by `lock_on`. Tested against recorded answers, not
against a live CentralAuth.
"""

from typing import Any

from holdfast.actions.kinds._parts import (
    as_planned,
    check_notice,
    check_params,
    is_line,
    is_notice,
    is_reason,
    make_step,
    message_step,
    read_state,
    rights_step,
)
from holdfast.actions.steps.kind import Action, End, Kind, Purpose, TargetType
from holdfast.actions.steps.seen import Seen
from holdfast.actions.steps.step import Json, Phase, Step
from holdfast.cases.standards import Severity
from holdfast.errors import InputRefusedError
from holdfast.ids import WikiName
from holdfast.notices.kinds import NoticeKind


def _check(action: Action) -> None:
    check_params(action, must={"lock_on": is_line, "reason": is_reason}, may={"notice": is_notice})
    check_notice(action)
    if action.params["lock_on"] not in action.wikis:
        raise InputRefusedError(
            "kind.params",
            "the lock is to be set through a wiki that the action does not list",
            expected=", ".join(action.wikis),
            got=repr(action.params["lock_on"][:64]),
            place=action.id,
            hint="name one of the wikis of the action as lock_on",
        )


def _read(seen: Seen, action: Action) -> dict[str, Any]:
    if seen.wiki != action.params["lock_on"]:
        return read_state(seen, action, "groups")
    state = read_state(seen, action, "groups", "locked")
    if state["locked"] is None:
        raise InputRefusedError(
            "kind.no_central_auth",
            "this wiki has no global accounts, so nothing can be locked",
            expected="a wiki with CentralAuth",
            place=f"{action.id} on {seen.wiki}",
            hint="use a global ban: all groups removed and a block on each wiki",
        )
    return state


def _after(before: Json, action: Action, wiki: WikiName) -> dict[str, Any]:
    return {**before, "groups": {}} | ({"locked": True} if wiki == action.params["lock_on"] else {})


def _steps(before: Json, action: Action, wiki: WikiName) -> tuple[Step, ...]:
    after = _after(before, action, wiki)
    steps = rights_step(action, wiki, before, after, concerned="all")
    if before.get("locked") is False and after.get("locked"):
        intent = {"from": False, "to": True, "reason": action.params["reason"]}
        needs = ("centralauth-lock",)
        steps += (make_step(action, wiki, "lock", Phase.LOCK, user_id=before["user_id"], intent=intent, needs=needs),)
    return (*steps, *message_step(action, wiki, before))


KIND = Kind(
    name="global_lock",
    title="The account is locked everywhere through CentralAuth, and its user groups are taken away.",
    target=TargetType.ACCOUNT,
    severity=Severity.GLOBAL_LOCK,
    notice=NoticeKind.GLOBAL_LOCK,
    notice_on_request=None,
    purposes=frozenset({Purpose.DECISION}),
    takes_target=True,
    says_conduct=False,
    reach=as_planned,
    check=_check,
    read=_read,
    after=_after,
    steps=_steps,
    end=End.PEOPLE,
)
