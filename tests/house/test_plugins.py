"""What follows from a plug-in stands in its own file, and each has a test worked by hand that names it."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from holdfast.elections.counts import methods
from small_wikis import MEASURES

ROOT = Path(__file__).parents[2]
SRC = ROOT / "src" / "holdfast"
SOURCES = [each.stem for each in (SRC / "sources").glob("*.py") if not each.name.startswith("_")]
OWN_NAME = {("franchise_age", "networks/poll.py")}
"""A check of one election by itself, whose name stands in its machine file: no measure is looked up by it."""


def literals(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def test_no_measure_is_known_by_name_outside_its_file() -> None:
    found = {
        (text, str(path.relative_to(SRC)))
        for path in SRC.rglob("*.py")
        for text in literals(path)
        if text in MEASURES and path != SRC / "measures" / f"{text}.py"
    }
    assert found == OWN_NAME


def test_no_page_or_command_of_a_count_asks_for_a_figure_by_its_key() -> None:
    keys = {each.name for method in methods().values() for each in method.figures}
    keys |= {each.within for method in methods().values() for each in method.figures if each.within}
    for place in ("report/pages/count.py", "workflows/elections/count.py", "cli/election/count.py"):
        assert keys.isdisjoint(literals(SRC / place)), place
    assert keys.isdisjoint(literals(SRC / "elections" / "counts.py"))


def named_in(folder: str, name: str) -> bool:
    return any(name in path.read_text("utf-8") for path in (ROOT / "tests" / folder).glob("test_*.py"))


@pytest.mark.parametrize(
    ("folder", "name"),
    [
        *(("measures", name) for name in MEASURES),
        *(("elections", name) for name in methods()),
        *(("sources", name) for name in SOURCES),
    ],
)
def test_each_has_a_test_worked_by_hand_that_names_it(folder: str, name: str) -> None:
    assert named_in(folder, name)


ACTED = ("actions", "workflows", "web", "attacks", "cli", "access", "cases")
ROOMS = {
    "actions/kinds": ("actions", "workflows"),
    "record/kinds": ("record", "elections", "cli", "workflows", "web"),
    "workflows/proposals": ACTED,
    "workflows/clocks": ACTED,
    "workflows/outbox_tasks": ACTED,
}
"""Rooms of plug-ins that act or speak for the office, and the rooms of tests that work them by hand."""
LISTS_ALL = {"test_record_page_of_text.py"}
"""Tests that name each of a room because they go through all of them."""


def forms(room: str, name: str) -> tuple[str, ...]:
    """How a test names a plug-in: as a file, or as it is stored."""
    stored = name.replace("_", " " if room == "record/kinds" else "-")
    return f'"{name}"', f'"{stored}"', f'"proposal-{stored}"', f"import {name}\n", f".{name} "


@pytest.mark.parametrize(
    ("room", "name"),
    [(room, path.stem) for room in ROOMS for path in sorted((SRC / room).glob("*.py")) if path.stem[0] != "_"],
)
def test_each_that_acts_or_speaks_has_a_test_worked_by_hand_that_names_it(room: str, name: str) -> None:
    told = (
        path.read_text("utf-8")
        for folder in ROOMS[room]
        for path in (ROOT / "tests" / folder).glob("test_*.py")
        if path.name not in LISTS_ALL
    )
    wanted = forms(room, name)
    assert any(form in text for text in told for form in wanted), f"no test names {room}/{name}.py"
