"""docs/running.md names every setting with its default, every clock, and every command of the office."""

from dataclasses import MISSING, fields
from pathlib import Path
from typing import Any

from typer.main import get_command

from holdfast.cli import build_app
from holdfast.store.office.config import OfficeConfig

PAGE = (Path(__file__).parents[2] / "docs" / "running.md").read_text("utf-8")


def commands(command: Any, name: str) -> list[str]:
    """Every command below this one, as it is typed."""
    inner = getattr(command, "commands", {})
    return [each for key, value in inner.items() for each in commands(value, f"{name} {key}")] or [name]


def test_every_command_of_the_office_is_on_the_page() -> None:
    app: Any = get_command(build_app())
    wanted = [*commands(app.commands["office"], "holdfast office"), "holdfast tick", "holdfast console"]
    assert [each for each in wanted if each not in PAGE] == []


def test_every_setting_is_on_the_page_with_its_default() -> None:
    missing = []
    for each in fields(OfficeConfig):
        if each.name in ("folder", "keys", "wikis"):
            continue
        default = each.default if each.default is not MISSING else each.default_factory()  # type: ignore[misc]
        if not any(f"| `{each.name}` |" in line and _shown(default) in line for line in PAGE.splitlines()):
            missing.append(f"{each.name} = {_shown(default)}")
    assert missing == []


def _shown(default: Any) -> str:
    if isinstance(default, dict):
        return ", ".join(f"{kind} {days}" for kind, days in default.items())
    if isinstance(default, bool):
        return str(default).lower()
    return str(default) if default != "" else "empty"


def test_every_clock_is_on_the_page() -> None:
    clocks = Path(__file__).parents[2] / "src/holdfast/workflows/clocks"
    names = [file.stem for file in clocks.glob("*.py") if not file.stem.startswith("_")]
    assert [name for name in names if f"| `{name}` |" not in PAGE] == []
