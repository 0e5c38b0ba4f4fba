"""The index over several assessments, and an assessment in a notebook."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from made_up import assessment, empty_assessment

from holdfast.findings.finding import Area
from holdfast.ids import wiki_name
from holdfast.report.index import entries_in, entry_of, write_index
from holdfast.report.notebook import html_of
from holdfast.report.written import write_report


def test_entries_read_from_a_folder_are_those_of_the_assessments(tmp_path: Path) -> None:
    write_report(assessment(), tmp_path / "madewiki")
    write_report(empty_assessment(), tmp_path / "emptywiki")
    expected = (entry_of(empty_assessment()), entry_of(assessment(), about="Made up."))
    assert entries_in(tmp_path, about={"madewiki": "Made up."}) == expected


def test_an_entry_says_of_each_area_what_can_be_said_and_what_was_measured() -> None:
    entry = entry_of(assessment())
    assert entry.said == {
        Area.OPENNESS: "1 finding",
        Area.USE: "No finding",
        Area.RENEWAL: "No finding",
        Area.ELECTIONS: "Nothing can be said",
        Area.DATA_QUALITY: "1 finding",
    }
    assert (entry.measured, entry.looked_at, entry.as_of) == (4, 5, date(2009, 1, 31))


def test_the_index_is_alphabetical_and_warns_against_comparing(tmp_path: Path) -> None:
    page = write_index(tmp_path, [entry_of(assessment()), entry_of(empty_assessment())]).read_text()
    assert page.index('id="wiki-emptywiki"') < page.index('id="wiki-madewiki"')
    assert "cannot be compared between wikis" in page
    assert 'href="madewiki/report.html"' in page
    assert "Simulated accounts" in page


def test_wikis_whose_names_look_alike_keep_addresses_of_their_own(tmp_path: Path) -> None:
    entries = [
        replace(entry_of(assessment()), wiki=wiki_name(name), href=f"{name}/report.html") for name in ("a-b", "a_b")
    ]
    assert write_index(tmp_path, entries).read_text().count('id="wiki-a-b') == 4


def test_an_index_of_nothing_says_so(tmp_path: Path) -> None:
    assert "No report lies in this folder yet." in write_index(tmp_path / "new", []).read_text()


def test_a_notebook_shows_claims_uncertainty_explanations_and_charts_without_script() -> None:
    shown = assessment(text="<script>alert(1)</script>")._repr_html_()
    assert "<script>" not in shown
    assert "<style" not in shown
    assert shown.count("<svg") == 4
    for text in (
        "The work has come to lie on fewer shoulders",
        "one volunteer runs the deletion queue",
        "Simulated accounts",
        "There is no overall score",
    ):
        assert text in shown


def test_a_notebook_says_that_nothing_was_found() -> None:
    assert "That is no proof of health" in html_of(empty_assessment())


def test_the_tables_are_at_hand_as_arrow() -> None:
    assert assessment().table().column_names[:2] == ["wiki", "measure"]
    assert assessment().table("findings").num_rows == 2


@pytest.mark.parametrize("made", [assessment, empty_assessment])
def test_an_assessment_is_short_in_plain_text(made: type) -> None:
    assert len(repr(made())) < 100
