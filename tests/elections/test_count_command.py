"""`holdfast election count`: JSON alone, files, page, and errors that say what to do."""

import csv
import gzip
import json
import re
from pathlib import Path

import pytest

from holdfast.cli import main

DATA = Path(__file__).parents[1] / "data"
CASE = DATA / "stv" / "securepoll" / "4_2_104_388762016.blt.json.gz"


def test_json_is_winners_and_rounds_and_nothing_else(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["election", "count", str(CASE), "--method", "meek-stv", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert set(found) == {"winners", "rounds"}
    assert found["winners"] == ["2", "4"]
    assert len(found["rounds"]) == 17


def test_seats_of_the_command_go_before_those_of_the_file(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["election", "count", str(CASE), "--method", "scottish-stv", "--seats", "3", "--json"]) == 2
    assert "counting.lot" in capsys.readouterr().err
    seeded = ["--seats", "3", "--lot-seed", "a", "--json"]
    assert main(["election", "count", str(CASE), "--method", "scottish-stv", *seeded]) == 0
    assert len(json.loads(capsys.readouterr().out)["winners"]) == 3


def test_every_round_is_written_as_table_and_chart(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["election", "count", str(CASE), "--method", "meek-stv", "--out", str(tmp_path)]) == 0
    assert "round 17" in capsys.readouterr().out
    with (tmp_path / "rounds.csv").open() as stream:
        rows = list(csv.DictReader(stream))
    assert {row["round"] for row in rows} == {str(number) for number in range(1, 18)}
    expected = json.loads(gzip.decompress(CASE.read_bytes()))[1]["rounds"][16]["quota"]
    assert {"round": "17", "figure": "quota", "candidate": "", "value": expected} in rows
    page = (tmp_path / "count.html").read_text()
    assert "<svg" in page
    assert page.count("<tr>") > 17
    record = json.loads((tmp_path / "count.json").read_text())
    assert (record["lot"], record["lot_seed"]) == ([], "")
    again = tmp_path / "again"
    assert main(["election", "count", str(tmp_path / "ballots.json"), "--out", str(again)]) == 0
    assert json.loads((again / "count.json").read_text())["rounds"] == record["rounds"]
    assert (again / "ballots.json").read_bytes() == (tmp_path / "ballots.json").read_bytes()


@pytest.mark.parametrize(
    "path",
    [DATA / "securepoll" / f"securepoll-{kind}.xml" for kind in ("choose", "radio-range", "schulze", "stv")],
    ids=lambda path: path.stem,
)
def test_every_kind_of_dump_has_a_page(path: Path, tmp_path: Path) -> None:
    assert main(["election", "count", str(path), "--lot-seed", "a", "--out", str(tmp_path)]) == 0
    page = (tmp_path / "count.html").read_text()
    # the places of a Schulze count have no votes to draw: its pairs and paths are tables
    assert ("strongest path" in page) if path.stem == "securepoll-schulze" else ("<svg" in page)
    # nor the words by which the count keeps its steps
    assert not re.search("<bdi>(pairs|paths|place; [^<]*)<", page)


def test_repeated_places_are_shown_under_every_reading(tmp_path: Path) -> None:
    path = tmp_path / "odd.blt"
    path.write_text("3 1\n4 1 1 2 0\n3 2 3 0\n1 3 - 2 0\n0\n\u202eA\nB 𝔅\n<i>C</i>\nOdd\n", encoding="utf-8")
    assert main(["election", "count", str(path), "--method", "meek-stv", "--out", str(tmp_path / "out")]) == 0
    record = json.loads((tmp_path / "out" / "count.json").read_text())
    assert set(record["winners_by_reading"]) == {"as-written", "close-up", "stop"}
    page = (tmp_path / "out" / "count.html").read_text()
    assert "<i>" not in page
    assert "\u202e" not in page


def test_a_rule_set_says_how_odd_rankings_are_read(tmp_path: Path) -> None:
    path = tmp_path / "odd.blt"
    path.write_text("3 1\n4 1=2 3 0\n0\nA\nB\nC\n", encoding="utf-8")
    rules = tmp_path / "rules.toml"
    head = 'format = 1\nname = "r"\nversion = "1"\ntitle = "R"\nsource = "here"\nsource_checked = true\n'
    tail = '[recall]\nsignatures = 1\neligible = "x"\nwindow_days = 1\nvote_opens_within_days = 1\nvote_days = 1\n'
    rules.write_text(f'{head}reading = "close-up"\nseats = 2\n{tail}', encoding="utf-8")
    command = ["election", "count", str(path), "--method", "scottish-stv", "--json"]
    assert main(command) == 3
    assert main([*command, "--rules", str(rules), "--lot-seed", "a"]) == 0


@pytest.mark.parametrize(
    ("arguments", "code", "error"),
    [
        (["--method", "dice"], 2, "counting.no_such_method"),
        (["--method", "support-share"], 2, "counting.kind"),
        (["--method", "meek-stv", "--seats", "0"], 3, "ballots.seats"),
        (["--method", "meek-stv", "--option", "digits"], 2, "counting.option"),
        (["--method", "meek-stv", "--reading", "kindly"], 2, "ballots.reading"),
        (["--as", "letters"], 2, "ballots.no_such_format"),
    ],
)
def test_errors_name_what_was_wrong(
    arguments: list[str], code: int, error: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["election", "count", str(CASE), *arguments]) == code
    assert error in capsys.readouterr().err


def test_an_encrypted_dump_is_refused_at_the_door(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["election", "count", str(DATA / "securepoll" / "securepoll-encrypted-gpg.xml"), "--json"]) == 3
    said = capsys.readouterr()
    assert said.out == ""
    assert "private key" in said.err


def test_ballots_are_written_canonically(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["election", "ballots", str(CASE), str(tmp_path / "b.json")]) == 0
    assert "SHA-256" in capsys.readouterr().out
    assert json.loads((tmp_path / "b.json").read_text())["format"] == "holdfast-ballots"


@pytest.mark.requirement("6.15")
@pytest.mark.parametrize(
    ("method", "ballots", "winners"),
    [
        # Schulze 2011, example 1
        ("schulze", "5 1\n5 1 3 2 5 4 0\n5 1 4 5 3 2 0\n8 2 5 4 1 3 0\n3 3 1 2 5 4 0\n7 3 1 5 2 4 0\n"
         "2 3 2 1 4 5 0\n7 4 3 5 2 1 0\n8 5 2 1 4 3 0\n0\nA\nB\nC\nD\nE\nP\n", ["E"]),
        ("scottish-stv", "3 1\n4 1 2 0\n3 2 3 0\n2 3 2 0\n0\nA\nB\nC\nP\n", ["B"]),
        ("meek-stv", "3 1\n4 1 2 0\n3 2 3 0\n2 3 2 0\n0\nA\nB\nC\nP\n", ["B"]),
    ],
)  # fmt: skip
def test_the_command_counts_by_each_ranked_method(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], method: str, ballots: str, winners: list[str]
) -> None:
    path = tmp_path / "ballots.blt"
    path.write_text(ballots, encoding="utf-8")
    assert main(["election", "count", str(path), "--method", method, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)["winners"]
    names = "ABCDE"
    assert [each if each in names else names[int(each) - 1] for each in found] == winners
