"""What every ballot format declares, and how a file finds its format."""

import bz2
import gzip
import lzma
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from holdfast.elections.contest import Contest
from holdfast.errors import InputRefusedError, UsageError
from holdfast.papers.decoding import decoded


@dataclass(frozen=True, kw_only=True)
class Format:
    """One ballot format. `read` gives one contest for each question; what it refuses names the place."""

    name: str
    describes: str
    recognise: Callable[[bytes], bool]
    """Whether the file's bytes (decompressed) begin like this format. Formats exclude each other."""
    read: Callable[[bytes, str], list[Contest]]
    """From the bytes, and the name that errors call the file by."""


def unpacked(data: bytes, place: str) -> bytes:
    """The bytes inside gzip, bzip2 or xz, or as they are. Raises InputRefusedError `ballots.compressed`."""
    try:
        if data.startswith(b"\x1f\x8b"):
            return gzip.decompress(data)
        if data.startswith(b"BZh"):
            return bz2.decompress(data)
        if data.startswith(b"\xfd7zXZ\x00"):
            return lzma.decompress(data)
    except (OSError, EOFError, zlib.error, lzma.LZMAError):
        raise InputRefusedError(
            "ballots.compressed", "the file is cut short or damaged", place=place, hint="fetch it again"
        ) from None
    return data


def read_contests(path: Path, formats: Mapping[str, Format], *, as_format: str = "") -> list[Contest]:
    """Every contest in a ballot file.

    Raises UsageError `ballots.no_file` or `ballots.no_such_format`, InputRefusedError `ballots.unknown_format` and
    whatever the format refuses.
    """
    if not path.is_file():
        raise UsageError("ballots.no_file", "there is no such file", place=str(path))
    data = unpacked(path.read_bytes(), str(path))
    if as_format and as_format not in formats:
        raise UsageError(
            "ballots.no_such_format", f"there is no format {as_format!r}", expected=", ".join(sorted(formats))
        )
    chosen = [formats[as_format]] if as_format else [each for each in formats.values() if each.recognise(data)]
    if len(chosen) != 1:
        raise InputRefusedError(
            "ballots.unknown_format",
            "this is no ballot file that Holdfast knows" if not chosen else "this file fits more than one format",
            expected=", ".join(sorted(each.name for each in chosen or formats.values())),
            place=str(path),
            hint="name the format with --as",
        )
    return chosen[0].read(data, str(path))


def as_text(data: bytes, place: str) -> str:
    """UTF-8 text without a byte order mark. Raises InputRefusedError `ballots.encoding`, naming the byte."""
    return decoded(data, place, code="ballots.encoding", can_be_named=False)


def damaged(what: str, place: str, *, expected: str = "", got: str = "") -> InputRefusedError:
    """The error for a file whose content does not keep to its format."""
    return InputRefusedError(
        "ballots.damaged", what, expected=expected, got=got, place=place, hint="correct the file; nothing was counted"
    )


def distinct_keys(names: list[str]) -> list[str]:
    """A key for each candidate: the name, and where two share one, the name with the number on the ballot paper."""
    return [name if names.count(name) == 1 else f"{name} [{number}]" for number, name in enumerate(names, 1)]
