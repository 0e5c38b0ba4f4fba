"""The day has come until which something was withheld from a person: the plan that tells it is drafted."""

from collections.abc import Sequence
from datetime import datetime

from holdfast.store.office.tidying import mark, set_mark
from holdfast.workflows.acting.told_later import draft_what_is_due
from holdfast.workflows.clocks._clock import Clock
from holdfast.workflows.office.opening import Office

_MARK = "withheld texts looked for at"
_EVERY_SECONDS = 3600  # seconds: once an hour


def _run(office: Office, now: datetime) -> Sequence[str]:
    # every plan that was carried out is opened for this, so not at every step
    if now.timestamp() < mark(_MARK) + _EVERY_SECONDS:
        return ()
    lines = draft_what_is_due(office, now)
    set_mark(_MARK, int(now.timestamp()))
    return lines


CLOCK = Clock(
    means="What was withheld from a person until a day is due: the plan that tells it is drafted, with an alarm.",
    run=_run,
)
