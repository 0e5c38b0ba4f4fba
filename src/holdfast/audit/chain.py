"""The chain: each entry carries the hash of the one before, so that a cut, a swap or a change shows.

A chain proves nothing about its end: whoever may write the store could cut the tail, or make all of it anew. So its
head goes into the public log (`record` kind `audit head`), and from then on that much of it is fixed.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from holdfast.audit.entry import Entry, Event, entry_sha256
from holdfast.errors import CheckFailedError


@dataclass(frozen=True, kw_only=True)
class Head:
    """Where a chain stands: how many entries, and the hash of the last."""

    size: int
    sha256: str


START = Head(size=0, sha256="0" * 64)
"""The head of an empty chain."""


def append(head: Head, event: Event) -> Entry:
    """The event as the next entry after `head`."""
    seq = head.size + 1
    return Entry(seq=seq, event=event, previous=head.sha256, sha256=entry_sha256(seq, event, head.sha256))


def head_of(entry: Entry) -> Head:
    """Where the chain stands after an entry."""
    return Head(size=entry.seq, sha256=entry.sha256)


def check_chain(entries: Iterable[Entry], *, start: Head = START, until: Head | None = None) -> Head:
    """The head after these entries, when they follow `start` without a gap and each is as it was written.

    `until` is a head that was kept elsewhere (in the log): the chain must reach it and agree with it. Reads the
    entries once. Raises CheckFailedError `audit.chain.` followed by `missing` (a gap), `order`, `changed` (an entry
    is not what its hash says), `broken` (the entry before is not the one it follows), `cut` (it ends before `until`),
    `head` (it has another entry there) or `before` (`until` lies before `start`, so nothing here speaks of it);
    `offender` is the first wrong number.
    """
    head = start
    if until is not None and until.size < start.size:
        raise _broken("before", "the head that was kept lies before these entries", until.size)
    if until is not None:
        _check_kept(head, until)
    for entry in entries:
        seq = head.size + 1
        if entry.seq != seq:
            code = "missing" if entry.seq > seq else "order"
            raise _broken(
                code, "the audit does not go on where it stopped", seq, expected=str(seq), got=str(entry.seq)
            )
        if entry.sha256 != entry_sha256(entry.seq, entry.event, entry.previous):
            raise _broken("changed", "an entry of the audit was changed after it was written", seq)
        if entry.previous != head.sha256:
            raise _broken("broken", "an entry of the audit does not follow the one before it", seq)
        head = head_of(entry)
        if until is not None and head.size == until.size:
            _check_kept(head, until)
    if until is not None and head.size < until.size:
        raise _broken(
            "cut",
            "the audit ends before the head that was kept of it",
            head.size + 1,
            expected=f"{until.size} entries",
            got=str(head.size),
        )
    return head


def _check_kept(head: Head, kept: Head) -> None:
    if head.size == kept.size and head.sha256 != kept.sha256:
        raise _broken("head", "the audit is another one than that whose head was kept", kept.size)


def _broken(code: str, what: str, seq: int, *, expected: str = "", got: str = "") -> CheckFailedError:
    return CheckFailedError(
        f"audit.chain.{code}",
        what,
        expected=expected,
        got=got,
        place=f"entry {seq}",
        hint="keep this copy and compare it with a backup and with the heads in the log; somebody with the right to "
        "write the database did this",
        offender=seq,
    )


def head_payload(head: Head) -> dict[str, Any]:
    """What goes into the public log as an entry of kind `audit head`.

    The hash alone: how many entries there are by which hour would tell outsiders how busy the office is.
    """
    return {"name": "audit", "sha256": head.sha256}
