"""A warning: one message on the person's talk page, found again by its marker, so that it is left once."""

from typing import Any

from holdfast.actions.kind import Action, Kind, TargetType
from holdfast.actions.kinds._parts import check_notice, check_params, is_notice, message_step
from holdfast.actions.ports import WikiHand
from holdfast.actions.steps import Json, Step, is_sent, read_account
from holdfast.errors import InputRefusedError
from holdfast.ids import WikiName


def _check(action: Action) -> None:
    check_params(action, must={"notice": is_notice}, may={})
    check_notice(action)
    if set(action.params["notice"]["wikis"]) != set(action.wikis):
        raise InputRefusedError(
            "kind.notice",
            "a warning is left on every wiki that it lists",
            expected=", ".join(action.wikis),
            got=", ".join(action.params["notice"]["wikis"]),
            place=action.id,
            hint="list the same wikis in the action and in its notice",
        )


def _read(hand: WikiHand, action: Action) -> dict[str, Any]:
    state = {"user_id": read_account(hand, action.target).user_id}
    (step,) = message_step(action, hand.wiki, state)
    return state | {"message": is_sent(step, hand)}


def _after(before: Json, action: Action, wiki: WikiName) -> dict[str, Any]:
    return {**before, "message": True}


def _steps(before: Json, action: Action, wiki: WikiName) -> tuple[Step, ...]:
    return () if before["message"] else message_step(action, wiki, before)


KIND = Kind(
    name="warning",
    title="A message is left on the person's talk page.",
    target=TargetType.ACCOUNT,
    severe=False,
    check=_check,
    read=_read,
    after=_after,
    steps=_steps,
)
