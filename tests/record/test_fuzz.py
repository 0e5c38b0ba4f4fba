"""Fuzzing of every parser that a stranger can feed: with hypothesis from near-right inputs, and with atheris."""

import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from fuzzing import LOG, PARSERS, survive
from hypothesis import example, given, settings
from hypothesis import strategies as st

from holdfast.crypto.notes import Algorithm, Note, fresh_signer
from holdfast.record import Log, memory_log
from holdfast.record.checkpoint import TreeHead
from holdfast.record.cosign import Request
from holdfast.record.merkle import EMPTY_ROOT, consistency_proof
from holdfast.record.policy import WitnessLine, quorum_of
from holdfast.record.queue import Queued, encode_batch
from holdfast.record.tiles import TileReader


def right_inputs() -> dict[str, list[bytes]]:
    """A right input or two for each parser."""
    with memory_log() as log:
        log.append("note", {"text": "a note with a ü"})
        log.seal("note", "later", until=datetime(2030, 1, 1, tzinfo=UTC))
        log.seal("note", "later", condition="it rains")
        log.append("note", "hidden", public=False)
        log.checkpoint()
        log.erase(0, "asked for")
        log.rotate()
        return _right_inputs(log)


def _right_inputs(log: Log) -> dict[str, list[bytes]]:
    text = TreeHead(origin=LOG.name, size=0, root=EMPTY_ROOT).text()
    note = bytes(Note(text=text, lines=(LOG.sign(text),)))
    proof = tuple(consistency_proof(3, log.size, TileReader(log.fetch, log.size)))
    witness = WitnessLine(name="w", key=fresh_signer("w", Algorithm.COSIGNATURE).key, url="http://w.example")
    entries = [log.prove(index).entry.encode() for index in range(log.size)]
    tile, bundle = log.fetch(f"tile/0/000.p/{log.size}"), log.fetch(f"tile/entries/000.p/{log.size}")
    return {
        "note": [note, log.fetch("checkpoint")],
        "checkpoint": [note],
        "head": [text.encode()],
        "key": [str(LOG.key).encode()],
        "secret": [LOG.secret_text().encode()],
        "tile": [bytes([log.size]) + tile],
        "bundle": [bytes([log.size]) + bundle],
        "texts": [log.fetch("text/000")],
        "entry": entries,
        "proof": [log.prove(2).proof.text().encode()],
        "request": [Request(old_size=3, proof=proof, checkpoint=log.fetch("checkpoint")).encode()],
        "witness": [Request(old_size=0, proof=(), checkpoint=note).encode()],
        "policy": [quorum_of([witness], 1).text().encode(), b"quorum none\n"],
        "seals": [log.fetch("seals")],
        "draft": [b'{"kind": "note", "payload": {"a": [1]}, "seal": {"condition": "x"}}'],
        "queue": [encode_batch(0, [Queued(log.prove(1).entry.text, b"s" * 32, entries[1], b"{}")])],
    }


RIGHT = right_inputs()


def test_every_parser_has_a_right_input_that_it_reads() -> None:
    assert set(RIGHT) == set(PARSERS)
    for name, inputs in RIGHT.items():
        for data in inputs:
            PARSERS[name](data)


@pytest.mark.parametrize("name", list(PARSERS))
def test_any_bytes_are_read_or_refused(name: str) -> None:
    @settings(max_examples=50)
    @given(st.binary(max_size=200))
    @example(b"")
    @example(b"\xff\xfe")
    @example("٣\n".encode())
    def feed(data: bytes) -> None:
        survive(PARSERS[name], data)

    feed()


@pytest.mark.parametrize("name", list(PARSERS))
def test_right_inputs_that_were_cut_changed_or_lengthened_are_read_or_refused(name: str) -> None:
    pieces = st.sampled_from([b"", b"\n", b"\n\n", b" ", b"0", b"\x00", b"\xe2\x80\x94 ", b"{", b'"', b"9" * 30])

    @settings(max_examples=60)
    @given(st.sampled_from(RIGHT[name]), st.data())
    def feed(data: bytes, draw: st.DataObject) -> None:
        at = draw.draw(st.integers(0, len(data)))
        end = draw.draw(st.integers(at, min(len(data), at + 40)))
        piece = draw.draw(pieces | st.binary(max_size=4))
        survive(PARSERS[name], data[:at] + piece + data[end:])

    feed()


def fuzz(name: str, runs: int, folder: Path) -> None:
    for number, data in enumerate(RIGHT[name]):
        (folder / f"seed{number}").write_bytes(data)
    script = Path(__file__).with_name("fuzzing.py")
    command = [
        sys.executable,
        script,
        name,
        f"-runs={runs}",
        "-seed=4",
        "-max_len=2000",
        f"-artifact_prefix={folder}/",
        folder,
    ]
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, check=False, cwd=folder)
    assert done.returncode == 0, done.stdout[-500:] + done.stderr[-3000:]


@pytest.mark.parametrize("name", ["witness", *(pytest.param(name, marks=pytest.mark.long) for name in PARSERS)])
def test_atheris_finds_nothing(name: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    pytest.importorskip("atheris")
    fuzz(name, 20_000 if request.config.getoption("--long") else 1_500, tmp_path)
