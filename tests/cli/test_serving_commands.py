"""Commands that serve: a port that is taken is said in one line, and every signal that ends them frees the port."""

import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from holdfast.cli import main

HOLDFAST = str(Path(sys.executable).with_name("holdfast"))


@pytest.fixture
def taken() -> Iterator[int]:
    """A port on which something else listens."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        yield int(other.getsockname()[1])


@contextmanager
def serving(*command: str) -> Iterator[tuple["subprocess.Popen[str]", int]]:
    """The command while the block runs, and its port, once it has said its address."""
    with subprocess.Popen(
        [HOLDFAST, *command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True
    ) as process:
        try:
            assert process.stdout is not None
            told = ""
            while "http://" not in told or "/join/" in told:
                told = process.stdout.readline()
                assert told, "it ended before it served"
            yield process, int(told.rpartition(":")[2].split("/")[0].split()[0])
        finally:
            process.kill()


def commands(tmp_path: Path) -> dict[str, list[str]]:
    (tmp_path / "reports").mkdir()
    log = str(tmp_path / "log")
    assert main(["record", "init", log, "--origin", "example.org/log"]) == 0
    return {
        "serve": ["serve", str(tmp_path / "reports")],
        "record": ["record", "serve", log],
        "console": ["console", "--office", str(tmp_path / "office")],
    }


@pytest.mark.parametrize("name", ["serve", "record", "console"])
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_command_that_serves_ends_at_each_signal_and_frees_its_port(
    name: str, number: signal.Signals, tmp_path: Path
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as found:
        port = int(found.getsockname()[1])
    with serving(*commands(tmp_path)[name], "--port", str(port)) as (process, served):
        assert served == port
        process.send_signal(number)
        said, _ = process.communicate(timeout=120)
        assert "Traceback" not in said
        assert process.returncode in (0, 130)
        with socket.create_server(("127.0.0.1", port)):
            pass


@pytest.mark.parametrize("name", ["serve", "record", "console"])
def test_a_port_that_is_taken_is_said_in_one_line_with_the_next_step(
    name: str, tmp_path: Path, taken: int, capfd: pytest.CaptureFixture[str]
) -> None:
    command = commands(tmp_path)[name]
    capfd.readouterr()
    code = main([*command, "--port", str(taken)])
    said = capfd.readouterr().err
    assert code in (2, 4)
    assert said.count("\n") == 1
    assert f"127.0.0.1:{taken}" in said
    assert "another" in said
    assert not (tmp_path / "office").exists()
