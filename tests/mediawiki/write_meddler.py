"""A small server on loopback between an operator and a wiki: it passes everything on, unless trouble is ordered.

with write_meddling(address) as between:            address of the wiki, http://127.0.0.1:PORT
    between.trouble(Trouble.LOST, action="block")   the next block is carried out, and its answer is lost
    ...
    between.passed("block")                         how many blocks reached the wiki
"""

import http.client
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from enum import StrEnum
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit


class Trouble(StrEnum):
    """What can go wrong. The first five let the request through to the wiki; the others do not."""

    LOST = "lost"
    """Carried out, and the connection closes without an answer."""
    CUT = "cut"
    """Carried out, and half of the answer arrives."""
    GATEWAY = "gateway"
    """Carried out, and a proxy says 504."""
    GARBAGE = "garbage"
    """Carried out, and a web page arrives instead of the answer."""
    EXCEPTION = "exception"
    """Carried out, and the answer is an internal_api_error."""
    DOWN = "down"
    """Nobody there."""
    ERROR = "error"
    """HTTP 503."""
    NONSENSE = "nonsense"
    """A web page, and nothing happened."""
    MAXLAG = "maxlag"
    READONLY = "readonly"
    RATELIMITED = "ratelimited"
    BADTOKEN = "badtoken"
    BLOCKED = "ipbblocked"
    DENIED = "permissiondenied"
    LOGGED_OUT = "assertbotfailed"
    LIE = "lie"
    """HTTP 200 and the answer of a change that was never made."""


CARRIED_OUT = frozenset({Trouble.LOST, Trouble.CUT, Trouble.GATEWAY, Trouble.GARBAGE, Trouble.EXCEPTION})
_CODES = frozenset(
    {
        Trouble.MAXLAG,
        Trouble.READONLY,
        Trouble.RATELIMITED,
        Trouble.BADTOKEN,
        Trouble.BLOCKED,
        Trouble.DENIED,
        Trouble.LOGGED_OUT,
    }
)
_HOP = frozenset({"connection", "keep-alive", "transfer-encoding", "content-length", "host", "accept-encoding"})
_PAGE = b"<!DOCTYPE html><title>Sorry</title>"


@dataclass(frozen=True, kw_only=True)
class Call:
    """A request that came: the API's parameters, without the token and passwords; and whether it was passed on."""

    method: str
    params: dict[str, str]
    passed: bool


@dataclass(kw_only=True)
class Between:
    """The running server: its address, what came, and the trouble that is still to be made."""

    host: str
    address: str = ""
    calls: list[Call] = field(default_factory=list)
    stand_in: Callable[[dict[str, str]], dict[str, object] | None] | None = None
    """Answers in the wiki's place for what the wiki has not; null: the wiki answers."""
    _orders: list[tuple[Trouble, str, int]] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def trouble(self, trouble: Trouble, *, action: str = "", times: int = 1) -> None:
        """The next `times` requests with that action (empty: with any) meet this trouble."""
        with self._lock:
            self._orders.append((trouble, action, times))

    def peace(self) -> None:
        """All trouble is over."""
        with self._lock:
            self._orders.clear()

    def passed(self, action: str) -> int:
        """How many requests with that action reached the wiki."""
        return sum(call.passed and call.params.get("action") == action for call in self.calls)

    def _next(self, action: str) -> Trouble | None:
        with self._lock:
            for place, (trouble, wanted, times) in enumerate(self._orders):
                if wanted in ("", action):
                    left = [(trouble, wanted, times - 1)] if times > 1 else []
                    self._orders[place : place + 1] = left
                    return trouble
        return None


