"""Every error code can be looked up."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from holdfast.cli import main

ROOT = Path(__file__).parents[2]


def test_every_code_that_is_raised_is_declared_and_stands_on_the_page() -> None:
    command = [sys.executable, ROOT / "scripts" / "error_codes", "--check"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_every_code_has_a_cause_and_a_next_step() -> None:
    rows = json.loads((ROOT / "src" / "holdfast" / "error_codes.json").read_text("utf-8"))
    assert not [code for code, row in rows.items() if not (row["cause"] and row["next"] and row["exit"])]


@pytest.mark.parametrize("code", ["office.stream.moved", "crypto.passkey.challenge", "wiki.maxlag"])
def test_a_user_asks_what_a_code_means_and_reads_the_next_step(code: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", code]) == 0
    shown = capsys.readouterr().out
    assert shown.startswith(f"{code}: ")
    assert "\nnext: " in shown


def test_a_code_with_several_causes_names_each(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "access.name"]) == 0
    shown = capsys.readouterr().out
    assert "an address is no account's name / this is an author of another wiki" in shown
    assert main(["explain", "note.unreadable"]) == 0
    assert "this is not Base64" in capsys.readouterr().out


def test_a_code_that_no_error_has_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "no.such"]) == 2
    assert "explain.unknown" in capsys.readouterr().err


def test_who_reads_an_error_is_told_how_to_ask_and_a_program_is_not(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert main(["explain", "no.such.code"]) == 2
    alone = capsys.readouterr().err
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    assert main(["explain", "no.such.code"]) == 2
    code = alone.partition(":")[0]
    assert capsys.readouterr().err == f"{alone}what it means: holdfast explain {code}\n"
