"""The restoration gate: from conditions, by evidence, to a right given back. State is a fold over its changes."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Any

from holdfast.canonical import parse_json
from holdfast.elections.published import check_schema
from holdfast.errors import InputRefusedError, UsageError
from holdfast.papers.documents import Document, read_toml


class GateState(StrEnum):
    """What a judge found about one condition."""

    OPEN = "open"
    MET = "met"
    NOT_MET = "not_met"
    WAIVED = "waived"


@dataclass(frozen=True, kw_only=True)
class Condition:
    """One condition as it was set. An empty text: it was set, and what it says is not known; it is never guessed."""

    id: str
    text: str
    judge: str
    evidence_wanted: str = ""


@dataclass(frozen=True, kw_only=True)
class Change:
    """One recorded change of one condition's state."""

    condition: str
    state: GateState
    evidence: str
    judge: str
    on: date
    reason: str

    def to_json(self) -> dict[str, str]:
        """As it stands in the file of changes and in the log."""
        return {
            "condition": self.condition,
            "state": str(self.state),
            "evidence": self.evidence,
            "judge": self.judge,
            "on": self.on.isoformat(),
            "reason": self.reason,
        }


@dataclass(frozen=True, kw_only=True)
class Gate:
    """A gate with everything recorded about it."""

    name: str
    title: str
    wiki: str
    right: str
    decider: str
    conditions: tuple[Condition, ...]
    changes: tuple[Change, ...]
    history: tuple[Mapping[str, Any], ...]
    interim: Mapping[str, Any]
    file: Document

    def latest(self, condition: str) -> Change | None:
        """The last change of a condition; None while nobody judged it."""
        found = [change for change in self.changes if change.condition == condition]
        return found[-1] if found else None

    def state_of(self, condition: str) -> GateState:
        """A condition's state: that of its last change."""
        change = self.latest(condition)
        return change.state if change else GateState.OPEN

    @property
    def is_passed(self) -> bool:
        """Whether every condition is met or waived; one whose text is not known can be waived alone."""
        return all(self.state_of(each.id) in (GateState.MET, GateState.WAIVED) for each in self.conditions)


def changes_path(path: Path) -> Path:
    """Where a gate's changes are kept: one JSON line each, beside its file."""
    return path.with_suffix(".changes.jsonl")


def read_gate(path: Path) -> Gate:
    """A gate and its recorded changes. Raises InputRefusedError `toml.…`, `gate.condition_twice`, `gate.change`."""
    file = read_toml(path)
    check_schema(file, "gate.schema.json")
    data = file.data
    seen: dict[str, int] = {}
    for number, each in enumerate(data["condition"]):
        line = file.line("condition", number, "id")
        if each["id"] in seen:
            raise InputRefusedError(
                "gate.condition_twice",
                f"two conditions are called {each['id']}",
                place=f"{file.place}, lines {seen[each['id']]} and {line}",
            )
        seen[each["id"]] = line
    kept = changes_path(path)
    lines = kept.read_bytes().splitlines() if kept.exists() else []
    return Gate(
        name=data["name"],
        title=data["title"],
        wiki=data["wiki"],
        right=data["right"],
        decider=data["decider"],
        conditions=tuple(Condition(**each) for each in data["condition"]),
        changes=tuple(_change(line, f"{kept}, line {number}", seen) for number, line in enumerate(lines, 1)),
        history=tuple(data.get("history", ())),
        interim=data.get("interim", {}),
        file=file,
    )


def _change(line: bytes, place: str, known: Mapping[str, int]) -> Change:
    found = parse_json(line, place=place)
    try:
        change = Change(
            condition=found["condition"],
            state=GateState(found["state"]),
            evidence=found["evidence"],
            judge=found["judge"],
            on=date.fromisoformat(found["on"]),
            reason=found["reason"],
        )
    except (KeyError, TypeError, ValueError):
        raise InputRefusedError("gate.change", "this is no recorded change", place=place) from None
    if change.condition not in known:
        raise InputRefusedError(
            "gate.change", "a change is about a condition that is not there", got=change.condition, place=place
        )
    return change


def record_change(gate: Gate, change: Change, path: Path) -> Gate:
    """Write one change down and give back the gate with it.

    Raises UsageError `gate.no_such_condition`, `gate.no_reason`, `gate.no_evidence` (met needs evidence),
    `gate.not_the_judge`, `gate.unknown_text` (a condition whose text is not known cannot be met), `gate.backwards`.
    """
    condition = next((each for each in gate.conditions if each.id == change.condition), None)
    if condition is None:
        known = ", ".join(each.id for each in gate.conditions)
        raise UsageError("gate.no_such_condition", "there is no such condition", expected=known, got=change.condition)
    if not change.reason.strip():
        raise UsageError("gate.no_reason", "a change of a condition needs a reason", hint="say it with --reason")
    if change.judge != condition.judge:
        raise UsageError(
            "gate.not_the_judge", "another body judges this condition", expected=condition.judge, got=change.judge
        )
    if change.state is GateState.MET and not change.evidence.strip():
        raise UsageError("gate.no_evidence", "a condition is met by evidence", hint="name it with --evidence")
    if change.state is GateState.MET and not condition.text:
        raise UsageError(
            "gate.unknown_text",
            "the text of this condition is not known, so nothing can be shown to meet it",
            hint="put the text into the file with its source, or have the judge waive it with a reason",
        )
    before = gate.latest(change.condition)
    if before and change.on < before.on:
        raise UsageError("gate.backwards", "a change is dated before the last one", expected=f"{before.on} or later")
    line = json.dumps(change.to_json(), ensure_ascii=False, sort_keys=True)
    with changes_path(path).open("a", encoding="utf-8") as stream:
        stream.write(line + "\n")
    return read_gate(path)


def gate_rows(gate: Gate) -> Sequence[tuple[str, str, str, str, str, str]]:
    """For the public page: id, text, state, date, judge, evidence of each condition, in the file's order."""
    rows = []
    for each in gate.conditions:
        last = gate.latest(each.id)
        rows.append(
            (
                each.id,
                each.text or "(not known)",
                str(gate.state_of(each.id)).replace("_", " "),
                last.on.isoformat() if last else "",
                each.judge,
                last.evidence if last else each.evidence_wanted,
            )
        )
    return rows
