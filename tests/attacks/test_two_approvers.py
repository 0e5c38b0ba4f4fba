"""Attacks on approval by two: one person with two accounts, replayed, stale and hand-written signatures."""

import pytest

from holdfast.errors import CheckFailedError, HoldfastError
from store.offices import OfficeWorld


def _founded(world: OfficeWorld) -> tuple[object, object, object]:
    return world.member("operator"), world.member("custodian"), world.member("auditor")


def test_in_the_founding_one_operator_invites_and_it_is_written_down(office: OfficeWorld) -> None:
    from holdfast.workflows.office import members

    operator = office.member("operator")
    members.invite_alone(office.office, operator.reader(), ["custodian"], ["Made-up account"])
    verbs = [(each.event.member, each.event.verb) for each in office.office.vault.audit.entries()]
    assert (operator.member, "administer") in verbs


def test_after_the_founding_it_takes_two_guardians(office: OfficeWorld) -> None:
    from holdfast.store.office import members as store
    from holdfast.workflows.office import members

    operator, one, other = _founded(office)
    with pytest.raises(CheckFailedError, match=r"office\.founded"):
        members.invite_alone(office.office, operator.reader(), ["decider"], [])
    stream = members.propose_member(office.office, operator.reader(), ["decider"], ["Made-up account"])
    office.approve(stream, one)
    with pytest.raises(CheckFailedError, match=r"approval\.too_few"):
        office.carry_out(stream, one)
    office.approve(stream, other)
    office.carry_out(stream, other)
    assert [each.roles for each in store.all_members() if each.roles == {"decider"}] == [frozenset({"decider"})]


@pytest.mark.parametrize("how", ["suspended", "passkey lost", "role ended"])
def test_founding_does_not_begin_again_whatever_becomes_of_a_guardian(office: OfficeWorld, how: str) -> None:
    from holdfast.audit import Verb
    from holdfast.store.office import members as store
    from holdfast.workflows.office import members

    operator, one, other = _founded(office)
    audit = office.office.vault.audit
    for each in (one, other):  # as the console writes it
        audit.write([audit.event(each.member, Verb.ENROL, "member", each.member, purpose="passkey added")])
    if how == "suspended":
        members.suspend_own(office.office, one.reader())
    elif how == "role ended":
        store.set_roles(one.member, [], office.clock())
    else:
        store.forget_sign_in(one.member)
    assert not members.is_founding()
    for roles in (["decider"], ["custodian"]):
        with pytest.raises(CheckFailedError, match=r"office\.founded"):
            members.invite_alone(office.office, operator.reader(), roles, [])
    assert "being founded" not in operator.client().get("/members/").content.decode()


def test_an_invitation_that_an_operator_made_alone_is_not_made_again_after_the_founding(office: OfficeWorld) -> None:
    from holdfast.store.office import members as store
    from holdfast.workflows.office import members

    operator = office.member("operator")
    members.invite_alone(office.office, operator.reader(), ["custodian"], [])
    (never,) = [each.member for each in store.all_members() if each.roles == {"custodian"}]
    assert members.take_invitation(office.office, operator.reader(), never)
    one, other = office.member("legal"), office.member("auditor")
    with pytest.raises(CheckFailedError, match=r"office\.invitation\.none"):
        members.take_invitation(office.office, operator.reader(), never)
    stream = members.propose_change(office.office, operator.reader(), never, "reinvite", ["custodian"])
    office.approve(stream, one, other)
    office.carry_out(stream, other)
    assert members.take_invitation(office.office, operator.reader(), never)


def test_what_was_carried_out_is_not_carried_out_again(office: OfficeWorld) -> None:
    from holdfast.store.office import members as store
    from holdfast.workflows.office import members

    operator, one, other = _founded(office)
    stream = members.propose_member(office.office, operator.reader(), ["decider"], [])
    office.approve(stream, one, other)
    office.carry_out(stream, other)
    count = len(store.all_members())
    with pytest.raises(CheckFailedError, match=r"proposal\.closed"):
        office.carry_out(stream, one)
    assert len(store.all_members()) == count


@pytest.mark.parametrize("tie", ["wiki account", "declared link"])
def test_one_person_with_two_accounts_is_not_two_guardians(office: OfficeWorld, tie: str) -> None:
    from holdfast.workflows.office import members

    operator, one = office.member("operator"), office.member("custodian", wiki_accounts=("Made-up account",))
    if tie == "wiki account":
        other = office.member("auditor", wiki_accounts=("Made-up_account",))
    else:
        other = office.member("auditor", linked_to=(one.member,))
    stream = members.propose_member(office.office, operator.reader(), ["decider"], [])
    one.sign(stream)
    with pytest.raises(CheckFailedError, match=r"approval\.same_person"):
        other.sign(stream)


def test_the_same_passkey_twice_is_not_two_guardians(office: OfficeWorld) -> None:
    from allauth.mfa.models import Authenticator

    from holdfast.workflows.office import members

    operator, one, other = _founded(office)
    row = Authenticator.objects.get(user_id=other.member)
    row.data = {**row.data, "credential": one.key.registration()}
    row.save()
    other.key = one.key
    stream = members.propose_member(office.office, operator.reader(), ["decider"], [])
    one.sign(stream)
    with pytest.raises(HoldfastError, match=r"approval\.same_person"):
        other.sign(stream)


def test_a_signature_that_lay_too_long_does_not_count(office: OfficeWorld) -> None:
    from holdfast.workflows.office import members

    operator, one, other = _founded(office)
    stream = members.propose_member(office.office, operator.reader(), ["decider"], [])
    one.sign(stream)
    office.clock.go_on(hours=25)
    with pytest.raises(HoldfastError, match=r"proposal\.closed|approval\.expired"):
        other.sign(stream)


def test_a_signature_for_one_proposal_serves_no_other(office: OfficeWorld) -> None:
    from holdfast.workflows.office import members, propose

    operator, one, _ = _founded(office)
    first = members.propose_member(office.office, operator.reader(), ["decider"], [])
    second = members.propose_member(office.office, operator.reader(), ["decider"], [])
    content = propose.read_proposal(office.office, one.reader(), first).request.content()
    with pytest.raises(CheckFailedError, match=r"approval\.other_content"):
        propose.sign(office.office, one.reader(), second, one.key.response(content))


def test_a_row_that_was_written_into_the_database_by_hand_is_not_a_signature(office: OfficeWorld) -> None:
    from holdfast.store.office.models import SignatureRow
    from holdfast.workflows.office import members

    operator, one, other = _founded(office)
    stream = members.propose_member(office.office, operator.reader(), ["decider"], [])
    one.sign(stream)
    row = SignatureRow.objects.get()
    row.pk, row.member = None, other.member
    row.save()
    with pytest.raises(CheckFailedError, match=r"approval\.unknown_passkey"):
        office.carry_out(stream, one)


def test_a_suspended_guardian_does_not_count(office: OfficeWorld) -> None:
    from holdfast.store.office.members import suspend
    from holdfast.workflows.office import members

    operator, one, other = _founded(office)
    stream = members.propose_member(office.office, operator.reader(), ["decider"], [])
    office.approve(stream, one, other)
    suspend([one.member], office.clock())
    with pytest.raises(CheckFailedError, match=r"approval\.role"):
        office.carry_out(stream, other)
