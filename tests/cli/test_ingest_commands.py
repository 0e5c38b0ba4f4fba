"""`holdfast ingest` and `holdfast lake` as people run them: what they print, refuse and leave behind."""

import json
from pathlib import Path

import pytest

from holdfast.cli import main

SAMPLES = Path(__file__).parents[1] / "data" / "sources"
VOTES = SAMPLES / "vote_list" / "votes.csv"
DIRTY = SAMPLES / "block_log" / "dirty.csv"


@pytest.fixture
def lake(tmp_path: Path) -> Path:
    return tmp_path / "lake"


def run(*words: str | Path) -> int:
    return main([str(word) for word in words])


def read_json(capsys: pytest.CaptureFixture[str], *words: str | Path) -> dict[str, object]:
    capsys.readouterr()
    assert run(*words) == 0
    found: dict[str, object] = json.loads(capsys.readouterr().out)
    return found


def test_ingest_says_what_it_read_and_what_it_left_out(lake: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("ingest", VOTES, DIRTY, "--wiki", "w", "--lake", lake) == 0
    said = capsys.readouterr().out
    assert "votes.csv: read as vote_list into w" in said
    assert "6 rows" in said
    assert "1 shifted_fields (first: dirty.csv, line 13)" in said
    assert "note: 1 times name no zone: read as UTC" in said


def test_the_same_file_twice_is_said_to_change_nothing(lake: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run("ingest", VOTES, "--wiki", "w", "--lake", lake)
    before = read_json(capsys, "lake", lake, "--json")
    assert run("ingest", VOTES, "--wiki", "w", "--lake", lake) == 0
    assert "already in the lake" in capsys.readouterr().out
    assert read_json(capsys, "lake", lake, "--json") == before


def test_the_contents_of_a_lake_as_json(lake: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run("ingest", VOTES, "--wiki", "w", "--lake", lake)
    run("ingest", DIRTY, "--wiki", "b", "--lake", lake)
    found = read_json(capsys, "lake", lake, "--json")
    assert found == {
        "wikis": {
            "b": {
                "tables": {
                    "accounts": {"rows": 4, "accounts": 4},
                    "blocks": {"rows": 7, "accounts": 7},
                    "log_events": {"rows": 7, "accounts": 2},
                },
                "dropped": {
                    "params_unreadable": 1,
                    "repeated_log_id": 1,
                    "shifted_fields": 1,
                    "wrong_number_of_fields": 1,
                },
            },
            "w": {
                "tables": {
                    "elections": {"rows": 3, "accounts": 2},
                    "votes": {"rows": 6, "accounts": 5},
                },
                "dropped": {},
            },
        }
    }


@pytest.mark.parametrize("words", [("lake", "LAKE", "verify"), ("lake", "verify", "LAKE")])
def test_a_lake_is_verified_and_a_changed_file_fails(
    lake: Path, words: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    run("ingest", VOTES, "--wiki", "w", "--lake", lake)
    asked = [str(lake) if word == "LAKE" else word for word in words]
    assert main(asked) == 0
    assert "all 2 files" in capsys.readouterr().out
    part = next(lake.rglob("*.parquet"))
    part.write_bytes(part.read_bytes()[:-1] + b"x")
    assert main(asked) == 1
    assert part.name in capsys.readouterr().err


def refused(capsys: pytest.CaptureFixture[str], *words: str | Path) -> str:
    capsys.readouterr()
    assert run(*words) == 3
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.count("\n") == 1
    return printed.err


BAD = [
    ("no column vote", "v.csv", "election,voter,candidate\na,b,c\n", "the header has no column vote", "line 1"),
    ("an unknown vote", "v.csv", "election,voter,candidate,vote\na,b,c,1\na,d,c,maybe\n", "'maybe'", "line 3"),
    ("too few fields", "v.csv", "election,voter,candidate,vote\na,b,c\n", "got 3", "line 2"),
    ("an open quote", "v.csv", 'election,voter,candidate,vote\na,b,c,"1\n', "not delimited text", "line 2"),
    ("no election", "v.csv", "election,voter,candidate,vote\n,b,c,1\n", "no election", "line 2"),
    ("a bad time", "v.csv", "election,voter,candidate,vote,at\na,b,c,1,yesterday\n", "'yesterday'", "line 2"),
    (
        "two outcomes",
        "v.csv",
        "election,voter,candidate,vote,outcome\na,b,c,1,passed\na,d,c,1,failed\n",
        "",
        "line 3",
    ),
    ("an unknown file", "x.csv", "a,b\n1,2\n", "no known format", "--as"),
    ("an unknown sign", "rfa.csv", "1,2,1\n1,3,1\n" * 60 + "1,2,5\n", "1, 0 or -1", "line 121"),
    (
        "an edge too few",
        "v.txt",
        "# Wiki-Vote.txt\n# Nodes: 3 Edges: 2\n# FromNodeId\tToNodeId\n1\t2\n",
        "2 edges",
        "",
    ),
    ("UTF-16", "v.csv", "\ufeffelection,voter,candidate,vote\n", "UTF-16", "iconv"),
]


@pytest.mark.parametrize(("what", "name", "text", "said", "place"), BAD, ids=[each[0] for each in BAD])
def test_bad_input_is_refused_with_its_place_and_leaves_no_lake(
    what: str, name: str, text: str, said: str, place: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / name
    path.write_text(text, "utf-16" if what == "UTF-16" else "utf-8")
    words = ("ingest", path, "--wiki", "w", "--lake", tmp_path / "lake")
    chosen = ("--as", "vote_list") if what == "UTF-16" else ()
    error = refused(capsys, *words, *chosen)
    assert said in error
    assert place in error
    assert name in error
    assert not (tmp_path / "lake").exists()
    path.write_text(VOTES.read_text("utf-8"), "utf-8")
    assert run(*words, "--as", "vote_list") == 0


def test_bare_numbers_are_ambiguous_until_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "edges.csv"
    path.write_text("1,2,1\n3,2,-1\n", "utf-8")
    error = refused(capsys, "ingest", path, "--wiki", "w", "--lake", tmp_path / "lake")
    assert "snap_elec or snap_rfa" in error
    assert "--as" in error
    assert run("ingest", path, "--wiki", "w", "--lake", tmp_path / "lake", "--as", "snap_elec") == 0


def test_a_folder_is_refused_and_shows_what_is_in_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    error = refused(capsys, "ingest", SAMPLES / "vote_list", "--wiki", "w", "--lake", tmp_path / "lake")
    assert "votes.csv" in error
    assert "name the files themselves" in error


def test_good_files_before_a_bad_one_stay(lake: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bad = tmp_path / "bad.csv"
    bad.write_text("election,voter,candidate,vote\na,b,c,5\n", "utf-8")
    refused(capsys, "ingest", VOTES, bad, DIRTY, "--wiki", "w", "--lake", lake)
    tables = read_json(capsys, "lake", lake, "--json")["wikis"]["w"]["tables"]  # type: ignore[index]
    assert set(tables) == {"elections", "votes"}


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("ingest", "nowhere.csv", "--wiki", "w", "--lake", "L"), "source.no_such_file"),
        (("ingest", str(VOTES), "--wiki", "W!", "--lake", "L"), "ids.wiki"),
        (("ingest", str(VOTES), "--wiki", "w", "--lake", "L", "--as", "nothing"), "source.unknown_name"),
        (("ingest", str(VOTES), "--wiki", "w", "--lake", "L", "--since", "2020-01-01"), "ingest.since_file"),
        (("ingest", str(VOTES), "--wiki", "w", "--lake", "L", "--as", "action_api"), "ingest.not_that_kind"),
        (("ingest", "http://127.0.0.1/", "--wiki", "w", "--lake", "L", "--as", "vote_list"), "ingest.not_that_kind"),
        (("ingest", str(VOTES), "--wiki", "w", "--lake", "L", "--option", "novalue"), "ingest.option"),
        (("lake", "nowhere"), "lake.none_here"),
        (("lake", "a", "b"), "lake.arguments"),
    ],
)
def test_wrong_usage_is_told_from_bad_input(
    words: tuple[str, ...],
    code: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(*words) == 2
    assert capsys.readouterr().err.startswith(code)
    assert not list(tmp_path.iterdir())


def test_a_list_of_several_wikis_asks_which_one_is_meant(lake: Path, capsys: pytest.CaptureFixture[str]) -> None:
    groups = SAMPLES / "group_list" / "groups.xml"
    two = lake.parent / "groups.xml"
    text = groups.read_text("utf-8")
    block = text[text.index("\t<wiki url") : text.index("\t</wiki>") + len("\t</wiki>\n")]
    two.write_text(text.replace(block, block + block.replace("drinks.example", "meals.example")), "utf-8")
    error = refused(capsys, "ingest", two, "--wiki", "mine", "--lake", lake)
    assert "drinks.example.com, meals.example.com" in error
    assert run("ingest", two, "--wiki", "mine", "--lake", lake, "--option", "site=meals.example.com") == 0
    assert run("ingest", two, "--wiki", "drinks", "--lake", lake) == 0


def test_ingest_prints_json_alone(lake: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = read_json(capsys, "ingest", DIRTY, "--wiki", "w", "--lake", lake, "--json")
    (one,) = found["ingested"]  # type: ignore[misc]
    assert one["rows"] == {"accounts": 4, "blocks": 7, "log_events": 7}
    assert one["places"]["repeated_log_id"] == ["dirty.csv, line 11"]
