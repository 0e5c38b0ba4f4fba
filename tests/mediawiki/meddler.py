"""A small server on loopback between a reader and a wiki, or in a wiki's place, that misbehaves as it is told."""

import http.client
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

_PASSED = ("Content-Type", "Location", "Retry-After", "MediaWiki-API-Error")


@dataclass(kw_only=True)
class Reply:
    """What goes back: `cut` bytes of the body are announced and not sent, `closes` sends nothing at all."""

    body: bytes = b"{}"
    status: int = 200
    headers: dict[str, str] = field(default_factory=lambda: {"Content-Type": "application/json"})
    cut: int = 0
    closes: bool = False


Behaviour = Callable[["Meddler", str], Reply]
"""From the server and the path asked for, query included, to the answer."""


class Meddler:
    """The running server: its address, what it was asked, and how it behaves, which may be changed at any time."""

    def __init__(self, behaviour: Behaviour) -> None:
        self.behaviour = behaviour
        self.asked: list[str] = []
        self.agents: set[str] = set()
        self.address = ""


def passing_on(upstream: str) -> Behaviour:
    """Answers as the wiki at `upstream` does, redirects and errors included."""
    host = urlsplit(upstream).netloc

    def behave(_: Meddler, path: str) -> Reply:
        with closing(http.client.HTTPConnection(host, timeout=60)) as connection:
            connection.request("GET", path)
            answer = connection.getresponse()
            kept = {name: value for name in _PASSED if (value := answer.getheader(name))}
            return Reply(body=answer.read(), status=answer.status, headers=kept)

    return behave


@contextmanager
def meddling(behaviour: Behaviour) -> Iterator[Meddler]:
    """Serve on a free port of 127.0.0.1 while the block runs."""
    meddler = Meddler(behaviour)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            meddler.asked.append(self.path)
            meddler.agents.add(self.headers.get("User-Agent", ""))
            reply = meddler.behaviour(meddler, self.path)
            if reply.closes:
                self.close_connection = True
                return
            self.send_response(reply.status)
            for name, value in reply.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(reply.body)))
            self.end_headers()
            with suppress(OSError):  # a reader that was killed reads no more
                self.wfile.write(reply.body[: len(reply.body) - reply.cut])
            self.close_connection = bool(reply.cut) or self.close_connection

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    meddler.address = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield meddler
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
