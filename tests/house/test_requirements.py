"""The page of requirements is true: rows, marks and doors fit together."""

import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

from holdfast.cli import build_app

ROOT = Path(__file__).parents[2]
ROWS: list[dict[str, Any]] = tomllib.loads((ROOT / "docs" / "requirements.toml").read_text("utf-8"))["row"]
DOORS = [(row["id"], door) for row in ROWS for door in row["door"]]


def test_the_page_of_requirements_is_as_rows_and_marks_have_it() -> None:
    command = [sys.executable, ROOT / "scripts" / "requirements_page", "--check"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_every_door_that_is_a_command_exists() -> None:
    missing = []
    for number, door in DOORS:
        if not door.startswith("/"):
            words, command = door.split(" "), get_command(build_app())
            for word in words[1:]:
                command = getattr(command, "commands", {}).get(word)
            if words[0] != "holdfast" or command is None or hasattr(command, "commands"):
                missing.append((number, door))
    assert not missing


@pytest.mark.usefixtures("office")
def test_every_door_that_is_a_page_is_an_address_of_the_console() -> None:
    from django.urls import Resolver404, resolve

    missing = []
    for number, door in DOORS:
        if door.startswith("/"):
            try:
                resolve(door, urlconf="holdfast.web.console.urls")
            except Resolver404:
                missing.append((number, door))
    assert not missing


def test_every_row_has_a_text_of_one_sentence() -> None:
    assert [row["id"] for row in ROWS if not row["text"].endswith(".") or "\n" in row["text"]] == []
