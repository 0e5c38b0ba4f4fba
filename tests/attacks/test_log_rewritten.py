"""Threat: the log's keeper, or who took the server over, rewrites history. Every single-entry change is refused.

A changed log is refused by the verifier for every one of 10,000 entries (every 199th here, all of them in the long
suite): changed, removed, exchanged with its neighbour; and the log cut at that entry, or forked there.
"""

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

import pytest

from holdfast.crypto.notes import Note
from holdfast.errors import CheckFailedError
from holdfast.record import Draft, memory_log
from holdfast.record.check_tree import check_tree
from holdfast.record.checkpoint import TreeHead
from holdfast.record.log import Log
from holdfast.record.merkle import (
    check_consistency,
    consistency_proof,
    leaf_hash,
    node_hash,
    subtree_root,
    tree_root,
)
from holdfast.record.tiles import TileReader, decode_bundle, encode_bundle, fetch_bundle, tile_path
from holdfast.record.verify import verify

SIZE = 10_000
STRIDES = pytest.mark.parametrize("stride", [199, pytest.param(1, marks=pytest.mark.long)])


@cache
def good_log() -> Log:
    log = memory_log()
    log.append_many(Draft(kind="note", payload={"n": number}) for number in range(SIZE))
    log.checkpoint()
    return log


