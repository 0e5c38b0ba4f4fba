"""Attacks on signing in: guessed links, another site's forms, fixed sessions, a stolen database."""

import json
import re

import pytest

from approval.software_passkey import SoftwarePasskey
from holdfast.crypto.passkeys import to_base64url
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


def _sign_in(client: object, username: str, following: str = "", *, password: str = PASSWORD) -> object:
    page = client.get("/accounts/login/")  # type: ignore[attr-defined]
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.content.decode()).group(1)  # type: ignore[union-attr]
    return client.post(  # type: ignore[attr-defined]
        "/accounts/login/",
        {"login": username, "password": password, "csrfmiddlewaretoken": token, "next": following},
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
    "elsewhere",
    [
        "https://elsewhere.example/",
        "//elsewhere.example/",
        "///elsewhere.example/",
        "////elsewhere.example/",
        "/\\elsewhere.example",
        "/\t/elsewhere.example/",
        "\t//elsewhere.example/",
        "javascript:alert(1)",
    ],
)
def test_signing_in_leads_nowhere_but_within_the_console(office: OfficeWorld, elsewhere: str) -> None:
    username, client = _joined(office, "auditor"), _client()
    answer = _sign_in(client, username, elsewhere)
    again = client.get("/accounts/login/", {"next": elsewhere})  # type: ignore[attr-defined]
    assert "elsewhere" not in again.headers.get("Location", "")
    assert "elsewhere" not in answer.headers.get("Location", "")  # type: ignore[attr-defined]
    assert "javascript" not in answer.headers.get("Location", "")  # type: ignore[attr-defined]


def _answer(client: "object", key: SoftwarePasskey, member: str, **more: object) -> "object":
    """A member's answer to the challenge that the sign-in page gives this browser."""
    page = client.get("/accounts/2fa/webauthn/login/", HTTP_X_REQUESTED_WITH="XMLHttpRequest")  # type: ignore[attr-defined]
    challenge = page.json()["request_options"]["publicKey"]["challenge"]
    made = key.confirm(b"", challenge=challenge, **more)  # type: ignore[arg-type]
    names = {"clientDataJSON": made.client_data, "authenticatorData": made.authenticator_data}
    names |= {"signature": made.signature, "userHandle": member.encode()}
    inner = {name: to_base64url(value) for name, value in names.items()}
    number = to_base64url(made.credential_id)
    credential = {"id": number, "rawId": number, "type": "public-key", "response": inner}
    return client.post("/accounts/2fa/webauthn/login/", {"credential": json.dumps(credential)})  # type: ignore[attr-defined]


def _passkey_client() -> "object":
    from django.test import Client

    return Client(SERVER_NAME="localhost", SERVER_PORT="8420")


def _is_signed_in(client: "object") -> bool:
    return client.get("/").status_code == 200  # type: ignore[attr-defined,no-any-return]


@pytest.mark.parametrize(
    "origin",
    ["http://localhost:9999", "http://localhost", "https://localhost", "https://localhost:8420",
     "http://evil.localhost:8420", "http://elsewhere.example"],
)  # fmt: skip
def test_a_passkey_answer_made_on_another_origin_signs_nobody_in(office: OfficeWorld, origin: str) -> None:
    member, client = office.member("auditor"), _passkey_client()
    member.key.origin = origin
    assert _answer(client, member.key, member.member).status_code in (403, 409, 422)  # type: ignore[attr-defined]
    assert not _is_signed_in(client)


@pytest.mark.parametrize("more", [{"crossOrigin": True}, {"topOrigin": "https://elsewhere.example"}])
def test_a_passkey_answer_made_inside_another_sites_page_signs_nobody_in(
    office: OfficeWorld, more: dict[str, object]
) -> None:
    member, client = office.member("auditor"), _passkey_client()
    assert _answer(client, member.key, member.member, **more).status_code in (403, 409, 422)  # type: ignore[attr-defined]
    assert not _is_signed_in(client)


def test_strangers_who_fail_shut_nobody_out(office: OfficeWorld) -> None:
    """Behind a proxy every visitor has one address, so a count by address would be everybody's."""
    member, honest = office.member("auditor"), _passkey_client()
    stranger = _passkey_client()
    for _ in range(25):
        assert _answer(stranger, SoftwarePasskey(origin="http://localhost:8420"), member.member).status_code == 302  # type: ignore[attr-defined]
    _answer(honest, member.key, member.member)
    assert _is_signed_in(honest)
    username = _joined(office, "auditor")
    for _ in range(25):
        answer = _sign_in(_client(), username, password="a wrong password, twelve")
        assert answer.status_code == 200  # type: ignore[attr-defined]
    assert _sign_in(_client(), username).status_code == 302  # type: ignore[attr-defined]


def test_wrong_codes_are_counted_for_the_account_whose_password_was_right(office: OfficeWorld) -> None:
    from allauth.mfa.models import Authenticator
    from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret

    from holdfast.store.office.models import Member

    username = _joined(office, "auditor")
    TOTP.activate(Member.objects.get(username=username), generate_totp_secret())
    assert Authenticator.objects.filter(user__username=username).exists()
    client = _client()
    _sign_in(client, username)
    said = []
    for number in range(8):
        page = client.get("/accounts/2fa/authenticate/")  # type: ignore[attr-defined]
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.content.decode()).group(1)  # type: ignore[union-attr]
        form = {"code": f"{number:06d}", "csrfmiddlewaretoken": token}
        said.append(
            client.post("/accounts/2fa/authenticate/", form, HTTP_ORIGIN="http://localhost:8420").content.decode()  # type: ignore[attr-defined]
        )
    assert "Too many" not in said[0]
    assert "Too many" in said[-1]


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
    from holdfast.workflows.office import members

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
