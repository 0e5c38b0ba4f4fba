"""The journal of a plan in the database: `actions.journal.Journal` with its details sealed under a stream's key.

Lanes of a sweep append from several threads; the database is spoken to by one thread that the hold owns, so that a
connection is opened once and closed with it.
"""

import secrets
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import TypeVar

from django.db import connections, transaction

from holdfast.actions.sweeps.journal import Entry, Mark, check_moves, states
from holdfast.actions.sweeps.journal import JournalRow as Row
from holdfast.canonical import canonical_bytes, parse_json
from holdfast.clock import Clock
from holdfast.crypto.sealing import Key, seal, unseal
from holdfast.errors import CheckFailedError, UsageError
from holdfast.store.office.leases import take_lease
from holdfast.store.office.models import JournalRow, Lease

T = TypeVar("T")

_LONGEST = timedelta(minutes=2)
"""A runner that has not said for so long that it is alive is taken over."""
_KEEP_SECONDS = 20.0  # seconds between two signs that the sweep's lease is held; chosen


class SealedJournal:
    """One plan's journal. Made by `Vault.journal`; `sweep` is the plan's id."""

    def __init__(self, sweep: str, key: Key, clock: Clock) -> None:
        self._sweep, self._key, self._clock = sweep, key, clock
        self._holder = ""
        self._kept = 0.0
        self._rows: list[Row] = []
        self._last: dict[str, Mark] = {}
        self._thread: ThreadPoolExecutor | None = None

    @contextmanager
    def hold(self, runner: str) -> Iterator[None]:
        """As the port says. Raises UsageError `journal.busy`."""
        holder = f"{runner} {secrets.token_hex(8)}"[:64]
        with ThreadPoolExecutor(max_workers=1, thread_name_prefix="journal") as thread:
            self._thread, self._holder = thread, holder
            try:
                if not self._in_thread(self._take):
                    raise UsageError(
                        "journal.busy",
                        "another process is carrying this plan out",
                        place=self._sweep,
                        hint="wait for it; one that died is taken over after two minutes",
                    )
                self._rows = self._in_thread(self._read)
                self._last = {step: row.mark for step, row in states(self._rows).items()}
                yield
            finally:
                self._in_thread(self._let_go)
                self._in_thread(connections.close_all)
                self._thread, self._holder = None, ""

    def keep(self) -> None:
        """As the port says; the database hears of it every twenty seconds."""
        if time.monotonic() - self._kept > _KEEP_SECONDS and not self._in_thread(self._take):
            raise _lost()

    def rows(self) -> Sequence[Row]:
        """As the port says."""
        return tuple(self._rows) if self._holder else tuple(self._read())

    def append(self, entries: Sequence[Entry], *, at: datetime, flush: bool = True) -> None:
        """As the port says. Every append is a transaction of its own, with `flush` or without."""
        self._in_thread(lambda: self._append(entries, at))

    def tell(self, what: Callable[[], T]) -> T:
        """Let the journal's thread do something with the database, for lanes that must not open a connection."""
        return self._in_thread(what)

    def _in_thread(self, what: Callable[[], T]) -> T:
        if self._thread is None:
            raise _lost()
        return self._thread.submit(what).result()

    def _take(self) -> bool:
        self._kept = time.monotonic()
        return take_lease(f"journal {self._sweep}", self._holder, self._clock(), _LONGEST)

    def _let_go(self) -> None:
        Lease.objects.filter(name=f"journal {self._sweep}", holder=self._holder).delete()

    def _read(self) -> list[Row]:
        found = JournalRow.objects.filter(sweep=self._sweep).order_by("seq")
        return [
            Row(
                number=row.seq,
                step=row.step,
                mark=Mark(row.state),
                at=row.at,
                detail=parse_json(unseal(self._key, bytes(row.sealed), self._place(row.seq, row.step, row.state))),
            )
            for row in found
        ]

    def _append(self, entries: Sequence[Entry], at: datetime) -> None:
        if not Lease.objects.filter(name=f"journal {self._sweep}", holder=self._holder).exists():
            raise _lost()
        moved = check_moves(entries, self._last)
        new = [
            Row(number=number, step=each.step, mark=each.mark, at=at, detail=dict(each.detail))
            for number, each in enumerate(entries, len(self._rows) + 1)
        ]
        with transaction.atomic():
            JournalRow.objects.bulk_create(self._sealed(row) for row in new)
        self._rows += new
        self._last |= moved

    def _sealed(self, row: Row) -> JournalRow:
        place = self._place(row.number, row.step, row.mark)
        detail = seal(self._key, canonical_bytes(dict(row.detail)), place)
        return JournalRow(
            sweep=self._sweep, seq=row.number, at=row.at, step=row.step, state=row.mark.value, sealed=detail
        )

    def _place(self, number: int, step: str, mark: str) -> bytes:
        return f"journal\0{self._sweep}\0{number}\0{step}\0{mark}".encode()


def _lost() -> CheckFailedError:
    return CheckFailedError(
        "journal.lost",
        "this runner does not hold the journal any more, so it stops",
        hint="another one has taken over; it goes on from the journal",
    )
