"""Leases: what only one process may do at a time, taken over when its holder died."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction

from holdfast.store.office.models import Lease


@contextmanager
def lease(name: str, now: datetime, longest: timedelta) -> Iterator[bool]:
    """Hold a name while the block runs; gives False, and the block should do nothing, when another holds it."""
    holder = secrets.token_hex(8)
    mine = take_lease(name, holder, now, longest)
    try:
        yield mine
    finally:
        if mine:
            Lease.objects.filter(name=name, holder=holder).delete()


def take_lease(name: str, holder: str, now: datetime, longest: timedelta) -> bool:
    """Take or renew a name for `longest` from now; False when another holds it and is not late."""
    until = now + longest
    if Lease.objects.filter(name=name, holder=holder).update(until=until):
        return True
    if Lease.objects.filter(name=name, until__lt=now).update(holder=holder, until=until):
        return True
    try:
        with transaction.atomic():
            Lease.objects.create(name=name, holder=holder, until=until)
    except IntegrityError:
        return False
    return True
