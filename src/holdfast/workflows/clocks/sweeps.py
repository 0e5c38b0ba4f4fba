"""A sealed phase of a plan begins when its hour comes; what could not be taken back is tried again."""

from collections.abc import Sequence
from datetime import datetime

from holdfast.access.rules.console_rules import Because
from holdfast.store.office.vault import Reader
from holdfast.workflows.acting.surroundings import SWEEP, run_soon
from holdfast.workflows.clocks._clock import Clock
from holdfast.workflows.office.opening import Office


def _run(office: Office, now: datetime) -> Sequence[str]:
    system = Reader.of_the_office(Because.CLOCK)
    said = []
    for state, what in (("waiting", "phases may begin"), ("held", "undoings are tried again")):
        page = office.vault.list_page(system, SWEEP, purpose="gates looked at", state=state, due_before=now)
        with office.vault.transaction():
            for line in page.lines:
                run_soon(office, line.stream.id)
        said += [f"{len(page.lines)} {what}"] if page.lines else []
    return said


CLOCK = Clock(
    means="A phase of a plan that is sealed until an hour begins at that hour; a held undoing is tried again.",
    run=_run,
)
