"""Erased data leave the database's write-ahead file, as soon as nobody reads an earlier moment of it."""

from collections.abc import Sequence
from datetime import datetime

from holdfast.errors import ServiceUnavailableError
from holdfast.store.office.erasing import empty, left_behind
from holdfast.workflows.clocks._clock import Clock
from holdfast.workflows.office.opening import Office


def _run(office: Office, now: datetime) -> Sequence[str]:
    count = left_behind()
    if not count:
        return ()
    if not empty():
        raise ServiceUnavailableError(
            "office.erasing.read",
            "erased data still lie in the database's write-ahead file, for somebody reads an earlier moment of it",
            got=f"{count} erasures",
            hint="end what reads the database for long, such as another program; the next tick tries again",
        )
    return (f"bytes of {count} erasures gone from the database's files",)


CLOCK = Clock(means="The bytes of what was erased leave the database's own files.", run=_run)
