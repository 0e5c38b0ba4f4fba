"""The audit in the console: searched by number, never by offset; alarms; exports that two guardians approve."""

from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from browsing import grave_violations
from holdfast.cli import main
from holdfast.errors import CheckFailedError, UsageError
from holdfast.facts import MemberId, StreamId
from store.offices import OfficeWorld, TestMember
from web.browsers import served


def acted(world: OfficeWorld, count: int) -> TestMember:
    """Somebody of whom there are `count` entries, each an hour after the other."""
    from holdfast.audit import Verb

    member, audit = world.member("access_steward"), world.office.vault.audit
    for number in range(count):
        audit.write([audit.event(member.member, Verb.READ_LIST, "person", f"p{number}", purpose="list shown")])
        world.clock.go_on(hours=1)
    return member


def numbers(world: OfficeWorld, reader: TestMember, **wish: object) -> list[int]:
    """The numbers of all entries found, page after page."""
    from holdfast.store.office.audit_search import AuditSearch
    from holdfast.workflows.office.audit_reading import search

    found, before = [], None
    while True:
        page = search(world.office, reader.reader(), AuditSearch(**wish), before=before)  # type: ignore[arg-type]
        found += [entry.seq for entry in page.entries]
        before = page.before
        if before is None:
            return found


def test_a_search_gives_every_entry_once_newest_first_over_all_pages(office: OfficeWorld) -> None:
    member, auditor = acted(office, 120), office.member("auditor")
    found = numbers(office, auditor, member=member.member)
    mine = [e.seq for e in office.office.vault.audit.entries() if e.event.member == member.member]
    assert found == mine[::-1]
    assert len(found) == 120


def test_a_search_holds_to_each_of_its_conditions(office: OfficeWorld) -> None:
    start = office.clock()
    acted(office, 30)
    auditor = office.member("auditor")
    entries = list(office.office.vault.audit.entries())
    wishes = {
        "verb": ("read_list", lambda e: e.verb == "read_list"),
        "kind": ("person", lambda e: e.kind == "person"),
        "stream_id": ("p7", lambda e: e.stream_id == "p7"),
        "outcome": ("allowed", lambda e: e.outcome == "allowed"),
        "since": (start + timedelta(hours=3), lambda e: e.at >= start + timedelta(hours=3)),
        "until": (start + timedelta(hours=3), lambda e: e.at < start + timedelta(hours=3)),
    }
    for name, (value, fits) in wishes.items():
        found = [n for n in numbers(office, auditor, **{name: value}) if n <= len(entries)]
        assert found == [e.seq for e in reversed(entries) if fits(e.event)], name
    assert numbers(office, auditor, since=office.clock() + timedelta(days=1)) == []


def test_reading_the_audit_is_in_the_audit(office: OfficeWorld) -> None:
    auditor = office.member("auditor")
    numbers(office, auditor)
    last = list(office.office.vault.audit.entries())[-1].event
    assert (last.member, last.kind, last.purpose) == (auditor.member, "audit", "audit searched")


@pytest.mark.parametrize("role", ["operator", "decider", "custodian", "legal", "access_steward"])
@pytest.mark.parametrize("page", ["/audit/", "/audit/alarms/", "/audit/exports/"])
def test_nobody_but_the_auditor_reads_the_audit(office: OfficeWorld, role: str, page: str) -> None:
    client = office.member(role).client()
    client.raise_request_exception = False
    assert client.get(page).status_code == 403
    assert list(office.office.vault.audit.entries())[-1].event.outcome == "refused"


def test_the_audit_asks_for_a_fresh_passkey(office: OfficeWorld) -> None:
    answer = office.member("auditor").client(fresh=False).get("/audit/")
    assert answer.status_code == 302
    assert "reauthenticate" in answer["Location"]


def test_what_is_typed_into_the_search_and_is_no_id_finds_nothing(office: OfficeWorld) -> None:
    client = office.member("auditor").client()
    for value in ("<script>alert(1)</script>", "m-0' OR 1=1", "Zanzibar"):
        page = client.get("/audit/", {"member": value, "before": "x"}).content.decode()
        assert "<script>alert" not in page
        assert "<caption>" not in page


def asked_for(world: OfficeWorld, auditor: TestMember) -> StreamId:
    from holdfast.workflows.office.audit_reading import propose_export

    return propose_export(world.office, auditor.reader(), None, None)


