"""People who are to be told of a look-up: an alarm when the first of a month is due, or its seal has run out."""

from collections.abc import Sequence
from datetime import datetime

from holdfast.access.exposure.telling import STREAM_KIND
from holdfast.audit import Alarm, AlarmKind
from holdfast.workflows.clocks._clock import Clock
from holdfast.workflows.exposure.months import OWED
from holdfast.workflows.office.opening import Office


def _run(office: Office, now: datetime) -> Sequence[str]:
    vault = office.vault
    due = [
        line.stream
        for line in vault.plain_lines(STREAM_KIND, state=OWED, limit=100_000)
        if line.due_at is not None and line.due_at <= now
    ]
    new = sum(vault.audit.alarm(Alarm(kind=AlarmKind.CLOCK_DUE, at=now, object=stream)) for stream in due)
    return [f"{new} more months hold notices of look-ups that are due"] if new else []


CLOCK = Clock(
    means="A person is to be told of a look-up, or the seal on the notice has run out: an alarm says so.", run=_run
)
