"""What a person typed is given back to them, and to nobody else, when their form met a closed door."""

from typing import Any

import pytest
from playwright.sync_api import Browser

from store.offices import OfficeWorld, TestMember
from web.browsers import served
from web.test_case_journey import fill
from workflows.case_steps import CaseWorld

TEXT = "Xylophon words that took an hour\nand a second line"


@pytest.fixture
def world(office: OfficeWorld) -> CaseWorld:
    made = CaseWorld(office=office, investigator=office.member("investigator"), decider=office.member("decider"))
    made.begin()
    return made


def note(world: CaseWorld) -> str:
    return f"/cases/{world.id}/do/note-written/"


def sign_in_again(client: Any, member: TestMember) -> None:
    """The same browser, signed in with a passkey: what its session held without a member stays in it."""
    from allauth.account.internal.userkit import user_id_to_str

    from holdfast.store.office.models import Member

    user = Member.objects.get(pk=member.member)
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    session, now = client.session, member.world.clock()
    session["account_authentication_methods"] = [{"method": "mfa", "type": "webauthn", "at": now.timestamp()}]
    session["account_authentication_methods_user"] = user_id_to_str(user)
    session["seen_at"] = now.isoformat()
    session.save()


def end_by_the_page(office: OfficeWorld) -> None:
    """Nothing but time: the form itself finds the session idle."""


def end_by_the_clock(office: OfficeWorld) -> None:
    from datetime import timedelta

    from holdfast.store.office.tidying import end_idle_sessions

    end_idle_sessions(office.clock(), timedelta(minutes=office.office.config.idle_minutes))


@pytest.mark.parametrize("end", [end_by_the_page, end_by_the_clock])
def test_what_was_typed_into_a_session_that_ended_is_there_after_signing_in(world: CaseWorld, end: Any) -> None:
    client = world.investigator.client()
    assert client.get(f"/cases/{world.id}/notes/").status_code == 200
    world.office.clock.go_on(minutes=world.office.office.config.idle_minutes + 1)
    end(world.office)
    answer = client.post(note(world), {"text": TEXT, "marking": "amber"})
    assert answer["Location"] == "/accounts/login/?next=%2Ftyped%2F"
    assert "Your session had ended, and nothing was done" in client.get(answer["Location"]).content.decode()
    assert client.get("/typed/").status_code == 302, "nothing is shown before signing in"
    sign_in_again(client, world.investigator)
    page = client.get("/typed/")
    assert TEXT in page.content.decode()
    assert f'action="{note(world)}"' in page.content.decode()
    assert "You had typed something" in client.get("/").content.decode()
    assert client.post(note(world), {"text": TEXT, "marking": "amber"}).status_code == 302
    assert TEXT.splitlines()[1] in client.get(f"/cases/{world.id}/notes/").content.decode()
    assert "Nothing is kept for you" in client.get("/typed/").content.decode()


def test_another_member_at_the_same_browser_sees_nothing_and_it_is_gone(world: CaseWorld) -> None:
    client, other = world.investigator.client(), world.office.member("investigator")
    client.get("/")
    world.office.clock.go_on(minutes=200)
    client.post(note(world), {"text": TEXT})
    sign_in_again(client, other)
    assert "Xylophon" not in client.get("/typed/").content.decode()
    assert "You had typed" not in client.get("/").content.decode()
    sign_in_again(client, world.investigator)
    assert "Xylophon" not in client.get("/typed/").content.decode()


def test_it_is_kept_for_an_hour(world: CaseWorld) -> None:
    client = world.investigator.client(fresh=False)
    client.post(note(world), {"text": TEXT})
    for _ in range(7):
        world.office.clock.go_on(minutes=9)
        client.get("/")
    assert "Xylophon" not in client.get("/typed/").content.decode()


def test_a_passkey_that_is_not_fresh_costs_nothing_of_what_was_typed(world: CaseWorld) -> None:
    client = world.investigator.client(fresh=False)
    answer = client.post(note(world), {"text": TEXT, "marking": "amber"})
    assert answer.status_code == 403
    assert "reauthenticate/?next=/typed/" in answer.content.decode()
    assert "Nothing was done yet" in answer.content.decode()
    assert TEXT in client.get("/typed/").content.decode()
    assert client.post("/typed/").status_code == 302, "it can be thrown away"
    assert "Xylophon" not in client.get("/typed/").content.decode()


def test_a_refusal_gives_back_what_was_typed(world: CaseWorld) -> None:
    client = world.investigator.client()
    before = world.write("closed", why="done")
    assert before.stage == "closed"
    answer = client.post(note(world), {"text": TEXT, "marking": "amber"})
    assert answer.status_code in (409, 422)
    assert "This was not done" in answer.content.decode()
    assert 'href="/typed/"' in answer.content.decode()
    assert TEXT in client.get("/typed/").content.decode()


