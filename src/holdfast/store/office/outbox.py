"""The outbox: what a transaction promised to do outside the database. Done at least once, so each task is idempotent.

    with office.vault.transaction():
        …facts…
        promise("remove rights", stream, office.clock())

The clock `outbox` carries promises out through `workflows/outbox_tasks/`, and tries again later what failed.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

from holdfast.errors import HoldfastError
from holdfast.facts import StreamId
from holdfast.store.office.models import OutboxRow

_WAITS = (timedelta(0), timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=30), timedelta(hours=2))


def promise(task: str, stream: StreamId, now: datetime, *, part: str = "", due_at: datetime | None = None) -> None:
    """Promise a task about a stream; the same promise twice is one. `part` is an id or a code, never a name."""
    OutboxRow.objects.get_or_create(
        task=task,
        kind=stream.kind,
        stream_id=stream.id,
        part=part,
        defaults={"made_at": now, "due_at": due_at or now},
    )


def carry_out_due(now: datetime, do: Callable[[str, StreamId, str], None]) -> tuple[int, int]:
    """Call `do(task, stream, part)` for each promise that is due; how many were done, and how many failed.

    One that fails is tried again later and later; the code of its error is kept.
    """
    done = failed = 0
    for row in OutboxRow.objects.filter(done_at=None, due_at__lte=now).order_by("due_at", "pk"):
        # as it is now: a tick that took over a late one may have kept it meanwhile
        open_one = OutboxRow.objects.filter(pk=row.pk, done_at=None)
        if not open_one.exists():
            continue
        try:
            do(row.task, StreamId(kind=row.kind, id=row.stream_id), row.part)
        except HoldfastError as error:
            due_at = now + _WAITS[min(row.attempts + 1, len(_WAITS) - 1)]
            open_one.update(attempts=row.attempts + 1, last_error=error.code[:128], due_at=due_at)
            failed += 1
        else:
            open_one.update(done_at=now)
            done += 1
    return done, failed


def waiting(task: str = "") -> int:
    """How many promises are not kept yet."""
    rows = OutboxRow.objects.filter(done_at=None)
    return int((rows.filter(task=task) if task else rows).count())
