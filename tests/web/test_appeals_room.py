"""The room of the readers of appeals: from the queue to the outcome, with the whole file."""

from typing import Any

import pytest
from playwright.sync_api import Browser

from browsing import grave_violations
from holdfast.appeals.appeal import Outcome
from store.offices import OfficeWorld
from web.browsers import served
from workflows.office_appeals import ACCOUNT, TEXT, AppealOffice


@pytest.fixture
def appeals(office: OfficeWorld) -> AppealOffice:
    made = AppealOffice(office).in_force()
    made.file()
    return made


def go(appeals: AppealOffice, client: Any, step: str, **given: Any) -> Any:
    return client.post(f"/appeals/{appeals.stream.id}/{step}/", given)


@pytest.mark.requirement("3.10")
@pytest.mark.requirement("3.12")
def test_a_reader_takes_an_appeal_up_reads_the_file_and_decides(appeals: AppealOffice) -> None:
    client = appeals.reader.client()
    listed = client.get("/appeals/").content.decode()
    assert appeals.stream.id in listed
    assert ACCOUNT not in listed
    shown = client.get(f"/appeals/{appeals.stream.id}/").content.decode()
    assert TEXT in shown
    assert ACCOUNT in shown
    assert go(appeals, client, "take-up").status_code == 302
    assert go(appeals, client, "take").status_code == 302
    bad = go(appeals, client, "decide", outcome="overturn")
    assert bad.status_code == 422
    done = go(
        appeals,
        client,
        "decide",
        outcome="overturn",
        message="You were right.",
        message_theirs="حق با شما بود.",
        public_note="The evidence was of another account.",
    )
    assert done.status_code == 302
    after = client.get(f"/appeals/{appeals.stream.id}/").content.decode()
    assert "what was taken is given back" in after
    assert "The evidence was of another account." in after


def test_a_refusal_has_its_code_and_message(appeals: AppealOffice) -> None:
    client = appeals.reader.client()
    assert go(appeals, client, "refuse", code="other_body").status_code == 422
    assert go(appeals, client, "refuse", code="other_body", message="Please ask the ArbCom.").status_code == 302
    assert "other body" in client.get(f"/appeals/{appeals.stream.id}/").content.decode()


@pytest.mark.requirement("3.11")
def test_a_tied_reader_is_told_to_stand_aside_and_can_do_nothing(office: OfficeWorld) -> None:
    appeals = AppealOffice(office).in_force()
    appeals.file()
    tied = office.member("appeal_reader", linked_to=(appeals.decider.member,)).client()
    shown = tied.get(f"/appeals/{appeals.stream.id}/").content.decode()
    assert "You must stand aside here:" in shown
    assert "step" not in shown.partition("<main")[2] or "take-up" not in shown
    assert go(appeals, tied, "take-up").status_code == 409


def test_a_lost_link_is_made_anew_and_shown_once(office: OfficeWorld) -> None:
    appeals = AppealOffice(office).in_force()
    client = appeals.reader.client()
    shown = go(appeals, client, "link", until="").content.decode()
    assert "/appeal/" in shown
    assert appeals.token not in shown
    assert "/appeal/" not in client.get(f"/appeals/{appeals.stream.id}/").content.decode().replace("/appeals/", "")


@pytest.mark.requirement("2.16")
@pytest.mark.requirement("D3")
def test_the_file_begins_with_what_speaks_for_the_person(office: OfficeWorld) -> None:
    from workflows.case_steps import CaseWorld

    case = CaseWorld(office=office, investigator=office.member("investigator"), decider=office.member("decider"))
    case.begin("made up")
    case.write("person added", account=ACCOUNT, roles=["suspect"])
    case.write("source recorded", kind="public_record", text="the wiki")
    case.take(b"bytes", name="a file", how="fetched", source="s1", kind="conduct", about=["p1"], level="behaviour")
    case.write("evidence checked", id="e1", against="the wiki", holds=True)
    case.write("taken up", why="a report")
    case.write("hypothesis put", text="a meetup", innocent=True)
    case.write("exculpatory recorded", text="was at work elsewhere", about=["p1"])
    appeals = AppealOffice(office, files=(f"case/{case.id}", "plan/p-1f0c")).in_force()
    appeals.file()
    shown = appeals.reader.client().get(f"/appeals/{appeals.stream.id}/").content.decode()
    assert shown.index("was at work elsewhere") < shown.index("a meetup")
    assert "plan/p-1f0c" in shown


