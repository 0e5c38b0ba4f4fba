"""Threat: somebody who guesses a sealed or erased text tests the guess against the log."""

import hashlib
from pathlib import Path

from holdfast.canonical import canonical_bytes
from holdfast.record import create_log

SMALL = ["yes", "no"]


def public_bytes(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in sorted((folder / "public").rglob("*")) if path.is_file())


def test_a_guess_at_a_sealed_or_private_answer_of_two_cannot_be_tested(tmp_path: Path) -> None:
    with create_log(tmp_path / "log", origin="example.org/log") as log:
        log.seal("note", "yes", condition="always")
        log.append("note", "no", public=False)
        log.checkpoint()
    files = public_bytes(tmp_path / "log")
    for guess in SMALL:
        text = canonical_bytes(guess)
        for data in (text, b"\x00" + text, canonical_bytes({"kind": "note", "payload": guess})):
            assert hashlib.sha256(data).hexdigest().encode() not in files
    for kept in (tmp_path / "log" / "private" / "kept").iterdir():
        assert kept.read_bytes().split(b" ")[0] not in files


def test_after_an_erasure_the_salt_is_in_no_file_of_the_log(tmp_path: Path) -> None:
    with create_log(tmp_path / "log", origin="example.org/log") as log:
        log.append("note", "yes")
        log.checkpoint()
        salt = log.prove(0).line.salt.hex().encode()
        assert salt in public_bytes(tmp_path / "log")
        log.erase(0, "asked for")
        log.checkpoint()
    every = b"".join(path.read_bytes() for path in (tmp_path / "log").rglob("*") if path.is_file())
    assert salt not in every
    assert bytes.fromhex(salt.decode()) not in every


def test_two_entries_with_the_same_text_do_not_look_alike(tmp_path: Path) -> None:
    with create_log(tmp_path / "log", origin="example.org/log") as log:
        for _ in range(2):
            log.seal("note", "yes", condition="always")
        log.checkpoint()
        assert log.prove(0).entry.commitment != log.prove(1).entry.commitment
