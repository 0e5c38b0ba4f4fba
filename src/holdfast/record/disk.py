"""Where a log lies: the port that the log writes through, and its two makes, a folder and memory.

Everything that must survive a crash passes through these few calls, so a test can stop the world at each of them.
"""

import fcntl
import os
import re
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Protocol

from holdfast.errors import CheckFailedError, ServiceUnavailableError, UsageError

_BESIDE = re.compile(r"\..*\.new\Z")


class Disk(Protocol):
    """Files below one root, named by paths with `/`."""

    def read(self, path: str) -> bytes:
        """The whole file. Raises CheckFailedError `record.fetch.missing`."""

    def exists(self, path: str) -> bool:
        """Whether a file is there."""

    def names(self, folder: str) -> list[str]:
        """The names of the files in a folder, sorted; none when there is no such folder."""

    def write(self, files: dict[str, bytes], *, private: bool = False) -> None:
        """Put whole files in place, each seen old or new and never half, durable when this returns."""

    def append(self, path: str, data: bytes) -> None:
        """Add to the end of a file, durable when this returns. After an error, what was added is taken back."""

    def truncate(self, path: str, size_bytes: int) -> None:
        """Cut a file to a length, durably."""

    def remove(self, path: str) -> None:
        """Take a file away, durably; nothing when there is none."""

    def sweep(self, folder: str) -> None:
        """Below a folder: take away what a crash left half-written, and make the names of other files durable."""

    def only_writer(self, path: str) -> AbstractContextManager[None]:
        """Hold the right to write, as a context. Raises UsageError `record.busy` when another holds it."""


def missing(path: str) -> CheckFailedError:
    """The error for a file that is not there."""
    return CheckFailedError("record.fetch.missing", "a file of the log is missing", place=path)


def _full(path: str, reason: OSError) -> ServiceUnavailableError:
    return ServiceUnavailableError(
        "record.disk",
        "the log could not be written",
        got=reason.strerror or type(reason).__name__,
        place=path,
        hint="make room or mend the disk and run the command again; nothing that was acknowledged is lost",
    )


class FolderDisk:
    """Files below a folder of this machine."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def read(self, path: str) -> bytes:
        try:
            return (self.root / path).read_bytes()
        except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
            raise missing(path) from None

    def exists(self, path: str) -> bool:
        return (self.root / path).is_file()

    def names(self, folder: str) -> list[str]:
        place = self.root / folder
        if not place.is_dir():
            return []
        return sorted(each.name for each in place.iterdir() if each.is_file() and not _BESIDE.match(each.name))

    def write(self, files: dict[str, bytes], *, private: bool = False) -> None:
        """All are written beside their places and flushed before the first is renamed into place."""
        beside: dict[Path, Path] = {}
        made: set[Path] = set()
        path = ""
        try:
            for path, data in files.items():
                place = self.root / path
                if place.parent not in made:
                    made |= self._make_folder(place.parent, private=private)
                near = place.with_name(f".{place.name}.{os.getpid()}.new")
                beside[place] = near
                self._create(near, data, 0o600 if private else 0o644)
            for near in beside.values():
                self._flush(near)
            for place, near in beside.items():
                self._rename(near, place)
            for folder in sorted({place.parent for place in beside} | made):
                self._flush(folder)
        except OSError as reason:
            for near in beside.values():
                near.unlink(missing_ok=True)
            raise _full(path, reason) from None

    def append(self, path: str, data: bytes) -> None:
        place = self.root / path
        before: int | None = None
        try:
            made = self._make_folder(place.parent, private=True)
            handle = os.open(place, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
            try:
                before = os.fstat(handle).st_size
                self._write(handle, data)
                self._flush_handle(handle)
            finally:
                os.close(handle)
            if before == 0:
                for folder in {place.parent} | made:
                    self._flush(folder)
        except OSError as reason:
            if before is not None:
                os.truncate(place, before)
            raise _full(path, reason) from None

    def truncate(self, path: str, size_bytes: int) -> None:
        try:
            handle = os.open(self.root / path, os.O_WRONLY)
            try:
                os.ftruncate(handle, size_bytes)
                self._flush_handle(handle)
            finally:
                os.close(handle)
        except OSError as reason:
            raise _full(path, reason) from None

    def remove(self, path: str) -> None:
        place = self.root / path
        try:
            if place.exists():
                self._unlink(place)
                self._flush(place.parent)
        except OSError as reason:
            raise _full(path, reason) from None

    def sweep(self, folder: str) -> None:
        try:
            for left in (self.root / folder).rglob(".*.new"):
                left.unlink(missing_ok=True)
            for place in (self.root / folder).rglob("*"):
                if place.is_dir():
                    self._flush(place)
        except OSError as reason:
            raise _full(folder, reason) from None

    @contextmanager
    def only_writer(self, path: str) -> Iterator[None]:
        place = self.root / path
        self._make_folder(place.parent, private=True)
        with place.open("a") as stream:
            try:
                fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                raise UsageError(
                    "record.busy",
                    "another process is writing into this log",
                    place=str(self.root),
                    hint="wait until it has ended, or hand your entries to it",
                ) from None
            yield

    def _make_folder(self, folder: Path, *, private: bool) -> set[Path]:
        """Make a folder and those above; gives the folders whose entry must be flushed, and their parents."""
        new = []
        while not folder.is_dir():
            new.append(folder)
            folder = folder.parent
        for each in reversed(new):
            self._mkdir(each, 0o700 if private and each != self.root else 0o755)
        return {*new, folder} if new else set()

    # one method for each thing that a crash can fall between

    def _mkdir(self, folder: Path, mode: int) -> None:
        folder.mkdir(mode=mode, exist_ok=True)

    def _create(self, place: Path, data: bytes, mode: int) -> None:
        handle = os.open(place, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
        try:
            self._write(handle, data)
        finally:
            os.close(handle)

    def _write(self, handle: int, data: bytes) -> None:
        view = memoryview(data)
        while view:
            view = view[os.write(handle, view) :]

    def _flush_handle(self, handle: int) -> None:
        os.fsync(handle)

    def _flush(self, place: Path) -> None:
        handle = os.open(place, os.O_RDONLY)
        try:
            self._flush_handle(handle)
        finally:
            os.close(handle)

    def _rename(self, near: Path, place: Path) -> None:
        near.replace(place)

    def _unlink(self, place: Path) -> None:
        place.unlink(missing_ok=True)


class MemoryDisk:
    """Files in memory, for tests and for a log that nobody keeps."""

    def __init__(self) -> None:
        self._files: dict[str, bytes] = {}
        self._held = False

    def read(self, path: str) -> bytes:
        if path not in self._files:
            raise missing(path)
        return self._files[path]

    def exists(self, path: str) -> bool:
        return path in self._files

    def names(self, folder: str) -> list[str]:
        return sorted(path.rpartition("/")[2] for path in self._files if path.rpartition("/")[0] == folder)

    def write(self, files: dict[str, bytes], *, private: bool = False) -> None:
        self._files.update(files)

    def append(self, path: str, data: bytes) -> None:
        self._files[path] = self._files.get(path, b"") + data

    def truncate(self, path: str, size_bytes: int) -> None:
        self._files[path] = self._files[path][:size_bytes]

    def remove(self, path: str) -> None:
        self._files.pop(path, None)

    def sweep(self, folder: str) -> None:
        pass

    @contextmanager
    def only_writer(self, path: str) -> Iterator[None]:
        if self._held:
            raise UsageError("record.busy", "another writer holds this log", hint="close it first")
        self._held = True
        try:
            yield
        finally:
            self._held = False
