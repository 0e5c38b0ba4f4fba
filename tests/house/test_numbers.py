"""Every number that the code rests on says what it means and where it is from."""

import ast
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
CODE = ROOT / "src" / "holdfast"


def is_number(node: ast.expr | None) -> bool:
    """A number, or a sum or product of numbers."""
    if isinstance(node, ast.UnaryOp):
        return is_number(node.operand)
    if isinstance(node, ast.BinOp):
        return is_number(node.left) and is_number(node.right)
    return isinstance(node, ast.Constant) and type(node.value) in (int, float)


def is_said(lines: list[str], first: int, last: int) -> bool:
    """A comment beside or above, or a docstring below a number or below the numbers that it ends."""
    above = lines[first - 2].lstrip() if first > 1 else ""
    below = next((line for line in lines[last:] if not line[:1].isalpha() and not line.startswith("_")), "")
    return "#" in lines[last - 1] or above.startswith("#") or below.startswith('"""')


def silent_numbers(text: str) -> list[str]:
    """Names at module level that are a number nobody explains; -1, 0 and 1 explain themselves."""
    lines = text.split("\n")
    return [
        ast.unparse(node.target if isinstance(node, ast.AnnAssign) else node.targets[0])
        for node in ast.parse(text).body
        if isinstance(node, ast.Assign | ast.AnnAssign)
        and is_number(node.value)
        and ast.unparse(node.value or node) not in {"-1", "0", "1"}
        and not is_said(lines, node.lineno, node.end_lineno or node.lineno)
    ]


def test_a_number_without_a_word_is_noticed() -> None:
    assert silent_numbers("A = 5\n\nB = 7  # days; chosen\n# bytes\nC = -2**3\nD = 9\nE = 1\n") == ["A", "D"]
    assert silent_numbers('A = 5\nB = 6\n"""Edits and sessions."""\n') == []


def test_every_number_says_what_it_means() -> None:
    silent = {
        path.relative_to(CODE).as_posix(): names
        for path in CODE.rglob("*.py")
        if (names := silent_numbers(path.read_text("utf-8")))
    }
    assert not silent


def test_the_page_of_the_detectors_numbers_is_as_the_code_has_them() -> None:
    subprocess.run([sys.executable, ROOT / "scripts" / "tuning_page", "--check"], check=True, timeout=60)


def test_every_number_of_the_detector_has_a_meaning_a_unit_and_a_source() -> None:
    from dataclasses import fields

    from holdfast.networks.tuning import TUNING

    assert not [
        each.name for each in fields(TUNING) if not all(each.metadata[key] for key in ("unit", "meaning", "where"))
    ]
