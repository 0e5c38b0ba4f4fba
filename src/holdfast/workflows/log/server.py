"""Serving a log: its public files to everybody, and a desk for who may write."""

import json
import secrets
from dataclasses import asdict
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Lock
from typing import Any
from urllib.parse import urlsplit

from holdfast.canonical import parse_json
from holdfast.errors import HoldfastError, ServiceUnavailableError, UsageError
from holdfast.record.disk import FolderDisk
from holdfast.record.lines import read_drafts
from holdfast.record.log import Log

TOKEN_FILE = "private/token"
POLICY_HEADER = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; base-uri 'none'"
_BODY_LIMIT_BYTES = 64 * 2**20  # bytes of a request; chosen
_TYPES = {".html": "text/html; charset=utf-8", ".css": "text/css", ".js": "text/javascript"}


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
) -> ThreadingHTTPServer:
    """A server of the public files of a log; with `writer` it also takes entries from who has the token.

    Run it with `serve_forever`; port 0 takes a free one, see `server_address`.
    """
    public = (folder / "public").resolve()
    if not public.is_dir():
        raise UsageError("record.place", "there is no log at this place", got=str(folder))
    desk = None if writer is None else _Desk(writer, token_of(folder))

    class Handler(_LogHandler):
        pass

    Handler.public, Handler.desk = public, desk
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


class _Desk:
    """What the server does for a writer with the token: one thing at a time."""

    def __init__(self, log: Log, token: str) -> None:
        self._log, self._token = log, token
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
                return bytes(log.checkpoint()).decode()
            case {"clock_was_ahead": str(reason)}:
                return asdict(log.clock_was_ahead(reason))
            case {"rotate": True}:
                return asdict(log.rotate())
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
