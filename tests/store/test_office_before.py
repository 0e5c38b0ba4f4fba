"""An office and a log that the version before made open with today's code, and say what they said."""

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from holdfast.cli import main
from holdfast.errors import InputRefusedError
from holdfast.facts import StreamId
from store.office_before import DATA, digests, facts_of, opened, states
from store.offices import OfficeWorld


@pytest.fixture
def before(tmp_path: Path) -> Iterator[OfficeWorld]:
    yield opened(tmp_path)
    from django.db import connections

    connections.close_all()


ANSWERS: dict[str, Any] = json.loads((DATA / "answers.json").read_text("utf-8"))


def test_every_fact_of_the_version_before_says_what_it_said(before: OfficeWorld) -> None:
    read = {str(stream): digests(facts) for stream, facts in facts_of(before.office).items()}
    assert read == ANSWERS["facts"]


def test_every_case_register_review_freeze_appeal_and_plan_comes_to_what_it_came_to(before: OfficeWorld) -> None:
    read = json.loads(json.dumps(states(before.office)))
    for stream, state in ANSWERS["states"].items():
        assert read[stream] == state, stream
    assert read.keys() == ANSWERS["states"].keys()


def test_nearly_every_kind_of_fact_stands_in_it() -> None:
    kinds = {(stream.partition("/")[0], fact[0]) for stream, facts in ANSWERS["facts"].items() for fact in facts}
    assert len(kinds) >= 150
    assert {"case", "person", "freeze", "review", "appeal", "no-appeal", "plan", "sweep"} < {
        each for each, _ in kinds
    }


def test_the_doctor_finds_nothing_wrong_with_it(before: OfficeWorld) -> None:
    from holdfast.workflows.office.doctor import examine

    assert [(each.name, each.text) for each in examine(before.office) if not each.ok] == []


def test_what_was_erased_stays_erased(before: OfficeWorld) -> None:
    from holdfast.access.rules.console_rules import Because
    from holdfast.store.office.models import StreamKey
    from holdfast.store.office.vault import Reader

    row = StreamKey.objects.get(kind="case", erased_at__isnull=False)
    erased, reader = StreamId(kind="case", id=row.stream_id), Reader.of_the_office(Because.BOOKS)
    with pytest.raises(InputRefusedError, match=r"^office\.stream\.erased"):
        before.office.vault.read(reader, erased, purpose="a test")


def test_its_log_verifies_and_goes_on_from_its_checkpoint(
    before: OfficeWorld, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    public, kept = before.folder / "log" / "public", tmp_path / "checkpoint"
    key = (public / "log.vkey").read_text("utf-8").strip()
    assert main(["record", "verify", str(public), "--key", key, "--keep", str(kept)]) == 0
    with before.office.log() as log:
        size = log.size
        log.append("note", {"text": "the next version goes on"})
        log.checkpoint()
    assert main(["record", "verify", str(public), "--key", key, "--from", str(kept)]) == 0
    assert f"{size + 1} entries, verified" in capsys.readouterr().out


def test_the_clocks_of_today_run_on_it(before: OfficeWorld) -> None:
    from holdfast.workflows.office.doctor import examine
    from holdfast.workflows.tick import tick

    assert [(each.clock, each.failed) for each in tick(before.office) if each.failed] == []
    assert all(each.ok for each in examine(before.office))


def test_each_of_them_is_a_page_of_the_console(before: OfficeWorld) -> None:
    asked = {
        "case": ("investigator", "/cases/{}/"),
        "person": ("access_steward", "/register/person/{}/"),
        "freeze": ("access_steward", "/freezes/{}/"),
        "review": ("access_steward", "/reviews/{}/"),
        "appeal": ("appeal_reader", "/appeals/{}/"),
        "no-appeal": ("legal", "/no-appeals/{}/"),
        "plan": ("investigator", "/plans/{}/"),
    }
    visitors = {role: before.member(role).client() for role, _ in asked.values()}
    found: dict[str, Counter[int]] = {kind: Counter() for kind in asked}
    for place in ANSWERS["states"]:
        kind, _, number = place.partition("/")
        if kind in asked:
            role, address = asked[kind]
            found[kind][visitors[role].get(address.format(number)).status_code] += 1
    # what a page may refuse is a red case, or an appeal against what was not carried out
    assert {kind: set(those) - {403, 409} for kind, those in found.items()} == {kind: {200} for kind in asked}
