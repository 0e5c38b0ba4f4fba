"""Two different people, the same bytes, fresh, with the right role: or no approval."""

import copy
import pickle
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from approval.software_passkey import NOON, ORIGIN, RP_ID, SoftwareMember, SoftwarePasskey, member
from holdfast.approval import (
    Approved,
    Request,
    Signature,
    check_approved,
    check_signature,
    fresh_request,
    parse_request,
    same_person,
    still_fresh,
)
from holdfast.errors import CheckFailedError, HoldfastError, InputRefusedError, UsageError
from holdfast.facts import MemberId

REQUEST = Request(
    kind="freeze",
    id="0123456789abcdef" * 2,
    prepared_at=NOON - timedelta(minutes=5),
    expires_at=NOON + timedelta(hours=1),
    what={"jurisdiction": "J1", "right": "checkuser", "persons": ["p-1", "p-2"]},
)
CONTENT = REQUEST.content()
ONE, TWO, THREE = member(1), member(2), member(3)
MADE = ONE.sign(CONTENT)
SAME = frozenset({"Same"})


def approve(
    *signatures: Signature,
    content: bytes = CONTENT,
    members: tuple[SoftwareMember, ...] = (ONE, TWO, THREE),
    **more: Any,
) -> Approved[str]:
    conditions: dict[str, Any] = {
        "now": NOON,
        "rp_id": RP_ID,
        "origins": frozenset({ORIGIN}),
        "max_age": timedelta(minutes=15),
        "role": frozenset({"decider"}),
        "barred": {},
    } | more
    approvers = [each.approver for each in members]
    return check_approved("the freeze", content=content, signatures=signatures, approvers=approvers, **conditions)


def test_two_people_who_sign_the_same_bytes_approve() -> None:
    approved = approve(ONE.sign(CONTENT), TWO.sign(CONTENT))
    assert approved.value == "the freeze"
    assert approved.content == CONTENT
    assert approved.sha256 == REQUEST.sha256
    assert [each.member for each in approved.signatures] == [ONE.member, TWO.member]


def test_one_person_alone_does_not_approve() -> None:
    for signatures in ((), (ONE.sign(CONTENT),)):
        with pytest.raises(CheckFailedError, match=r"^approval\.too_few.*expected 2 different people"):
            approve(*signatures)


def test_three_can_be_asked_for() -> None:
    with pytest.raises(CheckFailedError, match=r"^approval\.too_few"):
        approve(ONE.sign(CONTENT), TWO.sign(CONTENT), needed=3)
    approve(ONE.sign(CONTENT), TWO.sign(CONTENT), THREE.sign(CONTENT), needed=3)


def test_the_same_member_cannot_approve_twice() -> None:
    with pytest.raises(CheckFailedError, match=r"^approval\.same_person"):
        approve(ONE.sign(CONTENT), ONE.sign(CONTENT))


def test_a_plan_changed_after_one_signature_needs_both_again() -> None:
    changed = replace(REQUEST, what={**REQUEST.what, "persons": ["p-1", "p-2", "p-3"]}).content()
    with pytest.raises(CheckFailedError, match=r"^approval\.other_content"):
        approve(ONE.sign(CONTENT), TWO.sign(changed), content=changed)


@given(st.integers(0, len(CONTENT) - 1), st.integers(0, 7))
def test_no_byte_of_the_content_can_be_changed_after_signing(place: int, bit: int) -> None:
    changed = bytearray(CONTENT)
    changed[place] ^= 1 << bit
    with pytest.raises(HoldfastError):
        approve(ONE.sign(CONTENT), TWO.sign(CONTENT), content=bytes(changed))


def test_a_signature_serves_no_second_wish_of_the_same_words() -> None:
    again = replace(REQUEST, id="f" * 32).content()
    with pytest.raises(CheckFailedError, match=r"^approval\.other_content"):
        approve(ONE.sign(CONTENT), TWO.sign(CONTENT), content=again)


