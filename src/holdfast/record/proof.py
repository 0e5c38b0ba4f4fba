"""Proofs that stand alone: entry, text, inclusion proof and checkpoint in one (C2SP tlog-proof, and JSON)."""

import base64
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from holdfast.clock import parse_at
from holdfast.crypto.notes import VerifierKey, parse_note
from holdfast.errors import CheckFailedError, InputRefusedError
from holdfast.record.checkpoint import Checkpoint, open_checkpoint, parse_hash, parse_head, parse_size
from holdfast.record.entry import Entry, commit, parse_entry
from holdfast.record.merkle import check_inclusion, inclusion_proof, leaf_hash
from holdfast.record.texts import Shown, TextLine, parse_texts, text_path
from holdfast.record.tiles import WIDTH, Fetch, TileReader, fetch_bundle

_HEAD = "c2sp.org/tlog-proof@v1"
_PARTS_LIMIT = 63  # hashes: a tree of 2^63 entries needs no more


@dataclass(frozen=True, kw_only=True)
class Proof:
    """That an entry stands in the log at an index, as a checkpoint signed it."""

    index: int
    hashes: tuple[bytes, ...]
    checkpoint: bytes

    def text(self) -> str:
        """The proof's file (`.tlog-proof`)."""
        lines = [_HEAD, f"index {self.index}", *(base64.b64encode(each).decode("ascii") for each in self.hashes)]
        return "\n".join([*lines, "", ""]) + self.checkpoint.decode()

    def check(self, leaf: bytes, key: VerifierKey) -> Checkpoint:
        """The checked checkpoint under which an entry with this leaf hash stands at the index.

        Raises CheckFailedError `record.proof.inclusion`, and what `open_checkpoint` raises.
        """
        checkpoint = open_checkpoint(self.checkpoint, key)
        head = checkpoint.head
        check_inclusion(leaf, self.hashes, index=self.index, size=head.size, root=head.root)
        return checkpoint


def parse_proof(data: bytes) -> Proof:
    """Read a proof file. Raises InputRefusedError `record.proof.unreadable`."""
    try:
        head, gap, checkpoint = data.decode("utf-8").partition("\n\n")
        lines = head.split("\n")
        if len(lines) > 1 and lines[1].startswith("extra "):
            del lines[1]
        if not gap or len(lines) < 2 or len(lines) > _PARTS_LIMIT + 2 or lines[0] != _HEAD:
            raise ValueError("head")
        word, _, index = lines[1].partition(" ")
        if word != "index":
            raise ValueError("index")
        hashes = tuple(parse_hash(line) for line in lines[2:])
        return Proof(index=parse_size(index), hashes=hashes, checkpoint=checkpoint.encode())
    except ValueError:
        raise InputRefusedError(
            "record.proof.unreadable",
            "this is not a proof",
            expected=f"{_HEAD}, an index, hashes, an empty line, a checkpoint",
            hint="give what `holdfast record prove` printed",
        ) from None


@dataclass(frozen=True, kw_only=True)
class Shelf:
    """One entry as the public files show it: nothing in it is believed before `Proved`."""

    index: int
    entry: bytes
    line: TextLine


