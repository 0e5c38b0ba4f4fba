"""Parts are installed for themselves: the base does its work without the others, and a missing one is named."""

import json
import os
import re
import subprocess
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import Any

import pytest
import typer

from holdfast.cli import build_app, main
from holdfast.cli._parts import part_of
from holdfast.parts import NEEDS, Part, install, missing_part

ROOT = Path(__file__).parents[2]
BASE = Path(__file__).parent / "base_part.py"
UV = ROOT / ".cache/setup/uv/bin/uv"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]


def commands_in(command: Any, path: str = "") -> dict[str, Any]:
    """Every command below a group, by what is typed for it."""
    inner = getattr(command, "commands", None)
    if inner is None:
        return {path.strip(): command}
    return {place: each for name, one in inner.items() for place, each in commands_in(one, f"{path} {name}").items()}


COMMANDS = {
    path: part_of(command.callback) for path, command in commands_in(typer.main.get_command(build_app())).items()
}


def ran_by_base(python: Path | str, folder: Path, *more: str) -> list[str]:
    """What the base's own script ran; it fails where a command answers otherwise than it should."""
    done = subprocess.run(
        [str(python), str(BASE), str(folder), *more], capture_output=True, text=True, check=False, cwd=folder
    )
    assert done.returncode == 0, done.stderr
    ran: list[str] = json.loads(done.stdout.splitlines()[-1])
    return ran


def test_every_command_of_the_base_runs_where_no_package_of_another_part_can_be_imported(tmp_path: Path) -> None:
    ran = ran_by_base(sys.executable, tmp_path, "--blocked")
    mine = [path for path, part in COMMANDS.items() if part is Part.BASE]
    assert len(mine) > 30
    assert [path for path in mine if not any(f"{each} ".startswith(f"{path} ") for each in ran)] == []


def test_the_help_of_a_command_says_its_part(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sweep", "run", "--help"]) == 0
    assert install(Part.OFFICE) in capsys.readouterr().out


def test_a_package_that_is_of_no_part_is_a_fault_and_no_missing_part() -> None:
    assert missing_part(ModuleNotFoundError("no", name="holdfast.none")) is None
    assert missing_part(ModuleNotFoundError("no", name="jinja2")) is None
    assert missing_part(ModuleNotFoundError("no")) is None


def test_a_package_of_two_parts_is_named_by_the_part_of_the_command() -> None:
    error = missing_part(ModuleNotFoundError("no", name="requests.adapters"), wanted=Part.OFFICE)
    assert error is not None
    assert error.hint == "pip install 'holdfast[office]'"


@pytest.mark.parametrize("part", [Part.ANALYSIS, Part.OFFICE])
def test_the_packages_of_a_part_are_those_that_the_project_declares(part: Part) -> None:
    declared = {each.split(">")[0].split("[")[0] for each in PROJECT["optional-dependencies"][part]}
    known = packages_distributions()
    assert {name.lower() for package in NEEDS[part] for name in known[package]} == declared


EVERY_PAGE = """
from pathlib import Path
from sys import argv
from holdfast.workflows.office.opening import open_office
open_office(Path(argv[1]), Path(argv[2]))
import holdfast.web.console.urls
"""


def installed(part: Part, folder: Path) -> Path:
    """An empty environment with the wheel and this part's lock; its bin folder."""
    place = folder / "environment"
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    wanted = "holdfast" if part is Part.BASE else f"holdfast[{part}]"
    lock = ROOT / "requirements" / ("run.txt" if part is Part.ALL else f"{part}.txt")
    subprocess.run(build, cwd=ROOT, capture_output=True, check=True)
    (wheel,) = folder.glob("*.whl")
    python = ["--python", str(place / "bin/python")]
    for command in (
        ["venv", "-q", "--python", sys.executable, str(place)],
        ["pip", "sync", "-q", *python, "--require-hashes", str(lock)],
        # what the wheel asks for must be there already, in the versions of the lock
        ["pip", "install", "-q", *python, "--no-index", "--find-links", str(folder), f"{wanted} @ {wheel.as_uri()}"],
    ):
        subprocess.run([str(UV), *command], check=True, env=os.environ | {"UV_LINK_MODE": "hardlink"})
    return place / "bin"


def said(program: Path, *words: object, code: int = 0) -> str:
    """What a command of an installed part said, all together."""
    done = subprocess.run(
        [str(program), *map(str, words)], capture_output=True, text=True, check=False, cwd=program.parent
    )
    assert done.returncode == code, (words, done.stdout, done.stderr)
    return done.stdout + done.stderr


@pytest.mark.long
@pytest.mark.parametrize("part", list(Part))
def test_each_part_is_installed_alone_and_its_commands_run(part: Part, tmp_path: Path) -> None:
    bin_folder = installed(part, tmp_path)
    holdfast = bin_folder / "holdfast"
    work = tmp_path / "work"
    work.mkdir()
    if part is Part.BASE:
        ran_by_base(bin_folder / "python", work)
    missing = {
        Part.BASE: {"analysis", "office"},
        Part.ANALYSIS: {"office"},
        Part.OFFICE: {"analysis"},
        Part.ALL: set(),
    }
    assert set(re.findall(r"\[(analysis|office) is not installed\]", said(holdfast, "--help"))) == missing[part]
    if part in (Part.ANALYSIS, Part.ALL):
        lake = ("--lake", work / "lake", "--wiki", "cocktails")
        said(holdfast, "ingest", *lake, *sorted((ROOT / "data/demo/cocktails").glob("*.gz")))
        said(holdfast, "assess", *lake, "--out", work / "report")
        said(holdfast, "measures")
    else:
        assert install(Part.ANALYSIS) in said(holdfast, "measures", code=2)
    office = ("--office", work / "office", "--keys", work / "keys")
    if part in (Part.OFFICE, Part.ALL):
        said(holdfast, "office", "init", *office)
        said(holdfast, "tick", *office)
        said(holdfast, "office", "doctor", *office)
        said(bin_folder / "python", "-c", EVERY_PAGE, *office[1::2])
    else:
        assert install(Part.OFFICE) in said(holdfast, "office", "init", *office, code=2)
