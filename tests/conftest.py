"""What every test shares: the long tests stay out unless asked for, and sockets stay on this machine."""

import socket
import sys
from collections.abc import Iterator
from typing import Any

import pytest

pytest_plugins = ["mediawiki.fixtures", "mediawiki.two_wikis", "browsing", "store.postgresql", "store.offices"]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--long", action="store_true", help="also run the tests marked long")


def pytest_collectstart(collector: pytest.Collector) -> None:
    """Before a file with properties is read: a machine that is busy is not a test that fails.

    Hypothesis takes half a second to import, so a file that has none of it does not wait for it.
    """
    if isinstance(collector, pytest.Module) and b"hypothesis" in collector.path.read_bytes():
        from hypothesis import settings

        settings.register_profile("holdfast", deadline=None)
        settings.load_profile("holdfast")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("--long"):
        return
    kept = [item for item in items if item.get_closest_marker("long") is None]
    config.hook.pytest_deselected(items=[item for item in items if item not in kept])
    items[:] = kept


def pytest_collection_finish(session: pytest.Session) -> None:
    """Where no test has properties, Hypothesis's plug-in is let go: its last word alone would import all of it."""
    plugins = session.config.pluginmanager
    if "hypothesis" not in sys.modules and plugins.has_plugin("hypothesispytest"):
        plugins.unregister(name="hypothesispytest")


@pytest.fixture(autouse=True, scope="session")
def _only_loopback() -> Iterator[None]:
    """A test that would speak to another machine fails instead."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:
        if isinstance(address, tuple) and str(address[0]) not in {"127.0.0.1", "::1", "localhost"}:
            raise RuntimeError(f"a test tried to reach {address[0]}; tests speak to loopback only")
        connect(self, address)

    socket.socket.connect = guarded  # type: ignore[assignment,method-assign]
    yield
    socket.socket.connect = connect  # type: ignore[method-assign]