@cache
def good_entries() -> tuple[bytes, ...]:
    fetch = good_log().fetch
    bundles = (fetch_bundle(fetch, number, min(256, SIZE - number * 256)) for number in range(-(-SIZE // 256)))
    return tuple(entry for bundle in bundles for entry in bundle)


@pytest.fixture(autouse=True)
def _remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    """The tree check with its pure parts remembered: 30,000 logs that differ in one bundle are checked in minutes."""
    decoded: dict[tuple[bytes, int], list[bytes]] = {}
    leaves: dict[bytes, bytes] = {}
    roots: dict[bytes, bytes] = {}

    def bundle(data: bytes, width: int, **place: Any) -> list[bytes]:
        if len(decoded) > 500:
            decoded.clear()
            roots.clear()
        if (data, width) not in decoded:
            decoded[data, width] = decode_bundle(data, width, **place)
        return decoded[data, width]

    def leaf(entry: bytes) -> bytes:
        return leaves.get(entry) or leaves.setdefault(entry, leaf_hash(entry))

    def root(hashes: Sequence[bytes]) -> bytes:
        joined = b"".join(hashes)
        return roots.get(joined) or roots.setdefault(joined, subtree_root(hashes))

    monkeypatch.setattr("holdfast.record.tiles.decode_bundle", bundle)
    monkeypatch.setattr("holdfast.record.check_tree.leaf_hash", leaf)
    monkeypatch.setattr("holdfast.record.check_tree.subtree_root", root)


def with_entries(changed: list[bytes]) -> Callable[[str], bytes]:
    """The public files of the good log with other entries in the bundles where they differ."""
    good, files = good_entries(), {}
    for number in range(-(-len(changed) // 256)):
        part = changed[number * 256 : number * 256 + 256]
        if tuple(part) != good[number * 256 : number * 256 + 256]:
            files[tile_path("entries", number, min(256, SIZE - number * 256))] = encode_bundle(part)

    def fetch(path: str) -> bytes:
        return files[path] if path in files else good_log().fetch(path)

    return fetch


def refused(changed: list[bytes], *, whole: bool) -> str:
    """The code with which the verifier refuses these entries under the good log's signature."""
    log = good_log()
    with pytest.raises(CheckFailedError) as caught:
        if whole:
            verify(with_entries(changed), key=log.verifier_key)
        else:
            check_tree(with_entries(changed), log.checkpoint().head)
    return caught.value.code


@pytest.mark.requirement("4.1")
@STRIDES
def test_a_change_of_any_entry_is_refused_and_named(stride: int) -> None:
    for at in range(0, SIZE, stride):
        entries = list(good_entries())
        entries[at] = entries[at].replace(b'"commitment":"', b'"commitment":"0', 1)
        log = good_log()
        with pytest.raises(CheckFailedError) as caught:
            check_tree(with_entries(entries), log.checkpoint().head)
        assert caught.value.code == "record.entry.changed"
        assert caught.value.place.endswith(f"entry {at}")


@STRIDES
def test_the_removal_of_any_entry_is_refused(stride: int) -> None:
    for at in range(0, SIZE, stride):
        entries = list(good_entries())
        del entries[at]
        assert refused(entries, whole=False) in ("record.entry.changed", "record.tile.damaged")


@STRIDES
def test_any_two_neighbours_exchanged_are_refused(stride: int) -> None:
    for at in range(0, SIZE - 1, stride):
        entries = list(good_entries())
        entries[at], entries[at + 1] = entries[at + 1], entries[at]
        assert refused(entries, whole=False) == "record.entry.changed"


def test_the_command_refuses_them_too_and_not_only_its_tree_check() -> None:
    for at in (0, 255, 256, 5000, SIZE - 1):
        entries = list(good_entries())
        entries[at] = entries[at].replace(b'"kind":"note"', b'"kind":"rules"')
        assert refused(entries, whole=True) == "record.entry.changed"
        del entries[at]
        assert refused(entries, whole=True) in ("record.text.changed", "record.tile.damaged")


@STRIDES
def test_a_log_cut_at_any_entry_is_refused_under_its_signature(stride: int) -> None:
    log = good_log()
    head, read = log.checkpoint().head, TileReader(log.fetch, SIZE)
    for size in range(0, SIZE, stride):
        cut = TreeHead(origin=head.origin, size=size, root=head.root).text()
        note = bytes(Note(text=cut, lines=log.checkpoint().note.lines))
        with pytest.raises(CheckFailedError, match="note.signature"):
            verify(lambda path, note=note: note if path == "checkpoint" else log.fetch(path), key=log.verifier_key)
        assert tree_root(size, read) != head.root


@STRIDES
def test_a_rewind_to_any_size_is_refused_beside_the_kept_checkpoint(stride: int) -> None:
    """The thief has the key: the shorter log is signed, and only who kept a checkpoint can tell."""
    log = good_log()
    head, read = log.checkpoint().head, TileReader(log.fetch, SIZE)
    for size in range(1, SIZE, stride):
        with pytest.raises(CheckFailedError, match="record.proof.consistency"):
            check_consistency(SIZE, head.root, size, tree_root(size, read), [])


@STRIDES
def test_a_fork_at_any_entry_is_refused_beside_the_kept_checkpoint(stride: int) -> None:
    """The thief has the key and signs another history that parts at one entry."""
    log = good_log()
    head, read = log.checkpoint().head, TileReader(log.fetch, SIZE)
    for at in range(0, SIZE - 1, stride):
        old = min(SIZE - 1, at + 1 + at % 300)
        forked = leaf_hash(b"another entry")

        def read_fork(level: int, index: int, at: int = at, forked: bytes = forked) -> bytes:
            if not index << level <= at < (index + 1) << level:
                return read(level, index)
            if level == 0:
                return forked
            return node_hash(read_fork(level - 1, 2 * index), read_fork(level - 1, 2 * index + 1))

        kept_root = tree_root(old, read_fork)
        for proof in (consistency_proof(old, SIZE, read), consistency_proof(old, SIZE, read_fork)):
            with pytest.raises(CheckFailedError, match="record.proof.consistency"):
                check_consistency(old, kept_root, SIZE, head.root, proof)


def test_the_writer_itself_refuses_to_sign_over_changed_tiles() -> None:
    log = memory_log()
    log.append("note", "x")
    log.checkpoint()
    log._disk._files["public/tile/0/000.p/1"] = b"y" * 32
    log.append("note", "z")
    with pytest.raises(CheckFailedError, match="record.tile.changed"):
        log.checkpoint()