def test_questions_that_were_sent_back_reach_those_who_work_on_the_case(appeals: AppealOffice) -> None:
    client = appeals.reader.client()
    go(appeals, client, "take-up")
    go(appeals, client, "take")
    go(appeals, client, "decide", outcome="remand", message="We ask again.", asked_back="which edits are meant?")
    decider = appeals.decider.client()
    assert f"/appeals/{appeals.stream.id}/questions/" in decider.get("/appeals/").content.decode()
    shown = decider.get(f"/appeals/{appeals.stream.id}/questions/").content.decode()
    assert "which edits are meant?" in shown
    for secret in (TEXT, ACCOUNT):
        assert secret not in shown
    assert go(appeals, decider, "answered").status_code == 302
    assert "These questions are answered." in decider.get(f"/appeals/{appeals.stream.id}/questions/").content.decode()
    assert (
        appeals.world.member("custodian").client().get(f"/appeals/{appeals.stream.id}/questions/").status_code == 403
    )


@pytest.mark.requirement("D4")
def test_a_change_names_its_kind_and_a_harder_one_is_refused_whatever_is_ticked(appeals: AppealOffice) -> None:
    client = appeals.reader.client()
    go(appeals, client, "take-up")
    go(appeals, client, "take")
    given = {"outcome": "change", "message": "Other.", "new_measure": "it is only a warning", "is_worse": ""}
    assert go(appeals, client, "decide", **given).status_code == 422
    assert go(appeals, client, "decide", **given, measure_kind="global_lock").status_code == 409
    assert appeals.standing == "assigned"
    assert go(appeals, client, "decide", **given, measure_kind="warning").status_code == 302
    assert "the new measure is in force" in client.get(f"/appeals/{appeals.stream.id}/").content.decode()


def test_an_outcome_is_not_closed_by_what_somebody_types(appeals: AppealOffice) -> None:
    client = appeals.reader.client()
    go(appeals, client, "take-up")
    go(appeals, client, "take")
    go(appeals, client, "decide", outcome="change", message="Less.", new_measure="a", measure_kind="warning")
    for text in (" ", "done by hand", "plan/p-2", "p-1f0c"):
        assert go(appeals, client, "in-force", plan=text).status_code == 422
    assert "the new measure is in force" in client.get(f"/appeals/{appeals.stream.id}/").content.decode()
    other = AppealOffice(appeals.world, action="p-1f0c/002").in_force()
    other.to_reader()
    other.decide(Outcome.OVERTURN)
    client = other.reader.client()
    shown = client.get(f"/appeals/{other.stream.id}/").content.decode()
    assert "in-force" not in shown
    assert go(other, client, "in-force", plan="sweep/p-1f0c").status_code == 409
    assert "what was taken is given back" in client.get(f"/appeals/{other.stream.id}/").content.decode()


def test_readers_see_which_of_two_filings_is_the_account_itself_s(appeals: AppealOffice) -> None:
    first, client = appeals.stream, appeals.reader.client()
    shown = client.get(f"/appeals/{first.id}/").content.decode()
    assert "Nobody has shown that the account itself sent this." in shown
    appeals.prove(appeals.file("It was not me."))
    mine = client.get(f"/appeals/{appeals.stream.id}/").content.decode()
    assert "The account itself has shown that this is theirs" in mine
    assert f"/appeals/{first.id}/" in mine
    assert "not shown to be by the account" in mine
    assert "by the account itself" in client.get(f"/appeals/{first.id}/").content.decode()
    assert "account proven" in client.get("/appeals/").content.decode()


@pytest.mark.requirement("4.9")
def test_the_public_table_is_shown_and_downloaded_by_those_who_see_the_list(appeals: AppealOffice) -> None:
    client = appeals.reader.client()
    page = client.get("/appeals/table/").content.decode()
    assert "carried over" in page
    for form in ("json", "csv", "html"):
        answer = client.get(f"/appeals/table/{form}/")
        assert answer.status_code == 200
        assert ACCOUNT not in answer.content.decode()
    assert client.get("/appeals/table/xlsx/").status_code == 404
    assert client.post("/appeals/table/publish/").status_code == 400
    assert appeals.world.member("operator").client().get("/appeals/table/").status_code == 403


@pytest.mark.parametrize(
    "role", ["investigator", "decider", "legal", "custodian", "operator", "auditor", "access_steward"]
)
def test_nobody_else_opens_an_appeal(appeals: AppealOffice, role: str) -> None:
    client = appeals.world.member(role).client()
    assert client.get(f"/appeals/{appeals.stream.id}/").status_code == 403
    assert go(appeals, client, "take-up").status_code == 403


def test_the_room_has_no_grave_fault_of_accessibility(appeals: AppealOffice, chromium: Browser) -> None:
    with served(appeals.world) as console, console.as_member(chromium, appeals.reader) as person:
        for address in ("/appeals/", f"/appeals/{appeals.stream.id}/", "/appeals/table/"):
            person.page.goto(console.address + address)
            assert grave_violations(person.page) == [], address
