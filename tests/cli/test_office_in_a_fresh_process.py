"""Commands of an office in a process of their own, where nothing has opened the database before them."""

import subprocess
import sys
from pathlib import Path

import pytest

COMMANDS = [
    ("way-back", "show"),
    ("way-back", "ask", "m-000000000000", "--share", "no-such-file"),
    ("way-back", "stop", "x"),
    ("way-back", "open", "x"),
    ("keys", "acknowledge", "--share", "no-such-file"),
    ("doctor",),
]


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "holdfast", "office", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)


@pytest.fixture(scope="module")
def at(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    folder = tmp_path_factory.mktemp("fresh")
    at = ["--office", str(folder / "office"), "--keys", str(folder / "keys")]
    assert run("init", *at).returncode == 0
    return at


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_a_command_works_or_says_in_one_line_why_not(at: list[str], command: tuple[str, ...], tmp_path: Path) -> None:
    done = run(*command, *at)
    assert done.returncode in (0, 1, 2, 3), done.stderr
    assert "Traceback" not in done.stderr
    nowhere = run(*command, "--office", str(tmp_path / "none"), "--keys", str(tmp_path / "keys"))
    assert "Traceback" not in nowhere.stderr
    assert nowhere.stderr.startswith("office.missing"), nowhere.stderr


def test_the_seats_are_listed_in_a_fresh_process(at: list[str]) -> None:
    assert "operator" in run("way-back", "show", *at).stdout


def test_the_shares_are_made_acknowledged_and_a_key_turned_in_fresh_processes(at: list[str], tmp_path: Path) -> None:
    """The whole way of the keepers: everything else that is in a share rests on these commands."""
    made = run("keys", "split", "--out", str(tmp_path / "shares"), *at)
    assert made.returncode == 0, made.stderr
    share = min((tmp_path / "shares").iterdir())
    known = run("keys", "acknowledge", "--share", str(share), *at)
    assert known.returncode == 0, known.stderr
    assert known.stdout.startswith("1 of 5")
    turned = run("keys", "rotate", *at)
    assert turned.returncode == 0, turned.stderr