@dataclass(frozen=True, kw_only=True)
class Proved:
    """An entry whose place in the log and whose text, if there is one, were checked. Only `prove` makes one."""

    index: int
    entry: Entry
    line: TextLine
    leaf: bytes
    proof: Proof
    is_overdue: bool
    """Sealed until a date that has passed, and not opened."""

    @property
    def size(self) -> int:
        """How many entries the log had under this proof's checkpoint."""
        return parse_head(parse_note(self.proof.checkpoint).text).size

    def in_words(self) -> str:
        """What can be said about the entry's text."""
        if self.line.shown is Shown.ERASED:
            return f"its text was erased, as entry {self.line.erased_by} says; the proof still holds"
        if self.line.shown is Shown.PRIVATE:
            return "its text is not public; only its commitment is"
        if self.line.shown is Shown.SEALED:
            when = f"until {self.entry.opens_at}" if self.entry.opens_at else f"until: {self.entry.opens_on}"
            return f"its text is sealed {when}" + (", OVERDUE" if self.is_overdue else "")
        opened = "" if self.entry.text.value == "public" else ", opened"
        return f"its text is the one that was committed{opened}:"

    def as_json(self) -> dict[str, Any]:
        """The proof as one JSON value; hashes in hexadecimal as everywhere outside the C2SP files."""
        opens = {"at": self.entry.opens_at} if self.entry.opens_at else {"condition": self.entry.opens_on}
        return {
            "index": self.index,
            "leaf_hash": self.leaf.hex(),
            "entry": self.entry.encode().decode(),
            "kind": self.entry.kind,
            "at": self.entry.at,
            "state": self.line.shown.value,
            "opens": opens if self.entry.opens_at or self.entry.opens_on else None,
            "is_overdue": self.is_overdue,
            "erased_by": self.line.erased_by if self.line.shown is Shown.ERASED else None,
            "salt": self.line.salt.hex() or None,
            "text": self.line.text.decode() or None,
            "proof": [each.hex() for each in self.proof.hashes],
            "checkpoint": self.proof.checkpoint.decode(),
            "tlog_proof": self.proof.text(),
        }


def fetch_shelf(fetch: Fetch, index: int, size: int) -> Shelf:
    """One entry and its text line from the public files of a log of `size` entries."""
    if not 0 <= index < size:
        raise CheckFailedError(
            "record.index.outside",
            "the log's checkpoint holds no such entry",
            expected=f"0 to {size - 1}" if size else "an entry; the log is empty",
            got=str(index),
            hint="an entry that was appended shows after the next `holdfast record checkpoint`",
        )
    number = index // WIDTH
    entries = fetch_bundle(fetch, number, min(WIDTH, size - number * WIDTH))
    lines = parse_texts(fetch(text_path(number)), number)
    if index not in lines:
        raise CheckFailedError("record.text.missing", "an entry's text line is missing", place=f"entry {index}")
    return Shelf(index=index, entry=entries[index % WIDTH], line=lines[index])


def check_text_line(entry: Entry, line: TextLine) -> None:
    """Return when what the text file shows is what the entry committed to.

    Raises CheckFailedError `record.text.changed`, or `record.text.withheld` when a public text is not there.
    """
    if line.shown is Shown.TEXT:
        if commit(line.salt, line.text) != entry.commitment:
            raise CheckFailedError(
                "record.text.changed",
                "the published text is not the one that was committed",
                expected=f"a text and salt with the hash {entry.commitment[:16]}…",
                place=f"{text_path(line.index // WIDTH)}, entry {line.index}",
                hint="keep a copy and ask the log's keepers for the true text",
            )
    elif line.shown is not Shown.ERASED and line.shown.value != entry.text.value:
        raise CheckFailedError(
            "record.text.withheld",
            "the text of an entry is not there although the log promised it",
            expected=f"{entry.text.value}, or erased",
            got=line.shown.value,
            place=f"{text_path(line.index // WIDTH)}, entry {line.index}",
            hint="ask the log's keepers; a text may be missing only when an entry says that it was erased",
        )


def is_overdue(entry: Entry, line: TextLine, now: datetime) -> bool:
    """Whether a seal's date has passed and nobody opened it."""
    return line.shown is Shown.SEALED and entry.opens_at is not None and parse_at(entry.opens_at) < now


def prove(fetch: Fetch, index: int, key: VerifierKey, checkpoint: bytes, now: datetime) -> Proved:
    """Prove one entry from the public files, and check the proof as a stranger would.

    Raises CheckFailedError for whatever does not fit, `record.index.outside` for an index beyond the checkpoint.
    """
    head = open_checkpoint(checkpoint, key).head
    shelf = fetch_shelf(fetch, index, head.size)
    hashes = tuple(inclusion_proof(index, head.size, TileReader(fetch, head.size)))
    proof, leaf = Proof(index=index, hashes=hashes, checkpoint=checkpoint), leaf_hash(shelf.entry)
    proof.check(leaf, key)
    entry = parse_entry(shelf.entry, place=f"entry {index}")
    check_text_line(entry, shelf.line)
    overdue = is_overdue(entry, shelf.line, now)
    return Proved(index=index, entry=entry, line=shelf.line, leaf=leaf, proof=proof, is_overdue=overdue)
