"""Reviews of freezes: an alarm when one is late, and the next review of a freeze that was kept."""

from collections.abc import Sequence
from datetime import datetime

from holdfast.workflows.clocks._clock import Clock
from holdfast.workflows.freezes import review
from holdfast.workflows.office.opening import Office


def _run(office: Office, now: datetime) -> Sequence[str]:
    return review.due(office)


CLOCK = Clock(means="A review that is late raises an alarm; a freeze that was kept is reviewed again.", run=_run)
