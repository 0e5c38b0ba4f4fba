"""`holdfast simulate` and `holdfast coaction` as people run them."""

import csv
import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from holdfast.cli import main
from holdfast.networks.calibration import Calibration, rate_of

WORLD = """
name = "tiny"
describes = "for this test"
[size]
accounts = 500
objects = 1500
topics = 4
actions = 12000
days = 150
[[coordinated]]
size = 8
delay = "30m"
events = 28
participation = 0.8
[[legitimate]]
kind = "drive"
size = 8
"""
PAIRS = ["account_a", "account_b", "window_s", "observed", "expected", "p", "q", "flagged"]
GROUPS = ["group_id", "account", "level", "p", "stability", "published"]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("world")
    (folder / "tiny.toml").write_text(WORLD)
    assert main(["simulate", str(folder / "tiny.toml"), "--out", str(folder / "out"), "--seed", "5"]) == 0
    return folder / "out"


@pytest.fixture(scope="module")
def run(world: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("run")
    code = main(["coaction", str(world / "lake"), "--wiki", "tiny", "--out", str(out), "--replicates", "4"])
    assert code == 0
    return out


def clean(*_: object, **__: object) -> Calibration:
    """What the gate says after 60 runs of each kind in which nothing was found; another test runs them."""
    rates = {name: rate_of([0] * 60, 1.0) for name in ("shuffle", "jitter", "weeks")}
    return Calibration(published=True, reason="none found", replicates=60, rates=rates)


def test_a_world_is_a_lake_with_its_twin_and_the_truth(world: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["lake", str(world / "lake"), "--json"]) == 0
    content = json.loads(capsys.readouterr().out)
    assert set(content["wikis"]) == {"tiny", "tiny-healthy"}
    truth = pq.read_table(world / "truth.parquet").to_pylist()
    assert {row["role"] for row in truth} == {"coordinated", "drive"}
    assert {row["role"] for row in pq.read_table(world / "truth-healthy.parquet").to_pylist()} == {"drive"}
    actions = pq.read_table(world / "actions.parquet")
    assert actions.column_names == ["account", "object", "at"]


def test_the_tables_have_the_columns_of_the_reference_and_are_ordered_by_key(run: Path) -> None:
    pairs, groups = pq.read_table(run / "pairs.parquet"), pq.read_table(run / "groups.parquet")
    assert pairs.column_names == PAIRS
    assert groups.column_names == GROUPS
    keys = [(row["account_a"], row["account_b"], row["window_s"]) for row in pairs.to_pylist()]
    assert keys == sorted(set(keys))
    assert all(row["account_a"] < row["account_b"] and row["observed"] >= 3 for row in pairs.to_pylist())
    assert pairs.num_rows == 0, "what a pair did is public and would name a pseudonym"
    assert set(pairs.column("window_s").to_pylist()) <= {300, 3600, 21600, 86400, 172800}
    order = [(row["group_id"], row["account"]) for row in groups.to_pylist()]
    assert order == sorted(order)
    assert set(groups.column("level").to_pylist()) <= {"pair", "group"}


def test_nobody_is_named_unless_asked_for(run: Path, world: Path, tmp_path: Path) -> None:
    for name in ("pairs.parquet", "groups.parquet", "report.html", "calibration.json"):
        assert b"Editor" not in (run / name).read_bytes(), name
    arguments = ["coaction", str(world / "lake"), "--wiki", "tiny", "--out", str(tmp_path), "--replicates", "1"]
    assert main([*arguments, "--names-all"]) == 0
    rows = pq.read_table(tmp_path / "pairs.parquet").to_pylist()
    keys = [(row["account_a"], row["account_b"], row["window_s"]) for row in rows]
    assert keys
    assert keys == sorted(set(keys))
    assert all(row["account_a"] < row["account_b"] and row["observed"] >= 3 for row in rows)
    assert all(row["account_a"].startswith("Editor") and not row["flagged"] for row in rows)


def test_the_calibration_says_what_the_replicates_can_show(run: Path) -> None:
    found = json.loads((run / "calibration.json").read_text())
    assert {"published", "target", "realised_false_groups", "upper_bound", "replicates", "recall"} <= set(found)
    assert found["target"] == 0.05
    assert found["replicates"] == 4
    assert set(found["nulls"]) == {"shuffle", "jitter", "weeks"}
    assert found["upper_bound"] >= 0.5  # four replicates prove next to nothing
    assert all(0 <= share <= 1 for share in found["recall"].values())
    groups = pq.read_table(run / "groups.parquet")
    assert found["published"] is False
    assert groups.num_rows == 0
    report = (run / "report.html").read_text()
    assert "95 % bound" in report
    assert "edit-a-thon" in report


def test_what_is_published_was_planted(run: Path, world: Path, tmp_path: Path) -> None:
    out = tmp_path / "named"
    arguments = ["coaction", str(world / "actions.parquet"), "--out", str(out), "--names"]
    assert main(arguments) == 0
    if not json.loads((out / "calibration.json").read_text())["published"]:
        pytest.fail("the gate refused a world with one plain group")
    truth = {row["account"] for row in pq.read_table(world / "truth.parquet").to_pylist()}
    found = {row["account"] for row in pq.read_table(out / "groups.parquet").to_pylist()}
    assert found
    assert found <= truth
    pairs = pq.read_table(out / "pairs.parquet").to_pylist()
    named = {row["account_a"] for row in pairs if row["account_a"].startswith("Editor")}
    assert named <= found


def _csv(path: Path, rows: list[tuple[object, object, object]], header: str = "account,object,at") -> Path:
    with path.open("w", newline="") as stream:
        stream.write(header + "\n")
        csv.writer(stream).writerows(rows)
    return path


def test_plain_counting_follows_the_rule_that_either_account_suffices(tmp_path: Path) -> None:
    # a and b meet twice, b and c once: c has one coordinated action, and stays because b has three
    rows = [
        ("a", 1, 0),
        ("b", 1, 5),
        ("a", 2, 100),
        ("b", 2, 104),
        ("b", 3, 200),
        ("c", 3, 205),
        ("d", 4, 0),
        ("e", 4, 9),
    ]
    path = _csv(tmp_path / "actions.csv", rows)
    arguments = ["coaction", str(path), "--out", str(tmp_path / "out"), "--method", "count", "--windows", "10s"]
    assert main([*arguments, "--names-all"]) == 0
    table = pq.read_table(tmp_path / "out" / "pairs.parquet")
    assert table.column_names == PAIRS
    assert [(row["account_a"], row["account_b"], row["observed"]) for row in table.to_pylist()] == [
        ("a", "b", 2),
        ("b", "c", 1),
    ]
    assert table.column("p").null_count == table.num_rows


@pytest.mark.parametrize("header", ["account,object,when", "user,object,at"])
def test_a_file_without_the_columns_is_refused(
    header: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = _csv(tmp_path / "actions.csv", [("a", 1, 0)], header)
    assert main(["coaction", str(path), "--out", str(tmp_path / "out")]) == 3
    assert "actions.columns" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_a_time_that_is_none_is_refused_and_shown(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = _csv(tmp_path / "actions.csv", [("a", 1, 0), ("b", 2, "yesterday")])
    assert main(["coaction", str(path), "--out", str(tmp_path / "out")]) == 3
    assert "actions.time" in capsys.readouterr().err


def test_times_with_zones_are_moments_and_times_without_are_utc(tmp_path: Path) -> None:
    from holdfast.tables.actions import read_actions

    rows = [("a", 1, "2021-09-13T16:13:00+02:00"), ("b", 1, "2021-09-13 14:13:00Z"), ("c", 1, "1631542380")]
    found = read_actions(_csv(tmp_path / "zoned.csv", rows))
    assert found.at.tolist() == [1631542380] * 3
    assert found.notes == ()
    bare = read_actions(_csv(tmp_path / "bare.csv", [("a", 1, "2021-09-13T14:13:00")]))
    assert bare.at.tolist() == [1631542380]
    assert "UTC" in bare.notes[0]
    table = pa.table(
        {"account": ["a"], "object": [7], "at": pa.array([1631542380 * 10**6], pa.timestamp("us", "UTC"))}
    )
    pq.write_table(table, tmp_path / "typed.parquet")
    assert read_actions(tmp_path / "typed.parquet").at.tolist() == [1631542380]


def test_thin_data_give_all_files_no_rows_and_exit_code_0(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = _csv(tmp_path / "actions.csv", [("a", page, page) for page in range(50)])
    assert main(["coaction", str(path), "--out", str(tmp_path / "out"), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["status"] == "not_enough_data"
    for name, columns in (("pairs", PAIRS), ("groups", GROUPS)):
        table = pq.read_table(tmp_path / "out" / f"{name}.parquet")
        assert table.column_names == columns
        assert table.num_rows == 0
    found = json.loads((tmp_path / "out" / "calibration.json").read_text())
    assert found["published"] is False
    assert found["upper_bound"] is None
    assert "Not enough data" in (tmp_path / "out" / "report.html").read_text()


@pytest.mark.parametrize(
    "wrong", [["--windows", "soon"], ["--windows", "1d,1h"], ["--method", "guess"], ["--q", "2"]]
)
def test_impossible_options_are_refused(wrong: list[str], tmp_path: Path) -> None:
    path = _csv(tmp_path / "actions.csv", [("a", 1, 0)])
    assert main(["coaction", str(path), "--out", str(tmp_path / "out"), *wrong]) in {2, 3}


def test_the_power_curve_is_printed_and_says_that_it_is_simulated(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["simulate", "power", "--actions", "4000", "--worlds", "1", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["simulated"] is True
    assert {point["delay"] for point in found["points"]} == {"5m", "6h", "1d", "2d"}
    assert all(0 <= point["low"] <= point["recall"] <= point["high"] <= 1 for point in found["points"])


def test_an_assessment_takes_coordination_in_with_its_innocent_explanations(
    world: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("holdfast.networks.run.calibrate", clean)
    out = tmp_path / "assessed"
    arguments = ["assess", "--lake", str(world / "lake"), "--wiki", "tiny", "--out", str(out)]
    assert main([*arguments, "--coordination"]) == 0
    found = json.loads((out / "findings.json").read_text())["findings"]
    together = [each for each in found if each["area"] == "coordination"]
    assert together
    for each in together:
        assert "says nothing about who they are" in each["claim"]
        assert len(each["innocent"]) == 5
        assert all(explanation["tested"] for explanation in each["innocent"])
        assert "Editor" not in json.dumps(each)
    assert "Coordination" in (out / "report.html").read_text()
