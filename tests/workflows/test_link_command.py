"""`holdfast link`: a named few, a reason, and nothing else."""

import json
from pathlib import Path

import pyarrow as pa
import pytest

from holdfast.cli import main
from holdfast.clock import system_clock
from holdfast.ids import wiki_name
from holdfast.tables.ingest import begin
from holdfast.tables.lake import create_lake


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Simulated: 60 editors, each in twelve sessions of three edits; some edits restore an earlier text."""
    path = tmp_path_factory.mktemp("link") / "lake"
    opened = create_lake(path)
    rows = []
    for editor in range(60):
        for session in range(12):
            for step in range(3):
                at = ((session * 17 + editor * 5) % 200) * 86_400 + editor * 700 + step * 300
                page = (editor // 6) * 9 + (session * 3 + step * editor) % 9
                rows.append((at, page, f"Editor {editor}"))
    rows.sort()
    table = pa.table(
        {
            "revision_id": pa.array(range(len(rows)), pa.int64()),
            "page_id": pa.array([page for _, page, _ in rows], pa.int64()),
            "namespace": pa.array([0] * len(rows), pa.int64()),
            "at": pa.array([at * 1_000_000 for at, _, _ in rows], pa.int64()).cast(pa.timestamp("us")),
            "account": pa.array([name for _, _, name in rows]),
            "is_address": pa.array([False] * len(rows)),
            "sha1": pa.array([f"{number % 37}" for number in range(len(rows))]),
        }
    )
    with begin(opened, wiki_name("testwiki"), "simulation", "test") as ingest:
        ingest.add_arrow("revisions", table)
        ingest.commit([], "test", system_clock)
    return path


def run(capsys: pytest.CaptureFixture[str], lake: Path, *arguments: str) -> tuple[int, str, str]:
    code = main(["link", *arguments, "--lake", str(lake), "--wiki", "testwiki"])
    printed = capsys.readouterr()
    return code, printed.out, printed.err


def test_more_than_ten_accounts_are_refused(lake: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, _, err = run(capsys, lake, *(f"Editor {number}" for number in range(11)), "--reason", "a case")
    assert code == 2
    assert err.startswith("link.too_many")


@pytest.mark.parametrize("reason", ["", "  "])
def test_an_empty_reason_is_refused(reason: str, lake: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, _, err = run(capsys, lake, "Editor 1", "Editor 2", "--reason", reason)
    assert code == 2
    assert err.startswith("link.no_reason")


def test_no_reason_and_one_account_and_strangers_are_refused(lake: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(capsys, lake, "Editor 1", "Editor 2")[0] == 2
    assert run(capsys, lake, "Editor 1", "Editor 1", "--reason", "x")[2].startswith("link.too_few")
    assert run(capsys, lake, "Editor 1", "Nobody", "--reason", "x")[2].startswith("link.unknown_account")


@pytest.mark.requirement("2.8")
def test_the_result_has_each_feature_the_sentence_and_no_name(lake: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, lake, "Editor 1", "Editor 2", "Editor 30", "--reason", "case 7", "--json")
    assert code == 0
    found = json.loads(out)
    assert "Editor" not in out
    assert found["reason"] == "case 7"
    assert len(found["pairs"]) == 3
    for pair in found["pairs"]:
        may = 3 * pair["innocent_per_10000_upper_bound"] / 1e4 <= 0.05
        assert pair["status"] == ("ok" if may else "not_published")
        assert (pair["likelihood_ratio"] is not None) == may
        assert [each["name"] for each in pair["features"]] == ["overlap", "alternation", "targets", "tag_team"]
        assert "Of 10,000 innocent pairs" in pair["sentence"]
        assert pair["innocent_per_10000_upper_bound"] >= pair["innocent_per_10000"]
    assert found["innocent_explanations"]


def test_the_text_names_accounts_only_when_asked(lake: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _, out, _ = run(capsys, lake, "Editor 1", "Editor 2", "--reason", "case 7")
    assert "P-" in out
    assert "Editor 1" not in out
    assert "innocent pairs" in out
    _, named, _ = run(capsys, lake, "Editor 1", "Editor 2", "--reason", "case 7", "--names")
    assert "Editor 1 and Editor 2" in named


def test_accounts_are_found_in_every_spelling_and_two_spellings_are_one_account(
    lake: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, _ = run(capsys, lake, "editor_1", "User:Editor 2", "--reason", "a case", "--names", "--json")
    assert code == 0
    assert json.loads(out)["accounts"] == ["Editor 1", "Editor 2"]
    assert run(capsys, lake, "Editor 1", "editor_1", "--reason", "x")[2].startswith("link.too_few")


def test_a_ratio_is_published_where_the_bound_over_all_looks_is_within_the_target(
    lake: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _, out, _ = run(
        capsys, lake, *(f"Editor {each}" for each in range(1, 5)), "--reason", "case 7", "--json", "--names"
    )
    pairs = json.loads(out)["pairs"]
    assert {each["status"] for each in pairs} == {"not_published"}, "sixty editors bound no rate for six looks"
    assert all(each["likelihood_ratio"] is None and each["innocent_pairs_compared"] > 0 for each in pairs)
    assert all(feature["log_ratio"] is None for each in pairs for feature in each["features"])


def test_under_pseudonyms_no_value_of_a_pair_is_written(lake: Path, capsys: pytest.CaptureFixture[str]) -> None:
    asked = ("Editor 1", "Editor 2", "--reason", "case 7", "--json")
    values = {
        named: [
            feature["value"] for feature in json.loads(run(capsys, lake, *asked, *named)[1])["pairs"][0]["features"]
        ]
        for named in ((), ("--names",))
    }
    assert set(values[()]) == {None}
    assert set(values["--names",]) != {None}
