"""What is said of an area is said of what was tested: no finding, not testable and no data are three things."""

import json
from dataclasses import asdict

import pytest

from holdfast.findings.areas import AreaSaid, Said, said_of_areas
from holdfast.findings.false_alarms import false_alarms
from holdfast.findings.finding import Area
from holdfast.report.finding_sections import in_words

AREAS = {"gini": "openness_of_power", "top3": "openness_of_power", "ratio": "openness_of_power", "stay": "renewal"}


def openness(**given: object) -> AreaSaid:
    asked = {"valued": ["gini", "top3"], "tested": ["gini"], "found": [], **given}
    return said_of_areas(AREAS, **asked)[Area.OPENNESS]  # type: ignore[arg-type]


def test_one_of_three_tested_is_not_called_no_finding() -> None:
    said = openness()
    assert said.measures == {"gini": Said.NOT_FOUND, "top3": Said.NOT_TESTABLE, "ratio": Said.NO_DATA}
    head, counts = in_words(said)
    assert head == "No finding in the 1 of 3 tested"
    assert counts == (
        "3 measures: 1 tested and not found, 1 measured, but not testable with these data, 1 without enough data."
    )


@pytest.mark.parametrize(
    ("given", "said", "words"),
    [
        ({"found": [("openness_of_power", "top3")]}, Said.FOUND, "1 finding"),
        ({"tested": ["gini", "top3", "ratio"]}, Said.NOT_FOUND, "No finding"),
        ({"tested": []}, Said.NOT_TESTABLE, "Measured, not testable"),
        ({"tested": [], "valued": []}, Said.NO_DATA, "Nothing can be said"),
    ],
)
def test_an_area_says_the_most_that_can_be_said(given: dict[str, object], said: Said, words: str) -> None:
    assert (openness(**given).said, in_words(openness(**given))[0]) == (said, words)


def test_a_finding_of_another_area_with_the_same_name_is_not_this_area_s() -> None:
    assert openness(found=[("data_quality", "gini")]).measures["gini"] is Said.NOT_FOUND


def test_an_area_that_nobody_looked_at_has_no_data_and_data_quality_is_always_looked_at() -> None:
    said = said_of_areas(AREAS, valued=[], tested=[], found=[])
    assert said[Area.COORDINATION].said is Said.NO_DATA
    assert said[Area.DATA_QUALITY].said is Said.NOT_FOUND
    looked = said_of_areas(AREAS, valued=[], tested=[], found=[], looked={Area.COORDINATION: True})
    assert looked[Area.COORDINATION].said is Said.NOT_FOUND


def test_the_rate_comes_from_the_simulated_wikis_closest_in_size() -> None:
    table = {name: false_alarms({"revisions": rows}, 0.05) for name, rows in (("few", 2_000), ("many", 10**6))}
    few, many = table["few"], table["many"]
    assert few is not None
    assert many is not None
    assert few.editors < many.editors
    for each in (few, many):
        assert each.low <= each.rate <= each.high
        assert each.rate == pytest.approx(each.with_finding / each.wikis, abs=1e-4)
    assert any("A wiki of this size" in text for text in many.not_covered)
    assert any("Real wikis" in text for text in few.not_covered)


def test_what_the_rate_does_not_speak_of_is_said() -> None:
    none = false_alarms({}, 0.05)
    other = false_alarms({"revisions": 30_000}, 0.2)
    assert none is not None
    assert other is not None
    assert none.times_as_large is None
    assert any("no rows to compare" in text for text in none.not_covered)
    assert any("0.2" in text for text in other.not_covered)
    json.dumps(asdict(none))
