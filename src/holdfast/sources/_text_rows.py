"""Lines and rows of text files: strict UTF-8, fields counted, every error with file and line."""

import csv
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from holdfast.errors import InputRefusedError
from holdfast.progress import Progress, silent
from holdfast.sources._compression import decompressed, refused

_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_BOM = b"\xef\xbb\xbf"


def _cut_short(path: Path, line: int) -> InputRefusedError:
    return refused(
        "source.truncated",
        "the last line has no line end: the file is cut short",
        place=f"{path}, line {line}",
    )


def text_lines(
    path: Path,
    progress: Progress = silent,
    *,
    must_end_with_newline: bool = False,
    note: Callable[[str], None] | None = None,
) -> Iterator[str]:
    """The file's lines with their line ends, decompressed and decoded; `note` hears of a last line without one.

    Raises InputRefusedError `source.not_utf8` naming line and byte, `source.truncated` when the last line has no
    line end and `must_end_with_newline` is set, and what `decompressed` raises.
    """
    rest = b""
    line = 1
    offset = 0
    is_first = True
    for piece in decompressed(path, progress):
        if is_first:
            is_first = False
            if piece.startswith(_UTF16):
                raise refused(
                    "source.not_utf8",
                    "the file is UTF-16",
                    expected="UTF-8",
                    place=f"{path}, byte 0",
                    hint="save it as UTF-8, for instance with iconv -f UTF-16 -t UTF-8",
                )
            if piece.startswith(_BOM):
                piece = piece[len(_BOM) :]
                offset = len(_BOM)
        data = rest + piece
        end = data.rfind(b"\n") + 1
        if end:
            for text in _decoded(path, data[:end], line, offset).split("\n")[:-1]:
                yield text + "\n"
                line += 1
            offset += end
        rest = data[end:]
    if rest:
        if must_end_with_newline:
            raise _cut_short(path, line)
        if note is not None:
            note("the last line has no line end: if the file was fetched, compare its size with the published one")
        yield _decoded(path, rest, line, offset)


def _decoded(path: Path, data: bytes, line: int, offset: int) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as reason:
        at_line = line + data.count(b"\n", 0, reason.start)
        raise refused(
            "source.not_utf8",
            "the text is not UTF-8",
            expected="UTF-8",
            got=f"byte 0x{data[reason.start]:02x}",
            place=f"{path}, line {at_line}, byte {offset + reason.start} of the text",
            hint="save it as UTF-8, for instance with iconv -f LATIN1 -t UTF-8; the lake is as it was",
        ) from None


@dataclass(frozen=True, kw_only=True)
class Rows:
    """The rows of a delimited file. Iterating gives `(line, fields)`; `line` is the row's last line, from 1."""

    path: Path
    progress: Progress = silent
    delimiter: str = ","
    quote: str = '"'
    must_end_with_newline: bool = False
    note: Callable[[str], None] | None = None

    def place(self, line: int) -> str:
        """What an error calls this row."""
        return f"{self.path.name}, line {line}"

    def __iter__(self) -> Iterator[tuple[int, list[str]]]:
        lines = text_lines(self.path, self.progress, must_end_with_newline=self.must_end_with_newline, note=self.note)
        reader = csv.reader(lines, delimiter=self.delimiter, quotechar=self.quote, strict=True)
        try:
            for fields in reader:
                if fields:
                    yield reader.line_num, fields
        except csv.Error as reason:
            raise refused(
                "source.csv.unreadable",
                "this row is not delimited text as it should be",
                got=str(reason)[:120],
                place=self.place(reader.line_num),
                hint="correct the line, or fetch the file again; the lake is as it was",
            ) from None


def columns_in(rows: Rows, header: list[str], needed: tuple[str, ...], line: int = 1) -> dict[str, int]:
    """Where each column stands in a row. Raises `source.csv.column` for a lacking or doubled one."""
    names = [name.strip() for name in header]
    lacking = [name for name in needed if name not in names]
    doubled = sorted({name for name in names if names.count(name) > 1})
    if lacking or doubled:
        raise refused(
            "source.csv.column",
            f"the header has no column {', '.join(lacking)}" if lacking else "the header names a column twice",
            expected=", ".join(needed),
            got=", ".join(names)[:200],
            place=rows.place(line),
            hint="add the column to the file, or name the right format with --as; the lake is as it was",
        )
    return {name: names.index(name) for name in names}


def wrong_width(rows: Rows, line: int, expected: int, got: int) -> InputRefusedError:
    """The error for a row with too few or too many fields."""
    return refused(
        "source.csv.width",
        "a row has another number of fields than the header",
        expected=f"{expected} fields",
        got=str(got),
        place=rows.place(line),
        hint="correct the line, or fetch the file again; the lake is as it was",
    )
