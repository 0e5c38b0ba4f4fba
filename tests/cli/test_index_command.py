"""`holdfast index` says what it wrote, and refuses what it cannot read."""

from pathlib import Path

import pytest

from holdfast.cli import main
from holdfast.errors import ExitCode


def test_an_index_over_no_reports_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["index", str(tmp_path)]) == ExitCode.DONE
    assert "0 reports" in capsys.readouterr().out
    assert "No report lies in this folder yet." in (tmp_path / "index.html").read_text("utf-8")


def test_a_folder_that_is_not_there_is_wrong_usage(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["index", str(tmp_path / "nowhere")]) == ExitCode.WRONG_USAGE
    assert "holdfast assess" in capsys.readouterr().err


def test_an_about_without_a_wiki_is_wrong_usage(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["index", str(tmp_path), "--about", "words"]) == ExitCode.WRONG_USAGE
    assert "WIKI=TEXT" in capsys.readouterr().err
