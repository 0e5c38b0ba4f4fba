"""The journal of a plan: what was intended, sent, done or held, step by step, durable before the next thing happens.

It is the executor's memory over a crash. A row that was appended is never changed; the last row of a step is its
state. One runner at a time may append. `FileJournal` keeps it in a file; the store keeps it in its database.
"""

import fcntl
import json
import os
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, Protocol

from holdfast.canonical import canonical_bytes
from holdfast.clock import parse_at
from holdfast.errors import CheckFailedError, InputRefusedError, ServiceUnavailableError, UsageError


class Mark(StrEnum):
    """What a row says. The first seven are states of a step; the others are events of the plan."""

    INTENDED = "intended"
    """The write is about to be sent, or was: whether it took effect is to be read from the wiki."""
    SENT = "sent"
    """The wiki has answered the write; it is still to be read back."""
    DONE = "done"
    """Read back: the wiki is as the step wants it."""
    HELD = "held"
    """Not done, and not to be done before two people have decided."""
    SKIPPED = "skipped"
    """Two people decided that it is not done."""
    REOPENED = "reopened"
    """It was done, and somebody changed it back while the plan was running; or a held way back is tried again."""
    RETURNED = "returned"
    """The wiki refused the write for now and said so: it did not take effect."""

    BEGUN = "begun"
    PHASE = "phase"
    ALARM = "alarm"
    OPERATOR_LOST = "operator lost"
    FINISHED = "finished"
    CLOSED = "closed"


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A row to be: of which step (or the plan's id), what, and in which state the step must be until then.

    `after` null means that nothing was written of that step yet; events of the plan are not compared.
    """

    step: str
    mark: Mark
    after: Mark | None = None
    detail: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class JournalRow:
    """One row. Numbers begin at 1 and have no gaps. `detail` may name accounts: a store seals it."""

    number: int
    step: str
    mark: Mark
    at: datetime
    detail: Mapping[str, Any]


EVENTS = frozenset({Mark.BEGUN, Mark.PHASE, Mark.ALARM, Mark.OPERATOR_LOST, Mark.FINISHED, Mark.CLOSED})
"""Marks that tell of the plan, not of a step."""


class Journal(Protocol):
    """The journal of one plan. Safe to call from several threads of one runner."""

    def hold(self, runner: str) -> AbstractContextManager[None]:
        """Be the only runner while the block runs. Raises UsageError `journal.busy` while another one is alive; one
        that died is taken over."""

    def keep(self) -> None:
        """Say that this runner is alive. Raises CheckFailedError `journal.lost` when another one has taken over."""

    def rows(self) -> Sequence[JournalRow]:
        """Every row, in order. Needs no hold."""

    def append(self, entries: Sequence[Entry], *, at: datetime, flush: bool = True) -> None:
        """Append these rows, all or none. They outlast the power when it returns; with `flush` false only a crash.

        Raises CheckFailedError `journal.moved` when a step is not in the state that its entry names, `journal.lost`
        without a hold, ServiceUnavailableError `journal.disk`.
        """


def states(rows: Sequence[JournalRow]) -> dict[str, JournalRow]:
    """The last row of each step."""
    return {row.step: row for row in rows if row.mark not in EVENTS}


def check_moves(entries: Sequence[Entry], last: Mapping[str, Mark]) -> dict[str, Mark]:
    """The state of each step after these entries. Raises CheckFailedError `journal.moved`."""
    now: dict[str, Mark] = {}
    for entry in entries:
        if entry.mark in EVENTS:
            continue
        found = now.get(entry.step, last.get(entry.step))
        if found is not entry.after:
            raise CheckFailedError(
                "journal.moved",
                "a step is in another state than its runner thought",
                expected=entry.after or "no row yet",
                got=found or "no row yet",
                place=entry.step,
                hint="another runner may be at work; look at the status before starting again",
            )
        now[entry.step] = entry.mark
    return now


class FileJournal:
    """A journal in one file of JSON lines, flushed row by row; a torn last line is what a power cut leaves.

    `hold` locks a file beside it: a runner that was killed holds no lock. Not for a network disk without locks.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._handle: int | None = None
        self._last: dict[str, Mark] = {}
        self._next = 1

    @contextmanager
    def hold(self, runner: str) -> Iterator[None]:
        """As the port says; `runner` is written into the lock file for people to read."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        lock = os.open(self._path.with_suffix(".lock"), os.O_RDWR | os.O_CREAT, 0o600)
        try:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise UsageError(
                    "journal.busy",
                    "another process is carrying this plan out",
                    place=str(self._path),
                    hint="wait for it, or look at `holdfast sweep status`",
                ) from None
            os.ftruncate(lock, 0)
            os.write(lock, runner.encode())
            self._open()
            yield
        finally:
            with self._lock:
                if self._handle is not None:
                    os.close(self._handle)
                    self._handle = None
            os.close(lock)

    def keep(self) -> None:
        """A lock of the kernel needs no renewing."""
        if self._handle is None:
            raise _lost()

    def rows(self) -> Sequence[JournalRow]:
        """As the port says. Raises InputRefusedError `journal.damaged` for anything but a torn last line."""
        return _parse(self._read(), str(self._path))

    def append(self, entries: Sequence[Entry], *, at: datetime, flush: bool = True) -> None:
        """As the port says."""
        with self._lock:
            if self._handle is None:
                raise _lost()
            moved = check_moves(entries, self._last)
            lines = b"".join(_line(self._next + n, entry, at) for n, entry in enumerate(entries))
            try:
                if os.write(self._handle, lines) != len(lines):
                    raise OSError("the row was not written whole")
                if flush:
                    os.fsync(self._handle)
            except OSError as reason:
                # what was half written is cut off by the next `hold`; until then nothing more is appended
                os.close(self._handle)
                self._handle = None
                raise ServiceUnavailableError(
                    "journal.disk",
                    "the journal could not be written, so nothing more is done",
                    got=reason.strerror or str(reason),
                    place=str(self._path),
                    hint="make room and start again; it goes on where it was",
                ) from None
            self._last |= moved
            self._next += len(entries)

    def _read(self) -> bytes:
        return self._path.read_bytes() if self._path.exists() else b""

    def _open(self) -> None:
        data = self._read()
        rows = _parse(data, str(self._path))
        self._last = {step: row.mark for step, row in states(rows).items()}
        self._next = len(rows) + 1
        handle = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        os.ftruncate(handle, data.rfind(b"\n") + 1)
        os.fsync(handle)
        folder = os.open(self._path.parent, os.O_RDONLY)
        os.fsync(folder)
        os.close(folder)
        self._handle = handle


def _line(number: int, entry: Entry, at: datetime) -> bytes:
    row = {"n": number, "step": entry.step, "mark": entry.mark.value, "at": at.isoformat(), "detail": entry.detail}
    return canonical_bytes({**row, "detail": dict(entry.detail)}) + b"\n"


def _parse(data: bytes, place: str) -> tuple[JournalRow, ...]:
    rows = []
    for number, line in enumerate(data[: data.rfind(b"\n") + 1].splitlines(), 1):
        try:
            found = json.loads(line)
            if found["n"] != number:
                raise ValueError(found["n"])
            rows.append(
                JournalRow(
                    number=number,
                    step=found["step"],
                    mark=Mark(found["mark"]),
                    at=parse_at(found["at"]),
                    detail=found["detail"],
                )
            )
        except (ValueError, KeyError, TypeError):
            raise InputRefusedError(
                "journal.damaged",
                "the journal of this plan is damaged, and nothing is done by guessing",
                place=f"{place}, line {number}",
                hint="restore it from a backup, or reconcile the plan and write a new one",
            ) from None
    return tuple(rows)


def _lost() -> CheckFailedError:
    return CheckFailedError(
        "journal.lost",
        "this runner does not hold the journal any more, so it stops",
        hint="another one has taken over; look at `holdfast sweep status`",
    )