def test_an_export_leaves_only_after_two_guardians_and_a_stranger_can_check_it(
    office: OfficeWorld, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from holdfast.workflows.office.audit_reading import export_key

    acted(office, 5)
    auditor, one, two = office.member("auditor"), office.member("custodian"), office.member("legal")
    stream, client = asked_for(office, auditor), auditor.client()
    assert stream.kind == "proposal-audit-export"
    fetch = f"/audit/exports/{stream.id}/"
    client.raise_request_exception = False
    assert client.post(fetch).status_code == 409
    office.approve(stream, one)
    with pytest.raises(CheckFailedError, match=r"^approval\.too_few"):
        office.carry_out(stream, one)
    office.approve(stream, two)
    office.carry_out(stream, one)
    answer = client.post(fetch)
    assert answer.status_code == 200
    (tmp_path / "audit.jsonl").write_bytes(answer.content)
    key = str(export_key(office.office))
    assert key in client.get("/audit/exports/").content.decode()
    assert main(["audit", "verify", str(tmp_path / "audit.jsonl"), "--key", key]) == 0
    assert "each in its place" in capsys.readouterr().out
    last = [e.event.purpose for e in office.office.vault.audit.entries()][-3:]
    assert "export of the audit fetched" in last
    for other in (one, two, office.member("operator")):
        refused = other.client()
        refused.raise_request_exception = False
        assert refused.post(fetch).status_code in (403, 409)


def test_the_auditor_does_not_approve_the_export_that_the_auditor_asked_for(office: OfficeWorld) -> None:
    auditor = office.member("auditor")
    with pytest.raises(CheckFailedError, match=r"^access\.refused|^approval\.role"):
        asked = asked_for(office, auditor)
        auditor.sign(asked)


def test_an_export_is_fetched_within_its_days(office: OfficeWorld) -> None:
    from holdfast.workflows.office.audit_reading import fetch_export

    auditor, one, two = office.member("auditor"), office.member("custodian"), office.member("legal")
    stream = asked_for(office, auditor)
    office.approve(stream, one, two)
    office.carry_out(stream, one)
    assert list(fetch_export(office.office, auditor.reader(), stream.id))
    office.clock.go_on(days=9)
    with pytest.raises(CheckFailedError, match=r"^audit\.export\.late"):
        list(fetch_export(office.office, auditor.reader(), stream.id))


def test_an_export_of_nothing_is_refused(office: OfficeWorld) -> None:
    from holdfast.workflows.office.audit_reading import propose_export

    reader, now = office.member("auditor").reader(), office.clock()
    with pytest.raises(UsageError, match=r"^audit\.export\.empty"):
        propose_export(office.office, reader, now + timedelta(days=1), now + timedelta(days=2))


def test_an_alarm_waits_until_an_auditor_looked_at_it(office: OfficeWorld) -> None:
    from holdfast.audit import Alarm, AlarmKind
    from holdfast.store.office.audit_search import alarm_rows

    alarm = Alarm(kind=AlarmKind.NEEDS_TWO, at=office.clock(), object=StreamId(kind="person", id="p1"), count=1)
    for _ in range(2):
        office.office.vault.audit.alarm(alarm)
    client, auditor = office.member("decider").client(), office.member("auditor").client()
    (waiting,) = alarm_rows(seen=False, limit=9)
    client.raise_request_exception = False
    assert client.post(f"/audit/alarms/{waiting.pk}/look/").status_code == 403
    assert "needs two" in auditor.get("/audit/alarms/").content.decode()
    assert "Alarms that nobody has looked at: 1" in auditor.get("/").content.decode()
    assert "nobody has looked at" not in client.get("/").content.decode()
    assert auditor.post(f"/audit/alarms/{waiting.pk}/look/").status_code == 302
    assert alarm_rows(seen=False, limit=9) == []
    office.office.vault.audit.alarm(alarm)
    assert len(alarm_rows(seen=False, limit=9)) == 1


# suspending


def test_own_access_ends_at_once_in_every_browser_and_two_others_undo_it(
    office: OfficeWorld,
) -> None:
    from holdfast.workflows.office.members import propose_change

    member, auditor = office.member("decider"), office.member("auditor")
    one, two = member.client(), member.client(fresh=False)
    assert one.get("/suspend/").status_code == 200
    assert one.post("/suspend/").status_code == 302
    for client in (one, two):
        assert client.get("/").headers["Location"].startswith("/accounts/login/")
    assert "suspended self" in auditor.client().get("/audit/alarms/").content.decode()
    client = member.client()  # even a new sign-in opens nothing
    assert client.get("/").headers["Location"].startswith("/accounts/login/")
    with pytest.raises(CheckFailedError, match=r"access\.refused"):
        office.office.vault.require(member.reader(), "read_list", "case", purpose="test")

    guardians = office.member("custodian"), office.member("legal")
    stream = propose_change(
        office.office, office.member("operator").reader(), MemberId(member.member), "unsuspend", ["decider"]
    )
    office.approve(stream, guardians[0])
    with pytest.raises(CheckFailedError, match=r"^approval\.too_few"):
        office.carry_out(stream, guardians[0])
    office.approve(stream, guardians[1])
    office.carry_out(stream, guardians[0])
    assert member.client().get("/").status_code == 200


# in a browser


@pytest.mark.parametrize("language", ["en", "fa"])
def test_the_pages_have_no_grave_violation_and_work_without_scripts(
    office: OfficeWorld, chromium: Browser, language: str
) -> None:
    acted(office, 60)
    auditor = office.member("auditor")
    with served(office) as console:
        with console.as_member(chromium, auditor, locale=language) as person:
            for address in ("/audit/", "/audit/alarms/", "/audit/exports/"):
                person.page.goto(console.address + address)
                assert grave_violations(person.page) == []
        with console.as_member(chromium, auditor, java_script_enabled=False) as person:
            person.page.goto(console.address + "/audit/")
            person.page.click("text=Older")
            assert "before=" in person.page.url
            person.page.select_option("#id_verb", "read_list")
            person.page.click("main button[type=submit]")
            assert "before=" not in person.page.url
            assert person.page.locator("main tbody tr").count() == 50
