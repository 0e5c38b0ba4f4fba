"""Reading a log that lies somewhere else, serving one, and writing into one that another process holds."""

import http.client
import json
import secrets
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Lock, local
from types import TracebackType
from typing import Any
from urllib.parse import urlsplit

from holdfast.canonical import canonical_bytes, parse_json
from holdfast.clock import Clock, system_clock
from holdfast.crypto.notes import VerifierKey, parse_verifier_key
from holdfast.errors import (
    CheckFailedError,
    ExitCode,
    HoldfastError,
    InputRefusedError,
    ServiceUnavailableError,
    UsageError,
)
from holdfast.record.checkpoint import Checkpoint, open_checkpoint
from holdfast.record.cosign import Cosigner
from holdfast.record.disk import FolderDisk, missing
from holdfast.record.drafts import draft_line, read_drafts
from holdfast.record.log import Draft, Log, Receipt
from holdfast.record.proof import Proved, prove
from holdfast.record.tiles import CHECKPOINT_PATH, VERIFIER_KEY_PATH, Fetch

TOKEN_FILE = "private/token"
_FILE_LIMIT_BYTES = 32 * 2**20
_BODY_LIMIT_BYTES = 64 * 2**20
_TIMEOUT_SECONDS = 30
_TYPES = {".html": "text/html; charset=utf-8", ".css": "text/css", ".js": "text/javascript"}
POLICY_HEADER = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; base-uri 'none'"
_ERRORS = {
    each.exit_code: each for each in (UsageError, InputRefusedError, ServiceUnavailableError, CheckFailedError)
}


@contextmanager
def public_files(place: str) -> Iterator[Fetch]:
    """The public files of a log, by its folder (or the `public` in it) or its http(s) address.

    Raises UsageError `record.place` when there is no such folder and it is no address.
    """
    if place.startswith(("http://", "https://")):
        fetch = HttpFetch(place)
        try:
            yield fetch
        finally:
            fetch.close()
        return
    folder = Path(place)
    if (folder / "public").is_dir():
        folder = folder / "public"
    if not folder.is_dir():
        raise UsageError(
            "record.place",
            "there is no log at this place",
            expected="a folder, or an address with http:// or https://",
            got=place[:200],
        )
    yield FolderDisk(folder).read


def _unavailable(address: str, reason: Exception | str) -> ServiceUnavailableError:
    return ServiceUnavailableError(
        "record.fetch.unavailable",
        "the log's server does not answer as it should",
        got=str(reason)[:200] or type(reason).__name__,
        place=address,
        hint="try again later, or ask the log's keepers",
    )


class HttpFetch:
    """Files below an address, over one kept connection for each thread."""

    def __init__(self, address: str) -> None:
        parts = urlsplit(address.rstrip("/"))
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise UsageError("record.place", "this is not an address", got=address[:200])
        make = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        host, number = parts.hostname, parts.port
        self._address, self._path = address.rstrip("/"), parts.path

        def connect() -> http.client.HTTPConnection:
            return make(host, number, timeout=_TIMEOUT_SECONDS)

        self._connect = connect
        self._kept = local()

    def __call__(self, path: str) -> bytes:
        """The file. Raises CheckFailedError `record.fetch.missing`, ServiceUnavailableError
        `record.fetch.unavailable`."""
        status, _, data = self.request("GET", path)
        if status in (404, 410):
            raise missing(f"{self._address}/{path}")
        if status != http.client.OK:
            raise _unavailable(f"{self._address}/{path}", f"status {status}")
        return data

    def request(
        self, method: str, path: str, body: bytes | None = None, headers: dict[str, str] | None = None
    ) -> tuple[int, str, bytes]:
        """(status, content type, body) of one request; a kept connection that was closed is opened once more."""
        for attempt in range(2):
            kept: http.client.HTTPConnection | None = getattr(self._kept, "connection", None)
            connection = kept or self._connect()
            self._kept.connection = connection
            try:
                connection.request(method, f"{self._path}/{path}", body=body, headers=headers or {})
                response = connection.getresponse()
                data = response.read(_FILE_LIMIT_BYTES + 1)
                if len(data) > _FILE_LIMIT_BYTES:
                    raise _unavailable(f"{self._address}/{path}", "a file larger than any of a log")
                return response.status, response.getheader("Content-Type", ""), data
            except (OSError, http.client.HTTPException) as reason:
                self.close()
                # only a request that asks may be sent twice
                if attempt or kept is None or method != "GET":
                    raise _unavailable(f"{self._address}/{path}", reason) from None
        raise AssertionError("unreachable")

    def close(self) -> None:
        """Close this thread's connection."""
        kept = getattr(self._kept, "connection", None)
        if kept is not None:
            kept.close()
            self._kept.connection = None


