"""Giving user groups back: exactly those that were taken, each with the end that it had.

A group whose end has come in the meantime is not given back. The plan's author sees that from `still_due`; one that
runs out between approval and the sweep is left out by the step itself.
"""

from typing import Any

from holdfast.actions.kinds._parts import (
    check_notice,
    check_params,
    is_ends,
    is_notice,
    is_reason,
    message_step,
    read_state,
    rights_step,
)
from holdfast.actions.steps.kind import Action, End, Kind, Purpose, Reach, TargetType
from holdfast.actions.steps.ports import INFINITY
from holdfast.actions.steps.seen import Seen
from holdfast.actions.steps.step import Json, Step
from holdfast.clock import parse_at
from holdfast.ids import WikiName
from holdfast.notices.kinds import NoticeKind


def _check(action: Action) -> None:
    check_params(action, must={"groups": _is_by_wiki, "reason": is_reason}, may={"notice": is_notice})
    check_notice(action)


def _is_by_wiki(value: object) -> bool:
    """For each wiki: groups and their ends."""
    return isinstance(value, dict) and bool(value) and all(is_ends(groups) for groups in value.values())


def _given(action: Action, wiki: str) -> dict[str, str]:
    return dict(action.params["groups"].get(wiki, {}))


def _read(seen: Seen, action: Action) -> dict[str, Any]:
    state = read_state(seen, action, "groups")
    concerned = _given(action, seen.wiki)
    return state | {"groups": {each: end for each, end in state["groups"].items() if each in concerned}}


def _after(before: Json, action: Action, wiki: WikiName) -> dict[str, Any]:
    held = before["groups"]
    return {
        **before,
        "groups": {each: _later(end, held.get(each, end)) for each, end in _given(action, wiki).items()},
    }


def _later(first: str, second: str) -> str:
    """The later of two ends: whoever was given more meanwhile loses nothing by what is given back."""
    return INFINITY if INFINITY in (first, second) else max(first, second, key=parse_at)


def _steps(before: Json, action: Action, wiki: WikiName) -> tuple[Step, ...]:
    return (
        *rights_step(action, wiki, before, _after(before, action, wiki), concerned=_given(action, wiki)),
        *message_step(action, wiki, before),
    )


def _reach(params: Json) -> Reach:
    ends = frozenset(end for given in params["groups"].values() for end in given.values())
    return Reach(groups=frozenset(), limits=frozenset(), ends=ends)


KIND = Kind(
    name="rights_restoration",
    title="User groups that were taken away are given back, with the ends that they had.",
    target=TargetType.ACCOUNT,
    severity=None,
    notice=NoticeKind.RIGHTS_RESTORATION,
    notice_on_request=None,
    purposes=frozenset({Purpose.DECISION, Purpose.RESTORATION}),
    takes_target=True,
    says_conduct=False,
    reach=_reach,
    check=_check,
    read=_read,
    after=_after,
    steps=_steps,
    end=End.EACH_GROUP,
)
