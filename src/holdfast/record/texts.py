"""Text files: the texts behind the commitments, 256 to a file at `text/<n>`, one line each.

    <index> text <salt in hex> <canonical JSON>
    <index> sealed
    <index> private
    <index> erased <index of the entry that says so>

A line's third field as bytes, followed by the rest of the line, hashes to the entry's commitment. Unlike tiles these
files may change: a seal is opened, a text is erased. Nothing in the tree depends on them.
"""

import re
from dataclasses import dataclass
from enum import StrEnum

from holdfast.errors import CheckFailedError
from holdfast.record.entry import SALT_BYTES
from holdfast.record.tiles import WIDTH, number_path


class Shown(StrEnum):
    """What the text file says of an entry's text now."""

    TEXT = "text"
    SEALED = "sealed"
    PRIVATE = "private"
    ERASED = "erased"


@dataclass(frozen=True, kw_only=True)
class TextLine:
    """One line of a text file."""

    index: int
    shown: Shown
    salt: bytes = b""
    text: bytes = b""
    erased_by: int = -1

    def encode(self) -> bytes:
        """The line with its end."""
        if self.shown is Shown.TEXT:
            return b"%d text %s %s\n" % (self.index, self.salt.hex().encode(), self.text)
        if self.shown is Shown.ERASED:
            return b"%d erased %d\n" % (self.index, self.erased_by)
        return b"%d %s\n" % (self.index, self.shown.encode())


def text_path(number: int) -> str:
    """Where the text file of bundle `number` lies."""
    return f"text/{number_path(number)}"


_TEXT = re.compile(rb"(0|[1-9]\d{0,18}) text ([0-9a-f]{%d}) (.+)" % (2 * SALT_BYTES), re.DOTALL)
_OTHER = re.compile(rb"(0|[1-9]\d{0,18}) (?:(sealed|private)|erased (0|[1-9]\d{0,18}))")


def parse_texts(data: bytes, number: int, *, only: int | None = None) -> dict[int, TextLine]:
    """The lines of text file `number` by index; with `only`, `data` is the one line of that entry.

    Raises CheckFailedError `record.text.damaged`, naming the file and the entry where it breaks off.
    """
    found: dict[int, TextLine] = {}
    first = number * WIDTH if only is None else only
    *lines, last = data.split(b"\n")
    for offset, line in enumerate(lines):
        full = _TEXT.fullmatch(line)
        other = None if full else _OTHER.fullmatch(line)
        index = int((full or other).group(1)) if full or other else -1  # type: ignore[union-attr]
        if index != first + offset or offset >= WIDTH:
            raise _damaged(number, first + offset)
        if full:
            salt = bytes.fromhex(full.group(2).decode("ascii"))
            found[index] = TextLine(index=index, shown=Shown.TEXT, salt=salt, text=full.group(3))
        elif other and other.group(2):
            found[index] = TextLine(index=index, shown=Shown(other.group(2).decode("ascii")))
        elif other:
            found[index] = TextLine(index=index, shown=Shown.ERASED, erased_by=int(other.group(3)))
    if last:
        raise _damaged(number, first + len(lines))
    return found


def _damaged(number: int, entry: int) -> CheckFailedError:
    return CheckFailedError(
        "record.text.damaged",
        "a text file is damaged",
        expected="one whole line for each entry, in order",
        place=f"{text_path(number)}, entry {entry}",
        hint="fetch it again; if it stays damaged, the log's keepers must restore it",
    )


def encode_texts(lines: dict[int, TextLine]) -> bytes:
    """The whole file."""
    return b"".join(lines[index].encode() for index in sorted(lines))
