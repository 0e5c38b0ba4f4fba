"""Appeals: an outcome that is owed, one that the log has, a "no" that is over."""

from collections.abc import Sequence
from datetime import datetime

from holdfast.appeals.appeal import STREAM_KIND, Standing
from holdfast.audit import Alarm, AlarmKind
from holdfast.workflows.acting.restoration import note_restored
from holdfast.workflows.appeals.appeal import note_said_publicly
from holdfast.workflows.appeals.no_appeal import lapse_due
from holdfast.workflows.clocks._clock import Clock
from holdfast.workflows.office.opening import Office

_OPEN = (Standing.RECEIVED, Standing.ELIGIBLE, Standing.ASSIGNED)


def _run(office: Office, now: datetime) -> Sequence[str]:
    lapsed, restored = lapse_due(office, now), note_restored(office)
    late = said = 0
    for standing in _OPEN:
        for line in office.vault.plain_lines(STREAM_KIND, state=standing.value, limit=100_000):
            if line.due_at is not None and line.due_at <= now:
                office.vault.audit.alarm(Alarm(kind=AlarmKind.CLOCK_DUE, at=now, object=line.stream))
                late += 1
    for line in office.vault.plain_lines(STREAM_KIND, state=Standing.DECIDED.value, limit=100_000):
        said += note_said_publicly(office, line.stream)
    return [
        text
        for count, text in (
            (lapsed, f"{lapsed} actions can be appealed again"),
            (late, f"{late} appeals are past the day of their outcome"),
            (restored, f"{restored} overturned actions are restored"),
            (said, f"{said} outcomes stand in the public log"),
        )
        if count
    ]


CLOCK = Clock(
    means="An appeal is past its day, its outcome stands in the public log, or a no to appeals was not signed again.",
    run=_run,
)
