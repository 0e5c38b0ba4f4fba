"""Every command in a process of its own, used by somebody who knows nothing: an answer or an error, no traceback."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from holdfast.cli import build_app

GO_ON = {("console",), ("serve",), ("record", "serve"), ("record", "witness"), ("demo", "office")}
"""Commands that run until they are stopped, or install real wikis; they have their own tests."""


def commands(command: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Every command, with the words by which it is called."""
    if hasattr(command, "list_commands"):
        for name in command.list_commands(None):
            yield from commands(command.get_command(None, name), (*path, name))
    elif path not in GO_ON:
        yield path, command


def something(command: Any) -> list[str]:
    """A word for each thing that is asked for, which stands for nothing that is there."""
    asked = [each for each in command.params if each.required]
    return [
        word
        for each in asked
        for word in (
            ["nothing-here"] if each.param_type_name == "argument" else [each.opts[0], "nothing-here"]
        )
    ]  # fmt: skip


@pytest.mark.long
def test_no_command_ends_in_a_traceback(tmp_path: Path) -> None:
    found = list(commands(typer.main.get_command(build_app())))
    assert len(found) > 60
    for path, command in found:
        done = subprocess.run(
            [sys.executable, "-m", "holdfast", *path, *something(command)],
            capture_output=True,
            text=True,
            cwd=tmp_path,
            env={**os.environ, "HOME": str(tmp_path)},
            stdin=subprocess.DEVNULL,
            check=False,
        )
        assert "Traceback" not in done.stderr, (path, done.stderr[-2000:])
        assert done.returncode in (0, 1, 2, 3, 4), (path, done.stderr[-2000:])
