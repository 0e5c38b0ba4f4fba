"""Promises of earlier transactions are kept: rights removed on wikis, entries put into the log."""

from collections.abc import Sequence
from datetime import datetime

from holdfast.facts import StreamId
from holdfast.registry import kinds_in
from holdfast.store.office.outbox import carry_out_due
from holdfast.workflows import outbox_tasks
from holdfast.workflows.clocks._clock import Clock
from holdfast.workflows.office.opening import Office


def _run(office: Office, now: datetime) -> Sequence[str]:
    tasks = {name.replace("_", " "): task for name, task in kinds_in(outbox_tasks, "TASK").items()}

    def do(task: str, stream: StreamId, part: str) -> None:
        tasks[task](office, stream, part)

    done, failed = carry_out_due(now, do)
    lines = [f"{done} promises kept"] if done else []
    return lines + ([f"{failed} promises failed, to be tried again"] if failed else [])


CLOCK = Clock(means="What a transaction promised to do outside the database is done, and tried again.", run=_run)
