"""A written report: the page, findings.json by its schema, and the tables in their committed form."""

import csv
import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import jsonschema
import pyarrow.parquet as pq
import pytest
from made_up import assessment, big_assessment, empty_assessment, series

from holdfast.errors import UsageError
from holdfast.ids import wiki_name
from holdfast.report.machine_files import findings_schema, table_forms, tables_of
from holdfast.report.written import write_report

HOSTILE = "\"><script>alert('x')</script><img src=x onerror=alert(1)>{{ 7*7 }}\u202eevil\u2066&amp;\x01</svg>"
MEASURE_COLUMNS = ["wiki", "measure", "period_start", "period_end", "value", "low", "high", "n", "unit", "status"]


SHAPES = {"g", "path", "line", "text", "tspan", "title", "desc", "defs", "clippath", "rect", "circle"}


class Words(HTMLParser):
    """The words of a page, without tags, and its headings' levels."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.text = ""
        self.levels: list[int] = []
        self.drawn = False
        self.tags: list[str] = []
        self.feed(page)
        self.text = re.sub(r"\s+", " ", self.text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.drawn = tag == "svg" or (self.drawn and tag in SHAPES)
        if not self.drawn:
            self.tags.append(tag)
        if re.fullmatch("h[1-6]", tag):
            self.levels.append(int(tag[1]))

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("report") / "made"
    write_report(assessment(), out)
    return out


@pytest.fixture(scope="module")
def words(written: Path) -> Words:
    return Words((written / "report.html").read_text())


def test_the_folder_holds_the_page_the_findings_and_each_table_twice(written: Path) -> None:
    names = {path.name for path in written.iterdir()}
    tables = {f"{name}.{kind}" for name in table_forms() for kind in ("parquet", "csv")}
    assert names == {"report.html", "findings.json"} | tables


def test_measures_parquet_has_exactly_the_columns_of_the_convention(written: Path) -> None:
    table = pq.read_table(written / "measures.parquet")
    assert table.column_names == MEASURE_COLUMNS
    assert table.schema.equals(table_forms()["measures"].schema)
    assert set(table["wiki"].to_pylist()) == {"madewiki"}


def test_rows_are_ordered_by_key(written: Path) -> None:
    for name, form in table_forms().items():
        rows = pq.read_table(written / f"{name}.parquet").to_pylist()
        keys = [tuple((row[part] is not None, str(row[part]).rjust(12)) for part in form.key) for row in rows]
        if form.schema.field(form.key[-1]).type != "int64":
            assert keys == sorted(keys), name
        assert len(set(keys)) == len(keys), name


def test_csv_and_parquet_hold_the_same(written: Path) -> None:
    for name in table_forms():
        table = pq.read_table(written / f"{name}.parquet")
        with (written / f"{name}.csv").open(newline="") as stream:
            heading, *rows = csv.reader(stream)
        assert heading == table.column_names
        assert len(rows) == table.num_rows
        for column in ("value", "p"):
            if column in heading and name in ("measures", "tests"):
                read = [float(row[heading.index(column)]) if row[heading.index(column)] else None for row in rows]
                assert read == table[column].to_pylist()


def test_findings_json_obeys_its_published_schema(written: Path) -> None:
    validator = jsonschema.Draft202012Validator(
        findings_schema(), format_checker=jsonschema.Draft202012Validator.FORMAT_CHECKER
    )
    jsonschema.Draft202012Validator.check_schema(findings_schema())
    validator.validate(json.loads((written / "findings.json").read_bytes()))


@pytest.mark.requirement("2.10")
def test_the_schema_refuses_a_statistical_finding_without_null_or_innocent_explanation(written: Path) -> None:
    found = json.loads((written / "findings.json").read_bytes())
    statistical = next(each for each in found["findings"] if each["p"] is not None)
    for change in ({"null": ""}, {"innocent": []}, {"q": None}):
        spoiled = {**found, "findings": [{**statistical, **change}]}
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(spoiled, findings_schema())


def test_an_empty_assessment_gives_all_files_with_their_columns(tmp_path: Path) -> None:
    write_report(empty_assessment(), tmp_path / "out")
    for name, form in table_forms().items():
        table = pq.read_table(tmp_path / "out" / f"{name}.parquet")
        assert table.schema.equals(form.schema)
        assert (tmp_path / "out" / f"{name}.csv").read_text().splitlines()[0] == ",".join(form.schema.names)
    assert pq.read_table(tmp_path / "out" / "measures.parquet").num_rows == 0
    found = json.loads((tmp_path / "out" / "findings.json").read_bytes())
    jsonschema.validate(found, findings_schema())
    page = Words((tmp_path / "out" / "report.html").read_text()).text
    assert "That is no proof of health" in page
    assert "data without times" in page


@pytest.mark.requirement("2.10")
@pytest.mark.requirement("5.5")
def test_the_page_says_for_each_finding_what_a_reader_needs(words: Words) -> None:
    for text in (
        "The work has come to lie on fewer shoulders since the summer of 2007",
        "p is how often chance alone, by the null model (the wiki's own past), would give a value at least this far"
        " out: 0.00021.",
        "q takes into account that 21 hypotheses were tested here: of the findings with a q up to 0.0042, at most"
        " that share is expected to be false.",
        "one volunteer runs the deletion queue with a script",
        "without deletions the value is 0.66",
        "others hold the flag for rare technical work",
        "not tested with these data",
        "What would tell them apart. the share of actions made through a tool's tag",
        "P-2B4XQW7LMZ3A",
        "counted in the data, not estimated: there is no null model and no p-value",
    ):
        assert text in words.text


@pytest.mark.requirement("5.5")
def test_every_value_of_the_report_and_its_tables_has_its_interval(written: Path, words: Words) -> None:
    newest = series("any")[-1]
    assert newest.low is not None
    assert newest.high is not None
    assert f"Interval{newest.low:.2g} to {newest.high:.2g} (95 % bootstrap over admins)" in words.text
    assert words.text.count("Newest value") == words.text.count("Interval") > 0
    with next(written.rglob("measures.csv")).open() as stream:
        rows = [row for row in csv.DictReader(stream) if row["value"]]
    assert rows
    assert all(float(row["low"]) < float(row["value"]) < float(row["high"]) for row in rows)


def test_the_page_says_what_was_not_found_what_was_not_measured_and_what_it_cannot_tell(words: Words) -> None:
    for text in (
        "What was looked at and not found",
        "21 hypotheses in one family, false discoveries controlled by Benjamini-Yekutieli at q = 0.05; 1 kept.",
        "What there is not enough data for",
        "the data carry no times, and this measure needs them",
        "What this report cannot tell",
        "Whether decisions were right.",
        "There is no overall score, on purpose.",
        "Simulated accounts",
        "Accounts are shown as pseudonyms",
        "3 accounts recognised as bots",
    ):
        assert text in words.text


def test_the_page_says_where_it_comes_from_and_how_to_make_it_again(words: Words) -> None:
    for text in ("ab" * 32, "1.2 MB", "holdfast ingest log.csv.gz --wiki madewiki --lake lake", "duckdb", "2.0.0"):
        assert text in words.text


def test_headings_go_down_one_level_at_a_time(words: Words) -> None:
    assert words.levels[0] == 1
    assert words.levels.count(1) == 1
    assert all(after <= before + 1 for before, after in zip(words.levels, words.levels[1:], strict=False))


def test_hostile_words_in_every_field_stay_words(tmp_path: Path, written: Path) -> None:
    write_report(assessment(text=HOSTILE), tmp_path / "hostile")
    page = (tmp_path / "hostile" / "report.html").read_text()
    calm = Words((written / "report.html").read_text())
    assert Words(page).tags == calm.tags
    assert "\u202e" not in page
    assert "\u2066" not in page
    assert "alert('x')</script>" not in page


def test_findings_about_names_in_any_script_keep_addresses_of_their_own(tmp_path: Path) -> None:
    found = tuple(
        replace(assessment().findings[0], id=f"elections.margin.{name}") for name in ("Иван", "張三", "a b", "a_b")
    )
    write_report(replace(assessment(), findings=found), tmp_path / "out")
    page = (tmp_path / "out" / "report.html").read_text()
    anchors = re.findall(r'<section id="(finding-elections-margin[^"]*[0-9a-f]{6})"', page)
    assert len(anchors) == len(set(anchors)) == 4
    assert all(f'href="#{anchor}"' in page for anchor in anchors)


def test_machine_files_keep_hostile_words_unchanged(tmp_path: Path) -> None:
    write_report(assessment(text=HOSTILE), tmp_path / "hostile")
    rows = pq.read_table(tmp_path / "hostile" / "evidence.parquet").to_pylist()
    assert any(row["value"] == f"P-2B4XQW7LMZ3A{HOSTILE}" for row in rows)


def test_the_same_assessment_gives_the_same_bytes(tmp_path: Path, written: Path) -> None:
    write_report(assessment(), tmp_path / "again")
    for path in written.iterdir():
        assert (tmp_path / "again" / path.name).read_bytes() == path.read_bytes(), path.name


def test_a_second_report_replaces_the_first_and_leaves_other_files_alone(tmp_path: Path) -> None:
    out = tmp_path / "out"
    write_report(assessment(), out)
    (out / "mine.txt").write_text("kept")
    write_report(empty_assessment(), out)
    assert "emptywiki" in (out / "report.html").read_text()
    assert (out / "mine.txt").read_text() == "kept"
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_a_report_that_cannot_be_made_leaves_the_old_one(tmp_path: Path) -> None:
    out = tmp_path / "out"
    write_report(empty_assessment(), out)
    before = {path.name: path.read_bytes() for path in out.iterdir()}
    broken = replace(assessment(), lorenz=((0.0, float("nan")),))
    with pytest.raises(ValueError, match="JSON"):
        write_report(broken, out)
    assert {path.name: path.read_bytes() for path in out.iterdir()} == before
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_a_report_is_not_written_into_a_lake(tmp_path: Path) -> None:
    (tmp_path / "lake.json").write_text("{}")
    with pytest.raises(UsageError, match="report.out_is_lake"):
        write_report(empty_assessment(), tmp_path)


def test_seventeen_measures_over_ten_years_with_peers_stay_below_five_megabytes(tmp_path: Path) -> None:
    write_report(big_assessment(), tmp_path / "big")
    assert (tmp_path / "big" / "report.html").stat().st_size < 5_000_000


def test_the_tables_in_memory_are_those_on_disk(written: Path) -> None:
    for name, table in tables_of(assessment()).items():
        assert pq.read_table(written / f"{name}.parquet").equals(table), name


def test_hundreds_of_peers_do_not_swell_the_page(tmp_path: Path) -> None:
    undated = [
        replace(series("effective_admins", wiki=f"peer{number:03d}", months=1)[0], period_start=None, period_end=None)
        for number in range(300)
    ]
    dated = [
        value for number in range(300) for value in series("admin_action_gini", wiki=f"peer{number:03d}", months=24)
    ]
    own = [replace(undated[0], wiki=wiki_name("madewiki")), *series("admin_action_gini")]
    write_report(replace(assessment(), values=tuple(own), peers=(*undated, *dated)), tmp_path / "out")
    page = (tmp_path / "out" / "report.html").read_text()
    assert "289 more wikis of like size not shown" in page
    assert "271 more wikis of like size not shown" in page
    assert len(page) < 500_000
