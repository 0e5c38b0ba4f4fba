"""Serving the console on this machine: one process, threads, loopback alone."""

import socket
import threading
from collections.abc import Callable
from typing import Any

from holdfast.errors import UsageError
from holdfast.web.console.settings import LARGEST_UPLOAD_BYTES, console_settings
from holdfast.workflows.office.opening import Office, OfficePlace, open_office

MINUTE_SECONDS = 60.0  # seconds between two turns of the clocks
_THREADS = 8  # requests served at once; chosen
_WAITING = 128
"""Connections that wait to be answered, at most."""
_FROM_PROXY = {"x-forwarded-proto", "x-forwarded-host", "x-forwarded-for"}


def console_application(place: OfficePlace) -> tuple[Office, Any]:
    """The open office and the console as a WSGI application."""
    office = open_office(place=place, django=console_settings(place))
    from django.core.wsgi import get_wsgi_application

    return office, get_wsgi_application()


def listening(port: int) -> socket.socket:
    """A port of 127.0.0.1, held from now on; 0 takes a free one. Raises UsageError `console.port_in_use`."""
    listener = socket.socket()
    # a restarted console has its port at once; a port that is listened on stays refused
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(("127.0.0.1", port))
        listener.listen(_WAITING)
    except OSError as reason:
        listener.close()
        raise UsageError(
            "console.port_in_use",
            f"port {port} cannot be used",
            expected="a port of 127.0.0.1 that nothing else listens on",
            got=reason.strerror or str(reason),
            place=f"127.0.0.1:{port}",
            hint="end the other program, or choose another port with --port",
        ) from None
    return listener


def serve(
    office: Office,
    application: Any,
    *,
    listener: socket.socket,
    every_minute: Callable[[], None],
    ready: Callable[[str], None],
) -> None:
    """Serve until interrupted, on the port that `listening` holds; `every_minute` is called meanwhile, in a thread of
    its own."""
    from waitress.server import create_server

    # nothing is ever put into a temporary file: bodies and answers stay in memory
    server = create_server(
        application,
        sockets=[listener],
        threads=_THREADS,
        ident="holdfast",
        inbuf_overflow=LARGEST_UPLOAD_BYTES + 2**20,
        outbuf_overflow=4 * LARGEST_UPLOAD_BYTES,
        max_request_body_size=LARGEST_UPLOAD_BYTES,
        clear_untrusted_proxy_headers=True,
        **({"trusted_proxy": "127.0.0.1", "trusted_proxy_headers": _FROM_PROXY} if office.config.public_url else {}),
    )
    stopped = threading.Event()
    clock = threading.Thread(target=_each_minute, args=(every_minute, stopped), daemon=True, name="clocks")
    clock.start()
    port = listener.getsockname()[1]
    ready(office.config.origin if office.config.public_url else f"http://localhost:{port}")
    try:
        server.run()
    finally:
        stopped.set()
        server.close()


def _each_minute(call: Callable[[], None], stopped: threading.Event) -> None:
    from django.db import connections

    while not stopped.wait(MINUTE_SECONDS):
        try:
            call()
        finally:
            connections.close_all()
