"""What the kinds share: checked parameters, the state of an account, and the making of steps."""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from holdfast.actions.steps.kind import Action, Reach
from holdfast.actions.steps.ports import INFINITY
from holdfast.actions.steps.seen import Seen
from holdfast.actions.steps.step import Json, Phase, Step, block_json
from holdfast.actions.steps.wikitext import as_wikitext, marker_of
from holdfast.clock import parse_at
from holdfast.errors import HoldfastError, InputRefusedError
from holdfast.ids import WikiName

Check = Callable[[object], bool]

_REASON_CHARACTERS = 400  # MediaWiki keeps 500; the rest is left to what the wiki itself adds
_GROUP = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,63}\Z")
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f\ufffe\uffff\ud800-\udfff]")


def check_params(action: Action, *, must: Mapping[str, Check], may: Mapping[str, Check]) -> None:
    """Raise InputRefusedError `kind.params` unless the parameters are those, and each makes sense."""
    problems = [f"{name} is missing" for name in must if name not in action.params]
    known = {**must, **may}
    for name, value in action.params.items():
        if name not in known:
            problems.append(f"{name} is unknown")
        elif not known[name](value):
            problems.append(f"{name} makes no sense")
    if not action.wikis or len(set(action.wikis)) != len(action.wikis):
        problems.append("its wikis must be listed, each once")
    if not is_line(action.target):
        problems.append("its target is no name")
    if problems:
        raise InputRefusedError(
            "kind.params",
            f"the action {action.kind} is not complete",
            expected=", ".join(must) + (f"; allowed too: {', '.join(may)}" if may else ""),
            got="; ".join(problems),
            place=action.id,
            hint="correct the plan; nothing was changed",
        )


def is_text(value: object) -> bool:
    """Text of at least one visible character, without control characters; line breaks are allowed."""
    return isinstance(value, str) and bool(value.strip()) and not _CONTROL.search(value)


def is_line(value: object) -> bool:
    """One line of text."""
    return is_text(value) and "\n" not in str(value)


def is_reason(value: object) -> bool:
    """A line that fits into the wiki's log."""
    return is_line(value) and len(str(value)) <= _REASON_CHARACTERS


def is_expiry(value: object) -> bool:
    """`infinity`, or a moment in ISO 8601, UTC, as the wiki writes it; whether it lies ahead is for the preflight."""
    if value == INFINITY:
        return True
    try:
        return isinstance(value, str) and parse_at(value).strftime("%Y-%m-%dT%H:%M:%SZ") == value
    except HoldfastError:
        return False


def is_flag(value: object) -> bool:
    """True or false."""
    return isinstance(value, bool)


def is_group(value: object) -> bool:
    """A name that a user group can have."""
    return isinstance(value, str) and bool(_GROUP.match(value))


def is_group_list(value: object) -> bool:
    """`all`, or a list of groups, each once."""
    return value == "all" or (
        isinstance(value, list) and bool(value) and all(map(is_group, value)) and len(set(value)) == len(value)
    )


def is_ends(value: object) -> bool:
    """Groups and when each ends."""
    return isinstance(value, dict) and all(is_group(group) and is_expiry(end) for group, end in value.items())


def is_notice(value: object) -> bool:
    """A message to the person: `wikis` where it is left, `heading`, `text`, `summary`, and maybe `withdrawal` with
    the `heading` and `text` that take it back. Texts are plain unless `form` is `wikitext`, as notices are made."""
    if not isinstance(value, dict) or set(value) - {"wikis", "form", "heading", "text", "summary", "withdrawal"}:
        return False
    if value.get("form", "plain") not in ("plain", "wikitext"):
        return False
    back = value.get("withdrawal")
    return (
        isinstance(value.get("wikis"), list)
        and bool(value["wikis"])
        and all(isinstance(each, str) for each in value["wikis"])
        and is_line(value.get("heading"))
        and is_text(value.get("text"))
        and is_reason(value.get("summary"))
        and (
            back is None
            or (
                isinstance(back, dict)
                and set(back) == {"heading", "text"}
                and is_line(back["heading"])
                and is_text(back["text"])
            )
        )
    )


def as_planned(params: Json) -> Reach:
    """The reach of what takes all there is, closes nothing beside, and ends as its plan says."""
    return Reach(groups=None, limits=frozenset(), ends=frozenset())


