"""Who signed in, failed to, and which passkeys came and went is in the audit; what was typed is not."""

from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import Browser

from approval.software_passkey import SoftwarePasskey
from holdfast.errors import CheckFailedError
from holdfast.facts import MemberId, StreamId
from store.offices import OfficeWorld, TestMember
from web.browsers import served


def events(world: OfficeWorld) -> list[tuple[str, str, str, str]]:
    """(member, verb, outcome, purpose) of every entry."""
    found = [each.event for each in world.office.vault.audit.entries()]
    return [(each.member, each.verb.value, each.outcome.value, each.purpose) for each in found]


def alarms() -> list[str]:
    from holdfast.store.office.audit_search import alarm_rows

    return [each.code for each in alarm_rows(seen=False, limit=9)]


def test_joining_enrolling_and_signing_in_are_written_down(office: OfficeWorld, chromium: Browser) -> None:
    with served(office) as console, console.person(chromium, "decider") as person:
        person.page.goto(console.address)
        person.page.click("text=Sign out")
    mine = [each[1:] for each in events(office) if each[0] == person.member]
    assert ("sign_in", "allowed", "signed in") in mine
    assert ("enrol", "allowed", "passkey added") in mine
    assert ("confirm", "allowed", "passkey used again") in mine
    assert mine[-1] == ("sign_out", "allowed", "signed out")


def test_a_wrong_password_is_written_down_without_what_was_typed(office: OfficeWorld) -> None:
    member = office.member("decider")
    client = Client(SERVER_NAME="localhost", SERVER_PORT="8420")
    for name in (member.username, "Zanzibar"):
        client.post("/accounts/login/", {"login": name, "password": "Quetzalcoatl"})
    found = [each for each in office.office.vault.audit.entries() if each.event.verb == "sign_in"]
    assert [(e.event.member, e.event.outcome.value) for e in found] == [("nobody", "refused")] * 2
    assert not any(word in str(e.to_json()) for e in found for word in ("Zanzibar", "Quetzalcoatl", member.username))


# a lost passkey, and a copied one


def proposed(world: OfficeWorld, member: TestMember, change: str) -> StreamId:
    from holdfast.workflows.office.members import propose_change

    operator = world.member("operator")
    return propose_change(world.office, operator.reader(), MemberId(member.member), change, ["decider"])


def test_a_lost_passkey_is_enrolled_again_by_a_link_that_two_others_approved(office: OfficeWorld) -> None:
    from allauth.mfa.models import Authenticator

    member, one, other = office.member("decider"), office.member("custodian"), office.member("legal")
    lost = member.client()
    stream = proposed(office, member, "reinvite")
    office.approve(stream, one)
    with pytest.raises(CheckFailedError, match=r"^approval\.too_few"):
        office.carry_out(stream, one)
    assert Authenticator.objects.filter(user_id=member.member).count() == 1
    office.approve(stream, other)
    office.carry_out(stream, one)
    assert Authenticator.objects.filter(user_id=member.member).count() == 0
    assert lost.get("/").status_code == 302  # the old sessions are over
    assert ("system", "withdraw", "allowed", "approved by two, reinvite") in events(office)

    from holdfast.workflows.office.members import take_invitation

    secret = take_invitation(office.office, office.member("operator").reader(), member.member)
    new = Client(SERVER_NAME="localhost", SERVER_PORT="8420", raise_request_exception=False)
    assert new.get(f"/join/{secret}/").status_code == 200
    fields = {"username": "again", "password": "a long password of no use", "again": "a long password of no use"}
    assert new.post(f"/join/{secret}/", fields).status_code == 302
    assert new.get(f"/join/{secret}/").status_code == 404  # once


def test_an_operator_proposes_it_in_the_console_and_nobody_else(office: OfficeWorld) -> None:
    from holdfast.store.office.models import SummaryRow

    office.member("custodian"), office.member("legal")
    member, operator = office.member("decider"), office.member("operator").client()
    address = f"/members/{member.member}/"
    assert "The passkey is lost" in operator.get(address).content.decode()
    assert operator.post(address, {"change": "reinvite", "roles": ["decider"]}).status_code == 302
    assert SummaryRow.objects.filter(kind="proposal-membership").count() == 1
    operator.raise_request_exception = False
    assert operator.post(address, {"change": "become root"}).status_code == 200
    assert operator.post(address, {"change": "roles", "roles": ["decider", "investigator"]}).status_code == 409
    assert operator.get("/members/m-000000000000/").status_code == 404
    for role in ("decider", "auditor"):
        client = office.member(role).client()
        client.raise_request_exception = False
        assert client.post(address, {"change": "reinvite", "roles": []}).status_code == 403
    assert SummaryRow.objects.filter(kind="proposal-membership").count() == 1


@pytest.mark.parametrize("change", ["roles", "unsuspend", "reinvite"])
def test_nobody_decides_about_their_own_roles_or_return(office: OfficeWorld, change: str) -> None:
    guardian, other = office.member("custodian"), office.member("legal", linked_to=())
    stream = proposed(office, guardian, change)
    office.approve(stream, other)
    with pytest.raises(CheckFailedError, match=r"^approval\.barred"):
        office.approve(stream, guardian)


def test_a_passkey_whose_counter_goes_back_is_refused_and_raises_an_alarm(office: OfficeWorld) -> None:
    guardian = office.member("custodian")
    guardian.sign(proposed(office, office.member("decider"), "roles"))
    guardian.key.counter = 1  # what a copy of the key would say
    with pytest.raises(CheckFailedError, match=r"^crypto\.passkey\.cloned"):
        guardian.sign(proposed(office, office.member("decider"), "roles"))
    assert alarms() == ["passkey copied"]
    assert (guardian.member, "approve", "refused", "passkey copied") in events(office)


@pytest.mark.parametrize("forge", ["another key", "another id"])
def test_a_forged_signature_raises_an_alarm(office: OfficeWorld, forge: str) -> None:
    guardian = office.member("custodian")
    stream = proposed(office, office.member("decider"), "roles")
    more: dict[str, Any] = {"credential_id": guardian.key.credential_id} if forge == "another key" else {}
    guardian.key = SoftwarePasskey(origin=guardian.key.origin, **more)
    with pytest.raises(CheckFailedError, match=r"^approval\.(forged|unknown_passkey)"):
        guardian.sign(stream)
    assert alarms() == ["approval forged"]
