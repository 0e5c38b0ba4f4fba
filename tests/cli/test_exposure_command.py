"""`holdfast exposure`: from files alone, pseudonyms unless asked, JSON alone with --json."""

import json
from pathlib import Path
from typing import Any

import pytest

from access.checkuser_logs import answer, as_csv, entry, planted, table_rows
from holdfast.cli import main
from holdfast.errors import ExitCode

HOLDER = "Holder 1 (simulated)"


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "log.json"
    path.write_text(json.dumps(answer(planted(120)[0])), "utf-8")
    return path


def ask(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, Any]:
    assert main(["exposure", *arguments, "--json"]) == ExitCode.DONE
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def report(log: Path) -> list[str]:
    return [
        "report",
        str(log),
        "--wiki",
        "examplewiki",
        "--holder",
        HOLDER,
        "--from",
        "2021-01-01",
        "--to",
        "2022-01-01",
    ]


def test_a_log_is_read_and_its_counts_are_said(log: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = ask(capsys, "check", str(log), "--wiki", "examplewiki")
    assert (found["lookups"], found["complete"], found["forms"]) == (120, True, {"log.json": "json"})
    assert main(["exposure", "check", str(log), "--wiki", "examplewiki"]) == 0
    assert "120 look-ups" in capsys.readouterr().out


def test_the_table_gives_the_same_counts_as_the_api(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "cu_log.csv"
    path.write_bytes(as_csv(table_rows()).data)
    found = ask(capsys, "check", str(path), "--wiki", "examplewiki")
    assert (found["lookups"], found["without_reason"]) == (8, 2)


def test_a_report_equals_the_log_and_names_nobody(
    log: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    entries = [each for each in planted(120)[0] if each["checkuser"] == HOLDER]
    at_risk = tmp_path / "at-risk.txt"
    at_risk.write_text("Person 1 (simulated)\n\nNobody (simulated)\n", "utf-8")
    found = ask(capsys, *report(log), "--at-risk", str(at_risk), "--out", str(tmp_path / "out"))
    assert found["lookups"] == len(entries) == sum(each["lookups"] for each in found["cells"])
    assert len(found["at_risk"]) == any(each["target"] == "Person 1 (simulated)" for each in entries)
    for name in ("exposure.json", "exposure.csv", "exposure.html"):
        text = (tmp_path / "out" / name).read_text("utf-8")
        assert "simulated" not in text
        assert "192.0.2" not in text
    named = ask(capsys, *report(log), "--names")
    assert named["holder"] == [{"account": HOLDER, "wiki": "examplewiki"}]


def test_pseudonyms_of_one_key_can_be_compared(log: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    key = tmp_path / "key"
    key.write_bytes(b"k" * 32)
    one, two = (ask(capsys, *report(log), "--pseudonym-key", str(key)) for _ in range(2))
    assert one == two
    assert ask(capsys, *report(log))["holder"] != one["holder"]


def test_who_could_and_who_did(log: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    register = tmp_path / "register.csv"
    register.write_text(
        "account,wiki,wiki_language,right,grant_begins,grant_ends,agreement_version,agreement_signed,"
        "jurisdiction,jurisdiction_source,jurisdiction_date,domicile_known\n"
        f"{HOLDER},examplewiki,en,checkuser,2019-01-01,,3,2018-12-01,J1,own statement,2018-12-01,no\n",
        "utf-8",
    )
    day = planted(120)[0][0]["timestamp"][:10]
    asked = ["who", str(log), "--wiki", "examplewiki", "--on", day]
    found = ask(capsys, *asked, "--register", str(register), "--names", "--out", str(tmp_path / "out"))
    assert [each["account"] for each in found["could"]] == [HOLDER]
    known = {each["id"] for each in found["did"] if each["holder"] == HOLDER}
    assert known.isdisjoint(found["did_without_a_known_right"])
    assert (tmp_path / "out" / "who-could-and-did.html").exists()
    assert main(["exposure", *asked]) == 0
    assert "not known without --register" in capsys.readouterr().out


def test_without_a_register_nobody_is_said_to_have_had_no_right(
    log: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    day = planted(120)[0][0]["timestamp"][:10]
    found = ask(capsys, "who", str(log), "--wiki", "examplewiki", "--on", day, "--out", str(tmp_path / "out"))
    assert found["did"]
    assert (found["could"], found["did_without_a_known_right"]) == (None, None)
    page = (tmp_path / "out" / "who-could-and-did.html").read_text("utf-8")
    assert "look into it" not in page
    assert "Nobody in the register" not in page
    assert page.count("not known: no register was given") == 1 + len(found["did"])


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["check", "missing.json", "--wiki", "examplewiki"], ExitCode.INPUT_REFUSED),
        (["check", "LOG", "--wiki", "Not A Wiki"], ExitCode.WRONG_USAGE),
        (["who", "LOG", "--wiki", "examplewiki", "--on", "yesterday"], ExitCode.WRONG_USAGE),
        (
            ["report", "LOG", "--wiki", "examplewiki", "--from", "2021-01-01", "--to", "2021-02-01"],
            ExitCode.WRONG_USAGE,
        ),
    ],
)
def test_what_cannot_be_read_is_refused(log: Path, arguments: list[str], code: ExitCode, capsys: Any) -> None:
    assert main(["exposure", *(str(log) if each == "LOG" else each for each in arguments)]) == code
    capsys.readouterr()


def test_a_damaged_log_is_refused_with_its_place(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "log.json"
    path.write_text(json.dumps(answer(planted(5)[0]))[:-20], "utf-8")
    assert main(["exposure", "check", str(path), "--wiki", "examplewiki"]) == ExitCode.INPUT_REFUSED
    assert "log.json" in capsys.readouterr().err


SPELLINGS = ("Anna B", "Anna_B", "anna_B", "User:Anna B", "\u200eAnna B\u202c")


@pytest.fixture
def small_log(tmp_path: Path) -> Path:
    entries = [
        entry(timestamp="2021-03-01T10:00:00Z", checkuser="Warden", target="Anna B"),
        entry(timestamp="2021-03-01T11:00:00Z", checkuser="Warden", target="Somebody else"),
        entry(timestamp="2021-03-02T10:00:00Z", checkuser="Warden", target="Anna B"),
    ]
    path = tmp_path / "small.json"
    path.write_text(json.dumps(answer(entries)), "utf-8")
    return path


@pytest.mark.parametrize("spelt", SPELLINGS)
def test_a_person_at_risk_is_found_in_every_spelling_that_the_wiki_takes(
    spelt: str, small_log: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    at_risk = tmp_path / "at-risk.txt"
    at_risk.write_text(f"{spelt}\n", "utf-8")
    period = ("--from", "2021-01-01", "--to", "2022-01-01", "--at-risk", str(at_risk), "--names")
    found = ask(capsys, "report", str(small_log), "--wiki", "examplewiki", "--holder", "warden", *period)
    assert (found["lookups"], found["people"]) == (3, 2)
    assert found["at_risk"] == [{"wiki": "examplewiki", "account": "Anna B"}]
    assert found["holder"] == [{"wiki": "examplewiki", "account": "Warden"}]
    assert sum(cell["at_risk"] for cell in found["cells"]) == 1


@pytest.mark.parametrize("spelt", SPELLINGS)
def test_who_looked_at_an_account_is_found_in_every_spelling(
    spelt: str, small_log: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    key = tmp_path / "key"
    key.write_bytes(b"k" * 32)
    given = ("who", str(small_log), "--wiki", "examplewiki", "--on", "2021-03-01", "--pseudonym-key", str(key))
    found = ask(capsys, *given, "--account", spelt)
    assert len(found["did"]) == 1
    assert found["account"] == found["did"][0]["target"], "one account has one pseudonym"


def test_who_is_in_the_register_under_another_spelling_is_no_stranger(
    small_log: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    register = tmp_path / "register.csv"
    register.write_text(
        "account,wiki,right,grant_begins,agreement_version,agreement_signed\n"
        "warden,examplewiki,checkuser,2019-01-01,3,2018-12-01\n",
        "utf-8",
    )
    given = ("who", str(small_log), "--wiki", "examplewiki", "--on", "2021-03-01")
    found = ask(capsys, *given, "--register", str(register))
    assert len(found["did"]) == 2
    assert found["did_without_a_known_right"] == []
