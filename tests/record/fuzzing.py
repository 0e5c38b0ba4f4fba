"""The parsers that a stranger can feed, for hypothesis and for atheris: any bytes are read, or refused by name.

Run alone it fuzzes one of them with atheris: `python fuzzing.py NAME -runs=20000`.
"""

import sys
from collections.abc import Callable

from holdfast.clock import fixed_clock, parse_at
from holdfast.crypto.ed25519 import Secret
from holdfast.crypto.notes import Algorithm, Signer, parse_note, parse_signer, parse_verifier_key
from holdfast.errors import HoldfastError
from holdfast.record.checkpoint import open_checkpoint, parse_head
from holdfast.record.cosign import parse_request
from holdfast.record.disk import MemoryDisk
from holdfast.record.entry import parse_entry
from holdfast.record.lines import parse_draft
from holdfast.record.policy import parse_policy
from holdfast.record.proof import parse_proof
from holdfast.record.queue import Queue
from holdfast.record.seals import parse_seals
from holdfast.record.texts import encode_texts, parse_texts
from holdfast.record.tiles import decode_bundle, decode_tile, encode_bundle
from holdfast.record.witness import Witness

LOG = Signer(name="example.org/log", algorithm=Algorithm.NOTE, secret=Secret(b"1" * 32))
_WITNESS = Signer(name="witness.example", algorithm=Algorithm.COSIGNATURE, secret=Secret(b"2" * 32))
_CLOCK = fixed_clock(parse_at("2026-11-01T12:00:00Z"))


def note(data: bytes) -> None:
    assert bytes(parse_note(data)) == data


def checkpoint(data: bytes) -> None:
    open_checkpoint(data, LOG.key)


def head(data: bytes) -> None:
    text = data.decode("utf-8", "replace")
    read = parse_head(text)
    assert text.startswith(read.text())


def key(data: bytes) -> None:
    text = data.decode("utf-8", "replace")
    assert str(parse_verifier_key(text)) == text.strip()


def secret(data: bytes) -> None:
    parse_signer(data.decode("ascii", "replace"))


def tile(data: bytes) -> None:
    assert b"".join(decode_tile(data[1:], data[0] if data else 1)) == data[1:]


def bundle(data: bytes) -> None:
    assert encode_bundle(decode_bundle(data[1:], data[0] if data else 1)) == data[1:]


def texts(data: bytes) -> None:
    assert encode_texts(parse_texts(data, 0)) == data


def entry(data: bytes) -> None:
    assert parse_entry(data).encode() == data


def proof(data: bytes) -> None:
    read = parse_proof(data)
    assert parse_proof(read.text().encode()) == read


def request(data: bytes) -> None:
    read = parse_request(data)
    assert parse_request(read.encode()) == read


def witness(data: bytes) -> None:
    response = Witness(MemoryDisk(), _WITNESS, (LOG.key,), clock=_CLOCK).add_checkpoint(data)
    assert response.status in (200, 400, 403, 404, 409, 422)


def policy(data: bytes) -> None:
    read = parse_policy(data)
    assert parse_policy(read.text().encode()) == read


def seals(data: bytes) -> None:
    parse_seals(data)


def draft(data: bytes) -> None:
    parse_draft(data, place="line 1")


def queue(data: bytes) -> None:
    disk = MemoryDisk()
    disk.append("private/queue/0", data)
    list(Queue(disk, 0).waiting(0))


PARSERS: dict[str, Callable[[bytes], None]] = {
    each.__name__: each
    for each in (
        note, checkpoint, head, key, secret, tile, bundle, texts, entry, proof, request, witness, policy, seals,
        draft, queue,
    )
}  # fmt: skip


def survive(parser: Callable[[bytes], None], data: bytes) -> None:
    """Feed it; our own refusals are what should happen, anything else is a find."""
    try:
        parser(data)
    except HoldfastError:
        return


if __name__ == "__main__":
    import atheris

    for name in [name for name in sys.modules if name.startswith("holdfast")]:
        del sys.modules[name]  # so that they are loaded again, instrumented
    with atheris.instrument_imports(include=["holdfast"]):
        import fuzzing

    chosen = fuzzing.PARSERS[sys.argv.pop(1)]
    atheris.Setup(sys.argv, lambda data: fuzzing.survive(chosen, data))
    atheris.Fuzz()
