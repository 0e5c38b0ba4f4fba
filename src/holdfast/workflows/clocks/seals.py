"""Seals in the public log are opened on the day that was promised."""

from collections.abc import Sequence
from datetime import datetime

from holdfast.record.seals import overdue_seals
from holdfast.workflows.clocks._clock import Clock
from holdfast.workflows.office.opening import Office


def _run(office: Office, now: datetime) -> Sequence[str]:
    with office.log() as log:
        due = overdue_seals(log.fetch, log.size, now)
        for index, _ in due:
            log.open(index)
        if due:
            log.checkpoint()
    return tuple(f"entry {index} of the log opened" for index, _ in due)


CLOCK = Clock(means="A sealed entry of the public log whose date has come is opened.", run=_run)
