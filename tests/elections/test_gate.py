"""The restoration gate: conditions as data, each change with its judge, reason and entry in the log."""

import re
from datetime import date
from pathlib import Path

import pytest

from holdfast.cli import main
from holdfast.elections.gate import Change, GateState, read_gate, record_change
from holdfast.errors import InputRefusedError, UsageError
from holdfast.record.folder import create_log
from holdfast.workflows.elections.publish import write_gate

GATE = """format = 1
name = "checkuser"
title = "CheckUser back to the community"
wiki = "zhwiki"
right = "checkuser"
decider = "the stewards"

[[history]]
date = 2018-01-01
what = "local CheckUser was taken back"
cause = "security concerns"
source = "zh.wp, talk page of the policy (unverified)"

[interim]
suspended = "local checks"
covered_by = "stewards, on request"
until = 2027-12-31

[[condition]]
id = "commitment"
text = "The community commits itself to the CheckUser policy and the access policy."
judge = "the stewards"
evidence_wanted = "a closed request for comment"

[[condition]]
id = "second"
text = ""
judge = "the stewards"
"""


def gate_at(tmp_path: Path, text: str = GATE) -> Path:
    path = tmp_path / "gate.toml"
    path.write_text(text, encoding="utf-8")
    return path


def change(condition: str = "commitment", state: str = "met", **more: object) -> Change:
    values: dict[str, object] = {
        "evidence": "the request for comment of May", "judge": "the stewards",
        "on": date(2027, 5, 1), "reason": "closed",
    }  # fmt: skip
    return Change(condition=condition, state=GateState(state), **{**values, **more})  # type: ignore[arg-type]


@pytest.mark.requirement("6.22")
@pytest.mark.requirement("E1")
@pytest.mark.requirement("E2")
@pytest.mark.requirement("E3")
def test_a_gate_leads_from_conditions_through_evidence_to_the_right(tmp_path: Path) -> None:
    path = gate_at(tmp_path)
    gate = read_gate(path)
    assert not gate.is_passed
    gate = record_change(gate, change(), path)
    assert gate.state_of("commitment") is GateState.MET
    assert not gate.is_passed, "a condition that nobody knows is not met"
    gate = record_change(gate, change("second", "waived", reason="no text was ever found"), path)
    assert gate.is_passed
    assert read_gate(path).is_passed
    page = write_gate(gate, tmp_path / "out").read_text()
    for text in (
        "security concerns",
        "stewards, on request",
        "not guessed",
        "the request for comment of May",
        "waived",
    ):
        assert text in page
    gate = record_change(gate, change("commitment", "not_met", on=date(2027, 6, 1), reason="withdrawn"), path)
    assert not gate.is_passed
    assert len(gate.changes) == 3


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        (change("third"), "gate.no_such_condition"),
        (change(reason=" "), "gate.no_reason"),
        (change(evidence=""), "gate.no_evidence"),
        (change(judge="a friend"), "gate.not_the_judge"),
        (change("second"), "gate.unknown_text"),
    ],
)
def test_a_change_that_the_gate_does_not_allow_is_refused(tmp_path: Path, wrong: Change, code: str) -> None:
    path = gate_at(tmp_path)
    with pytest.raises(UsageError, match=code.replace(".", r"\.")):
        record_change(read_gate(path), wrong, path)
    assert read_gate(path).changes == ()


def test_changes_go_forward_in_time(tmp_path: Path) -> None:
    path = gate_at(tmp_path)
    gate = record_change(read_gate(path), change(), path)
    with pytest.raises(UsageError, match=r"gate\.backwards"):
        record_change(gate, change(state="open", on=date(2027, 4, 30)), path)


def test_damaged_gates_and_changes_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputRefusedError, match=r"condition_twice.*lines 20 and 26"):
        read_gate(gate_at(tmp_path, GATE.replace('id = "second"', 'id = "commitment"')))
    with pytest.raises(InputRefusedError, match=r"toml\.schema"):
        read_gate(gate_at(tmp_path, GATE.replace('judge = "the stewards"\n', "")))
    path = gate_at(tmp_path)
    (tmp_path / "gate.changes.jsonl").write_text('{"condition": "commitment"}\n')
    with pytest.raises(InputRefusedError, match=r"gate\.change.*line 1"):
        read_gate(path)


@pytest.mark.requirement("E2")
@pytest.mark.requirement("6.22")
def test_the_public_page_lists_every_condition_with_state_day_judge_and_evidence(tmp_path: Path) -> None:
    path = gate_at(tmp_path)
    command = [
        "election", "gate", str(path), "--condition", "commitment", "--state", "met", "--evidence", "a page",
        "--judge", "the stewards", "--reason", "closed", "--on", "2027-05-01", "--out", str(tmp_path / "out"),
    ]  # fmt: skip
    assert main(command) == 0
    page = (tmp_path / "out" / "checkuser.html").read_text("utf-8")
    table = page.split("<caption>Conditions", 1)[1].split("</table>", 1)[0]
    rows = [
        tuple(
            re.sub(r"<[^>]*>", "", cell).strip() for cell in re.findall(r"<t[dh][^>]*>(.*?)</t[dh]>", row, re.DOTALL)
        )
        for row in re.findall(r"<tr[^>]*>(.*?)</tr>", table, re.DOTALL)
    ]
    commitment = "The community commits itself to the CheckUser policy and the access policy."
    assert rows[1:] == [
        ("commitment", commitment, "met", "2027-05-01", "the stewards", "a page"),
        ("second", "(not known)", "open", "", "the stewards", ""),
    ]


def test_the_command_records_a_change_in_the_log(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = gate_at(tmp_path)
    create_log(tmp_path / "log", origin="example.org/gate").close()
    command = [
        "election", "gate", str(path), "--condition", "commitment", "--state", "met", "--evidence", "a page",
        "--judge", "the stewards", "--reason", "closed", "--on", "2027-05-01",
        "--log", str(tmp_path / "log"), "--out", str(tmp_path / "out"),
    ]  # fmt: skip
    assert main(command) == 0
    said = capsys.readouterr().out
    assert "entry 0" in said
    assert "commitment: met" in said
    assert "The gate is not passed." in said
    assert (tmp_path / "out" / "checkuser.html").exists()
    assert main(["election", "gate", str(path), "--condition", "commitment"]) == 2
