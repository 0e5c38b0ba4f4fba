"""Sessions that nobody uses end, also when the browser never comes back."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from holdfast.store.office.tidying import end_idle_sessions
from holdfast.workflows.clocks._clock import Clock
from holdfast.workflows.office.opening import Office


def _run(office: Office, now: datetime) -> Sequence[str]:
    count = end_idle_sessions(now, timedelta(minutes=office.config.idle_minutes))
    return (f"{count} idle sessions ended",) if count else ()


CLOCK = Clock(means="A session that was not used for the idle minutes is deleted.", run=_run)
