"""Signed notes and cosignatures have the bytes that C2SP says, and a changed one is refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.crypto.notes import (
    Algorithm,
    Note,
    cosigned_message,
    fresh_signer,
    parse_note,
    parse_signer,
    parse_verifier_key,
    signatures_of,
)
from holdfast.errors import CheckFailedError, HoldfastError, InputRefusedError

# from the examples of Go's sumdb/note
GO_SECRET = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"
GO_KEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
GO_TEXT = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
GO_LINE = (
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)
# the verifier key of a log witness that runs on the open network
COSIGNER_KEY = "remora.n621.de+da77ade7+BOvN63jn/bLvkieywe8R6UYAtVtNbZpXh34x7onlmtw2"


def test_go_and_we_sign_the_same_bytes_with_the_same_key() -> None:
    signer = parse_signer(GO_SECRET)
    assert str(signer.key) == GO_KEY
    assert str(signer.sign(GO_TEXT)) == GO_LINE


def test_a_note_signed_by_go_opens() -> None:
    note = parse_note(f"{GO_TEXT}\n{GO_LINE}".encode())
    (signed,) = signatures_of(note, (parse_verifier_key(GO_KEY),))
    assert note.text == GO_TEXT
    assert signed.at_seconds is None


def test_the_key_of_a_cosigner_on_the_open_network_reads() -> None:
    key = parse_verifier_key(COSIGNER_KEY)
    assert (key.name, key.algorithm, str(key)) == ("remora.n621.de", Algorithm.COSIGNATURE, COSIGNER_KEY)


def test_a_cosignature_signs_the_message_of_the_c2sp_text() -> None:
    text = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"
    assert cosigned_message(text, 1679315147) == b"cosignature/v1\ntime 1679315147\n" + text.encode()


def test_the_example_checkpoint_of_the_c2sp_text_reads_with_its_time() -> None:
    note = parse_note(
        "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n"
        "— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+"
        "zyWE+xeMcTOAYQ8=\n"
        "— witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5"
        "nNo0xUe+mbIUBkBIfZ+qnA==\n".encode()
    )
    assert [line.key_id.hex() for line in note.lines] == ["033de0ae", "8d66cf3f"]
    assert int.from_bytes(note.lines[1].signature[:8], "big") == 1679315147
    assert bytes(note).decode().count("— ") == 2


def test_a_cosignature_checks_and_tells_its_time() -> None:
    witness = fresh_signer("witness.example/w1", Algorithm.COSIGNATURE)
    line = witness.sign("log\n1\nroot\n", at_seconds=1_700_000_000)
    (signed,) = signatures_of(Note(text="log\n1\nroot\n", lines=(line,)), (witness.key,))
    assert signed.at_seconds == 1_700_000_000


def test_a_key_file_reads_back_and_never_shows_itself() -> None:
    signer = fresh_signer("example.org/log")
    again = parse_signer(signer.secret_text())
    assert again.key == signer.key
    assert signer.secret.seed.hex() not in repr(signer)


@pytest.mark.parametrize("algorithm", list(Algorithm))
def test_every_changed_bit_of_a_signed_note_is_refused(algorithm: Algorithm) -> None:
    signer = fresh_signer("a", algorithm)
    text = "a\n1\nx\n"
    at = 1_700_000_000 if algorithm is Algorithm.COSIGNATURE else None
    data = bytes(Note(text=text, lines=(signer.sign(text, at_seconds=at),)))
    for bit in range(len(data) * 8):
        changed = bytearray(data)
        changed[bit // 8] ^= 1 << bit % 8
        try:
            signed = signatures_of(parse_note(bytes(changed)), (signer.key,))
        except HoldfastError:
            continue
        assert not signed, f"bit {bit} was changed and the signature still counted"


def test_a_signature_by_an_unknown_key_is_passed_over() -> None:
    known, stranger = fresh_signer("a"), fresh_signer("a")
    note = Note(text="x\n", lines=(stranger.sign("x\n"), known.sign("x\n")))
    assert [signed.key for signed in signatures_of(note, (known.key,))] == [known.key]


def test_a_wrong_signature_by_a_known_key_is_an_error() -> None:
    known = fresh_signer("a")
    note = Note(text="x\n", lines=(known.sign("y\n"),))
    with pytest.raises(CheckFailedError, match="note.signature"):
        signatures_of(note, (known.key,))


def test_one_key_counts_once_however_often_it_signs() -> None:
    signer = fresh_signer("w", Algorithm.COSIGNATURE)
    note = Note(text="x\n", lines=tuple(signer.sign("x\n", at_seconds=at) for at in (1, 2, 3)))
    assert len(signatures_of(note, (signer.key,))) == 1


@pytest.mark.parametrize("name", ["", "a b", "a+b", "a\u00a0b", "a\nb", "a\u202eb"])
def test_a_name_that_a_key_may_not_have_is_refused(name: str) -> None:
    with pytest.raises(InputRefusedError):
        fresh_signer(name)


@pytest.mark.parametrize(
    "text",
    ["", "a", "a+b", GO_KEY[:-1], GO_KEY.replace("c74f", "c74e"), GO_KEY.replace("Peter", "Pieter"), GO_KEY + "x"],
)
def test_a_verifier_key_that_was_cut_or_changed_is_refused_with_the_next_step(text: str) -> None:
    with pytest.raises(InputRefusedError, match="note.key") as caught:
        parse_verifier_key(text)
    assert "copy the whole line" in str(caught.value)


@given(st.binary(max_size=300))
def test_any_bytes_are_read_as_a_note_or_refused(data: bytes) -> None:
    try:
        note = parse_note(data)
    except InputRefusedError:
        return
    assert bytes(note) == data
