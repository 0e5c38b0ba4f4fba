"""Integration: turning queued entries into tiles, entry bundles and text files, and their root.

It only adds. A tile that is already there must have the same bytes, so running it twice, or again after a crash,
changes nothing.
"""

from collections.abc import Iterable

from holdfast.errors import CheckFailedError
from holdfast.record.disk import Disk
from holdfast.record.entry import TextState, parse_entry
from holdfast.record.merkle import EMPTY_ROOT, leaf_hash, subtree_root
from holdfast.record.queue import Queued
from holdfast.record.seals import SEALS_PATH, Seals, encode_seals, parse_seals, seal_of
from holdfast.record.texts import text_path
from holdfast.record.tiles import WIDTH, decode_bundle, decode_tile, encode_bundle, tile_path

PUBLIC = "public"
KEPT = "private/kept"
_FILES_AT_ONCE = 768  # open files; chosen, below the usual 1,024 of a process


def kept_path(index: int) -> str:
    """Where the text and salt of an entry lie that are not public (yet)."""
    return f"{KEPT}/{index:020d}"


class Integration:
    """The right edge of the tree, growing."""

    def __init__(self, disk: Disk, size: int) -> None:
        """Load the edge of a tree of `size` entries from its tiles."""
        self._disk = disk
        self.size = size
        self._rows: list[list[bytes]] = []
        self._files: dict[str, bytes] = {}
        self._kept: dict[str, bytes] = {}
        self._sealed: Seals = {}
        level = size
        while level:
            number, width = level // WIDTH, level % WIDTH
            path = f"{PUBLIC}/{tile_path(len(self._rows), number, width)}"
            self._rows.append(decode_tile(disk.read(path), width, path=path) if width else [])
            level //= WIDTH
        self._entries: list[bytes] = []
        self._texts: list[bytes] = []
        number, width = divmod(size, WIDTH)
        if width:
            path = f"{PUBLIC}/{tile_path('entries', number, width)}"
            self._entries = decode_bundle(disk.read(path), width, path=path, first_entry=number * WIDTH)
            # a crash may have left the text file longer than the checkpoint: those lines come again from the queue
            lines = disk.read(f"{PUBLIC}/{text_path(number)}").split(b"\n")[:width]
            self._texts = [line + b"\n" for line in lines]

    def root(self) -> bytes:
        """The root over everything that was added so far."""
        carried: list[bytes] = []
        for row in self._rows:
            if row or carried:
                carried = [subtree_root(row + carried)]
        return carried[0] if carried else EMPTY_ROOT

    def add(self, records: Iterable[tuple[int, Queued]]) -> None:
        """Add entries in order; writes full tiles as they come, so memory stays small."""
        for index, record in records:
            if index != self.size:
                raise AssertionError("the queue gave entries out of order")
            self._entries.append(record.entry)
            if record.state is TextState.PUBLIC:
                self._texts.append(b"%d text %s %s\n" % (index, record.salt.hex().encode(), record.text))
            else:
                self._texts.append(b"%d %s\n" % (index, record.state.encode()))
                if record.state is TextState.SEALED:
                    self._sealed[index] = seal_of(parse_entry(record.entry))
                self._kept[kept_path(index)] = record.salt.hex().encode() + b" " + record.text
            self.size += 1
            if len(self._entries) == WIDTH:
                self._fill_bundle()
                if len(self._files) >= _FILES_AT_ONCE:
                    self._flush()

    def _fill_bundle(self) -> None:
        """A bundle is full: its hashes go into the rows, and full rows go up."""
        self._stage_bundle(WIDTH)
        self._push_leaves()
        level = 0
        while len(self._rows[level]) == WIDTH:
            row, self._rows[level] = self._rows[level], []
            self._stage_tile(level, (self.size >> 8 * (level + 1)) - 1, row)
            if len(self._rows) == level + 1:
                self._rows.append([])
            self._rows[level + 1].append(subtree_root(row))
            level += 1
        self._entries, self._texts = [], []

    def _push_leaves(self) -> None:
        if not self._rows:
            self._rows.append([])
        have = len(self._rows[0])
        self._rows[0] += [leaf_hash(entry) for entry in self._entries[have:]]

    def _stage_bundle(self, width: int) -> None:
        number = (self.size - 1) // WIDTH
        self._stage_fixed(tile_path("entries", number, width), encode_bundle(self._entries))
        self._files[f"{PUBLIC}/{text_path(number)}"] = b"".join(self._texts)

    def _stage_tile(self, level: int, number: int, hashes: list[bytes]) -> None:
        self._stage_fixed(tile_path(level, number, len(hashes)), b"".join(hashes))

    def _stage_fixed(self, path: str, data: bytes) -> None:
        """Stage a file that never changes; written again when it is there, for a crash may have left it undurable."""
        place = f"{PUBLIC}/{path}"
        if self._disk.exists(place) and self._disk.read(place) != data:
            raise CheckFailedError(
                "record.tile.changed",
                "a tile that was written before has other bytes now",
                expected="the bytes that the queue gives",
                place=place,
                hint="the folder was changed from outside: stop, keep a copy, and restore it from its backup",
            )
        self._files[place] = data

    def finish(self) -> bytes:
        """Write what is left, partial tiles included; everything is durable when this returns. Gives the root."""
        if self._entries:
            self._push_leaves()
            self._stage_bundle(len(self._entries))
        for level, row in enumerate(self._rows):
            if row:
                self._stage_tile(level, self.size >> 8 * (level + 1), row)
        self._flush()
        self._list_seals()
        return self.root()

    def _list_seals(self) -> None:
        """Add the new seals to the public list, except those that were opened or erased while this waited."""
        if not self._sealed:
            return
        place = f"{PUBLIC}/{SEALS_PATH}"
        still = {index: at for index, at in self._sealed.items() if self._disk.exists(kept_path(index))}
        self._disk.write({place: encode_seals({**parse_seals(self._disk.read(place)), **still})})

    def _flush(self) -> None:
        if self._kept:
            self._disk.write(self._kept, private=True)
        if self._files:
            self._disk.write(self._files)
        self._files, self._kept = {}, {}


def drop_partials(disk: Disk, since: int, size: int) -> None:
    """Take partial tiles away whose full tile is there now (C2SP allows it), for growth from `since` to `size`."""
    level, before, now = 0, since, size
    while before // WIDTH < now // WIDTH:
        for name in (level, "entries") if level == 0 else (level,):
            folder = f"{PUBLIC}/{tile_path(name, before // WIDTH)}.p"
            for width in disk.names(folder):
                disk.remove(f"{folder}/{width}")
        level, before, now = level + 1, before // WIDTH, now // WIDTH
