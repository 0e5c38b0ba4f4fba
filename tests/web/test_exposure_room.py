"""The room of exposure: from the log to the report, the queue, its seals, and a person's own question."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from playwright.sync_api import Browser

from access.checkuser_logs import answer, entry
from browsing import grave_violations
from store.offices import NOON, OfficeWorld, TestMember
from web.browsers import served

HOLDER, PERSON = "Holder 1 (simulated)", "Person 1 (simulated)"


def at(days_ago: int) -> str:
    return f"{NOON - timedelta(days=days_ago):%Y-%m-%dT%H:%M:%SZ}"


ENTRIES = (
    entry(timestamp=at(100), reason="case 7, from 192.0.2.77"),
    entry(timestamp=at(40), target="Person 2 (simulated)"),
    entry(timestamp=at(40), type="ipusers", target="203.0.113.0/24"),
)


def upload(client: Any, *entries: Any, wiki: str = "examplewiki") -> Any:
    file = SimpleUploadedFile("log.json", json.dumps(answer(entries)).encode())
    return client.post("/exposure/import/", {"wiki": wiki, "file": file})


@pytest.fixture
def steward(office: OfficeWorld) -> TestMember:
    member = office.member("access_steward")
    assert upload(member.client(), *ENTRIES).status_code == 200
    return member


def holder(client: Any, **other: Any) -> Any:
    given = {
        "accounts": f"examplewiki:{HOLDER}",
        "period_start": "2026-01-01",
        "period_end": "2026-12-01",
        "at_risk": f"examplewiki:{PERSON}\nexamplewiki: Somebody else",
        **other,
    }
    return client.post("/exposure/holder/", given)


def test_a_log_is_taken_in_through_the_page_and_twice_adds_nothing(office: OfficeWorld) -> None:
    client = office.member("access_steward").client()
    assert "<dd>3</dd>" in upload(client, *ENTRIES).content.decode()
    assert "<dt>New here</dt><dd>0</dd>" in upload(client, *ENTRIES).content.decode()
    assert upload(client, entry(type="guess")).status_code == 422
    assert upload(client, entry(), wiki="Not A Wiki").status_code == 422


@pytest.mark.requirement("1.12")
def test_the_report_of_a_holder_shows_counts_and_pseudonyms_and_names_on_request(steward: TestMember) -> None:
    client = steward.client()
    page = holder(client).content.decode()
    assert "<dt>Look-ups</dt><dd>3</dd>" in page
    assert "<dt>People</dt><dd>2</dd>" in page
    assert page.count("P-") >= 1
    body = page.partition("People at risk who were looked up")[2].partition("By wiki and month")[0]
    assert PERSON not in body
    named = holder(client, names="on").content.decode()
    assert PERSON in named.partition("People at risk who were looked up</h2>")[2].partition("<h2>")[0]


def test_without_a_list_of_people_at_risk_the_page_does_not_say_that_none_was_looked_up(steward: TestMember) -> None:
    page = holder(steward.client(), at_risk=" ").content.decode()
    assert "Not known: no list was given." in page
    assert "None of the list that was given." not in page


@pytest.mark.parametrize("form", ["json", "csv", "html"])
def test_files_of_the_report_hold_no_name_and_no_address(steward: TestMember, form: str) -> None:
    answer = holder(steward.client(), form=form)
    text = answer.content.decode()
    assert answer.status_code == 200
    for secret in ("simulated", "192.0.2", "203.0.113", "case 7"):
        assert secret not in text
    assert holder(steward.client(), form=form, names="on").status_code == 400
    assert holder(steward.client(), form="xlsx").status_code == 404


@pytest.mark.requirement("1.12")
def test_who_could_and_who_did_on_a_day(steward: TestMember) -> None:
    given = {"wiki": "examplewiki", "day": at(100)[:10], "account": PERSON, "names": "on"}
    page = steward.client().post("/exposure/who/", given).content.decode()
    assert HOLDER in page
    assert "no: look into it" in page
    assert "Nobody in the register." in page
    empty = steward.client().post("/exposure/who/", {**given, "day": "2026-01-01"}).content.decode()
    assert "Nobody, by the log that was taken in." in empty


def test_who_may_not_open_the_register_is_not_told_that_anybody_had_no_right(
    office: OfficeWorld, steward: TestMember
) -> None:
    given = {"wiki": "examplewiki", "day": at(100)[:10], "account": PERSON, "names": "on"}
    for role in ("custodian", "investigator"):
        page = office.member(role).client().post("/exposure/who/", given).content.decode()
        assert HOLDER in page
        assert "look into it" not in page
        assert "<td>not known</td>" in page


def test_lines_of_another_form_are_refused(steward: TestMember) -> None:
    assert holder(steward.client(), accounts="no wiki here").status_code == 400
    assert holder(steward.client(), period_end="2026-01-01").status_code == 400
    assert holder(steward.client(), period_start="soon").status_code == 422


@pytest.mark.requirement("1.13")
@pytest.mark.requirement("D19")
def test_a_custodian_opens_one_notice_seals_it_and_notes_that_the_person_was_told(
    office: OfficeWorld, steward: TestMember
) -> None:
    from holdfast.access.exposure.telling import month_stream
    from holdfast.workflows.exposure.months_read import told_queue

    custodian = office.member("custodian")
    client = custodian.client()
    listed = client.get("/exposure/queue/").content.decode()
    assert "due" in listed
    assert PERSON not in listed
    assert (
        'href="/exposure/queue/'
        not in steward.client().get("/exposure/queue/").content.decode().partition("<main")[2]
    )
    row = told_queue(office.office, custodian.reader())[0]
    address = f"/exposure/queue/{month_stream(row.wiki, row.month).id}/{row.lookup}/"
    shown = client.get(f"{address}?language=hr").content.decode()
    assert PERSON in shown
    assert "192.0.2.77" not in shown
    assert "Nejavni podatci" in shown
    assert steward.client().get(address).status_code == 403
    sealed = {"code": "pending", "until": f"{NOON + timedelta(days=20):%Y-%m-%d}", "motive": "case c1"}
    assert client.post(f"{address}seal/", {**sealed, "until": ""}).status_code == 422
    assert client.post(f"{address}seal/", sealed).status_code == 302
    assert client.post(f"{address}told/", {"way": "wiki e-mail"}).status_code == 409
    assert client.post(f"{address}lift/").status_code == 302
    assert client.post(f"{address}told/", {"way": "wiki e-mail"}).status_code == 302
    assert client.post(f"{address}dance/").status_code == 404
    assert "told" in client.get(address).content.decode()


@pytest.mark.requirement("1.14")
def test_a_persons_question_is_noted_proven_and_answered(
    office: OfficeWorld, steward: TestMember, monkeypatch: pytest.MonkeyPatch
) -> None:
    from holdfast.wiki.revision import WrittenRevision
    from holdfast.workflows.exposure import question as exposure_question

    custodian = office.member("custodian")
    client = custodian.client()
    moved = client.post("/exposure/questions/", {"wiki": "examplewiki", "account": PERSON})
    address = moved["Location"]
    assert client.get(address).status_code == 200
    assert client.post(address, {"revision": "7"}).status_code == 422  # the office knows no address of this wiki
    stream = address.rstrip("/").rpartition("/")[2]
    from holdfast.facts import StreamId

    question = StreamId(kind=exposure_question.KIND, id=stream)
    code = exposure_question.read_question(office.office, custodian.reader(), question).code
    found = WrittenRevision(id=7, account=PERSON, at=office.clock(), summary=code, text="")
    exposure_question.prove(office.office, custodian.reader(), question, 7, lambda wiki, number: found)
    page = client.get(address).content.decode()
    assert "case 7, from [address]" in page
    assert HOLDER not in page
    assert "a CheckUser of examplewiki" in page
    assert steward.client().get(address).status_code == 403


@pytest.mark.parametrize("role", ["decider", "legal", "appeal_reader", "operator"])
def test_nobody_without_a_part_in_access_opens_the_room(office: OfficeWorld, steward: TestMember, role: str) -> None:
    client = office.member(role).client()
    for address in ("/exposure/", "/exposure/queue/", "/exposure/questions/", "/exposure/import/", "/exposure/who/"):
        assert client.get(address).status_code == 403, address
    assert holder(client).status_code == 403


def test_the_room_has_no_grave_fault_of_accessibility(
    office: OfficeWorld, steward: TestMember, chromium: Browser
) -> None:
    custodian = office.member("custodian")
    with served(office) as console:
        with console.as_member(chromium, steward) as person:
            for address in ("/exposure/", "/exposure/import/", "/exposure/who/", "/exposure/holder/"):
                person.page.goto(console.address + address)
                assert grave_violations(person.page) == [], address
        with console.as_member(chromium, custodian) as person:
            for address in ("/exposure/queue/", "/exposure/questions/"):
                person.page.goto(console.address + address)
                assert grave_violations(person.page) == [], address
            person.page.goto(f"{console.address}/exposure/queue/")
            person.page.click("tbody a >> nth=0")
            person.page.wait_for_selector("text=The text to the person")
            assert grave_violations(person.page) == []


@pytest.mark.parametrize("spelt", ["Person_1_(simulated)", "person 1 (simulated)", "User:Person 1 (simulated)"])
def test_every_spelling_of_an_account_finds_the_same_look_ups(steward: TestMember, spelt: str) -> None:
    client = steward.client()
    asked = {"accounts": "examplewiki:holder_1 (simulated)", "at_risk": f"examplewiki:{spelt}", "names": "on"}
    page = holder(client, **asked).content.decode()
    assert "<dt>Look-ups</dt><dd>3</dd>" in page
    assert PERSON in page.partition("People at risk who were looked up</h2>")[2].partition("<h2>")[0]
    given = {"wiki": "examplewiki", "day": at(100)[:10], "account": spelt, "names": "on"}
    assert HOLDER in client.post("/exposure/who/", given).content.decode()
