"""Running a log witness for a sister community, and asking those of one's own log."""

from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from holdfast.clock import Clock, system_clock
from holdfast.crypto.notes import Algorithm, VerifierKey, fresh_signer, parse_signer
from holdfast.errors import ServiceUnavailableError
from holdfast.record.cosign import REQUEST_LIMIT_BYTES, Cosigner, Response
from holdfast.record.disk import FolderDisk
from holdfast.record.folder import open_log
from holdfast.record.log import Log
from holdfast.record.policy import Policy
from holdfast.record.witness import Witness
from holdfast.workflows.log.client import HttpFetch

_KEY_FILE = "witness.key"
_VERIFIER_KEY_FILE = "witness.vkey"


def open_witness(
    folder: Path, logs: tuple[VerifierKey, ...], *, name: str = "", clock: Clock = system_clock
) -> Witness:
    """The log witness whose key and memory lie in a folder; made at first use, under `name`.

    Raises InputRefusedError for a name that no key can have or a damaged key file.
    """
    disk = FolderDisk(folder)
    if not disk.exists(_KEY_FILE):
        signer = fresh_signer(name or f"log-witness/{folder.resolve().name}", Algorithm.COSIGNATURE)
        disk.write({_KEY_FILE: signer.secret_text().encode()}, private=True)
        disk.write({_VERIFIER_KEY_FILE: f"{signer.key}\n".encode()})
    signer = parse_signer(disk.read(_KEY_FILE).decode("ascii", "replace"))
    return Witness(disk, signer, logs, clock=clock)


def serve_witness(witness: Witness, *, host: str = "127.0.0.1", port: int = 0) -> ThreadingHTTPServer:
    """A server that answers `POST /add-checkpoint` (C2SP tlog-witness). Run it with `serve_forever`."""

    class Handler(_WitnessHandler):
        pass

    Handler.witness = witness
    try:
        return ThreadingHTTPServer((host, port), Handler)
    except OSError as reason:
        raise ServiceUnavailableError(
            "record.serve",
            "cannot listen there",
            got=reason.strerror or "",
            place=f"{host}:{port}",
            hint="end the other program that listens there, or choose another port; 0 takes a free one",
        ) from None


class _WitnessHandler(BaseHTTPRequestHandler):
    witness: Witness
    protocol_version = "HTTP/1.1"
    server_version = "holdfast"
    sys_version = ""
    timeout = 30

    def log_message(self, *said: object) -> None:
        """Say nothing."""

    def do_POST(self) -> None:
        size = self.headers.get("Content-Length", "")
        if not size.isdecimal() or int(size) > REQUEST_LIMIT_BYTES:
            self.close_connection = True
            self._send(Response(status=413, body=b"the request is too large\n"))
            return
        body = self.rfile.read(int(size))
        if self.path != "/add-checkpoint":
            self._send(Response(status=404, body=b"POST /add-checkpoint\n"))
            return
        try:
            self._send(self.witness.add_checkpoint(body))
        except ServiceUnavailableError as error:
            # what could not be kept must not be cosigned
            self._send(Response(status=503, body=f"{error}\n".encode()))

    def _send(self, response: Response) -> None:
        self.send_response(response.status)
        self.send_header("Content-Type", response.content_type)
        self.send_header("Content-Length", str(len(response.body)))
        self.end_headers()
        self.wfile.write(response.body)


class HttpCosigner:
    """A log witness behind an address."""

    def __init__(self, url: str, key: VerifierKey) -> None:
        self._key, self._fetch = key, HttpFetch(url)

    @property
    def key(self) -> VerifierKey:
        """The key that its cosignatures are checked with."""
        return self._key

    def add_checkpoint(self, body: bytes) -> Response:
        """Hand the request over. Raises ServiceUnavailableError."""
        status, kind, data = self._fetch.request("POST", "add-checkpoint", body)
        self._fetch.close()
        return Response(status=status, content_type=kind, body=data)


def cosigners_of(policy: Policy) -> list[Cosigner]:
    """The log witnesses that a policy gives an address for."""
    return [HttpCosigner(each.url, each.key) for each in policy.witnesses.values() if each.url]


def open_public_log(folder: Path | str, *, clock: Clock = system_clock) -> Log:
    """The one door to a log that is published: each of its checkpoints asks the policy's witnesses.

    Raises UsageError `record.busy` when somebody else writes into it.
    """
    return open_log(folder, clock=clock, witnesses=cosigners_of)
