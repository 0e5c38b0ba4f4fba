"""The Merkle tree of RFC 6962: hashes, roots and proofs.

D[n] is the list of n entries; a node (level, index) covers entries index * 2^level up to the next. Proofs are
checked by RFC 9162, 2.1.3.2 (inclusion) and 2.1.4.2 (consistency). A wrong proof raises, never returns.
"""

import hashlib
from collections.abc import Callable, Iterable, Sequence

from holdfast.errors import CheckFailedError

HASH_BYTES = 32  # bytes; SHA-256 (RFC 6962)
EMPTY_ROOT = hashlib.sha256(b"").digest()

NodeReader = Callable[[int, int], bytes]
"""`read(level, index)` gives the hash of a complete node."""


def leaf_hash(entry: bytes) -> bytes:
    """SHA-256(0x00, entry)."""
    return hashlib.sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """SHA-256(0x01, left, right)."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def halved(hashes: Sequence[bytes]) -> list[bytes]:
    """The level above an even number of complete nodes. The hot loop of writing and verifying."""
    sha256 = hashlib.sha256
    return [sha256(b"\x01" + left + right).digest() for left, right in zip(hashes[::2], hashes[1::2], strict=True)]


def subtree_root(hashes: Sequence[bytes]) -> bytes:
    """The root over any number of hashes; of none, SHA-256 of nothing."""
    if not hashes:
        return EMPTY_ROOT
    carried: bytes | None = None
    row = list(hashes)
    while len(row) > 1 or carried is not None:
        if len(row) % 2:
            last = row.pop()
            carried = last if carried is None else node_hash(last, carried)
        row = halved(row)
        if not row:
            assert carried is not None
            return carried
    return row[0]


def _parts(start: int, end: int) -> list[tuple[int, int]]:
    """The complete nodes that cover entries [start, end), left to right; `start` begins a subtree of RFC 6962."""
    parts = []
    while start < end:
        level = (end - start).bit_length() - 1
        if start:
            level = min(level, (start & -start).bit_length() - 1)
        parts.append((level, start >> level))
        start += 1 << level
    return parts


def _range_root(start: int, end: int, read: NodeReader) -> bytes:
    """MTH(D[start:end]) for a range that RFC 6962's recursion visits."""
    nodes = [read(level, index) for level, index in _parts(start, end)]
    root = nodes.pop()
    while nodes:
        root = node_hash(nodes.pop(), root)
    return root


def tree_root(size: int, read: NodeReader) -> bytes:
    """The root of the first `size` entries; 0 entries have SHA-256 of nothing."""
    return _range_root(0, size, read) if size else EMPTY_ROOT


def _split(size: int) -> int:
    """The largest power of two below `size` (size >= 2)."""
    return 1 << ((size - 1).bit_length() - 1)


def inclusion_proof(index: int, size: int, read: NodeReader) -> list[bytes]:
    """PATH(index, D[size]) of RFC 6962, 2.1.1, leaf's sibling first; 0 <= index < size."""
    start, end, proof = 0, size, []
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            proof.append(_range_root(middle, end, read))
            end = middle
        else:
            proof.append(_range_root(start, middle, read))
            start = middle
    return proof[::-1]


def consistency_proof(old: int, size: int, read: NodeReader) -> list[bytes]:
    """PROOF(old, D[size]) of RFC 6962, 2.1.2; empty when old is 0 or size. 0 <= old <= size."""
    if old in (0, size):
        return []
    start, end, proof = 0, size, []
    while end != old:
        middle = start + _split(end - start)
        if old <= middle:
            proof.append(_range_root(middle, end, read))
            end = middle
        else:
            proof.append(_range_root(start, middle, read))
            start = middle
    if start:
        proof.append(_range_root(start, end, read))
    return proof[::-1]


def _wrong(kind: str, got: str) -> CheckFailedError:
    return CheckFailedError(
        f"record.proof.{kind}",
        f"the {kind} proof is wrong",
        got=got,
        hint="fetch proof and checkpoint again; if they stay wrong, keep both and show them to the log's witnesses",
    )


def check_inclusion(leaf: bytes, proof: Sequence[bytes], *, index: int, size: int, root: bytes) -> None:
    """Return when the proof shows that entry `index` of the tree (size, root) has this leaf hash.

    Raises CheckFailedError `record.proof.inclusion` else, also for an index outside the tree and for a proof
    with parts missing or left over. RFC 9162, 2.1.3.2.
    """
    if not 0 <= index < size:
        raise _wrong("inclusion", f"index {index} in a log of {size} entries")
    fn, sn, r = index, size - 1, leaf
    for p in proof:
        if sn == 0:
            raise _wrong("inclusion", "parts left over")
        if fn & 1 or fn == sn:
            r = node_hash(p, r)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            r = node_hash(r, p)
        fn, sn = fn >> 1, sn >> 1
    if sn:
        raise _wrong("inclusion", "parts missing")
    if r != root:
        raise _wrong("inclusion", "another root")


def check_consistency(old: int, old_root: bytes, new: int, new_root: bytes, proof: Iterable[bytes]) -> None:
    """Return when the tree (old, old_root) is the beginning of the tree (new, new_root).

    Raises CheckFailedError `record.proof.consistency` else. RFC 9162, 2.1.4.2; from 0 entries everything grows,
    and the proof must be empty.
    """
    parts = list(proof)
    if not 0 <= old <= new:
        raise _wrong("consistency", f"from {old} to {new} entries")
    if old in (0, new):
        same = old_root == (EMPTY_ROOT if old == 0 else new_root)
        if parts or not same or (new == 0 and new_root != EMPTY_ROOT):
            raise _wrong("consistency", "parts left over" if parts else "another root at the same size")
        return
    if not parts:
        raise _wrong("consistency", "an empty proof between different sizes")
    if old & (old - 1) == 0:
        parts.insert(0, old_root)
    fn, sn = old - 1, new - 1
    while fn & 1:
        fn, sn = fn >> 1, sn >> 1
    fr = sr = parts[0]
    for c in parts[1:]:
        if sn == 0:
            raise _wrong("consistency", "parts left over")
        if fn & 1 or fn == sn:
            fr, sr = node_hash(c, fr), node_hash(c, sr)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            sr = node_hash(sr, c)
        fn, sn = fn >> 1, sn >> 1
    if sn:
        raise _wrong("consistency", "parts missing")
    if (fr, sr) != (old_root, new_root):
        raise _wrong("consistency", "another root")
