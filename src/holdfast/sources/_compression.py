"""Reading files that may be compressed: every byte checked, every damage named with its place.

The format is told by the first bytes, never by the name. Each decompressor here checks what the format lets it
check (gzip CRC and length, bzip2 block CRC, xz and zstd checksums); a stream that ends before its end mark is
refused. A multistream file cut exactly between two streams looks whole to every decompressor: the readers of
formats with a closing tag or a count find that.
"""

import bz2
import lzma
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import zstandard

from holdfast.errors import InputRefusedError
from holdfast.progress import Progress, silent

# small enough that a piece which unpacks to a thousand times its size still fits in memory
_CHUNK = 1 << 16


class _Stream(Protocol):
    """One compressed stream: feed bytes, get bytes; `eof` after its end mark, `unused_data` what follows."""

    @property
    def eof(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    def decompress(self, data: bytes, /) -> bytes: ...


@dataclass(frozen=True, kw_only=True)
class _Format:
    name: str
    magic: bytes
    open: Callable[[], _Stream]
    errors: tuple[type[Exception], ...]


def _zstd() -> _Stream:
    found: _Stream = zstandard.ZstdDecompressor().decompressobj()
    return found


_FORMATS = (
    _Format(name="gzip", magic=b"\x1f\x8b", open=lambda: zlib.decompressobj(31), errors=(zlib.error,)),
    _Format(name="bzip2", magic=b"BZh", open=bz2.BZ2Decompressor, errors=(OSError, ValueError)),
    _Format(name="xz", magic=b"\xfd7zXZ\x00", open=lzma.LZMADecompressor, errors=(lzma.LZMAError,)),
    _Format(name="zstd", magic=b"\x28\xb5\x2f\xfd", open=_zstd, errors=(zstandard.ZstdError,)),
)
# 7z, zip, tar, rar: containers of several files, which we do not open
_CONTAINERS = {b"7z\xbc\xaf\x27\x1c": "7-Zip", b"PK\x03\x04": "zip", b"Rar!": "RAR"}


def _format_of(first: bytes) -> _Format | None:
    return next((each for each in _FORMATS if first.startswith(each.magic)), None)


def refused(
    code: str, what: str, *, place: str, expected: str = "", got: str = "", hint: str = ""
) -> InputRefusedError:
    """An error about an input, with the hint that every damaged file has."""
    return InputRefusedError(
        code,
        what,
        expected=expected,
        got=got,
        place=place,
        hint=hint or "fetch the file again and compare its published size and checksum; the lake is as it was",
    )


def decompressed(path: Path, progress: Progress = silent) -> Iterator[bytes]:
    """The file's content in pieces, whatever it is compressed with.

    Raises InputRefusedError: `source.empty`, `source.container`, `source.truncated` or `source.damaged`, naming the
    file and the byte of the compressed file where reading stopped (within one piece).
    """
    size = path.stat().st_size
    with path.open("rb") as stream:
        first = stream.read(_CHUNK)
        if not first:
            raise refused("source.empty", "the file is empty", place=str(path), expected="at least one row")
        for magic, name in _CONTAINERS.items():
            if first.startswith(magic):
                raise refused(
                    "source.container",
                    f"this is a {name} archive, which may hold several files",
                    expected="one file, plain or as .gz, .bz2, .xz or .zst",
                    place=str(path),
                    hint="unpack it and give the file inside",
                )
        kind = _format_of(first)
        if kind is None:
            done = 0
            while first:
                done += len(first)
                progress(path.name, done, size)
                yield first
                first = stream.read(_CHUNK)
            return
        yield from _streams(path, kind, first, lambda: stream.read(_CHUNK), progress, size)


def _streams(
    path: Path, kind: _Format, data: bytes, more: Callable[[], bytes], progress: Progress, size: int
) -> Iterator[bytes]:
    """The content of one or more compressed streams laid one after another."""
    current = kind.open()
    done = 0
    while data:
        start = done
        done += len(data)
        while data:
            if current.eof:
                # zero bytes after a stream are padding, by gzip's and xz's own rules
                data = data.lstrip(b"\0")
                if not data:
                    break
                if not _begins(kind, data):
                    raise refused(
                        "source.damaged",
                        f"after the end of the {kind.name} data stands something else",
                        place=f"{path}, between bytes {start} and {done}",
                    )
                current = kind.open()
            try:
                out = current.decompress(data)
            except kind.errors as reason:
                raise refused(
                    "source.damaged",
                    f"the {kind.name} data is damaged",
                    got=str(reason)[:120],
                    place=f"{path}, between bytes {start} and {done}",
                ) from None
            data = current.unused_data if current.eof else b""
            if out:
                yield out
        progress(path.name, done, size)
        data = more()
    if not current.eof:
        raise refused(
            "source.truncated",
            f"the {kind.name} data ends before its end mark: the file is cut short",
            place=f"{path}, byte {done}",
        )


def _begins(kind: _Format, data: bytes) -> bool:
    return data.startswith(kind.magic) or kind.magic.startswith(data)


def is_unchecked(path: Path) -> bool:
    """Whether the file is compressed without a checksum, so that a flipped bit can pass unseen."""
    with path.open("rb") as stream:
        first = stream.read(64)
    kind = _format_of(first)
    if kind is None:
        return False
    if kind.name == "zstd":
        return not zstandard.get_frame_parameters(first).has_checksum
    # the second byte of xz's stream flags is the kind of check; 0 is none
    return kind.name == "xz" and len(first) > 7 and first[7] == 0


def first_bytes(path: Path, count: int) -> bytes:
    """The first bytes after decompression, at most `count`; errors as `decompressed`."""
    found = bytearray()
    for piece in decompressed(path):
        found += piece
        if len(found) >= count:
            break
    return bytes(found[:count])
