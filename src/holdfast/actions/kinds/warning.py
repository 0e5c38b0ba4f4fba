"""A warning: one message on the person's talk page, found again by its marker, so that it is left once."""

from holdfast.actions.kinds._parts import (
    after_message,
    as_planned,
    check_params,
    check_told_everywhere,
    is_notice,
    only_message,
    read_message,
)
from holdfast.actions.steps.kind import Action, Kind, Purpose, TargetType
from holdfast.cases.standards import Severity
from holdfast.notices.kinds import NoticeKind


def _check(action: Action) -> None:
    check_params(action, must={"notice": is_notice}, may={})
    check_told_everywhere(action)


KIND = Kind(
    name="warning",
    title="A message is left on the person's talk page.",
    target=TargetType.ACCOUNT,
    severity=Severity.WARNING,
    notice=NoticeKind.WARNING,
    notice_on_request=None,
    purposes=frozenset({Purpose.DECISION}),
    takes_target=True,
    says_conduct=True,
    reach=as_planned,
    check=_check,
    read=read_message,
    after=after_message,
    steps=only_message,
)
