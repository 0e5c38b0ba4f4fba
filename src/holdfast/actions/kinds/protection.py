"""Protecting a page: the actions named get a level and an end; protection of other actions stays as it is."""

from typing import Any

from holdfast.actions.kinds._parts import check_params, is_expiry, is_group, is_reason, make_step
from holdfast.actions.steps.kind import Action, Kind, Purpose, Reach, TargetType
from holdfast.actions.steps.seen import Seen
from holdfast.actions.steps.step import Json, Phase, Step
from holdfast.cases.standards import Severity
from holdfast.errors import InputRefusedError
from holdfast.ids import WikiName
from holdfast.notices.kinds import NoticeKind

_PROTECTED = ("edit", "move")


def _check(action: Action) -> None:
    check_params(action, must={"protection": _is_protection, "reason": is_reason}, may={})


def _is_protection(value: object) -> bool:
    """For each of `edit` and `move` that is named: level and end."""
    return (
        isinstance(value, dict)
        and bool(value)
        and all(
            name in _PROTECTED
            and isinstance(each, list)
            and len(each) == 2
            and is_group(each[0])
            and is_expiry(each[1])
            for name, each in value.items()
        )
    )


def _read(seen: Seen, action: Action) -> dict[str, Any]:
    page = seen.page(action.target)
    if not page.exists:
        raise InputRefusedError(
            "kind.no_page",
            "the wiki has no such page",
            expected="a page that exists under this title",
            place=f"{action.id} on {seen.wiki}",
            hint="it may have been moved or deleted; correct the plan",
            offender=action.target,
        )
    return {"protection": {name: list(each) for name, each in sorted(page.protection.items())}}


def _after(before: Json, action: Action, wiki: WikiName) -> dict[str, Any]:
    wanted = {name: list(each) for name, each in action.params["protection"].items()}
    return {"protection": dict(sorted({**before["protection"], **wanted}.items()))}


def _steps(before: Json, action: Action, wiki: WikiName) -> tuple[Step, ...]:
    after = _after(before, action, wiki)
    if before["protection"] == after["protection"]:
        return ()
    intent = {"from": before["protection"], "to": after["protection"], "reason": action.params["reason"]}
    return (make_step(action, wiki, "protect", Phase.PROTECT, intent=intent, needs=("protect",)),)


def _reach(params: Json) -> Reach:
    ends = frozenset(end for _, end in params["protection"].values())
    return Reach(groups=None, limits=frozenset(), ends=ends)


KIND = Kind(
    name="protection",
    title="A page is protected against edits or moves.",
    target=TargetType.PAGE,
    severity=Severity.PROTECTION,
    notice=NoticeKind.PROTECTION,
    notice_on_request=None,
    purposes=frozenset({Purpose.DECISION}),
    takes_target=True,
    says_conduct=False,
    reach=_reach,
    check=_check,
    read=_read,
    after=_after,
    steps=_steps,
)
