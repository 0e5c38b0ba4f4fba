"""Attacks on signing in: guessed links, another site's forms, fixed sessions, a stolen database."""

import re

import pytest

from holdfast.errors import CheckFailedError, InputRefusedError
from store.offices import OfficeWorld

PASSWORD = "a long password of no use"


def _client() -> "object":
    from django.test import Client

    return Client(SERVER_NAME="localhost", enforce_csrf_checks=True)


def _joined(world: OfficeWorld, *roles: str) -> str:
    from holdfast.store.office import members as store

    member = store.fresh_member_id()
    secret = store.add_member(member, roles, world.clock())
    store.accept(secret, f"user-{member[2:]}", PASSWORD, world.clock())
    return f"user-{member[2:]}"


def _sign_in(client: object, username: str, following: str = "") -> object:
    page = client.get("/accounts/login/")  # type: ignore[attr-defined]
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.content.decode()).group(1)  # type: ignore[union-attr]
    return client.post(  # type: ignore[attr-defined]
        "/accounts/login/",
        {"login": username, "password": PASSWORD, "csrfmiddlewaretoken": token, "next": following},
        HTTP_ORIGIN="http://localhost:8420",
    )


def test_a_guessed_a_used_and_a_late_invitation_say_the_same(office: OfficeWorld) -> None:
    from holdfast.store.office import members as store

    member = store.fresh_member_id()
    secret = store.add_member(member, ["auditor"], office.clock())
    texts = set()
    with pytest.raises(InputRefusedError) as guessed:
        store.invited("guessed", office.clock())
    texts.add(str(guessed.value))
    store.accept(secret, "first-name", PASSWORD, office.clock())
    with pytest.raises(InputRefusedError) as used:
        store.accept(secret, "second-name", PASSWORD, office.clock())
    texts.add(str(used.value))
    late = store.invite(member, office.clock())
    with pytest.raises(InputRefusedError) as too_late:
        store.invited(late, office.clock.go_on(hours=25))
    texts.add(str(too_late.value))
    assert len(texts) == 1


def test_nobody_signs_up_and_pages_that_are_not_in_use_are_not_there(office: OfficeWorld) -> None:
    client = _client()
    for path in ("/accounts/signup/", "/accounts/password/reset/", "/accounts/email/", "/admin/"):
        assert client.get(path).status_code in (302, 404), path  # type: ignore[attr-defined]
        assert 'name="password1"' not in client.get(path).content.decode()  # type: ignore[attr-defined]


def test_a_form_of_another_site_does_nothing(office: OfficeWorld) -> None:
    member = office.member("access_steward")
    from django.test import Client

    client = Client(SERVER_NAME="localhost", enforce_csrf_checks=True)
    client.cookies = member.client().cookies
    answer = client.post("/suspend/", HTTP_ORIGIN="https://elsewhere.example")
    assert answer.status_code == 409
    from holdfast.store.office.members import is_suspended

    assert not is_suspended(member.member)


def test_a_session_that_was_planted_before_signing_in_is_not_the_session_after_it(office: OfficeWorld) -> None:
    username, client = _joined(office, "auditor"), _client()
    client.get("/accounts/login/")  # type: ignore[attr-defined]
    client.cookies["holdfast-session"] = "attackerchosensessionkey0000000000"  # type: ignore[attr-defined]
    _sign_in(client, username)
    assert client.cookies["holdfast-session"].value != "attackerchosensessionkey0000000000"  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "elsewhere", ["https://elsewhere.example/", "//elsewhere.example/", "/\\elsewhere.example", "javascript:alert(1)"]
)
def test_signing_in_leads_nowhere_but_within_the_console(office: OfficeWorld, elsewhere: str) -> None:
    answer = _sign_in(_client(), _joined(office, "auditor"), elsewhere)
    assert "elsewhere" not in answer.headers.get("Location", "")  # type: ignore[attr-defined]
    assert "javascript" not in answer.headers.get("Location", "")  # type: ignore[attr-defined]


def test_changing_the_language_leads_nowhere_else_either(office: OfficeWorld) -> None:
    client = office.member("auditor").client()
    answer = client.post("/language/", {"language": "fa", "next": "//elsewhere.example/"})
    assert answer.headers["Location"] == "/"


def test_a_request_for_another_host_is_refused(office: OfficeWorld) -> None:
    from django.test import Client

    assert Client(SERVER_NAME="elsewhere.example").get("/accounts/login/").status_code == 400


def test_a_password_alone_reaches_nothing_but_the_enrolment(office: OfficeWorld) -> None:
    client = _client()
    _sign_in(client, _joined(office, "access_steward"))
    for path in ("/", "/approvals/", "/members/"):
        answer = client.get(path)  # type: ignore[attr-defined]
        assert (answer.status_code, answer.headers["Location"]) == (302, "/accounts/2fa/")


def test_who_has_a_passkey_does_not_change_it_with_a_code(office: OfficeWorld) -> None:
    client = office.member("access_steward").client(passkey=False)
    for path in ("/accounts/2fa/webauthn/add/", "/accounts/password/change/", "/accounts/2fa/totp/activate/"):
        assert "reauthenticate" in client.get(path).headers["Location"], path


def test_an_idle_session_ends(office: OfficeWorld) -> None:
    client = office.member("auditor").client()
    assert client.get("/").status_code == 200
    office.clock.go_on(minutes=16)
    assert client.get("/").headers["Location"] == "/accounts/login/"
    office.clock.go_on(minutes=-16)
    assert client.get("/").status_code == 302


def test_a_suspended_member_is_out_at_the_next_request(office: OfficeWorld) -> None:
    from holdfast.store.office.members import suspend

    member = office.member("auditor")
    client = member.client()
    assert client.get("/").status_code == 200
    suspend([member.member], office.clock())
    assert client.get("/").status_code == 302


@pytest.mark.requirement("7.11")
def test_anyone_suspends_their_own_access_at_once_without_a_reason(office: OfficeWorld) -> None:
    from holdfast.store.office.audit_rows import open_alarms
    from holdfast.store.office.members import is_suspended

    member = office.member("investigator")
    one, other = member.client(), member.client()
    assert one.post("/suspend/").status_code == 302
    assert is_suspended(member.member)
    assert other.get("/").status_code == 302
    assert [row.code for row in open_alarms()] == ["suspended self"]


def test_a_stolen_database_holds_no_key_of_a_session_and_nothing_of_its_content(office: OfficeWorld) -> None:
    member = office.member("auditor")
    client = member.client()
    client.get("/")
    key = client.cookies["holdfast-session"].value
    from django.db import connections

    connections.close_all()
    for path in office.folder.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            assert key.encode() not in content
            assert b"account_authentication_methods" not in content


def test_roles_that_check_each_other_are_not_given_to_one_person(office: OfficeWorld) -> None:
    from holdfast.workflows import members

    operator = office.member("operator")
    with pytest.raises(CheckFailedError, match=r"access\.roles\.conflict"):
        members.invite_alone(office.office, operator.reader(), ["investigator", "decider"], [])


def test_no_page_allows_inline_script_or_another_origin(office: OfficeWorld) -> None:
    client = office.member("operator").client()
    for path in ("/", "/members/", "/approvals/", "/accounts/2fa/", "/nothing/here/"):
        answer = client.get(path)
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        text = answer.content.decode()
        assert not re.search(r"<script(?![^>]*(src=|type=\"application/json\"))", text), path
        assert not re.search(r"\son[a-z]+=|\sstyle=", text), path
