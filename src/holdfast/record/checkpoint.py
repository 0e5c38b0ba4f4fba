"""Checkpoints (C2SP tlog-checkpoint): origin, size and root of the tree, in a signed note."""

import base64
import binascii
import re
from dataclasses import dataclass

from holdfast.crypto.notes import Note, Signed, VerifierKey, parse_note, signatures_of
from holdfast.errors import CheckFailedError, InputRefusedError
from holdfast.record.merkle import HASH_BYTES

_SIZE = re.compile(r"0|[1-9][0-9]{0,18}\Z")


@dataclass(frozen=True, kw_only=True)
class TreeHead:
    """What a checkpoint says: whose log, how many entries, which root."""

    origin: str
    size: int
    root: bytes

    def text(self) -> str:
        """The note's text: three lines."""
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode('ascii')}\n"


@dataclass(frozen=True, kw_only=True)
class Checkpoint:
    """A checkpoint whose signature by the log's key was checked. Only `open_checkpoint` makes one."""

    head: TreeHead
    note: Note
    signed: tuple[Signed, ...]
    """The signatures that were checked: the log's, then those of known log witnesses."""

    def __bytes__(self) -> bytes:
        return bytes(self.note)


def parse_size(text: str) -> int:
    """A size in decimal without leading zero. Raises ValueError."""
    if not _SIZE.fullmatch(text) or int(text) >= 2**63:
        raise ValueError(text[:20])
    return int(text)


def parse_hash(text: str) -> bytes:
    """A hash of 32 bytes in standard Base64. Raises ValueError."""
    try:
        data = base64.b64decode(text, validate=True)
    except binascii.Error:
        raise ValueError(text[:50]) from None
    if len(data) != HASH_BYTES or base64.b64encode(data).decode("ascii") != text:
        raise ValueError(text[:50])
    return data


def parse_head(text: str) -> TreeHead:
    """Read a checkpoint's text; extension lines are allowed and say nothing to us.

    Raises InputRefusedError `record.checkpoint.unreadable`.
    """
    lines = text.split("\n")
    try:
        if len(lines) < 4 or lines[-1] or not all(lines[:-1]):
            raise ValueError("lines")
        return TreeHead(origin=lines[0], size=parse_size(lines[1]), root=parse_hash(lines[2]))
    except ValueError:
        raise InputRefusedError(
            "record.checkpoint.unreadable",
            "this is not a checkpoint",
            expected="lines with origin, size and Base64 root, each ended",
            got=repr(text[:60]),
            hint="give the file `checkpoint` of a log",
        ) from None


def open_checkpoint(
    data: bytes, key: VerifierKey, *, witnesses: tuple[VerifierKey, ...] = (), origin: str | None = None
) -> Checkpoint:
    """Read a checkpoint and check that the log's key signed it.

    Raises InputRefusedError when it cannot be read, CheckFailedError `record.checkpoint.key` when this key has
    not signed it, `record.checkpoint.origin` when it is another log's, `note.signature` for a wrong signature.
    """
    note = parse_note(data)
    head = parse_head(note.text)
    signed = signatures_of(note, (key, *witnesses))
    if not any(each.key == key for each in signed):
        raise CheckFailedError(
            "record.checkpoint.key",
            "the checkpoint is not signed by this key",
            expected=f"a signature by {key.name}+{key.key_id.hex()}",
            got=", ".join(f"{line.name}+{line.key_id.hex()}" for line in note.lines)[:200],
            hint="take the key from a place that you trust; if it is right, this is not that log",
        )
    if head.origin != (origin or key.name):
        raise CheckFailedError(
            "record.checkpoint.origin",
            "the checkpoint belongs to another log",
            expected=origin or key.name,
            got=repr(head.origin[:80]),
            hint="compare the log's name with the one its keepers published",
        )
    return Checkpoint(head=head, note=note, signed=signed)
