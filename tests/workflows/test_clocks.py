"""Every clock does what is due when its time has come, once, and nothing before."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from holdfast.facts import SYSTEM, Fact, StreamId
from store.offices import OfficeWorld


def ticked(world: OfficeWorld, clock: str) -> list[str]:
    """What one clock did in one step of all of them."""
    from holdfast.workflows.tick import tick

    done = {each.clock: each for each in tick(world.office)}
    assert not [each for each in done.values() if each.failed]
    return list(done[clock].done)


def stream_of(world: OfficeWorld, kind: str, state: str) -> StreamId:
    from holdfast.access.rules.console_rules import Because
    from holdfast.store.office.streams import Summary
    from holdfast.store.office.vault import Reader

    fact = Fact(type="made", at=world.clock(), by=SYSTEM)
    return world.office.vault.create(
        Reader.of_the_office(Because.BOOKS),
        kind,
        [fact],
        summary=Summary(state=state),
        purpose="test",
        tokens={"account": ["A"]},
    )


def configured(world: OfficeWorld, **more: Any) -> None:
    place = replace(world.office.place, config=replace(world.office.config, **more))
    world.office = replace(world.office, place=place)


def heads_in_log(world: OfficeWorld) -> list[str]:
    from holdfast.record.disk import FolderDisk
    from holdfast.workflows.office.doctor import published_heads

    return [sha256 for _, sha256 in published_heads(FolderDisk(world.folder / "log/public").read)]


def test_the_head_of_the_audit_goes_into_the_log_every_hour_however_busy_it_is(office: OfficeWorld) -> None:
    office.member("auditor")
    head = office.office.vault.audit.head().sha256
    assert ticked(office, "audit_head") != []
    assert heads_in_log(office) == [head]
    assert ticked(office, "audit_head") == []
    office.clock.go_on(minutes=59)
    assert ticked(office, "audit_head") == []
    office.clock.go_on(minutes=1)
    assert ticked(office, "audit_head") != []
    assert len(heads_in_log(office)) == 2


def test_a_session_that_nobody_uses_ends_though_the_browser_never_comes_back(office: OfficeWorld) -> None:
    from holdfast.store.office.models import Session

    client = office.member("decider").client()
    office.clock.go_on(minutes=10)
    assert ticked(office, "idle_sessions") == []
    assert client.get("/").status_code == 200
    office.clock.go_on(minutes=14)
    assert ticked(office, "idle_sessions") == []
    office.clock.go_on(minutes=2)
    assert ticked(office, "idle_sessions") == ["1 idle sessions ended"]
    assert Session.objects.count() == 0
    assert client.get("/").status_code == 302


def test_a_seal_in_the_log_is_opened_on_the_day_that_was_promised(office: OfficeWorld) -> None:
    with office.office.log() as log:
        receipt = log.seal("note", {"title": "t", "text": "x"}, until=office.clock() + timedelta(days=13))
        log.seal("note", {"title": "t", "text": "y"}, condition="never")
        log.checkpoint()
    office.clock.go_on(days=12)
    assert ticked(office, "seals") == []
    office.clock.go_on(days=1, seconds=1)
    assert ticked(office, "seals") == [f"entry {receipt.index} of the log opened"]
    assert ticked(office, "seals") == []
    with office.office.log() as log:
        assert log.prove(receipt.index).line.text != b""
        assert log.prove(receipt.index + 1).line.text == b""


@pytest.mark.requirement("1.15")
def test_what_was_kept_long_enough_is_forgotten_for_good(office: OfficeWorld) -> None:
    from holdfast.access.rules.console_rules import Because
    from holdfast.errors import InputRefusedError
    from holdfast.store.office.vault import Reader

    configured(office, retention_days={"question": 90})
    old = stream_of(office, "question", "answered")
    office.clock.go_on(days=60)
    young = stream_of(office, "question", "answered")
    assert ticked(office, "retention") == []
    office.clock.go_on(days=31)
    assert ticked(office, "retention") == ["1 of the kind question forgotten"]
    assert ticked(office, "retention") == []
    with pytest.raises(InputRefusedError, match=r"^office\.stream\.erased"):
        office.office.vault.read(Reader.of_the_office(Because.BOOKS), old, purpose="test")
    assert office.office.vault.read(Reader.of_the_office(Because.BOOKS), young, purpose="test")
    assert office.office.vault.holding("account", "A") == [young]
    erased = [e.event for e in office.office.vault.audit.entries() if e.event.verb == "erase"]
    assert [(e.kind, e.stream_id, e.member) for e in erased] == [("question", old.id, "system")]


def test_a_question_that_was_proven_and_never_answered_is_not_forgotten(office: OfficeWorld) -> None:
    from holdfast.store.office.audit_search import alarm_rows

    configured(office, retention_days={"question": 90})
    waiting, dead = stream_of(office, "question", "proven"), stream_of(office, "question", "asked")
    office.clock.go_on(days=91)
    assert ticked(office, "retention") == ["1 of the kind question forgotten"]
    assert office.office.vault.length(waiting) == 1
    assert [(a.code, a.place) for a in alarm_rows(seen=False, limit=9)] == [("kept long enough", str(waiting))]
    assert dead != waiting


@pytest.mark.requirement("2.3")
def test_no_clock_destroys_a_case_it_calls_two_people(office: OfficeWorld) -> None:
    from holdfast.store.office.audit_search import alarm_rows

    configured(office, retention_days={"case": 1, "person": 1})
    closed, working = stream_of(office, "case", "closed"), stream_of(office, "person", "active")
    office.clock.go_on(days=400)
    from holdfast.workflows.clocks.retention import CLOCK

    for _ in range(2):
        assert CLOCK.run(office.office, office.clock()) == []
    assert office.office.vault.length(closed) == office.office.vault.length(working) == 1
    assert [(a.code, a.place) for a in alarm_rows(seen=False, limit=9)] == [("kept long enough", str(closed))]


def test_an_invitation_that_is_over_is_deleted(office: OfficeWorld) -> None:
    from holdfast.store.office import members as store
    from holdfast.store.office.models import Invitation

    store.add_member(store.fresh_member_id(), ["decider"], office.clock())
    before = Invitation.objects.count()
    office.clock.go_on(hours=23)
    ticked(office, "tidy")
    assert Invitation.objects.count() == before
    office.clock.go_on(hours=2)
    ticked(office, "tidy")
    assert Invitation.objects.filter(until__lt=office.clock()).count() == 0


def test_a_clock_that_fails_keeps_no_other_from_running_and_somebody_is_told(
    office: OfficeWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    from holdfast.store.office.audit_search import alarm_rows
    from holdfast.workflows import tick as module
    from holdfast.workflows.clocks._clock import Clock

    def broken(*_: Any) -> list[str]:
        raise ValueError("Zanzibar")

    others = module.all_clocks()
    monkeypatch.setattr(module, "all_clocks", lambda: {"broken": Clock(means="breaks", run=broken), **others})
    done = {each.clock: each for each in module.tick(office.office)}
    assert done["broken"].failed == "ValueError"
    assert set(done) == {"broken", *others}
    assert ("clock failed", "clock/broken") in [(a.code, a.place) for a in alarm_rows(seen=False, limit=9)]


def test_two_steps_at_once_are_one(office: OfficeWorld) -> None:
    from holdfast.store.office.leases import lease
    from holdfast.workflows.tick import tick

    with lease("tick", office.clock(), timedelta(minutes=10)) as mine:
        assert mine
        assert tick(office.office) == ()
    assert tick(office.office) != ()


def test_every_clock_says_what_it_does_and_a_second_step_at_one_moment_does_nothing(office: OfficeWorld) -> None:
    from holdfast.workflows.tick import all_clocks, tick

    office.member("auditor")
    office.clock.go_on(days=40)
    tick(office.office)
    assert [each for each in tick(office.office) if each.done or each.failed] == []
    assert all(clock.means.endswith(".") for clock in all_clocks().values())
