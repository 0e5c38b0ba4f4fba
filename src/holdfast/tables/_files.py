"""Writing files so that a reader sees the old one or the new one, never half of one."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from holdfast.errors import UsageError


def sync_folder(folder: Path) -> None:
    """Make a rename in this folder durable."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def sync_file(path: Path) -> None:
    """Make a file's content durable."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def write_atomically(path: Path, data: bytes) -> None:
    """Put `data` at `path`: written beside it, flushed, renamed."""
    beside = path.with_name(f".{path.name}.{os.getpid()}.new")
    with beside.open("wb") as stream:
        stream.write(data)
        stream.flush()
        os.fsync(stream.fileno())
    beside.replace(path)
    sync_folder(path.parent)


@contextmanager
def only_writer(path: Path) -> Iterator[None]:
    """Hold the lock file while the block runs. Raises UsageError `lake.busy` when another process holds it."""
    with path.open("a") as stream:
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise UsageError(
                "lake.busy",
                "another process is writing into this lake",
                place=str(path.parent),
                hint="wait until it has ended, then run the command again",
            ) from None
        yield
