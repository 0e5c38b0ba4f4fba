"""`holdfast votes`: files, columns, names, and what it says of data that cannot answer."""

import json
from pathlib import Path

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq
import pytest

from holdfast.cli import main
from holdfast.workflows.analysis.votes import FILES
from holdfast.worlds.election_world import Bloc, ElectionWorld
from holdfast.worlds.elections import simulate


def vote_list(path: Path, rows: list[str], header: str = "election,voter,candidate,vote") -> Path:
    path.write_text("\n".join([header, *rows]) + "\n", "utf-8")
    return path


def simulated(path: Path) -> Path:
    drawn = simulate(
        ElectionWorld(
            voters=160,
            elections=64,
            turnout=0.22,
            blocs=(Bloc(size=16, called=0.5, participation=0.85, loyalty=0.97),),
        ),
        73,
    ).tables["votes"]
    pa.csv.write_csv(drawn.select(["election", "voter", "candidate", "vote", "at"]), path)
    return path


def run(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str, str]:
    code = main([str(each) for each in arguments])
    printed = capsys.readouterr()
    return code, printed.out, printed.err


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("votes")
    given = simulated(folder / "votes.csv")
    key = folder / "key"
    key.write_bytes(bytes(range(32)))
    arguments = ["votes", given, "--out", folder / "out", "--threshold", "0.7", "--replicates", "1"]
    assert main([str(each) for each in [*arguments, "--pseudonym-key", key]]) == 0
    return folder


@pytest.mark.requirement("6.20")
def test_the_four_tables_have_their_columns_types_and_order(finished: Path) -> None:
    for name, schema in FILES.items():
        table = pq.read_table(finished / "out" / f"{name}.parquet")
        assert table.schema.equals(schema)
    assert pq.read_table(finished / "out/voters.parquet").column_names == [
        "voter", "bloc_id", "affinity", "low", "high", "votes"
    ]  # fmt: skip
    voters = pq.read_table(finished / "out/voters.parquet").to_pylist()
    assert voters == sorted(voters, key=lambda row: (row["bloc_id"], row["voter"]))
    blocs = pq.read_table(finished / "out/blocs.parquet").to_pylist()
    published = {row["bloc_id"] for row in blocs if row["published"]}
    assert {row["bloc_id"] for row in voters} == published, "an unpublished group tells of nobody"
    assert all(row["published"] == (row["bloc_id"] != "candidate") for row in blocs)
    outcomes = set(pq.read_table(finished / "out/elections.parquet").column("outcome_without").to_pylist())
    assert outcomes <= {"passed", "failed", "unknown"}


def test_calibration_says_target_rate_bound_replicates_and_recall(finished: Path) -> None:
    found = json.loads((finished / "out/calibration.json").read_text())
    assert {"published", "target", "realised_false_groups", "upper_bound", "replicates", "recall"} <= set(found)
    assert found["upper_bound"] > found["realised_false_groups"]
    assert {"size", "planted", "blocs_found", "members_found"} <= set(found["recall"][0])


def test_no_name_is_in_any_output_and_all_are_with_names_all(
    finished: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for path in (finished / "out").iterdir():
        assert b"Editor " not in path.read_bytes(), path.name
    code, _, err = run(
        capsys, "votes", finished / "votes.csv", "--out", finished / "named", "--names-all", "--replicates", "1"
    )
    assert code == 0
    assert "names of everybody" in err
    named = pq.read_table(finished / "named/pairs.parquet").to_pylist()
    assert named
    assert all(row[end].startswith("Editor ") for row in named for end in ("voter_a", "voter_b"))
    assert not any(row["flagged"] for row in named), "one replicate publishes nothing"
    assert pq.read_table(finished / "named/voters.parquet").num_rows == 0


def test_json_is_alone_on_stdout(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    given = vote_list(tmp_path / "v.csv", ["e1,A,x,1", "e1,B,x,-1"])
    code, out, _ = run(capsys, "votes", given, "--out", tmp_path / "out", "--json")
    assert code == 0
    assert json.loads(out)["calibration"]["status"] == "not_enough_data"


@pytest.mark.parametrize(
    ("name", "rows"),
    [
        ("one vote", ["e1,A,x,1"]),
        ("two elections", [f"e{poll},V{n},c{poll},{1 if n % 3 else -1}" for poll in (1, 2) for n in range(80)]),
        ("one account", [f"e{poll},A,c{poll},1" for poll in range(40)]),
        ("all one way", [f"e{poll},V{voter},c{poll},1" for poll in range(20) for voter in range(20)]),
        ("all neutral", [f"e{poll},V{voter},c{poll},0" for poll in range(20) for voter in range(40)]),
        ("duplicates", ["e1,A,x,1"] * 50),
        ("nameless alone", ["e1,,x,1"] * 3),
    ],
)  # fmt: skip
def test_too_little_is_said_and_never_accuses(
    name: str, rows: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    given = vote_list(tmp_path / "v.csv", rows)
    code, out, err = run(capsys, "votes", given, "--out", tmp_path / "out", "--threshold", "0.7")
    assert (code, err) == (0, ""), name
    assert "not enough data" in out
    assert not any(pq.read_table(tmp_path / "out/blocs.parquet").column("published").to_pylist())
    assert not any(pq.read_table(tmp_path / "out/pairs.parquet").column("flagged").to_pylist())


def test_the_minimum_that_is_needed_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    given = vote_list(tmp_path / "v.csv", ["e1,A,x,1", "e2,A,y,1"])
    _, out, _ = run(capsys, "votes", given, "--out", tmp_path / "out")
    assert "needed are 12 elections and 30 such voters" in out


def test_everybody_always_voting_the_same_is_no_crash_and_no_bloc(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = [f"e{poll},V{voter},c{poll},1" for poll in range(15) for voter in range(60)]
    code, _, _ = run(
        capsys, "votes", vote_list(tmp_path / "v.csv", rows), "--out", tmp_path / "out", "--replicates", "2"
    )
    assert code == 0
    assert not any(pq.read_table(tmp_path / "out/blocs.parquet").column("published").to_pylist())


def test_times_that_are_no_times_are_refused_with_their_place(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    given = vote_list(tmp_path / "v.csv", ["e1,A,x,1,yesterday"], "election,voter,candidate,vote,at")
    code, out, err = run(capsys, "votes", given, "--out", tmp_path / "out")
    assert (code, out) == (3, "")
    assert err.startswith("clock.unreadable")


def test_a_threshold_that_is_no_share_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    given = vote_list(tmp_path / "v.csv", ["e1,A,x,1"])
    code, _, err = run(capsys, "votes", given, "--out", tmp_path / "out", "--threshold", "70")
    assert code == 2
    assert err.startswith("votes.threshold")
