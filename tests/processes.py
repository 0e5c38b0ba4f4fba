"""Processes of the machine as a test sees them: who serves out of a folder, and their end as an event."""

import os
import select
from pathlib import Path


def processes_with(words: str) -> list[int]:
    """The processes in whose environment or command line these words stand, this one left out."""
    found = []
    for each in Path("/proc").iterdir():
        if each.name.isdecimal() and int(each.name) != os.getpid():
            try:
                told = (each / "environ").read_bytes() + (each / "cmdline").read_bytes()
            except OSError:
                continue
            found += [int(each.name)] if words.encode() in told else []
    return found


def wait_for_the_end_of(numbers: list[int], *, seconds: float = 120) -> None:
    """Return when all of them have ended: the kernel says so. Raises AssertionError after that long."""
    for number in numbers:
        try:
            watched = os.pidfd_open(number)
        except ProcessLookupError:
            continue
        try:
            ended, _, _ = select.select([watched], [], [], seconds)
            assert ended, f"process {number} goes on"
        finally:
            os.close(watched)
