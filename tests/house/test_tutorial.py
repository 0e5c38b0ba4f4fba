"""The tutorial is true: each of its commands is run, and answers as the page shows."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
BLOCK = re.compile(r"```(console|python)\n(.*?)```", re.DOTALL)


def steps(block: str) -> list[tuple[str, list[str], int]]:
    """Command, lines that must be in its output, and exit code, of each `$` line."""
    found: list[tuple[str, list[str], int]] = []
    for line in block.splitlines():
        if line.startswith("$ "):
            found.append((line[2:], [], 0))
        elif match := re.fullmatch(r"\[exit (\d+)\]", line):
            found[-1] = (*found[-1][:2], int(match[1]))
        elif line.strip() != "…":
            found[-1][1].append(line)
    return found


@pytest.mark.timeout(900)
def test_every_command_of_the_tutorial_answers_as_it_shows(tmp_path: Path) -> None:
    (tmp_path / "data").symlink_to(ROOT / "data")
    environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}", "COLUMNS": "200"}
    for kind, block in BLOCK.findall((ROOT / "docs" / "tutorial.md").read_text("utf-8")):
        if kind == "python":
            subprocess.run([sys.executable, "-c", block], cwd=tmp_path, check=True, capture_output=True)
            continue
        for command, lines, code in steps(block):
            done = subprocess.run(
                shlex.split(command), cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
            )
            said = done.stdout + done.stderr
            assert done.returncode == code, f"{command}\n{said}"
            for line in lines:
                start, _, _ = line.partition("…")
                assert any(each.startswith(start) for each in said.splitlines()), f"{command}\n{line}\n---\n{said}"
