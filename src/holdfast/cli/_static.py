"""Serving a folder of reports to this machine alone: files as they are, under headers that allow nothing more."""

import base64
import hashlib
import re
from functools import partial
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit

from holdfast.errors import UsageError

HOST = "127.0.0.1"
_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".json": "application/json",
    ".csv": "text/csv; charset=utf-8",
    ".parquet": "application/vnd.apache.parquet",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".txt": "text/plain; charset=utf-8",
    ".toml": "text/plain; charset=utf-8",
}
"""Only files with these endings are served: no key, no database, nothing that happens to lie there."""
_FIRST = ("index.html", "report.html")
_STYLE = re.compile(rb"<style>(.*?)</style>", re.DOTALL)
_ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cache-Control": "no-store",
}


def policy_for(body: bytes, kind: str) -> str:
    """The Content-Security-Policy of a response: no script, no other origin, only the page's own style sheets."""
    styles = b" ".join(
        b"'sha256-" + base64.b64encode(hashlib.sha256(style).digest()) + b"'" for style in _STYLE.findall(body)
    ).decode()
    allowed = f" style-src {styles};" if kind.startswith("text/html") and styles else ""
    closed = "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    return f"default-src 'none';{allowed} img-src 'self' data:; {closed}"


def file_at(root: Path, target: str) -> Path | None:
    """The file that a request names, or None when it may not be served.

    `root` is resolved. Refused: what lies outside it (links followed), names that begin with a dot, endings that
    are not served, and anything inside a lake. A folder stands for its index or report.
    """
    parts = [part for part in unquote(urlsplit(target).path).split("/") if part]
    if any(part.startswith(".") or "\\" in part or "\0" in part for part in parts):
        return None
    try:
        path = root.joinpath(*parts).resolve()
        if path.is_dir():
            path = next((path / name for name in _FIRST if (path / name).is_file()), path).resolve()
        if not path.is_relative_to(root) or not path.is_file() or path.suffix not in _TYPES:
            return None
    except (OSError, ValueError):
        return None
    inside = [folder for folder in path.parents if folder.is_relative_to(root)]
    if any((folder / "lake.json").exists() for folder in inside):
        return None
    return path


class Handler(BaseHTTPRequestHandler):
    """Answers GET and HEAD for files under one folder."""

    server_version = "holdfast"
    sys_version = ""
    protocol_version = "HTTP/1.1"
    timeout = 30

    def __init__(self, root: Path, *args: object) -> None:
        self.root = root
        super().__init__(*args)  # type: ignore[arg-type]

    def do_GET(self) -> None:
        """Send the file."""
        self._answer(body_too=True)

    def do_HEAD(self) -> None:
        """Send what GET would say about the file."""
        self._answer(body_too=False)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name in the standard library
        """Keep quiet: who reads what is nobody's business."""

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """Refuse what is no GET or HEAD, under the same headers."""
        self.close_connection = True
        status = HTTPStatus(code)
        self._send(status, f"{status.value} {message or status.phrase}\n".encode(), "text/plain")

    def _answer(self, *, body_too: bool) -> None:
        if not self._is_asked_for_here():
            self._send(HTTPStatus.MISDIRECTED_REQUEST, b"This server answers for this machine alone.\n", "text/plain")
            return
        path = file_at(self.root, self.path)
        if path is None and urlsplit(self.path).path == "/":
            self._send(HTTPStatus.OK, _listing(self.root), _TYPES[".html"], body_too=body_too)
        elif path is None:
            self._send(HTTPStatus.NOT_FOUND, b"There is no such report here.\n", "text/plain", body_too=body_too)
        elif path.parent != self._folder_asked_for():
            self._redirect(path)
        else:
            self._send(HTTPStatus.OK, path.read_bytes(), _TYPES[path.suffix], body_too=body_too)

    def _is_asked_for_here(self) -> bool:
        """A page elsewhere whose name points to 127.0.0.1 (DNS rebinding) names another host, and learns nothing."""
        name = self.headers.get("Host", "").rpartition(":")[0] or self.headers.get("Host", "")
        return name in (HOST, "localhost")

    def _folder_asked_for(self) -> Path:
        """The folder whose relative links a browser would follow from the address asked for."""
        plain = unquote(urlsplit(self.path).path)
        return self.root.joinpath(*[part for part in plain.rpartition("/")[0].split("/") if part]).resolve()

    def _redirect(self, path: Path) -> None:
        place = "/" + path.relative_to(self.root).as_posix()
        self._send(HTTPStatus.FOUND, b"", "text/plain", more={"Location": quote(place)})

    def _send(
        self, status: HTTPStatus, body: bytes, kind: str, *, body_too: bool = True, more: dict[str, str] | None = None
    ) -> None:
        self.send_response(status)
        headers = {
            "Content-Type": kind,
            "Content-Length": str(len(body)),
            "Content-Security-Policy": policy_for(body, kind),
        }
        for name, value in {**_ALWAYS, **headers, **(more or {})}.items():
            self.send_header(name, value)
        self.end_headers()
        if body_too:
            self.wfile.write(body)


def server_for(folder: Path, port: int) -> ThreadingHTTPServer:
    """A server of one folder on 127.0.0.1, not started.

    Raises UsageError `serve.no_folder`, `serve.is_lake` (a lake holds its key and everybody's names) and
    `serve.port_in_use`.
    """
    root = folder.resolve()
    if not root.is_dir():
        raise UsageError(
            "serve.no_folder",
            "there is no such folder",
            place=str(folder),
            hint="give the folder that holdfast assess --out or scripts/demo --out wrote",
        )
    if (root / "lake.json").exists():
        raise UsageError(
            "serve.is_lake",
            "this is a lake, with its key and everybody's names; a lake is never served",
            place=str(folder),
            hint="assess it, and serve the folder of the report",
        )
    try:
        return _Server((HOST, port), partial(Handler, root))
    except OSError as reason:
        raise UsageError(
            "serve.port_in_use",
            f"port {port} cannot be used",
            got=reason.strerror or str(reason),
            place=f"{HOST}:{port}",
            hint="stop the other program, or choose another with --port (0 takes any free one)",
        ) from None


def _listing(root: Path) -> bytes:
    """What stands at the root of a folder that has no index and no report of its own."""
    from holdfast.report.page import Links, Page, Section, Text
    from holdfast.report.render import render

    reports = sorted(path.relative_to(root).as_posix() for path in root.glob("*/report.html"))
    found = [place for place in reports if file_at(root, f"/{quote(place)}")]
    links = Links(links=tuple((place, quote(place)) for place in found))
    blocks = (links,) if found else (Text(text="No report lies in this folder."),)
    return render(Page(title="Reports", sections=(Section(title="Here", blocks=blocks),), contents=False)).encode()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    # on Linux this lets a restarted server have its port at once; a port that is listened on stays refused
    allow_reuse_address = True
