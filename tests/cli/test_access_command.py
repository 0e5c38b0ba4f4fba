"""`holdfast access` from a CSV file: answers by rule name, pseudonyms unless asked, and JSON alone with --json."""

import json
from pathlib import Path
from typing import Any

import pytest

from holdfast.cli import main
from holdfast.errors import ExitCode
from store.offices import OfficeWorld

HEAD = (
    "account,wiki,wiki_language,right,grant_begins,grant_ends,agreement_version,agreement_signed,"
    "jurisdiction,jurisdiction_source,jurisdiction_date,domicile_known\n"
)


def row(account: str, wiki: str, language: str, place: str, right: str = "checkuser", ends: str = "") -> str:
    return f"{account},{wiki},{language},{right},2019-01-01,{ends},3,2018-12-01,{place},own statement,2018-12-01,no\n"


@pytest.fixture
def register(tmp_path: Path) -> Path:
    path = tmp_path / "register.csv"
    path.write_text(
        HEAD
        + row("Simulated Ann", "fawiki", "fa", "J1")
        + row("Simulated Ben", "fawiki", "fa", "J1")
        + row("Simulated Cy", "enwiki", "en", "J1")
        + row("Simulated Dee", "enwiki", "en", "J2")
        + row("Simulated Eve", "enwiki", "en", "J2", ends="2020-01-01"),
        "utf-8",
    )
    return path


