"""The tree is RFC 6962's, its proofs check, and a wrong one never does."""

import hashlib
import random
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.errors import CheckFailedError
from holdfast.record.merkle import (
    EMPTY_ROOT,
    check_consistency,
    check_inclusion,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    node_hash,
    subtree_root,
    tree_root,
)

LARGEST = 2000
LEAVES = [leaf_hash(b"entry %d" % number) for number in range(LARGEST)]


@cache
def by_definition(start: int, end: int) -> bytes:
    """MTH(D[start:end]), written down from RFC 6962, 2.1."""
    if start == end:
        return hashlib.sha256(b"").digest()
    if end - start == 1:
        return LEAVES[start]
    half = 1
    while half * 2 < end - start:
        half *= 2
    return node_hash(by_definition(start, start + half), by_definition(start + half, end))


@cache
def read(level: int, index: int) -> bytes:
    return by_definition(index << level, (index + 1) << level)


def test_leaf_and_node_are_hashed_with_their_own_first_byte() -> None:
    assert leaf_hash(b"").hex() == "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"
    assert node_hash(b"a" * 32, b"b" * 32) == hashlib.sha256(b"\x01" + b"a" * 32 + b"b" * 32).digest()


def test_the_empty_tree_has_the_hash_of_nothing() -> None:
    assert tree_root(0, read).hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


def test_the_root_of_every_size_is_the_plain_definition() -> None:
    for size in range(LARGEST + 1):
        assert tree_root(size, read) == by_definition(0, size)
        if size < 300:
            assert subtree_root(LEAVES[:size]) == by_definition(0, size)


def test_inclusion_proofs_of_every_size_check() -> None:
    choose = random.Random(4)
    for size in range(1, LARGEST + 1):
        for index in {0, size // 2, size - 1, choose.randrange(size)}:
            proof = inclusion_proof(index, size, read)
            check_inclusion(LEAVES[index], proof, index=index, size=size, root=by_definition(0, size))


def test_consistency_proofs_of_every_size_check() -> None:
    choose = random.Random(5)
    for size in range(LARGEST + 1):
        for old in {0, size // 2, max(size - 1, 0), size, choose.randint(0, size)}:
            proof = consistency_proof(old, size, read)
            check_consistency(old, by_definition(0, old), size, by_definition(0, size), proof)


@pytest.mark.long
def test_every_proof_of_every_pair_of_sizes_checks() -> None:
    for size in range(1, LARGEST + 1):
        root = by_definition(0, size)
        for index in range(size):
            check_inclusion(LEAVES[index], inclusion_proof(index, size, read), index=index, size=size, root=root)
            check_consistency(index, by_definition(0, index), size, root, consistency_proof(index, size, read))


def wrong_inclusions(index: int, size: int, proof: list[bytes]) -> list[tuple[bytes, list[bytes], int, int, bytes]]:
    """Every kind of wrong claim near a right one: (leaf, proof, index, size, root)."""
    leaf, root = LEAVES[index], by_definition(0, size)
    other = leaf_hash(b"other")
    wrong = [
        (other, proof, index, size, root),
        (leaf, proof, index, size, other),
        (leaf, [*proof, other], index, size, root),
    ]
    wrong += [(leaf, proof, at, size, root) for at in (index - 1, index + 1, -1, size, index ^ 2) if at != index]
    wrong += [(leaf, proof[:at] + proof[at + 1 :], index, size, root) for at in range(len(proof))]
    wrong += [(leaf, [*proof[:at], other, *proof[at + 1 :]], index, size, root) for at in range(len(proof))]
    if len(set(proof)) > 1:
        wrong.append((leaf, proof[::-1], index, size, root))
    return wrong


@given(st.data())
def test_a_wrong_inclusion_proof_of_any_kind_is_refused(data: st.DataObject) -> None:
    size = data.draw(st.integers(1, LARGEST))
    index = data.draw(st.integers(0, size - 1))
    for leaf, proof, at, of, root in wrong_inclusions(index, size, inclusion_proof(index, size, read)):
        with pytest.raises(CheckFailedError) as caught:
            check_inclusion(leaf, proof, index=at, size=of, root=root)
        assert caught.value.code == "record.proof.inclusion"


@given(st.data())
def test_a_wrong_consistency_proof_of_any_kind_is_refused(data: st.DataObject) -> None:
    size = data.draw(st.integers(1, LARGEST))
    old = data.draw(st.integers(0, size))
    proof, other = consistency_proof(old, size, read), leaf_hash(b"other")
    old_root, root = by_definition(0, old), by_definition(0, size)
    wrong = [
        (old, other, size, root, proof),
        (size + 1, old_root, size, root, proof),
        (-1, old_root, size, root, proof),
    ]
    wrong.append((old, old_root, size, root, [*proof, other]))
    if old:
        wrong.append((old, old_root, size, other, proof))
    wrong += [(old, old_root, size, root, proof[:at] + proof[at + 1 :]) for at in range(len(proof))]
    wrong += [(old, old_root, size, root, [*proof[:at], other, *proof[at + 1 :]]) for at in range(len(proof))]
    for before, before_root, now, now_root, parts in wrong:
        with pytest.raises(CheckFailedError) as caught:
            check_consistency(before, before_root, now, now_root, parts)
        assert caught.value.code == "record.proof.consistency"


def test_no_tree_grows_out_of_a_wrong_empty_one() -> None:
    with pytest.raises(CheckFailedError, match="record.proof.consistency"):
        check_consistency(0, LEAVES[0], 5, by_definition(0, 5), [])
    with pytest.raises(CheckFailedError, match="record.proof.consistency"):
        check_consistency(0, EMPTY_ROOT, 0, LEAVES[0], [])