# serving


def token_of(folder: Path) -> str:
    """The word that lets another process write through the server of this log; made at first use, mode 0600."""
    disk = FolderDisk(folder)
    if not disk.exists(TOKEN_FILE):
        disk.write({TOKEN_FILE: secrets.token_urlsafe(32).encode()}, private=True)
    return disk.read(TOKEN_FILE).decode("ascii")


def serve_log(
    folder: Path,
    *,
    host: str = "127.0.0.1",
    port: int = 0,
    writer: Log | None = None,
    cosigners: Callable[[Log], list[Cosigner]] = lambda _log: [],
) -> ThreadingHTTPServer:
    """A server of the public files of a log; with `writer` it also takes entries from who has the token.

    Run it with `serve_forever`; port 0 takes a free one, see `server_address`.
    """
    public = (folder / "public").resolve()
    if not public.is_dir():
        raise UsageError("record.place", "there is no log at this place", got=str(folder))
    desk = None if writer is None else _Desk(writer, token_of(folder), cosigners)

    class Handler(_LogHandler):
        pass

    Handler.public, Handler.desk = public, desk
    try:
        return ThreadingHTTPServer((host, port), Handler)
    except OSError as reason:
        raise ServiceUnavailableError(
            "record.serve", "cannot listen there", got=reason.strerror or "", place=f"{host}:{port}"
        ) from None


class _Desk:
    """What the server does for a writer with the token: one thing at a time."""

    def __init__(self, log: Log, token: str, cosigners: Callable[[Log], list[Cosigner]]) -> None:
        self._log, self._token, self._cosigners = log, token, cosigners
        self._one_at_a_time = Lock()

    def answer(self, token: str, path: str, body: bytes) -> Any:
        if not secrets.compare_digest(token.encode(), f"Bearer {self._token}".encode()):
            raise UsageError("record.serve.token", "the word that lets you write is wrong")
        with self._one_at_a_time:
            if path == "/log/append":
                drafts = read_drafts(body.split(b"\n"), name="the request")
                return [asdict(receipt) for receipt in self._log.append_many(drafts)]
            if path == "/log/act":
                return self._act(parse_json(body))
        raise UsageError("record.serve.path", "the server has no such desk")

    def _act(self, wish: dict[str, Any]) -> Any:
        log = self._log
        match wish:
            case {"open": int(index), "because": str(because)}:
                return asdict(log.open(index, because=because))
            case {"erase": int(index), "reason": str(reason)}:
                return asdict(log.erase(index, reason))
            case {"checkpoint": True}:
                return bytes(log.checkpoint(self._cosigners(log))).decode()
            case {"rotate": True}:
                return asdict(log.rotate(self._cosigners(log)))
            case {"state": True}:
                return {"size": log.size, "next_index": log.next_index, "key": str(log.verifier_key)}
        raise UsageError("record.serve.wish", "the server does not know this wish")


class _LogHandler(BaseHTTPRequestHandler):
    public: Path
    desk: _Desk | None = None
    protocol_version = "HTTP/1.1"
    server_version = "holdfast"
    sys_version = ""

    def log_message(self, *said: object) -> None:
        """Say nothing: who reads the log is nobody's business."""

    def do_GET(self) -> None:
        self._get(with_body=True)

    def do_HEAD(self) -> None:
        self._get(with_body=False)

    def _get(self, *, with_body: bool) -> None:
        path = urlsplit(self.path).path.lstrip("/") or "index.html"
        place = (self.public / path).resolve()
        # neither a way out of the folder nor a file that is still being written
        hidden = any(part.startswith(".") for part in Path(path).parts)
        if hidden or not place.is_relative_to(self.public) or not place.is_file():
            self._answer(404, b"there is no such file\n", with_body=with_body)
            return
        is_fixed = path.startswith("tile/")
        kind = _TYPES.get(place.suffix, "application/octet-stream" if is_fixed else "text/plain; charset=utf-8")
        cache = "public, max-age=31536000, immutable" if is_fixed else "no-cache"
        self._answer(200, place.read_bytes(), kind=kind, cache=cache, with_body=with_body)

    def do_POST(self) -> None:
        size = self.headers.get("Content-Length", "")
        if self.desk is None or not size.isdecimal() or int(size) > _BODY_LIMIT_BYTES:
            self.close_connection = True
            self._answer(405 if self.desk is None else 413, b"this server takes no such request\n")
            return
        body = self.rfile.read(int(size))
        try:
            value = self.desk.answer(self.headers.get("Authorization", ""), self.path, body)
            self._answer(200, json.dumps(value).encode(), kind="application/json")
        except HoldfastError as error:
            names = ("code", "what", "expected", "got", "place", "hint")
            said = {name: getattr(error, name) for name in names} | {"exit_code": int(error.exit_code)}
            self._answer(422, json.dumps(said).encode(), kind="application/json")

    def _answer(
        self,
        status: int,
        body: bytes,
        *,
        kind: str = "text/plain; charset=utf-8",
        cache: str = "no-cache",
        with_body: bool = True,
    ) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", cache)
        self.send_header("Content-Security-Policy", POLICY_HEADER)
        self.send_header("X-Content-Type-Options", "nosniff")
        self.send_header("Referrer-Policy", "no-referrer")
        self.end_headers()
        if with_body:
            self.wfile.write(body)


