"""The commands list and define measures, and the page in the docs is what they print."""

import json
from pathlib import Path

import pytest

from holdfast.cli import main
from holdfast.measures._page import page
from holdfast.workflows.analysis.assess import all_measures

ROOT = Path(__file__).parents[2]


def test_all_measures_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["measures"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == list(all_measures())
    assert len(lines) >= 17


def test_one_measure_is_shown_with_its_whole_definition(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["measures", "block_reversal_rate"]) == 0
    text = capsys.readouterr().out
    for part in ("unit", "window", "minimum", "null", "reference", "source", "innocent", "cannot tell", "SELECT"):
        assert part in text


def test_as_json_a_definition_is_an_object_and_the_list_is_a_list(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["measures", "top3_share", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["unit"] == "share"
    assert main(["measures", "--json"]) == 0
    assert len(json.loads(capsys.readouterr().out)["measures"]) == len(all_measures())


def test_a_measure_that_is_not_there_is_refused_with_the_ones_that_are(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["measures", "trustworthiness"]) == 2
    assert "measures.no_such_measure" in capsys.readouterr().err


def test_the_page_of_measures_is_made_from_the_declarations() -> None:
    made = page(list(all_measures().values()))
    assert (ROOT / "docs" / "measures.md").read_text() == made, "run: holdfast measures --markdown > docs/measures.md"
