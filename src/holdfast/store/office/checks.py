"""Checks of a whole store: does every sealed thing open, is its clock ours. Gives counts, never content."""

from datetime import datetime

from django.db import connection

from holdfast.clock import system_clock
from holdfast.crypto.master_key import MasterKey
from holdfast.store.office.models import AlarmRow, Lease, OutboxRow, StreamKey
from holdfast.store.office.streams import Streams


def check_all_opens(master: MasterKey) -> tuple[int, int]:
    """(streams, facts) that open with this key. Raises CheckFailedError `crypto.sealed`, `office.stream.gap`."""
    streams = Streams(master)
    count = facts = 0
    for row in StreamKey.objects.exclude(wrapped_key=None).order_by("pk").iterator(chunk_size=500):
        facts += streams.check_opens(row)
        count += 1
    return count, facts


def database_time() -> datetime:
    """What the database takes for now; SQLite has this machine's clock."""
    with connection.cursor() as cursor:
        if connection.vendor != "postgresql":
            return system_clock()
        cursor.execute("SELECT clock_timestamp()")
        found: datetime = cursor.fetchone()[0]
        return found


def open_alarm_count() -> int:
    """How many alarms nobody has looked at."""
    return AlarmRow.objects.filter(seen_at=None).count()


def late_promises(now: datetime) -> int:
    """How many promises were tried in vain."""
    return OutboxRow.objects.filter(done_at=None, due_at__lte=now, attempts__gt=0).count()


def stuck_leases(now: datetime) -> list[str]:
    """Leases whose holder died."""
    return sorted(Lease.objects.filter(until__lt=now).values_list("name", flat=True))
