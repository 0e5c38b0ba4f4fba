"""Taking user groups away: the ones named or all of them. Every other group stays as it is."""

from typing import Any

from holdfast.actions.kinds._parts import (
    check_notice,
    check_params,
    is_group_list,
    is_notice,
    is_reason,
    message_step,
    read_state,
    rights_step,
)
from holdfast.actions.steps.kind import Action, End, Kind, Purpose, Reach, TargetType
from holdfast.actions.steps.seen import Seen
from holdfast.actions.steps.step import Json, Step
from holdfast.cases.standards import Severity
from holdfast.ids import WikiName
from holdfast.notices.kinds import NoticeKind


def _check(action: Action) -> None:
    check_params(action, must={"groups": is_group_list, "reason": is_reason}, may={"notice": is_notice})
    check_notice(action)


def _read(seen: Seen, action: Action) -> dict[str, Any]:
    state = read_state(seen, action, "groups")
    wanted = action.params["groups"]
    held = state["groups"]
    return state | {"groups": held if wanted == "all" else {each: held[each] for each in held if each in wanted}}


def _after(before: Json, action: Action, wiki: WikiName) -> dict[str, Any]:
    return {**before, "groups": {}}


def _steps(before: Json, action: Action, wiki: WikiName) -> tuple[Step, ...]:
    return (
        *rights_step(action, wiki, before, _after(before, action, wiki), concerned=action.params["groups"]),
        *message_step(action, wiki, before),
    )


def _reach(params: Json) -> Reach:
    groups = params["groups"]
    return Reach(groups=None if groups == "all" else frozenset(groups), limits=frozenset(), ends=frozenset())


KIND = Kind(
    name="rights_removal",
    title="User groups are taken away; all others stay.",
    target=TargetType.ACCOUNT,
    severity=Severity.RIGHTS_REMOVAL,
    notice=NoticeKind.RIGHTS_REMOVAL,
    notice_on_request=NoticeKind.RIGHTS_REMOVAL_ON_REQUEST,
    purposes=frozenset({Purpose.DECISION, Purpose.PROTECTIVE}),
    takes_target=True,
    says_conduct=False,
    reach=_reach,
    check=_check,
    read=_read,
    after=_after,
    steps=_steps,
    end=End.PEOPLE,
)
