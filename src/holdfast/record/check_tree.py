"""Recomputing the whole tree from its entries, bundle by bundle, and comparing it with tiles and root."""

from collections.abc import Callable

from holdfast.errors import CheckFailedError
from holdfast.progress import Progress, silent
from holdfast.record.checkpoint import TreeHead
from holdfast.record.merkle import EMPTY_ROOT, leaf_hash, subtree_root
from holdfast.record.tiles import WIDTH, Fetch, decode_tile, fetch_bundle, fetch_either, tile_path

EachBundle = Callable[[int, list[bytes]], None]
"""Called as `each(number, entries)` for every bundle, in order."""


def check_tree(
    fetch: Fetch, head: TreeHead, each: EachBundle = lambda _number, _entries: None, *, progress: Progress = silent
) -> int:
    """Return how many tiles were compared when entries, tiles and root agree, hash for hash.

    Raises CheckFailedError that names tile and entry: `record.entry.changed` when the entries are not those of the
    signed root, `record.tile.wrong` when the entries are right and a tile is not, `record.root.wrong` when entries
    and tiles agree with each other and not with the signature, and `record.fetch.missing`, `record.tile.damaged`.
    """
    check = _TreeCheck(fetch, head)
    for number in range(-(-head.size // WIDTH)):
        width = min(WIDTH, head.size - number * WIDTH)
        entries = fetch_bundle(fetch, number, width)
        check.add([leaf_hash(entry) for entry in entries], 0, number)
        each(number, entries)
        progress("hashes", number * WIDTH + width, head.size)
    check.finish()
    return check.tiles


class _TreeCheck:
    def __init__(self, fetch: Fetch, head: TreeHead) -> None:
        self._fetch, self._head = fetch, head
        self._rows: list[list[bytes]] = []
        self._differs: CheckFailedError | None = None
        self.tiles = 0

    def add(self, hashes: list[bytes], level: int, number: int) -> None:
        """Compare the hashes of one tile, and hand the root of a full one up."""
        self._compare(hashes, level, number)
        if len(hashes) < WIDTH:
            self._rows += [[] for _ in range(level + 1 - len(self._rows))]
            self._rows[level] = hashes
            return
        above = level + 1
        self._rows += [[] for _ in range(above + 1 - len(self._rows))]
        self._rows[above].append(subtree_root(hashes))
        if len(self._rows[above]) == WIDTH:
            row, self._rows[above] = self._rows[above], []
            self.add(row, above, number // WIDTH)

    def _compare(self, hashes: list[bytes], level: int, number: int) -> None:
        self.tiles += 1
        path, first = tile_path(level, number, len(hashes)), number * WIDTH ** (level + 1)
        data = fetch_either(self._fetch, path, level, number, first_entry=first)
        data = data[: len(hashes) * 32] if len(data) == WIDTH * 32 else data
        if data != b"".join(hashes) and self._differs is None:
            written = decode_tile(data, len(hashes), path=path, first_entry=first)
            at = next(at for at, pair in enumerate(zip(hashes, written, strict=True)) if pair[0] != pair[1])
            self._differs = CheckFailedError(
                "record.entry.changed",
                "an entry is not the one that was logged",
                expected=f"hash {written[at].hex()[:16]}…",
                got=f"{hashes[at].hex()[:16]}…",
                place=f"{path}, entry {first + at * WIDTH**level}",
                hint="keep a copy of both files: they prove that the log was changed",
            )

    def finish(self) -> None:
        """Compare what is left, and the root."""
        for level in range(1, len(self._rows)):
            if self._rows[level]:
                self._compare(self._rows[level], level, (self._head.size >> 8 * level) // WIDTH)
        carried: list[bytes] = []
        for row in self._rows:
            if row or carried:
                carried = [subtree_root(row + carried)]
        if (carried[0] if carried else EMPTY_ROOT) == self._head.root:
            if self._differs is not None:
                raise CheckFailedError(
                    "record.tile.wrong",
                    "a tile does not hold the hashes of its entries",
                    expected=self._differs.got,
                    got=self._differs.expected,
                    place=self._differs.place,
                    hint="the entries are right; the log's keepers must restore the tile",
                )
            return
        raise self._differs or CheckFailedError(
            "record.root.wrong",
            "entries and tiles are not those of the signed checkpoint",
            expected=f"root {self._head.root.hex()[:16]}…",
            got="another root",
            place=f"checkpoint, {self._head.size} entries",
            hint="somebody exchanged the files, or the checkpoint: keep a copy of all",
        )
