"""Tiles and entry bundles (C2SP tlog-tiles): the public files that any file server can hand out.

A tile is up to 256 hashes of one level of tiles; level 0 holds leaf hashes, each hash of the level above is the
root of a full tile below. An entry bundle holds the entries of one tile of level 0.
"""

import re
from collections.abc import Callable, Sequence

from holdfast.errors import CheckFailedError
from holdfast.record.merkle import HASH_BYTES, halved, node_hash

WIDTH = 256  # hashes of a full tile: 2^8 (C2SP tlog-tiles)
_HEIGHT = 8  # levels of the tree in one tile (C2SP tlog-tiles)
ENTRY_LIMIT_BYTES = 65_535  # bytes: the length stands in two bytes (C2SP tlog-tiles)
CHECKPOINT_PATH = "checkpoint"
VERIFIER_KEY_PATH = "log.vkey"

Fetch = Callable[[str], bytes]
"""Gives the bytes at a path below the log's address; raises CheckFailedError `record.fetch.missing` for none."""

_NUMBER = re.compile(r"(?:x\d{3}/)*\d{3}\Z")


def number_path(number: int) -> str:
    """A number in groups of three digits, `x` before all but the last: 1234067 is x001/x234/067."""
    digits = f"{number:03d}"
    digits = digits.zfill(-(-len(digits) // 3) * 3)
    groups = [digits[at : at + 3] for at in range(0, len(digits), 3)]
    return "/".join([f"x{group}" for group in groups[:-1]] + groups[-1:])


def tile_path(level: int | str, number: int, width: int = WIDTH) -> str:
    """Where a tile lies; `level` is a number, or `entries` for entry bundles; `width` is 1 to 256."""
    partial = f".p/{width}" if width < WIDTH else ""
    return f"tile/{level}/{number_path(number)}{partial}"


def encode_bundle(entries: Sequence[bytes]) -> bytes:
    """Entries after each other, each behind its length in two bytes, big-endian."""
    return b"".join([len(entry).to_bytes(2, "big") + entry for entry in entries])


def _cut(what: str, path: str, expected: str, got: str, *, first_entry: int | None = None) -> CheckFailedError:
    entry = "" if first_entry is None else f", from entry {first_entry} on"
    return CheckFailedError(
        "record.tile.damaged",
        f"the {what} is damaged",
        expected=expected,
        got=got,
        place=f"{path}{entry}",
        hint="fetch it again; if it stays damaged, the log's keepers must restore it",
    )


def decode_bundle(data: bytes, width: int, *, path: str = "", first_entry: int = 0) -> list[bytes]:
    """The `width` entries of a bundle. Raises CheckFailedError `record.tile.damaged`, naming tile and entry."""
    entries: list[bytes] = []
    at, end = 0, len(data)
    while at < end and len(entries) < width:
        length = (data[at] << 8) | data[at + 1] if at + 2 <= end else end
        at += 2
        if at + length > end:
            break
        entries.append(data[at : at + length])
        at += length
    if len(entries) != width or at != end:
        got = f"{len(entries)} whole entries of {len(data)} bytes"
        raise _cut("entry bundle", path, f"{width} entries", got, first_entry=first_entry + len(entries))
    return entries


def decode_tile(data: bytes, width: int, *, path: str = "", first_entry: int | None = None) -> list[bytes]:
    """The `width` hashes of a tile. Raises CheckFailedError `record.tile.damaged`, naming tile and entry."""
    if len(data) != width * HASH_BYTES:
        whole = min(len(data) // HASH_BYTES, width)
        first = None if first_entry is None else first_entry + whole
        raise _cut("tile", path, f"{width * HASH_BYTES} bytes", f"{len(data)} bytes", first_entry=first)
    return [data[at : at + HASH_BYTES] for at in range(0, len(data), HASH_BYTES)]


class TileReader:
    """Hashes of complete nodes of the tree of one size, read from its tiles; nothing is believed.

    A proof made from it is checked against a signed root like one that came from a stranger.
    """

    def __init__(self, fetch: Fetch, size: int) -> None:
        self._fetch = fetch
        self._size = size
        self._tiles: dict[tuple[int, int], list[bytes]] = {}

    def tile(self, level: int, number: int) -> list[bytes]:
        """One tile, as wide as a tree of this size has it.

        Raises CheckFailedError `record.fetch.missing` or `record.tile.damaged`, with tile and entry.
        """
        if (level, number) not in self._tiles:
            width = min(WIDTH, (self._size >> (_HEIGHT * level)) - number * WIDTH)
            path, first = tile_path(level, number, width), number << (_HEIGHT * (level + 1))
            data = fetch_either(self._fetch, path, level, number, first_entry=first)
            hashes = decode_tile(data[: width * HASH_BYTES], width, path=path, first_entry=first)
            self._tiles[level, number] = hashes
        return self._tiles[level, number]

    def __call__(self, level: int, index: int) -> bytes:
        """The hash of the complete node (level, index): a `NodeReader`."""
        row, inside = divmod(level, _HEIGHT)
        number, at = divmod(index << inside, WIDTH)
        hashes = self.tile(row, number)[at : at + (1 << inside)]
        while len(hashes) > 1:
            hashes = halved(hashes) if len(hashes) > 2 else [node_hash(*hashes)]
        return hashes[0]


def fetch_either(fetch: Fetch, path: str, level: int | str, number: int, *, first_entry: int) -> bytes:
    """The bytes of a tile or bundle; a partial one that was removed is read from the full one.

    Raises CheckFailedError `record.fetch.missing` that names the tile and its first entry.
    """
    for each in dict.fromkeys((path, tile_path(level, number))):
        try:
            return fetch(each)
        except CheckFailedError as error:
            if error.code != "record.fetch.missing":
                raise
    raise CheckFailedError(
        "record.fetch.missing",
        "a file of the log is missing",
        place=f"{path}, from entry {first_entry} on",
        hint="ask the log's keepers to restore it; without it the entries cannot be checked",
    )


def fetch_bundle(fetch: Fetch, number: int, width: int) -> list[bytes]:
    """The first `width` entries of a bundle.

    Raises CheckFailedError `record.fetch.missing` or `record.tile.damaged`, with bundle and entry.
    """
    path, first = tile_path("entries", number, width), number * WIDTH
    data = fetch_either(fetch, path, "entries", number, first_entry=first)
    try:
        return decode_bundle(data, width, path=path, first_entry=first)
    except CheckFailedError:
        # the full bundle that stands in for a partial one that was removed holds more entries
        if width < WIDTH:
            for longer in range(width + 1, WIDTH + 1):
                try:
                    return decode_bundle(data, longer, path=path, first_entry=first)[:width]
                except CheckFailedError:
                    continue
        raise
