"""What the store holds for a while only: sessions, invitations, counts, kept promises; and marks of clocks."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db.models import Q

from holdfast.facts import StreamId
from holdfast.store.office.audit_rows import forget_counts_before
from holdfast.store.office.models import Invitation, OutboxRow, Session, SummaryRow
from holdfast.store.office.models import Sequence as SequenceRow

_KEPT_PROMISES = timedelta(days=90)


def end_idle_sessions(now: datetime, idle: timedelta) -> int:
    """Delete sessions that nobody used for `idle`, or that are over; how many."""
    over = Q(last_seen_at__lt=now - idle) | Q(expire_date__lt=now)
    count, _ = Session.objects.filter(over).delete()
    return int(count)


def tidy(now: datetime) -> int:
    """Delete invitations that are over, promises kept long ago, and counts of past days; how many rows."""
    invitations, _ = Invitation.objects.filter(until__lt=now).delete()
    promises, _ = OutboxRow.objects.filter(done_at__lt=now - _KEPT_PROMISES).delete()
    forget_counts_before(now)
    return int(invitations + promises)


def unchanged_since(kind: str, moment: datetime) -> Iterator[tuple[StreamId, str]]:
    """(stream, state) of every stream of a kind that nobody changed since a moment; nothing is opened."""
    rows = SummaryRow.objects.filter(kind=kind, changed_at__lt=moment).select_related("stream").defer("sealed")
    for row in rows.order_by("changed_at", "stream_id").iterator(chunk_size=500):
        yield StreamId(kind=row.stream.kind, id=row.stream.stream_id), str(row.state)


def mark(name: str) -> int:
    """A number that a clock keeps between its runs; 0 before the first."""
    row = SequenceRow.objects.filter(name=name).first()
    return int(row.value) if row else 0


def set_mark(name: str, value: int) -> None:
    """Keep a clock's number."""
    SequenceRow.objects.update_or_create(name=name, defaults={"value": value})
