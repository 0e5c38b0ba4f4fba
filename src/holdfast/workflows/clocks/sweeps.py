"""A sealed phase of a plan begins when its hour comes; a sweep whose run broke off goes on."""

from collections.abc import Sequence
from datetime import datetime

from holdfast.store.office.vault import Reader
from holdfast.workflows.acting import SWEEP, run_soon
from holdfast.workflows.clocks._clock import Clock
from holdfast.workflows.office import Office


def _run(office: Office, now: datetime) -> Sequence[str]:
    system = Reader.system()
    page = office.vault.list_page(system, SWEEP, purpose="gates looked at", state="waiting", due_before=now)
    with office.vault.transaction():
        for line in page.lines:
            run_soon(office, line.stream.id)
    return [f"{len(page.lines)} phases may begin"] if page.lines else []


CLOCK = Clock(means="A phase of a plan that is sealed until an hour begins when that hour has come.", run=_run)
