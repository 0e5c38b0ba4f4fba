"""`scripts/test --all`: no failure stops the rest, and what did not run is not called passed."""

from collections.abc import Callable
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
TESTS = {
    "good": "def test_a():\n    pass\n",
    "bad": "def test_a():\n    assert False\n\n\ndef test_b():\n    pass\n",
    "skipped": "import pytest\n\n\n@pytest.mark.skip('needs a thing')\ndef test_a():\n    pass\n",
    "half": "import pytest\n\n\ndef test_a(record_property):\n    record_property('result', 'seven kills')\n\n\n"
    "@pytest.mark.skip('needs a thing')\ndef test_b():\n    pass\n",
    "deselected": "def helper():\n    pass\n",
    "broken": "import no_such_module_at_all\n",
}


@pytest.fixture
def script(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The script, with a page, a store and parts of its own."""
    loader = SourceFileLoader("long_parts", str(ROOT / "scripts" / "long_parts"))
    spec = spec_from_loader(loader.name, loader)
    assert spec is not None
    module = module_from_spec(spec)
    monkeypatch.setitem(__import__("sys").modules, "long_parts", module)
    monkeypatch.setattr("sys.dont_write_bytecode", True)
    loader.exec_module(module)
    monkeypatch.setattr(module, "ROOT", tmp_path)
    monkeypatch.setattr(module, "PAGE", tmp_path / "quality.md")
    monkeypatch.setattr(module, "KEPT", tmp_path / "kept" / "results.json")
    monkeypatch.setattr(module, "LOGS", tmp_path / "logs")
    monkeypatch.setattr(module, "tree", lambda: "this tree")
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    (tmp_path / "quality.md").write_text(f"Above.\n{module.BEGIN}\n{module.END}\nBelow.\n")
    return module


@pytest.fixture
def runs(script: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., int]:
    """`scripts/test --all` whose parts are these files."""

    def run(*names: str) -> int:
        for name in names:
            (tmp_path / f"test_{name}.py").write_text(TESTS[name])
        command = (str(ROOT / ".venv/bin/pytest"), "-q", "-p", "no:cacheprovider", "-c", "/dev/null")
        made = [script.Part(name=name, command=(*command, str(tmp_path / f"test_{name}.py"))) for name in names]
        monkeypatch.setattr(script, "parts", lambda: made)
        monkeypatch.setattr("sys.argv", ["long_parts"])
        return int(script.main())

    return run


def test_every_part_runs_whatever_became_of_the_one_before_and_the_end_says_so(
    runs: Callable[..., int], script: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    assert runs("bad", "broken", "skipped", "half", "deselected", "good") == 1
    known = {name: (each.result, each.note) for name, each in script.read_kept().items()}
    assert known["good"] == ("passed", "1 tests")
    assert known["half"] == ("passed in part", "1 tests; seven kills; 1 not run: needs a thing")
    assert known["skipped"] == ("not run", "needs a thing")
    assert known["deselected"] == ("not run", "no test was selected")
    assert known["bad"][0] == known["broken"][0] == "failed"
    assert "1 of 2 tests" in known["bad"][1]
    assert "6 parts: 2 failed, 3 not run or not whole" in capsys.readouterr().out
    page = script.PAGE.read_text()
    assert page.startswith("Above.\n")
    assert page.endswith("Below.\n")
    assert "| `skipped` | **not run**: needs a thing |" in page


def test_only_what_passed_on_this_very_tree_is_not_run_again(
    runs: Callable[..., int], script: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert runs("skipped", "good") == 0
    capsys.readouterr()
    assert runs("skipped", "good") == 0
    told = capsys.readouterr().out
    assert "== good (passed before)" in told
    assert "== skipped\n" in told
    monkeypatch.setattr(script, "tree", lambda: "another tree")
    assert runs("good") == 0
    assert "passed before" not in capsys.readouterr().out


def test_a_part_that_was_not_run_here_keeps_its_row_on_the_page(runs: Callable[..., int], script: Any) -> None:
    row = "| `skipped` | passed: 9 tests | 7 s | 2026-01-01 |"
    script.PAGE.write_text(f"{script.BEGIN}\n{row}\n{script.END}\n")
    script.keep({}, ["skipped", "good"])
    assert row in script.PAGE.read_text()
    assert "| `good` | never run | | |" in script.PAGE.read_text()


def test_every_file_with_long_tests_is_a_part() -> None:
    loader = SourceFileLoader("long_parts_of_here", str(ROOT / "scripts" / "long_parts"))
    text = loader.get_source(loader.name) or ""
    assert "tests/**/test_*.py" in text
    for place in ("tests/judges/test_spark.py", "tests/actions/test_sweep_crash.py"):
        assert place in text
        assert (ROOT / place).exists()
