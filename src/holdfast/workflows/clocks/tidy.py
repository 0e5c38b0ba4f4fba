"""Small things that are over are deleted: invitations, promises kept long ago, counts of past days."""

from collections.abc import Sequence
from datetime import datetime

from holdfast.store.office.tidying import tidy
from holdfast.workflows.clocks._clock import Clock
from holdfast.workflows.office.opening import Office


def _run(office: Office, now: datetime) -> Sequence[str]:
    count = tidy(now)
    return (f"{count} rows that are over deleted",) if count else ()


CLOCK = Clock(means="Invitations that are over, and what was kept for a while only, are deleted.", run=_run)
