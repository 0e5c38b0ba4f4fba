"""What is one loss from shut, and what is shut, is said before it happens and where it can be mended."""

from pathlib import Path

import pytest

from holdfast.errors import CheckFailedError, InputRefusedError
from store.offices import OfficeWorld, TestMember


def weak(world: OfficeWorld) -> dict[str, list[str]]:
    from holdfast.workflows.office.lockout import weaknesses

    found: dict[str, list[str]] = {"shut": [], "one loss": []}
    for each in weaknesses(world.office):
        found[each.loss.value].append(each.text)
    return found


def with_two_passkeys(member: TestMember) -> None:
    from allauth.mfa.models import Authenticator

    data = {"name": "second", "credential": member.key.registration(), "passwordless": True}
    Authenticator.objects.create(user_id=member.member, type=Authenticator.Type.WEBAUTHN, data=data)


def says(found: list[str], *words: str) -> bool:
    return any(all(word in text for word in words) for text in found)


def test_one_operator_two_guardians_and_single_passkeys_are_named(office: OfficeWorld) -> None:
    operator, one, other = office.member("operator"), office.member("custodian"), office.member("legal")
    found = weak(office)["one loss"]
    assert says(found, "one operator", operator.member)
    assert says(found, "two guardians")
    assert says(found, "one passkey alone", one.member, other.member)
    for each in (operator, one, other, office.member("operator"), office.member("auditor")):
        with_two_passkeys(each)
    found = weak(office)["one loss"]
    assert not says(found, "one operator")
    assert not says(found, "two guardians")
    assert not says(found, operator.member)


def test_an_office_without_a_second_guardian_or_an_operator_is_shut(office: OfficeWorld) -> None:
    from holdfast.workflows.office.members import suspend_own

    operator, one, _ = office.member("operator"), office.member("custodian"), office.member("legal")
    suspend_own(office.office, one.reader())
    suspend_own(office.office, operator.reader())
    found = weak(office)["shut"]
    assert says(found, "fewer than two guardians", "way-back")
    assert says(found, "no operator", "way-back")


def test_two_accounts_of_one_person_are_one_guardian(office: OfficeWorld) -> None:
    office.member("operator")
    office.member("custodian", wiki_accounts=("Made-up account",))
    office.member("legal", wiki_accounts=("Made-up_account",))
    assert says(weak(office)["shut"], "fewer than two guardians")


@pytest.mark.parametrize(
    ("roles", "shut", "one_loss"),
    [
        (["custodian"], ["Destruction of a case: 1 can sign (custodian), 2 must"], []),
        (["custodian", "custodian"], [], ["Destruction of a case: 2 can sign"]),
        (["custodian"] * 3, [], []),
        (["decider"], ["A plan of actions on wikis"], []),
        (["decider", "decider"], [], ["A plan of actions on wikis"]),
        (["legal"], [], ["Legal sign-off of a plan: 1 can sign (legal), 1 must"]),
    ],
)
def test_every_other_thing_that_people_sign_is_counted(
    office: OfficeWorld, roles: list[str], shut: list[str], one_loss: list[str]
) -> None:
    for role in roles:
        office.member(role)
    found = weak(office)
    titles = ("Destruction of a case", "A plan of actions on wikis", "Legal sign-off of a plan")
    for level, wanted in (("shut", shut), ("one loss", one_loss)):
        assert all(says(found[level], each) for each in wanted)
    named = [text for texts in found.values() for text in texts if any(title in text for title in titles)]
    if not shut and not one_loss:
        assert not [text for text in named if "Destruction" in text]


def test_shares_are_acknowledged_one_by_one_and_too_few_are_named(office: OfficeWorld, tmp_path: Path) -> None:
    from holdfast.workflows.office.master_keys import acknowledge, read_share, rotate_master_key, write_shares
    from holdfast.workflows.office.opening import open_office

    assert says(weak(office)["one loss"], "no split")
    old = [read_share(each) for each in write_shares(office.office, tmp_path / "old")]
    shares = [read_share(each) for each in write_shares(office.office, tmp_path / "new")]
    assert says(weak(office)["one loss"], "0 of 5 shares")
    with pytest.raises(InputRefusedError, match=r"^office\.keys\.share_unknown"):
        acknowledge(office.office, old[0])
    for each in (shares[0], shares[0], shares[3]):
        acknowledge(office.office, each)
    assert says(weak(office)["one loss"], "2 of 5 shares")
    for each in shares:
        acknowledge(office.office, f"  {each.upper()} ")
    assert not says(weak(office)["one loss"], "shares")
    rotate_master_key(office.folder, office.keys, clock=office.clock)
    office.office = open_office(office.folder, office.keys, clock=office.clock)
    assert says(weak(office)["one loss"], "no split")


def test_the_doctor_and_the_members_page_say_it_and_no_upgrade_fails_for_it(office: OfficeWorld) -> None:
    from holdfast.workflows.office.doctor import examine, require_health

    operator = office.member("operator")
    (seats,) = [each for each in examine(office.office) if each.name == "seats"]
    assert (seats.ok, seats.warns, seats.mark) == (True, True, "!! ")
    assert "one operator" in seats.text
    require_health(office.office)
    assert "one operator" in operator.client().get("/members/").content.decode()


def test_the_last_operator_is_given_no_other_role_and_what_a_change_leaves_is_read_before_signing(
    office: OfficeWorld,
) -> None:
    from holdfast.workflows.office import members, propose

    operator, one, other = office.member("operator"), office.member("custodian"), office.member("legal")
    with pytest.raises(CheckFailedError, match=r"^membership\.last_operator"):
        members.propose_change(office.office, operator.reader(), operator.member, "roles", ["auditor"])
    stream = members.propose_change(office.office, operator.reader(), one.member, "roles", ["investigator"])
    what = propose.read_proposal(office.office, other.reader(), stream).request.what
    lines = {each.label: each.values for each in propose.kinds()["membership"].lines(office.office, what)}
    assert says(list(lines["What it leaves"]), "shut: fewer than two guardians")
    second = office.member("operator")
    gone = members.propose_change(office.office, second.reader(), operator.member, "roles", ["auditor"])
    members.suspend_own(office.office, second.reader())
    office.approve(gone, one, other)
    with pytest.raises(CheckFailedError, match=r"^membership\.last_operator"):
        office.carry_out(gone, other)
