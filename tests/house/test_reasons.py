"""The office itself acts for a reason that is named where it acts."""

import ast
from pathlib import Path

SOURCES = sorted((Path(__file__).parents[2] / "src" / "holdfast").rglob("*.py"))


def test_every_reader_of_the_office_names_its_reason_in_place() -> None:
    calls = [
        (file.name, node)
        for file in SOURCES
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "of_the_office"
    ]
    unnamed = [(file, node.lineno) for file, node in calls if not _names_a_reason(node)]
    assert len(calls) > 100
    assert unnamed == []


def test_nobody_else_makes_a_reader_of_the_office() -> None:
    makers = [
        file.name
        for file in SOURCES
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in ("Reader", "cls", "Visitor")
        and any(isinstance(each.value, ast.Name) and each.value.id == "SYSTEM" for each in node.keywords)
    ]
    assert makers == ["vault.py"]


def _names_a_reason(call: ast.Call) -> bool:
    (given,) = call.args
    return isinstance(given, ast.Attribute) and isinstance(given.value, ast.Name) and given.value.id == "Because"
