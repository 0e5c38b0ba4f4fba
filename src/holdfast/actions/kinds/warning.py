"""A warning: one message on the person's talk page, found again by its marker, so that it is left once."""

from typing import Any

from holdfast.actions.kind import Action, Kind, TargetType
from holdfast.actions.kinds._parts import check_notice, check_params, is_notice, message_step, read_state
from holdfast.actions.seen import Seen
from holdfast.actions.steps import Json, Step
from holdfast.actions.wikitext import marker_of
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


def _read(seen: Seen, action: Action) -> dict[str, Any]:
    sent = seen.is_sent(marker_of(f"{action.id}/{seen.wiki}/message"))
    return read_state(seen, action) | {"message": sent}


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