# writing through a server


class ServedLog:
    """A log that another process holds, with the same calls as `Log`."""

    def __init__(self, address: str, token: str, *, clock: Clock = system_clock) -> None:
        self._fetch, self._token, self._clock = HttpFetch(address), token, clock

    def __enter__(self) -> "ServedLog":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let the connection go; the log stays open for others."""
        self._fetch.close()

    def _post(self, path: str, body: bytes) -> Any:
        status, _, data = self._fetch.request("POST", path, body, {"Authorization": f"Bearer {self._token}"})
        try:
            value = json.loads(data)
        except ValueError:
            raise _unavailable(path, f"status {status}") from None
        if status == http.client.OK:
            return value
        make = _ERRORS[ExitCode(value.pop("exit_code"))]
        raise make(value.pop("code"), value.pop("what"), **value)

    def _act(self, wish: dict[str, Any]) -> Any:
        return self._post("log/act", canonical_bytes(wish))

    @property
    def size(self) -> int:
        """How many entries the published checkpoint holds."""
        return int(self._act({"state": True})["size"])

    @property
    def next_index(self) -> int:
        """How many entries were acknowledged."""
        return int(self._act({"state": True})["next_index"])

    @property
    def verifier_key(self) -> VerifierKey:
        """What others check this log with."""
        return parse_verifier_key(self.fetch(VERIFIER_KEY_PATH).decode())

    @property
    def origin(self) -> str:
        """The log's name."""
        return self.verifier_key.name

    def fetch(self, path: str) -> bytes:
        """A public file."""
        return self._fetch(path)

    def append(self, kind: str, payload: Any, *, public: bool = True) -> Receipt:
        """Take one entry; durable when this returns."""
        return self.append_many([Draft(kind=kind, payload=payload, public=public)])[0]

    def seal(
        self, kind: str, payload: Any, *, until: datetime | None = None, condition: str | None = None
    ) -> Receipt:
        """Commit to a text now that is opened at a date or on a condition."""
        if (until is None) == (condition is None):
            raise UsageError("record.seal", "a seal opens at a date or on a condition", hint="give one of them")
        return self.append_many([Draft(kind=kind, payload=payload, until=until, condition=condition)])[0]

    def append_many(self, drafts: Iterable[Draft]) -> list[Receipt]:
        """Take a batch of entries, all or none."""
        body = b"\n".join(draft_line(draft) for draft in drafts)
        return [_receipt(value) for value in self._post("log/append", body)]

    def open(self, index: int, *, because: str = "") -> Receipt:
        """Publish the text behind a seal."""
        return _receipt(self._act({"open": index, "because": because}))

    def erase(self, index: int, reason: str) -> Receipt:
        """Delete the text of an entry for good."""
        return _receipt(self._act({"erase": index, "reason": reason}))

    def rotate(self) -> Receipt:
        """Change to a new key."""
        return _receipt(self._act({"rotate": True}))

    def checkpoint(self) -> Checkpoint:
        """Publish what waits, and sign it."""
        note = str(self._act({"checkpoint": True})).encode()
        return open_checkpoint(note, self.verifier_key)

    def prove(self, index: int) -> Proved:
        """Entry `index` with its proof, checked here."""
        return prove(self.fetch, index, self.verifier_key, self.fetch(CHECKPOINT_PATH), self._clock())


def _receipt(value: dict[str, Any]) -> Receipt:
    return Receipt(**{**value, "oddities": tuple(value["oddities"])})