def check_notice(action: Action) -> None:
    """Raise InputRefusedError `kind.notice` when the notice is to be left on a wiki that the action does not list."""
    elsewhere = set((action.params.get("notice") or {}).get("wikis", ())) - set(action.wikis)
    if elsewhere:
        raise InputRefusedError(
            "kind.notice",
            "the notice is to be left on a wiki that the action does not list",
            expected=", ".join(action.wikis),
            got=", ".join(sorted(elsewhere)),
            place=action.id,
            hint="list the wiki, or take it out of the notice",
        )


def read_state(seen: Seen, action: Action, *parts: str) -> dict[str, Any]:
    """The account's number and the parts asked for: `groups` (all explicit ones), `block`, `locked`."""
    state = seen.known_account(action.target)
    whole = {"groups": dict(sorted(state.groups.items())), "block": block_json(state.block), "locked": state.locked}
    return {"user_id": state.user_id} | {part: whole[part] for part in parts}


def make_step(action: Action, wiki: WikiName, name: str, phase: Phase, **more: Any) -> Step:
    """A step of this action on that wiki; its id is made here and nowhere else."""
    return Step(id=f"{action.id}/{wiki}/{name}", name=name, wiki=wiki, phase=phase, target=action.target, **more)


def rights_step(
    action: Action, wiki: WikiName, before: Json, after: Json, *, concerned: Iterable[str]
) -> tuple[Step, ...]:
    """The change of groups, or nothing when none changes. `concerned` are the groups that are compared, or `all`."""
    old, new = before["groups"], after["groups"]
    changed = sorted(group for group in {*old, *new} if old.get(group) != new.get(group))
    if not changed:
        return ()
    compared = concerned if isinstance(concerned, str) else sorted(concerned)
    intent = {"from": dict(old), "to": dict(new), "concerned": compared, "reason": action.params["reason"]}
    needs = tuple(f"userrights:{group}" for group in changed)
    return (make_step(action, wiki, "rights", Phase.RIGHTS, user_id=before["user_id"], intent=intent, needs=needs),)


def message_step(action: Action, wiki: WikiName, before: Json) -> tuple[Step, ...]:
    """The notice, where the action has one for this wiki. Its words are shown as they are, whatever they hold."""
    if not action.is_told(wiki):
        return ()
    notice = action.params["notice"]
    step_id = f"{action.id}/{wiki}/message"
    is_plain = notice.get("form", "plain") == "plain"
    intent = _message(notice, step_id, is_plain=is_plain) | {"summary": notice["summary"]}
    if notice.get("withdrawal"):
        intent["withdrawal"] = _message(notice["withdrawal"], f"{step_id}/undo", is_plain=is_plain)
    return (
        make_step(action, wiki, "message", Phase.MESSAGE, user_id=before["user_id"], intent=intent, needs=("edit",)),
    )


def check_told_everywhere(action: Action) -> None:
    """Raise InputRefusedError `kind.notice` unless an action that is nothing but a message is left wherever it is
    listed."""
    check_notice(action)
    if set(action.params["notice"]["wikis"]) != set(action.wikis):
        raise InputRefusedError(
            "kind.notice",
            f"a {action.kind} is left on every wiki that it lists",
            expected=", ".join(action.wikis),
            got=", ".join(action.params["notice"]["wikis"]),
            place=action.id,
            hint="list the same wikis in the action and in its notice",
        )


def read_message(seen: Seen, action: Action) -> dict[str, Any]:
    """The account's number, and whether the message was left."""
    sent = seen.is_sent(marker_of(f"{action.id}/{seen.wiki}/message"))
    return read_state(seen, action) | {"message": sent}


def after_message(before: Json, action: Action, wiki: WikiName) -> dict[str, Any]:
    """The message was left."""
    return {**before, "message": True}


def only_message(before: Json, action: Action, wiki: WikiName) -> tuple[Step, ...]:
    """The message as the one step there is."""
    return () if before["message"] else message_step(action, wiki, before)


def _message(words: Json, step_id: str, *, is_plain: bool) -> dict[str, str]:
    marker = marker_of(step_id)
    text = as_wikitext(words["text"]) if is_plain else words["text"]
    return {
        "heading": as_wikitext(words["heading"]),
        "text": f"{text} {marker} ~~~~" if is_plain else f"{text}\n{marker} ~~~~",
        "marker": marker,
    }
