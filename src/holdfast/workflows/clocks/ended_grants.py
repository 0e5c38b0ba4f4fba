"""A grant has ended in the register and the wiki still has the group: an alarm, and its removal drafted."""

from collections.abc import Sequence
from datetime import datetime

from holdfast.store.office.tidying import mark, set_mark
from holdfast.workflows.acting.ended_grants import flag_ended_grants
from holdfast.workflows.clocks._clock import Clock
from holdfast.workflows.office.opening import Office

_MARK = "ended grants looked for at"
_EVERY_SECONDS = 86_400  # seconds: once a day


def _run(office: Office, now: datetime) -> Sequence[str]:
    # every wiki with such a grant is asked
    if now.timestamp() < mark(_MARK) + _EVERY_SECONDS:
        return ()
    lines = flag_ended_grants(office, now)
    set_mark(_MARK, int(now.timestamp()))
    return lines


CLOCK = Clock(
    means="A grant has ended and the wiki still has the group: an alarm, and a plan that takes it is drafted.",
    run=_run,
)
