"""What the public log has taken and could not publish is published as soon as its witnesses cosign."""

from collections.abc import Sequence
from datetime import datetime

from holdfast.workflows.clocks._clock import Clock
from holdfast.workflows.office.opening import Office


def _run(office: Office, now: datetime) -> Sequence[str]:
    with office.log() as log:
        waiting = log.next_index - log.size
        if waiting:
            log.checkpoint()
    return (f"{waiting} waiting entries of the log published",) if waiting else ()


CLOCK = Clock(means="Entries that wait in the public log are published when its witnesses cosign.", run=_run)
