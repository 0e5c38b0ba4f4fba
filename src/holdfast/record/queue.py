"""The durable queue: what was acknowledged and is not yet in a checkpoint.

A batch is written and flushed before any of its entries is acknowledged. The queue is a few append-only segments,
`private/queue/<first index>`, taken away whole when a checkpoint that holds their entries is published.
"""

import hashlib
import struct
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from holdfast.errors import InputRefusedError, ServiceUnavailableError
from holdfast.record.disk import Disk
from holdfast.record.entry import SALT_BYTES, TextState

QUEUE = "private/queue"
_SEGMENT_BYTES = 16 * 2**20  # bytes after which a new file of the queue is begun; chosen
_MAGIC = b"HFQ1"
# first index, entries, bytes of the body, SHA-256 of (these three, body)
_BATCH = struct.Struct(">QIQ")
_HEAD_BYTES = len(_MAGIC) + _BATCH.size + 32
_RECORD = struct.Struct(f">B{SALT_BYTES}sHI")
_STATES = tuple(TextState)
_NUMBERS = {state: number for number, state in enumerate(_STATES)}


class Queued(NamedTuple):
    """One acknowledged entry: its bytes in the tree, and its text with the salt. A tuple, for there are millions."""

    state: TextState
    salt: bytes
    entry: bytes
    text: bytes


def encode_batch(first: int, records: Sequence[Queued]) -> bytes:
    """One batch as it lies in a segment."""
    body = b"".join(
        [
            _RECORD.pack(_NUMBERS[state], salt, len(entry), len(text)) + entry + text
            for state, salt, entry, text in records
        ]
    )
    head = _BATCH.pack(first, len(records), len(body))
    return _MAGIC + head + hashlib.sha256(head + body).digest() + body


def _batches(data: bytes) -> Iterator[tuple[int, int, int, memoryview]]:
    """(offset after it, first index, entries, body) of each whole batch, until the first that is not."""
    view, at = memoryview(data), 0
    while at + _HEAD_BYTES <= len(data):
        head = view[at + len(_MAGIC) : at + len(_MAGIC) + _BATCH.size]
        first, count, size = _BATCH.unpack(head)
        body = view[at + _HEAD_BYTES : at + _HEAD_BYTES + size]
        digest = view[at + _HEAD_BYTES - 32 : at + _HEAD_BYTES]
        if view[at : at + len(_MAGIC)] != _MAGIC or len(body) != size:
            return
        if hashlib.sha256(bytes(head) + body).digest() != digest:
            return
        at += _HEAD_BYTES + size
        yield at, first, count, body


def _has_batch(data: bytes, since: int) -> bool:
    """Whether a whole batch lies somewhere after `since`: then what is there was no unfinished last write."""
    at = data.find(_MAGIC, since)
    while at >= 0:
        if next(_batches(data[at:]), None) is not None:
            return True
        at = data.find(_MAGIC, at + 1)
    return False


def _records(body: memoryview, count: int) -> Iterator[Queued]:
    at = 0
    for _ in range(count):
        state, salt, entry_size, text_size = _RECORD.unpack_from(body, at)
        at += _RECORD.size
        middle, end = at + entry_size, at + entry_size + text_size
        yield Queued(_STATES[state], salt, bytes(body[at:middle]), bytes(body[middle:end]))
        at = end


class Queue:
    """The queue of one log, in the hands of its only writer."""

    def __init__(self, disk: Disk, size: int) -> None:
        """Read the queue of a log whose published size is `size`.

        A batch at the very end that was never acknowledged (torn by a crash) is cut off. Raises InputRefusedError
        `record.queue.damaged` when anything else is not as it was written.
        """
        self._disk = disk
        self.next_index = size
        self.last: Queued | None = None
        """The last entry that waits, None when none does."""
        self.cut_bytes = 0
        """How much unfinished writing the opening took away."""
        self._segments: list[tuple[int, str]] = []
        self._segment_bytes = 0
        self._broken = False
        names = disk.names(QUEUE)
        end: int | None = None
        for name in names:
            end = self._load(f"{QUEUE}/{name}", size, end, is_last=name == names[-1])

    def _load(self, path: str, size: int, end: int | None, *, is_last: bool) -> int | None:
        """Read one segment; `end` is where the one before ended. Gives where this one ends."""
        data, good = self._disk.read(path), 0
        for after, first, count, body in _batches(data):
            if first != end and (end is not None or first > size):
                raise self._damaged(path, f"a batch from entry {first}")
            good, end = after, first + count
            if end > size:
                *_, self.last = _records(body, count)
        if good < len(data):
            if not is_last or _has_batch(data, good):
                raise self._damaged(path, f"{len(data) - good} bytes that are no batch")
            self.cut_bytes = len(data) - good
            self._disk.truncate(path, good)
        self.next_index = max(self.next_index, end or 0)
        self._segments.append((end or 0, path))
        self._segment_bytes = good
        return end

    @staticmethod
    def _damaged(path: str, got: str) -> InputRefusedError:
        return InputRefusedError(
            "record.queue.damaged",
            "the log's queue is damaged",
            expected="whole batches without a gap",
            got=got,
            place=path,
            hint="stop, keep a copy of the folder, and restore `private` from its backup",
        )

    def append(self, records: Sequence[Queued]) -> int:
        """Make a batch durable; gives the index of its first entry. Raises ServiceUnavailableError `record.disk`."""
        if self._broken:
            raise self._damaged(self._segments[-1][1], "a write that could not be taken back")
        first = self.next_index
        data = encode_batch(first, records)
        if self._segments and self._segment_bytes + len(data) <= _SEGMENT_BYTES:
            path = self._segments[-1][1]
        else:
            path, self._segment_bytes = f"{QUEUE}/{first:020d}", 0
            self._segments.append((first, path))
        self._broken = True
        try:
            self._disk.append(path, data)
        except ServiceUnavailableError:
            self._broken = False  # the disk has taken it back
            raise
        self._broken = False
        self.next_index = first + len(records)
        self._segments[-1] = (self.next_index, path)
        self._segment_bytes += len(data)
        self.last = records[-1]
        return first

    def waiting(self, since: int) -> Iterator[tuple[int, Queued]]:
        """(index, entry) of everything in the queue from index `since` on, in order."""
        for end, path in self._segments:
            if end > since:
                for _, first, count, body in _batches(self._disk.read(path)):
                    for index, record in enumerate(_records(body, count), first):
                        if index >= since:
                            yield index, record

    @property
    def is_empty(self) -> bool:
        """Whether no segment is left."""
        return not self._segments

    def clear(self) -> None:
        """Take the queue away; only after its entries are in a published checkpoint."""
        while self._segments:
            self._disk.remove(self._segments[0][1])
            del self._segments[0]
        self.last = None