@given(st.sampled_from(["client_data", "authenticator_data", "signature", "credential_id"]), st.data())
@settings(max_examples=50)
def test_no_bit_of_a_signature_can_be_changed(name: str, data: st.DataObject) -> None:
    changed = bytearray(getattr(MADE, name))
    bit = data.draw(st.integers(0, len(changed) * 8 - 1))
    changed[bit // 8] ^= 1 << bit % 8
    with pytest.raises(CheckFailedError, match=r"^approval\."):
        approve(replace(MADE, **{name: bytes(changed)}), TWO.sign(CONTENT))


def test_a_signature_cannot_be_given_to_another_member() -> None:
    with pytest.raises(CheckFailedError, match=r"^approval\.unknown_passkey"):
        approve(ONE.sign(CONTENT), replace(THREE.sign(CONTENT), member=TWO.member))


def test_a_forged_signature_is_refused() -> None:
    forger = SoftwarePasskey(credential_id=TWO.key.credential_id)
    with pytest.raises(CheckFailedError, match=r"^approval\.forged"):
        approve(ONE.sign(CONTENT), forger.sign(CONTENT, member=TWO.member))


def test_a_signature_of_nobody_on_the_list_is_refused() -> None:
    with pytest.raises(CheckFailedError, match=r"^approval\.unknown_member"):
        approve(ONE.sign(CONTENT), member(9).sign(CONTENT))


def test_a_passkey_touched_without_pin_or_finger_does_not_approve() -> None:
    with pytest.raises(CheckFailedError, match=r"^approval\.not_verified"):
        approve(ONE.sign(CONTENT), TWO.sign(CONTENT, flags=0x01))


def test_a_signature_for_signing_in_does_not_approve() -> None:
    with pytest.raises(CheckFailedError, match=r"^approval\.other_content"):
        approve(ONE.sign(CONTENT), TWO.sign(b"sign in"))


def test_a_stale_signature_is_refused_and_one_of_the_future_too() -> None:
    for at, code in ((NOON - timedelta(minutes=15, seconds=1), "stale"), (NOON + timedelta(seconds=1), "early")):
        with pytest.raises(CheckFailedError, match=rf"^approval\.{code}"):
            approve(ONE.sign(CONTENT), TWO.sign(CONTENT, at=at))


def test_a_request_is_approved_within_its_hours_only() -> None:
    signatures = ONE.sign(CONTENT, at=NOON - timedelta(hours=2)), TWO.sign(CONTENT, at=NOON - timedelta(hours=2))
    for now, code in ((REQUEST.expires_at, "expired"), (REQUEST.prepared_at - timedelta(seconds=1), "early")):
        with pytest.raises(CheckFailedError, match=rf"^approval\.{code}"):
            approve(*signatures, now=now, max_age=timedelta(days=1))


def test_of_old_and_repeated_signatures_the_fresh_ones_can_be_taken() -> None:
    old = THREE.sign(CONTENT, at=NOON - timedelta(days=1))
    early, late = ONE.sign(CONTENT, at=NOON - timedelta(minutes=9)), ONE.sign(CONTENT)
    other = TWO.sign(CONTENT, at=NOON - timedelta(minutes=1))
    fresh = still_fresh([late, old, other, early], now=NOON, max_age=timedelta(minutes=15))
    assert fresh == (other, late)
    approve(*fresh)


def test_who_has_none_of_the_roles_does_not_approve() -> None:
    auditor = member(4, roles=frozenset({"auditor", "operator"}))
    with pytest.raises(CheckFailedError, match=r"^approval\.role.*expected decider"):
        approve(ONE.sign(CONTENT), auditor.sign(CONTENT), members=(ONE, auditor))


@pytest.mark.parametrize("reason", ["recused", "target", "asked for it"])
def test_who_must_stand_aside_does_not_approve(reason: str) -> None:
    with pytest.raises(CheckFailedError, match=rf"^approval\.barred.*{reason}"):
        approve(ONE.sign(CONTENT), TWO.sign(CONTENT), barred={TWO.member: reason})


def test_a_second_account_of_somebody_barred_is_barred() -> None:
    second = member(5, linked_to=frozenset({THREE.member}))
    with pytest.raises(CheckFailedError, match=r"^approval\.barred"):
        approve(
            ONE.sign(CONTENT), second.sign(CONTENT), members=(ONE, second, THREE), barred={THREE.member: "target"}
        )


@pytest.mark.parametrize(
    ("code", "one", "two"),
    [
        ("same_person", member(6, person="x"), member(7, person="x")),
        ("same_passkey", member(6, key=ONE.key), member(7, key=ONE.key)),
        (
            "same_passkey",
            member(6, key=SoftwarePasskey(secret=ONE.key.secret)),
            member(7, key=SoftwarePasskey(secret=ONE.key.secret)),
        ),
        (
            "same_account",
            member(6, wiki_accounts=frozenset({"Example user", "Bot"})),
            member(7, wiki_accounts=frozenset({"example_user "})),
        ),
        ("linked", member(6, linked_to=frozenset({member(7).member})), member(7)),
        ("linked", member(6), member(7, linked_to=frozenset({member(6).member}))),
    ],
)
def test_one_person_with_two_accounts_does_not_approve(code: str, one: SoftwareMember, two: SoftwareMember) -> None:
    with pytest.raises(CheckFailedError, match=rf"^approval\.{code}"):
        approve(one.sign(CONTENT), two.sign(CONTENT), members=(one, two))


@pytest.mark.parametrize(
    "between",
    [
        # a declared link to a third account that shares a wiki account with the second
        [member(8, linked_to=frozenset({member(6).member}), wiki_accounts=SAME)],
        # over two accounts, one of them by passkey
        [
            member(8, linked_to=frozenset({member(6).member}), key=THREE.key),
            member(9, key=THREE.key, wiki_accounts=SAME),
        ],
    ],
)
def test_a_chain_over_accounts_that_do_not_sign_is_found(between: list[SoftwareMember]) -> None:
    one, two = member(6), member(7, wiki_accounts=SAME)
    approve(one.sign(CONTENT), two.sign(CONTENT), members=(one, two))
    with pytest.raises(CheckFailedError, match=r"^approval\.linked"):
        approve(one.sign(CONTENT), two.sign(CONTENT), members=(one, two, *between))


def test_a_link_of_both_to_an_account_on_no_list_any_more_ties_them() -> None:
    gone = frozenset({MemberId("m-00000000dead")})
    one, two = member(6, linked_to=gone), member(7, linked_to=gone)
    with pytest.raises(CheckFailedError, match=r"^approval\.linked"):
        approve(one.sign(CONTENT), two.sign(CONTENT), members=(one, two))


@given(st.sets(st.tuples(st.integers(0, 7), st.integers(0, 7)), max_size=10))
def test_who_is_one_person_is_the_closure_of_the_links(links: set[tuple[int, int]]) -> None:
    members = [
        member(number, linked_to=frozenset(member(to).member for at, to in links if at == number)).approver
        for number in range(8)
    ]
    group = {number: {number} for number in range(8)}
    for one, other in links:
        joined = group[one] | group[other]
        for each in joined:
            group[each] = joined
    for number in range(8):
        expected = {members[each].member for each in group[number]}
        assert same_person(members[number].member, members) == expected


@pytest.mark.parametrize(
    "more",
    [
        {"content": b""},
        {"rp_id": ""},
        {"origins": frozenset()},
        {"max_age": timedelta(0)},
        {"role": frozenset()},
        {"needed": 1},
        {"needed": 0},
    ],
)
def test_empty_conditions_are_refused(more: dict[str, Any]) -> None:
    with pytest.raises(UsageError, match=r"^approval\.conditions"):
        approve(ONE.sign(CONTENT), TWO.sign(CONTENT), **more)


@pytest.mark.parametrize("content", [b"yes", b"[]", b"{}", b'{"id":""}', b'{"id":1}'])
def test_a_content_without_an_id_of_its_own_cannot_be_approved(content: bytes) -> None:
    with pytest.raises(InputRefusedError):
        approve(ONE.sign(content), TWO.sign(content), content=content)


def test_an_approval_is_built_copied_and_stored_by_nothing_else() -> None:
    approved = approve(ONE.sign(CONTENT), TWO.sign(CONTENT))
    with pytest.raises(UsageError, match=r"^approval\.unchecked"):
        Approved("mine", CONTENT, approved.signatures, object())
    with pytest.raises(AttributeError):
        approved._value = "mine"
    for copying in (pickle.dumps, copy.copy, copy.deepcopy):
        with pytest.raises(TypeError):
            copying(approved)
    assert "the freeze" not in repr(approved)


def test_a_signature_survives_being_stored() -> None:
    signature = ONE.sign(CONTENT)
    assert Signature.from_json(signature.to_json()) == signature
    for name in signature.to_json():
        with pytest.raises(InputRefusedError, match=r"^approval\.signature\.unreadable"):
            Signature.from_json({**signature.to_json(), name: 5 if name != "member" else None, "at": "x"})


def test_a_request_survives_being_stored_and_only_its_canonical_bytes_are_read() -> None:
    request = fresh_request("plan", {"name": "ü", "n": 1}, now=NOON, lasts=timedelta(hours=1))
    assert parse_request(request.content()) == request
    for broken in (b"", b"{}", request.content() + b" ", request.content().replace(b'"kind"', b'"kinds"')):
        with pytest.raises(InputRefusedError, match=r"^approval\.request\.unreadable"):
            parse_request(broken)


def test_the_console_learns_the_counter_when_it_receives_a_signature() -> None:
    two = member(2, key=SoftwarePasskey(counter=41))
    counter = check_signature(
        two.sign(CONTENT),
        content=CONTENT,
        approver=two.approver,
        now=NOON,
        rp_id=RP_ID,
        origins=frozenset({ORIGIN}),
        max_age=timedelta(minutes=1),
    )
    assert counter == 41


def test_a_refusal_names_nobody() -> None:
    two = member(7, person="CANARY-P", wiki_accounts=frozenset({"CANARY-A"}))
    one = member(6, person="CANARY-Q", wiki_accounts=frozenset({"CANARY-A"}))
    with pytest.raises(CheckFailedError) as refused:
        approve(one.sign(CONTENT), two.sign(CONTENT), members=(one, two))
    assert "CANARY" not in str(refused.value)
