"""Telling a person what an earlier notice withheld, when its day has come: one message, left once.

`about` is the earlier notice's subject, `fields` what it did not show, by name, as the notice shows it now.
"""

from holdfast.actions.kinds._parts import (
    after_message,
    as_planned,
    check_params,
    check_told_everywhere,
    is_notice,
    is_reason,
    only_message,
    read_message,
)
from holdfast.actions.steps.kind import Action, Kind, Purpose, TargetType
from holdfast.notices.kinds import FIELDS, NoticeKind

_TOLD = frozenset({*FIELDS[NoticeKind.TELLING].optional, "decider_role"})


def _check(action: Action) -> None:
    check_params(action, must={"notice": is_notice, "about": _is_about, "fields": _is_told}, may={})
    check_told_everywhere(action)


def _is_about(value: object) -> bool:
    """One line, or one for each language with English among them."""
    texts = value.values() if isinstance(value, dict) and "en" in value else [value]
    return all(is_reason(each) for each in texts)


def _is_told(value: object) -> bool:
    """Fields of the earlier notice, one at least; their form is for the notice to check."""
    return isinstance(value, dict) and bool(value) and set(value) <= _TOLD and all(value.values())


KIND = Kind(
    name="telling",
    title="What an earlier notice withheld until a day is told on the person's talk page.",
    target=TargetType.ACCOUNT,
    severity=None,
    notice=NoticeKind.TELLING,
    notice_on_request=None,
    purposes=frozenset({Purpose.DECISION, Purpose.RESTORATION}),
    takes_target=False,
    says_conduct=False,
    reach=as_planned,
    check=_check,
    read=read_message,
    after=after_message,
    steps=only_message,
)