def test_a_failure_of_the_console_gives_back_what_was_typed(
    world: CaseWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    from holdfast.workflows.cases import case

    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("a fault of the console")

    client = world.investigator.client()
    client.raise_request_exception = False
    monkeypatch.setattr(case, "write_case", broken)
    assert client.post(note(world), {"text": TEXT, "marking": "amber"}).status_code == 500
    assert TEXT in client.get("/typed/").content.decode()


def test_a_file_is_asked_for_again_and_the_rest_is_kept(world: CaseWorld) -> None:
    from io import BytesIO

    client = world.investigator.client(fresh=False)
    upload = BytesIO(b"bytes of a file")
    upload.name = "page.txt"
    client.post(f"/cases/{world.id}/upload/", {"how": TEXT, "file": upload})
    page = client.get("/typed/").content.decode()
    assert TEXT in page
    assert 'enctype="multipart/form-data"' in page
    assert '<input type="file"' in page
    assert "bytes of a file" not in page


def test_nothing_that_was_typed_lies_in_plain_in_the_database_or_its_log(world: CaseWorld) -> None:
    client = world.investigator.client(fresh=False)
    client.post(note(world), {"text": TEXT})
    assert TEXT in client.get("/typed/").content.decode()
    for path in world.office.folder.rglob("*"):
        assert not path.is_file() or b"Xylophon" not in path.read_bytes(), path


def test_a_form_that_is_not_from_a_page_of_the_console_is_neither_acted_on_nor_kept(world: CaseWorld) -> None:
    client = world.investigator.client()
    client.handler.enforce_csrf_checks = True
    client.get("/")
    elsewhere = {"Origin": "https://elsewhere.example"}
    for headers in ({}, elsewhere):
        assert client.post(note(world), {"text": TEXT}, headers=headers).status_code == 409
        assert "Xylophon" not in client.get("/typed/").content.decode()
    world.office.clock.go_on(minutes=200)
    for headers in ({}, elsewhere):
        answer = client.post(note(world), {"text": TEXT}, headers=headers)
        assert answer["Location"] == "/accounts/login/"
    sign_in_again(client, world.investigator)
    assert "Xylophon" not in client.get("/typed/").content.decode()


def test_a_form_of_our_page_with_the_token_of_an_earlier_sign_in_is_kept_and_not_acted_on(world: CaseWorld) -> None:
    client = world.investigator.client()
    client.handler.enforce_csrf_checks = True
    ours = {"Origin": world.office.office.config.origin}
    answer = client.post(note(world), {"text": TEXT, "csrfmiddlewaretoken": "x" * 64}, headers=ours)
    assert answer.status_code == 409
    assert 'href="/typed/"' in answer.content.decode()
    assert TEXT in client.get("/typed/").content.decode()
    assert "Xylophon" not in client.get(f"/cases/{world.id}/notes/").content.decode()


def test_a_stranger_keeps_nothing_and_passwords_are_never_kept(world: CaseWorld) -> None:
    from django.test import Client

    from holdfast.store.office.models import Session

    before = Session.objects.count()
    stranger = Client(SERVER_NAME="localhost", SERVER_PORT="8420")
    for cookie in ("", "x", "AAAA"):
        stranger.cookies["holdfast-whose"] = cookie
        assert stranger.post(note(world), {"text": TEXT})["Location"] == "/accounts/login/"
    assert Session.objects.count() == before
    member = world.investigator.client(fresh=False)
    member.raise_request_exception = False
    member.post("/accounts/password/change/", {"oldpassword": "Xylophon old", "password1": "Xylophon new"})
    assert "Xylophon" not in member.get("/typed/").content.decode()


def test_the_whole_way_in_a_browser(office: OfficeWorld, chromium: Browser) -> None:
    from holdfast.workflows.tick import tick

    with served(office) as console, console.person(chromium, "investigator") as person:
        page = person.page
        page.goto(f"{console.address}/cases/")
        page.fill("#id_title", "A simulated case")
        page.fill("#id_wikis", "alpha")
        page.click("text=Begin >> nth=-1")
        page.goto(f"{page.url}notes/")
        notes = page.url
        office.clock.go_on(minutes=office.office.config.idle_minutes + 1)
        tick(office.office)
        fill(page, "Write a note", text=TEXT)
        assert "/accounts/login/" in page.url
        page.click("#passkey_login")
        page.wait_for_url("**/typed/")
        assert page.locator("textarea[name=text]").input_value() == TEXT
        page.click("main button:has-text('Send it again')")
        assert page.url == notes, page.locator("main").inner_text()
        assert "and a second line" in page.locator("main").inner_text()


def test_a_plan_gives_back_each_form_that_it_did_not_take(office: OfficeWorld) -> None:
    from web.everywhere import planted

    made = planted(office)
    client = made.members["decider"].client()
    text = "Xylophon words\nthat are no plan"
    for address, given, status in (
        ("/plans/p-draft/draft/", {"text": text}, 409),
        ("/plans/p-draft/give-up/", {"why": "Xylophon " * 60}, 422),
        ("/plans/p-swept/aftercare/", {"survey": "Xylophon " * 60}, 422),
        ("/plans/p-swept/undo/", {"reason": "Xylophon " * 60}, 422),
        ("/plans/p-swept/decide/", {"action": "p-swept/002", "choice": "none", "reason": "Xylophon words"}, 422),
    ):
        answer = client.post(address, given)
        assert answer.status_code == status, address
        assert "Xylophon" in answer.content.decode(), address
