"""The log's side of the witness protocol (C2SP tlog-witness): asking for cosignatures.

Also the form of a request, which the log writes and the log witness reads.
"""

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from holdfast.crypto.notes import Note, SignatureLine, VerifierKey, parse_signature_line, signatures_of
from holdfast.errors import HoldfastError, InputRefusedError
from holdfast.record.checkpoint import TreeHead, parse_hash, parse_size
from holdfast.record.merkle import consistency_proof
from holdfast.record.tiles import Fetch, TileReader

PROOF_LIMIT = 63  # hashes of a consistency proof (C2SP tlog-witness: at most 63)
REQUEST_LIMIT_BYTES = 64_000  # bytes of a request; chosen, 63 hashes and a checkpoint are far shorter
SIZE_TYPE = "text/x.tlog.size"
OK, CONFLICT = 200, 409


@dataclass(frozen=True, kw_only=True)
class Request:
    """`add-checkpoint`: the size that the log witness is thought to know, the proof from there, a checkpoint."""

    old_size: int
    proof: tuple[bytes, ...]
    checkpoint: bytes

    def encode(self) -> bytes:
        """The body of the request."""
        lines = [f"old {self.old_size}", *(base64.b64encode(each).decode("ascii") for each in self.proof), "", ""]
        return "\n".join(lines).encode() + self.checkpoint


def parse_request(body: bytes) -> Request:
    """Read a request. Raises InputRefusedError `record.witness.request`."""
    try:
        if len(body) > REQUEST_LIMIT_BYTES:
            raise ValueError("size")
        head, gap, checkpoint = body.partition(b"\n\n")
        first, *proof = head.decode("ascii").split("\n")
        word, _, size = first.partition(" ")
        if not gap or word != "old" or len(proof) > PROOF_LIMIT:
            raise ValueError("lines")
        return Request(
            old_size=parse_size(size), proof=tuple(parse_hash(line) for line in proof), checkpoint=checkpoint
        )
    except ValueError:
        raise InputRefusedError(
            "record.witness.request",
            "this is not a request to cosign",
            expected="`old SIZE`, at most 63 hashes, an empty line, a checkpoint",
            hint="see C2SP tlog-witness, add-checkpoint",
        ) from None


@dataclass(frozen=True, kw_only=True)
class Response:
    """What a log witness answers."""

    status: int
    body: bytes
    content_type: str = "text/plain; charset=utf-8"


class Cosigner(Protocol):
    """A log witness as the log sees it."""

    @property
    def key(self) -> VerifierKey:
        """The key that its cosignatures are checked with."""

    def add_checkpoint(self, body: bytes) -> Response:
        """Hand the request over. Raises ServiceUnavailableError when it does not answer."""


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What came of asking one log witness."""

    name: str
    line: SignatureLine | None = None
    problem: str = ""


def ask_for_cosignatures(
    note: Note, head: TreeHead, old_size: int, cosigners: Sequence[Cosigner], fetch: Fetch
) -> list[Answer]:
    """Ask each log witness to cosign; one that refuses or is silent does not stop the others."""
    read = TileReader(fetch, head.size)
    answers = []
    for cosigner in cosigners:
        try:
            answers.append(_ask(note, head, old_size, cosigner, read))
        except HoldfastError as error:
            answers.append(Answer(name=cosigner.key.name, problem=str(error)))
    return answers


def _ask(note: Note, head: TreeHead, old_size: int, cosigner: Cosigner, read: TileReader) -> Answer:
    name = cosigner.key.name
    for _ in range(2):
        request = Request(
            old_size=old_size, proof=tuple(consistency_proof(old_size, head.size, read)), checkpoint=bytes(note)
        )
        response = cosigner.add_checkpoint(request.encode())
        if response.status != CONFLICT or not response.content_type.startswith(SIZE_TYPE):
            break
        # it remembers another size than we thought: prove from there
        old_size = _known_size(response.body)
        if not 0 <= old_size <= head.size:
            return Answer(name=name, problem=f"it has cosigned {old_size} entries, this log has {head.size}")
    if response.status != OK:
        said = response.body[:200].decode("utf-8", "replace").strip()
        return Answer(name=name, problem=f"it refused with {response.status}: {said}")
    for text in response.body.decode("utf-8", "replace").splitlines():
        line = parse_signature_line(text)
        if signatures_of(Note(text=note.text, lines=(line,)), (cosigner.key,)):
            return Answer(name=name, line=line)
    return Answer(name=name, problem="its answer holds no cosignature by its key")


def _known_size(body: bytes) -> int:
    try:
        return parse_size(body.decode("ascii").removesuffix("\n"))
    except ValueError:
        return -1
