"""`holdfast plan`, `sweep` and `reconcile`: what the operator without a browser sees, and the exit codes."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from holdfast.accounts.names import AccountName
from holdfast.cli import main
from holdfast.errors import ExitCode
from store.offices import OfficeWorld
from workflows.paper_office import TARGETS, PaperOperators, approved, prepared, swept, text_of


@pytest.fixture(autouse=True)
def _nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No office lies where the commands look by themselves."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("HOLDFAST_OFFICE", raising=False)


def said(capsys: pytest.CaptureFixture[str]) -> Any:
    return json.loads(capsys.readouterr().out)


def test_the_template_is_printed_and_passes_its_own_check(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["plan", "template"]) == ExitCode.DONE
    (tmp_path / "plan.toml").write_text(capsys.readouterr().out)
    assert main(["plan", "check", str(tmp_path / "plan.toml"), "--json"]) == ExitCode.DONE
    assert said(capsys)["actions"] == {"global_ban": 3, "protection": 1, "rights_removal": 3, "warning": 1}


def test_every_problem_is_listed_and_the_exit_code_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "plan.toml"
    file.write_text(text_of("p-1").replace('["J1"]', "[]").replace(TARGETS[1], TARGETS[0]))
    assert main(["plan", "check", str(file)]) == ExitCode.CHECK_FAILED
    told = capsys.readouterr().err
    assert "plan.check: the plan has 2 problem(s)" in told
    assert "is the target of p-1/001 already" in told
    assert f"{file}:" in told
    file.write_text("plan = [")
    assert main(["plan", "check", str(file)]) == ExitCode.INPUT_REFUSED
    assert main(["plan", "check", str(tmp_path / "none.toml")]) == ExitCode.WRONG_USAGE


@pytest.mark.requirement("D1")
@pytest.mark.parametrize("field", ["rule", "evidence_class", "period", "decider_role", "appeal"])
def test_no_plan_passes_without_rule_evidence_period_decider_and_way_to_appeal(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], field: str
) -> None:
    file, text = tmp_path / "plan.toml", text_of("p-1")
    file.write_text(text)
    assert main(["plan", "check", str(file)]) == ExitCode.DONE
    capsys.readouterr()
    file.write_text("\n".join(line for line in text.splitlines() if not line.startswith(f"{field} =")))
    assert main(["plan", "check", str(file)]) == ExitCode.INPUT_REFUSED
    assert f"{field} is missing" in capsys.readouterr().err


def test_without_an_office_there_is_nothing_to_run(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sweep", "run", "p-1"]) == ExitCode.INPUT_REFUSED
    assert "office.missing" in capsys.readouterr().err


@pytest.fixture
def at(office: OfficeWorld) -> list[str]:
    return ["--office", str(office.folder), "--keys", str(office.keys)]


def test_a_plan_is_shown_and_its_sweep_followed_without_names_unless_asked(
    office: OfficeWorld, at: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    people = {role: office.member(role) for role in ("investigator", "decider", "legal")}
    operators = PaperOperators()
    identity = approved(office, people, text_of("p-1"), operators)
    given = {"bureaucrat": "infinity"}
    operators.wikis["eastwiki"].hand("Meddler").change_groups(
        AccountName(TARGETS[1]), add=given, remove=[], reason=""
    )
    swept(office, identity, operators)
    assert main(["plan", "show", identity, *at]) == ExitCode.DONE
    shown = capsys.readouterr().out
    assert "p-1: approved; 1 global_ban, 1 rights_removal, 1 warning" in shown
    assert TARGETS[0] not in shown
    assert main(["plan", "show", identity, "--names", *at]) == ExitCode.DONE
    assert TARGETS[0] in capsys.readouterr().out
    assert main(["sweep", "status", identity, *at]) == ExitCode.DONE
    assert "p-1/002  rights_removal  held (moved)" in capsys.readouterr().out
    assert main(["sweep", "status", identity, "--json", *at]) == ExitCode.DONE
    found = said(capsys)
    assert found["actions"][1]["state"] == "held"
    assert "target" not in found["actions"][1]
    assert main(["sweep", "undo", identity, *at]) == ExitCode.CHECK_FAILED
    assert "sweep.undo.not_approved" in capsys.readouterr().err
    assert main(["plan", "show", "p-none", *at]) == ExitCode.INPUT_REFUSED
    assert main(["sweep", "run", "p-none", *at]) == ExitCode.INPUT_REFUSED


def test_the_plan_of_a_freeze_is_shown_and_its_status_told_as_of_every_other(
    office: OfficeWorld, at: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    from workflows.paper_rights import ANN, Frozen, refusing

    frozen = Frozen.by_two(office)
    refusing(frozen.east, ANN)
    frozen.swept()
    assert main(["plan", "show", frozen.taking, *at, "--json"]) == ExitCode.DONE
    shown = said(capsys)
    assert (shown["standing"], shown["purpose"]) == ("approved", "protective, no fault")
    assert shown["counts"] == {"rights_removal": 2}
    assert main(["sweep", "status", frozen.taking, *at, "--json"]) == ExitCode.DONE
    status = said(capsys)
    assert (status["ending"], status["steps"]["held"], status["steps"]["done"]) == ("held", 1, 3)


def test_a_plan_that_nobody_approved_is_not_run(
    office: OfficeWorld, at: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    from holdfast.workflows.acting.plan import draft_plan

    identity = draft_plan(office.office, office.member("investigator").reader(), text_of("p-1"))
    assert main(["sweep", "run", identity, *at]) == ExitCode.CHECK_FAILED
    assert "plan.standing" in capsys.readouterr().err
    assert main(["reconcile", identity, *at]) == ExitCode.CHECK_FAILED
    assert "reconcile.not_begun" in capsys.readouterr().err


def test_a_plan_whose_notices_would_lead_to_this_machine_alone_is_refused(
    office: OfficeWorld, at: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from holdfast.errors import InputRefusedError
    from holdfast.workflows.acting import plan as plans

    (tmp_path / "plan.toml").write_text(text_of("p-1"))
    settings = office.folder / "office.toml"
    own = settings.read_text()
    settings.write_text(own.replace("links_on_this_machine = true", ""))
    assert main(["plan", "check", str(tmp_path / "plan.toml"), *at]) == ExitCode.CHECK_FAILED
    told = capsys.readouterr().err
    assert told.count("appeal at http://localhost:8420") == 3
    assert "set public_url in office.toml" in told
    settings.write_text(
        'public_url = "https://office.example.org"\n' + own.replace("links_on_this_machine = true", "")
    )
    assert main(["plan", "check", str(tmp_path / "plan.toml"), *at]) == ExitCode.DONE

    # one that was prepared before: its notice holds the old address, and nobody can approve it
    people = {role: office.member(role) for role in ("investigator", "decider", "legal")}
    identity = prepared(office, people, text_of("p-2"), PaperOperators())
    config = replace(office.office.config, links_on_this_machine=False, public_url="https://office.example.org")
    office.office = replace(office.office, place=replace(office.office.place, config=config))
    with pytest.raises(InputRefusedError, match="do the dry run again"):
        plans.propose_plan(office.office, people["investigator"].reader(), identity)


def test_the_doctor_says_that_notices_would_lead_to_this_machine_alone(
    office: OfficeWorld, at: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    def seen() -> Any:
        assert main(["office", "doctor", *at, "--json"]) in (ExitCode.DONE, ExitCode.CHECK_FAILED)
        (found,) = [each for each in said(capsys) if each["name"] == "links in notices"]
        return found

    assert "a demo or a test" in seen()["text"]
    settings = office.folder / "office.toml"
    settings.write_text(settings.read_text().replace("links_on_this_machine = true", ""))
    assert seen()["ok"]
    (office.keys / "wikis.toml").write_text("")
    (office.keys / "wikis.toml").chmod(0o600)
    assert not seen()["ok"]
    assert main(["office", "doctor", *at]) == ExitCode.CHECK_FAILED
    assert "public_url" in capsys.readouterr().out
    settings.write_text('public_url = "https://office.example.org"\n' + settings.read_text())
    assert seen() == {
        "name": "links in notices",
        "ok": True,
        "text": "notices lead to https://office.example.org",
        "warns": False,
    }


def test_an_office_knows_more_of_a_plan_than_its_file(
    office: OfficeWorld, at: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    office.member("decider", wiki_accounts=(TARGETS[0],))
    (tmp_path / "plan.toml").write_text(text_of("p-1"))
    assert main(["plan", "check", str(tmp_path / "plan.toml"), *at]) == ExitCode.CHECK_FAILED
    assert "decides in this office" in capsys.readouterr().err
