"""`holdfast demo office` at its edges: a taken port, and what is left when it is ended in the middle."""

import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from holdfast.cli import demo, main
from office_story import story_community
from processes import processes_with, wait_for_the_end_of

HOLDFAST = str(Path(sys.executable).with_name("holdfast"))


@pytest.fixture
def taken() -> Iterator[int]:
    """A port on which something else listens."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        yield int(other.getsockname()[1])


def test_a_port_that_was_asked_for_and_is_taken_is_said_before_anything_begins(
    tmp_path: Path, taken: int, capfd: pytest.CaptureFixture[str]
) -> None:
    assert main(["demo", "office", "--out", str(tmp_path / "demo"), "--port", str(taken)]) == 2
    said = capfd.readouterr()
    assert said.err.startswith("console.port_in_use: ")
    assert said.err.count("\n") == 1
    assert not said.out
    assert not (tmp_path / "demo").exists()


def test_without_a_wish_a_free_port_is_taken_and_said(taken: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(demo, "_PORT", taken)
    told: list[str] = []
    with demo._listener(None, told.append) as listener:
        port = listener.getsockname()[1]
    assert port != taken
    assert told == [f"port {taken} is taken; the console will stand on {port}"]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_the_wikis_end_with_the_demo_by_whatever_signal(number: signal.Signals, tmp_path: Path) -> None:
    story_community(tmp_path / "community")
    command = [
        HOLDFAST,
        "demo",
        "office",
        "--community",
        str(tmp_path / "community"),
        "--out",
        str(tmp_path / "demo"),
    ]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True
    ) as process:
        try:
            assert process.stdout is not None
            told = ""
            while "both wikis answer" not in told:
                told = process.stdout.readline()
                assert told, "it ended before its wikis answered"
            serving = [each for each in processes_with(f"MW_CONFIG_FILE={tmp_path}/") if each != process.pid]
            assert len(serving) >= 4
            process.send_signal(number)
            wait_for_the_end_of([process.pid, *serving])
            said, _ = process.communicate()
        finally:
            process.kill()
    assert "Traceback" not in said
    assert process.returncode == (-signal.SIGKILL if number is signal.SIGKILL else 130)


def test_what_the_demo_on_real_data_runs_ends_with_it(tmp_path: Path) -> None:
    (tmp_path / "scripts").mkdir()
    shutil.copy(Path(__file__).parents[2] / "scripts" / "demo", tmp_path / "scripts")
    (tmp_path / ".venv" / "bin").mkdir(parents=True)
    for place, text in (
        ("scripts/setup", "exit 0"),
        # the first command that is run works without end
        (".venv/bin/holdfast", 'echo "works" >&2; exec sleep 100000'),
    ):
        (tmp_path / place).write_text(f"#!/bin/sh\n{text}\n")
        (tmp_path / place).chmod(0o755)
    with subprocess.Popen(
        [tmp_path / "scripts" / "demo", "--no-serve", "--out", tmp_path / "out"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "DEMO_OF_TEST": str(tmp_path)},
    ) as process:
        try:
            assert process.stderr is not None
            assert process.stderr.readline() == "works\n"
            working = [each for each in processes_with(f"DEMO_OF_TEST={tmp_path}") if each != process.pid]
            assert working
            process.terminate()
            wait_for_the_end_of([process.pid, *working])
        finally:
            process.kill()
    assert process.returncode == 143