def ask(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, Any]:
    assert main(["access", *arguments, "--json"]) == ExitCode.DONE
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def test_explain_names_the_rule(register: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = ask(capsys, "explain", "Simulated Eve", "checkuser", "--register", str(register))
    (answer,) = found["answers"]
    assert answer["allowed"] is False
    assert [rule["name"] for rule in answer["rules"]] == ["grant_has_ended"]
    assert answer["account"].startswith("P-")
    earlier = ask(
        capsys, "explain", "simulated_Eve", "checkuser", "--on", "2019-06-01", "--register", str(register), "--names"
    )
    assert earlier["answers"][0]["allowed"] is True
    assert earlier["answers"][0]["account"] == "Simulated Eve"


@pytest.mark.requirement("1.8")
def test_explain_refuses_use_without_a_reason_by_its_rule(register: Path, capsys: pytest.CaptureFixture[str]) -> None:
    given = ("explain", "simulated_Eve", "checkuser", "--on", "2019-06-01", "--register", str(register))
    refused = ask(capsys, *given, "--reason", " ")
    assert refused["answers"][0]["allowed"] is False
    assert "no_reason_given" in [rule["name"] for rule in refused["answers"][0]["rules"]]
    assert ask(capsys, *given, "--reason", "case 12")["answers"][0]["allowed"] is True


def test_explain_in_words(register: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["access", "explain", "Simulated Dee", "suppress", "--register", str(register)]) == 0
    out = capsys.readouterr()
    assert "may not hold oversight on no wiki" in out.out
    assert "not_granted: The right was never granted" in out.out
    assert "no rules given" in out.err


def test_what_if_says_who_loses_what_which_wikis_and_which_languages(
    register: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = ask(
        capsys, "what-if", "--jurisdiction", "J1", "--right", "checkuser", "--register", str(register), "--names"
    )
    assert [(each["account"], each["wiki"], each["rules"]) for each in found["loses"]] == [
        ("Simulated Cy", "enwiki", ["jurisdiction_is_restricted"]),
        ("Simulated Ann", "fawiki", ["jurisdiction_is_restricted"]),
        ("Simulated Ben", "fawiki", ["jurisdiction_is_restricted"]),
    ]
    assert found["wikis_below_two_holders"] == [
        {"wiki": "enwiki", "right": "checkuser", "before": 2, "after": 1},
        {"wiki": "fawiki", "right": "checkuser", "before": 2, "after": 0},
    ]
    assert [each["language"] for each in found["languages_without_cover"]] == ["fa"]


def test_names_stay_out_unless_asked_for(register: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    base = ["--register", str(register)]
    for command in (
        ["what-if", "--jurisdiction", "J1", "--right", "checkuser"],
        ["what-if", "--person", "Simulated Ann", "--right", "checkuser"],
        ["explain", "Simulated Ann", "checkuser"],
        ["noticeboard", "--out", str(tmp_path / "out")],
    ):
        for form in ([], ["--json"]):
            assert main(["access", *command, *base, *form]) == 0
    printed = capsys.readouterr()
    written = "".join(path.read_text("utf-8") for path in (tmp_path / "out").iterdir())
    assert "Simulated" not in printed.out + printed.err + written


def test_the_noticeboard_is_written_in_three_forms(
    register: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "board"
    ask(capsys, "noticeboard", "--out", str(out), "--register", str(register), "--names")
    assert sorted(path.name for path in out.iterdir()) == [
        "noticeboard.html", "noticeboard.json", "noticeboard.wikitext",
    ]  # fmt: skip
    board = json.loads((out / "noticeboard.json").read_text())
    assert len(board["agreements"]) == 5
    for path in out.iterdir():
        assert "J1" not in path.read_text("utf-8")
        assert "Simulated Ann" in path.read_text("utf-8")


def test_an_import_says_what_it_would_add(register: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    first = ask(capsys, "import", str(register), "--as", "csv")
    assert (first["people_added"], first["written"]) == (5, False)
    again = ask(capsys, "import", str(register), "--as", "csv", "--register", str(register))
    assert (again["facts_added"], again["entries_unchanged"]) == (0, 5)
    board = tmp_path / "board.txt"
    board.write_text("* {{user|Simulated New}} 2020-01-01\n* {{user|Nobody}}\n", "utf-8")
    found = ask(capsys, "import", str(board), "--as", "noticeboard", "--agreement-version", "3")
    assert (found["people_added"], found["unread"]) == (1, [{"line": 2, "why": "no date that can be read"}])
    groups = tmp_path / "groups.json"
    groups.write_text('{"query": {"allusers": [{"userid": 9, "name": "Simulated Dee", "groups": ["suppress"]}]}}')
    found = ask(capsys, "import", str(groups), "--as", "groups", "--wiki", "enwiki", "--register", str(register))
    assert (found["people_added"], found["entries"]) == (0, 1)


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (["explain", "Nobody", "checkuser"], ExitCode.WRONG_USAGE, "access.person.unknown"),
        (["explain", "Simulated Ann", "sysop"], ExitCode.WRONG_USAGE, "access.right"),
        (["explain", "Simulated Ann", "checkuser", "--on", "soon"], ExitCode.INPUT_REFUSED, "clock.unreadable"),
        (["what-if", "--right", "checkuser"], ExitCode.WRONG_USAGE, "access.what_if.empty"),
    ],
)
def test_errors_say_what_to_do_and_name_nobody(
    register: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], code: ExitCode, says: str
) -> None:
    assert main(["access", *arguments, "--register", str(register)]) == code
    error = capsys.readouterr().err
    assert says in error
    assert "Nobody" not in error
    assert "Simulated" not in error


def test_the_template_is_a_register(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["access", "template"]) == 0
    path = tmp_path / "t.csv"
    path.write_text(capsys.readouterr().out, "utf-8")
    found = ask(capsys, "explain", "Simulated Holder 1", "checkuser", "--register", str(path))
    assert found["answers"][0]["allowed"] is True


def test_without_a_register_the_next_step_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("HOLDFAST_OFFICE", raising=False)
    assert main(["access", "explain", "X", "checkuser"]) == ExitCode.WRONG_USAGE
    assert "holdfast access template" in capsys.readouterr().err


def test_rules_can_be_given_and_bad_ones_are_refused(
    register: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rules = tmp_path / "rules.toml"
    rules.write_text('current_versions = ["4"]\nrestricted = [["J2", "checkuser"]]\n')
    found = ask(capsys, "explain", "Simulated Dee", "checkuser", "--register", str(register), "--rules", str(rules))
    assert [rule["name"] for rule in found["answers"][0]["rules"]] == [
        "agreement_version_is_not_current", "jurisdiction_is_restricted",
    ]  # fmt: skip
    for text in ("", "current_versions = []", 'current_versions = ["3"]\nsmallest_group = 1', "x = 1", "= 1"):
        rules.write_text(text)
        code = main(["access", "explain", "X", "checkuser", "--register", str(register), "--rules", str(rules)])
        assert code == ExitCode.INPUT_REFUSED
        assert "access.rules" in capsys.readouterr().err


def test_an_office_has_the_same_commands(
    office: OfficeWorld, register: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    there = ["--office", str(office.folder), "--keys", str(office.keys)]
    first = ask(capsys, "import", str(register), "--as", "csv", *there)
    assert (first["people_added"], first["written"]) == (5, True)
    assert ask(capsys, "import", str(register), "--as", "csv", *there)["facts_added"] == 0
    found = ask(capsys, "explain", "Simulated Ann", "checkuser", "--names", *there)
    assert found["answers"][0]["rules"][0]["name"] == "granted_with_a_valid_agreement"
    lost = ask(capsys, "what-if", "--jurisdiction", "J1", "--right", "checkuser", *there)
    assert len(lost["loses"]) == 3
    assert ask(capsys, "reviews", *there)["type"] == "protective, no fault"
    assert main(["access", "explain", "X", "checkuser", "--register", str(register), *there]) == ExitCode.WRONG_USAGE
    assert "access.which_register" in capsys.readouterr().err


@pytest.mark.parametrize("spelt", ["simulated_Ann", "User:Simulated Ann", "\u200eSimulated  Ann"])
def test_a_person_is_found_in_every_spelling_and_imported_once(
    spelt: str, register: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    explained = ask(capsys, "explain", spelt, "checkuser", "--register", str(register), "--names")
    assert explained["answers"][0]["account"] == "Simulated Ann"
    lost = ask(capsys, "what-if", "--person", spelt, "--register", str(register), "--names")
    assert {each["account"] for each in lost["loses"]} == {"Simulated Ann"}
    again = tmp_path / "again.csv"
    again.write_text(HEAD + row(spelt, "fawiki", "fa", "J1"), "utf-8")
    found = ask(capsys, "import", str(again), "--as", "csv", "--register", str(register))
    assert (found["people_added"], found["facts_added"], found["entries_unchanged"]) == (0, 0, 1)
