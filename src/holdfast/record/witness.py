"""A log witness: keeps the last checkpoint that it cosigned of each log, and cosigns what extends it.

It never cosigns two trees of one log of which neither is the beginning of the other, and never goes back.
"""

import hashlib
from datetime import UTC
from threading import Lock

from holdfast.clock import Clock, system_clock
from holdfast.crypto.notes import (
    Algorithm,
    Note,
    SignatureLine,
    Signer,
    VerifierKey,
    parse_note,
    signatures_of,
)
from holdfast.errors import CheckFailedError, HoldfastError, UsageError
from holdfast.record.checkpoint import TreeHead, open_checkpoint, parse_head
from holdfast.record.cosign import CONFLICT, OK, SIZE_TYPE, Request, Response, parse_request
from holdfast.record.disk import Disk
from holdfast.record.merkle import EMPTY_ROOT, check_consistency, consistency_proof
from holdfast.record.tiles import CHECKPOINT_PATH, Fetch, TileReader

_BAD, _FORBIDDEN, _UNKNOWN, _WRONG_PROOF, _NOT_NOW = 400, 403, 404, 422, 503
_EVIDENCE_LIMIT = 100  # refused requests that are kept; chosen, so that nobody fills the disk


def state_path(origin: str) -> str:
    """Where the last cosigned checkpoint of a log lies."""
    return f"seen/{hashlib.sha256(origin.encode()).hexdigest()}"


class Witness:
    """One log witness, in one process; `add_checkpoint` may be called from many threads."""

    def __init__(
        self, disk: Disk, signer: Signer, logs: tuple[VerifierKey, ...], *, clock: Clock = system_clock
    ) -> None:
        """Of the logs with these keys. Raises UsageError `record.witness.key` for a signer of another make."""
        if signer.algorithm is not Algorithm.COSIGNATURE:
            raise UsageError("record.witness.key", "a log witness signs with a key of its own make (type 04)")
        self._disk, self._signer, self._logs, self._clock = disk, signer, logs, clock
        self._one_at_a_time = Lock()

    @property
    def key(self) -> VerifierKey:
        """What others check its cosignatures with."""
        return self._signer.key

    def last(self, origin: str) -> tuple[TreeHead, int] | None:
        """The tree that it cosigned last, and when (seconds since 1970); None for a log that it has not seen."""
        path = state_path(origin)
        if not self._disk.exists(path):
            return None
        note = parse_note(self._disk.read(path))
        (own,) = signatures_of(note, (self.key,))
        return parse_head(note.text), own.at_seconds or 0

    def add_checkpoint(self, body: bytes) -> Response:
        """Answer one request as C2SP tlog-witness says, checks in its order."""
        try:
            request = parse_request(body)
            head = parse_head(parse_note(request.checkpoint).text)
        except HoldfastError as error:
            return _answer(_BAD, str(error))
        keys = [key for key in self._logs if key.name == head.origin]
        if not keys:
            return _answer(_UNKNOWN, "this log is not known here")
        if not any(_is_signed(request.checkpoint, key) for key in keys):
            return _answer(_FORBIDDEN, "no signature by a key that is trusted for this log")
        if request.old_size > head.size:
            return _answer(_BAD, "the old size is larger than the checkpoint's")
        with self._one_at_a_time:
            return self._extend(request, head)

    def _extend(self, request: Request, head: TreeHead) -> Response:
        last = self.last(head.origin)
        known, since = last or (TreeHead(origin=head.origin, size=0, root=EMPTY_ROOT), 0)
        if request.old_size != known.size:
            return Response(status=CONFLICT, body=f"{known.size}\n".encode(), content_type=SIZE_TYPE)
        if head.size == known.size and head.root != known.root and last is not None:
            self._keep_evidence(request.checkpoint)
            return _answer(CONFLICT, "another tree of the same size was cosigned before: this is a fork")
        try:
            check_consistency(known.size, known.root, head.size, head.root, request.proof)
        except CheckFailedError as error:
            self._keep_evidence(request.checkpoint)
            return _answer(_WRONG_PROOF, str(error))
        now = int(self._clock().astimezone(UTC).timestamp())
        if now < since:
            return _answer(_NOT_NOW, "this log witness's clock was set back; it cosigns again when it is right")
        note = parse_note(request.checkpoint)
        line = self._signer.sign(note.text, at_seconds=now)
        # kept before it is given away, or a crash could let it cosign another tree
        logs = tuple(each for each in note.lines if each.name == head.origin)
        self._disk.write({state_path(head.origin): bytes(Note(text=note.text, lines=(*logs, line)))})
        return Response(status=OK, body=str(line).encode())

    def _keep_evidence(self, checkpoint: bytes) -> None:
        """Keep a signed checkpoint that does not fit what was seen: it proves that the log misbehaved."""
        name = hashlib.sha256(checkpoint).hexdigest()
        if len(self._disk.names("refused")) < _EVIDENCE_LIMIT:
            self._disk.write({f"refused/{name}": checkpoint})

    def look(self, fetch: Fetch, key: VerifierKey) -> SignatureLine:
        """Read a log's published checkpoint, check it against the last one, cosign it; gives the cosignature.

        Raises CheckFailedError `record.witness.rewound` when the log is shorter than it was,
        `record.witness.fork` when it is another one, and what reading and checking its files raises.
        """
        data = fetch(CHECKPOINT_PATH)
        head = open_checkpoint(data, key).head
        last = self.last(head.origin)
        known = last[0] if last else TreeHead(origin=head.origin, size=0, root=EMPTY_ROOT)
        if head.size < known.size:
            self._keep_evidence(data)
            raise CheckFailedError(
                "record.witness.rewound",
                "the log is shorter than it was",
                expected=f"{known.size} entries or more",
                got=str(head.size),
                hint="ask the log's keepers; an honest log never shrinks",
            )
        proof = tuple(consistency_proof(known.size, head.size, TileReader(fetch, head.size)))
        response = self.add_checkpoint(Request(old_size=known.size, proof=proof, checkpoint=data).encode())
        if response.status != OK:
            raise CheckFailedError(
                "record.witness.fork" if response.status in (CONFLICT, _WRONG_PROOF) else "record.witness.refused",
                "the log is not a continuation of what this log witness has seen",
                expected=f"the first {known.size} entries unchanged",
                got=response.body.decode("utf-8", "replace").strip()[:200],
                hint="both signed checkpoints are kept beside this log witness: show them to others",
            )
        return parse_note(data + response.body).lines[-1]


def _answer(status: int, text: str) -> Response:
    return Response(status=status, body=f"{text}\n".encode())


def _is_signed(checkpoint: bytes, key: VerifierKey) -> bool:
    try:
        open_checkpoint(checkpoint, key)
    except HoldfastError:
        return False
    return True