@contextmanager
def write_meddling(upstream: str) -> Iterator[Between]:
    """Serve on a free port of 127.0.0.1 while the block runs."""
    between = Between(host=urlsplit(upstream).netloc)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer(b"")

        def do_POST(self) -> None:
            self._answer(self.rfile.read(int(self.headers.get("Content-Length", "0"))))

        def _answer(self, body: bytes) -> None:
            asked = urlsplit(self.path).query or body.decode("utf-8", "replace")
            params = dict(parse_qsl(asked if self.command == "GET" else body.decode("utf-8", "replace")))
            trouble = between._next(params.get("action", ""))
            passes = trouble is None or trouble in CARRIED_OUT
            shown = {name: text for name, text in params.items() if name not in {"token", "lgpassword", "lgtoken"}}
            between.calls.append(Call(method=self.command, params=shown, passed=passes))
            instead = between.stand_in(params) if passes and between.stand_in is not None else None
            reply: tuple[int, list[tuple[str, str]], bytes] | None = None
            if instead is not None:
                reply = (200, [("Content-Type", "application/json")], json.dumps(instead).encode())
            elif passes:
                reply = self._pass_on(body)
            with suppress(OSError):  # an operator that was killed reads no more
                self._meddle(trouble, reply, params)

        def _pass_on(self, body: bytes) -> tuple[int, list[tuple[str, str]], bytes]:
            with closing(http.client.HTTPConnection(between.host, timeout=60)) as connection:
                kept = {name: text for name, text in self.headers.items() if name.lower() not in _HOP}
                connection.request(self.command, self.path, body=body or None, headers=kept)
                answer = connection.getresponse()
                headers = [(name, text) for name, text in answer.getheaders() if name.lower() not in _HOP]
                return answer.status, headers, answer.read()

        def _meddle(
            self,
            trouble: Trouble | None,
            reply: tuple[int, list[tuple[str, str]], bytes] | None,
            params: dict[str, str],
        ) -> None:
            as_json, as_page = [("Content-Type", "application/json")], [("Content-Type", "text/html")]
            if trouble in (Trouble.LOST, Trouble.DOWN):
                self.close_connection = True
            elif trouble in (Trouble.GATEWAY, Trouble.ERROR):
                self._send(504 if trouble is Trouble.GATEWAY else 503, as_page, _PAGE)
            elif trouble in (Trouble.GARBAGE, Trouble.NONSENSE):
                self._send(200, as_page, _PAGE)
            elif trouble is Trouble.EXCEPTION:
                self._send(200, as_json, _error("internal_api_error_DBQueryError"))
            elif trouble is Trouble.LIE:
                self._send(200, as_json, _lie(params))
            elif trouble in _CODES:
                waits = [("Retry-After", "5")] if trouble is Trouble.MAXLAG else []
                headers = [*as_json, *waits, ("MediaWiki-API-Error", str(trouble))]
                self._send(200, headers, _error(str(trouble)))
            elif reply is not None:
                self._send(*reply, cut=trouble is Trouble.CUT)

        def _send(self, status: int, headers: list[tuple[str, str]], body: bytes, *, cut: bool = False) -> None:
            self.send_response(status)
            for name, text in headers:
                self.send_header(name, text)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body[: len(body) // 2] if cut else body)
            self.close_connection = True

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    between.address = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield between
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _error(code: str) -> bytes:
    return json.dumps({"errors": [{"code": code, "text": "in no language that a program should read"}]}).encode()


def _lie(params: dict[str, str]) -> bytes:
    """The answer that the wiki would give had it done what was asked."""
    action = params.get("action", "")
    name = params.get("user", params.get("title", ""))
    done: dict[str, object] = {
        "userrights": {
            "user": name,
            "userid": 7,
            "added": list(filter(None, params.get("add", "").split("|"))),
            "removed": list(filter(None, params.get("remove", "").split("|"))),
        },
        "block": {"user": name, "userID": 7, "expiry": params.get("expiry", ""), "id": 99},
        "unblock": {"id": 99, "user": name, "userid": 7},
        "edit": {"result": "Success", "pageid": 9, "title": name, "oldrevid": 1, "newrevid": 2},
        "protect": {"title": name, "reason": "", "protections": []},
        "setglobalaccountstatus": {"user": name, "locked": "locked" in params, "hidden": "", "reason": ""},
    }
    return json.dumps({action: done.get(action, {})}).encode()
