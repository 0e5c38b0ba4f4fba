"""A freeze is protective, without fault: approved to the last right, exact in what it puts back, and never alone."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import count
from typing import Any

import pytest
from holders import (
    BOOK,
    NOW,
    STEWARD,
    after_facts,
    days,
    exempt,
    fact,
    granted,
    holder,
    person_id,
    placed,
    plain,
    register_of,
    signed,
)
from hypothesis import given
from hypothesis import strategies as st

from approval.software_passkey import ORIGIN, RP_ID, member
from holdfast.access.freezes.freeze import REQUEST_KIND, Begun, Freeze, FreezeState, Removal, begin, fold
from holdfast.access.freezes.lifting import LIFT_KIND, draft_lift, lift
from holdfast.access.freezes.order import Scope, check_current, draft_order, order_from, without_gone
from holdfast.access.freezes.restoring import EXPIRED, STILL_HELD, WAS_NOT_THERE, release
from holdfast.access.freezes.review import ReviewState
from holdfast.access.freezes.review import fold as fold_review
from holdfast.access.freezes.words import PROTECTIVE
from holdfast.access.register.moments import INFINITY, text_of
from holdfast.access.register.person import Person
from holdfast.access.register.register import Register
from holdfast.access.rules.engine import load_policies
from holdfast.access.rules.nonpublic_rules import may_hold
from holdfast.approval import Approved, check_approved, fresh_request
from holdfast.canonical import canonical_bytes, parse_json
from holdfast.errors import CheckFailedError, InputRefusedError, UsageError
from holdfast.facts import Fact, StreamId
from holdfast.ids import WikiName

POLICIES = load_policies()
EN = WikiName("enwiki")
J1 = Scope(rights=frozenset({"checkuser"}), jurisdictions=frozenset({"J1"}))
ONE, TWO = member(1), member(2)


def approved(value: Any, kind: str, *, at: datetime = NOW) -> Approved[Any]:
    """A wish as two people sign it."""
    request = fresh_request(kind, {"order": value.to_json()}, now=at, lasts=timedelta(hours=1))
    return approved_bytes(request, request.content(), at=at)


def approved_bytes(value: Any, content: bytes, *, at: datetime = NOW) -> Approved[Any]:
    return check_approved(
        value,
        content=content,
        signatures=[each.sign(content, at=at) for each in (ONE, TWO)],
        approvers=[ONE.approver, TWO.approver],
        now=at,
        rp_id=RP_ID,
        origins=frozenset({ORIGIN}),
        max_age=timedelta(minutes=5),
        role=frozenset({"decider"}),
        barred={},
    )


def freeze_id(number: int) -> StreamId:
    return StreamId(kind="freeze", id=f"f-{number}")


def begun(
    register: Register, scope: Scope = J1, *, number: int = 1, at: datetime = NOW
) -> tuple[Freeze, Begun, Register]:
    """A freeze that two people approved, and the register after it."""
    order = draft_order(register, scope, freeze=freeze_id(number), reason="coercion feared", at=at)
    reviews = count(1)
    found = begin(
        approved(order, REQUEST_KIND, at=at),
        register,
        at=at,
        by=ONE.member,
        new_id=lambda: f"r-{number}-{next(reviews)}",
    )
    frozen = after_facts(register, found.facts)
    standing = fold(order.freeze, found.facts[order.freeze])
    return standing, found, replace(frozen, restrictions=(*register.restrictions, *standing.restrictions))


def test_a_freeze_of_a_class_takes_its_rights_and_touches_nobody_else() -> None:
    people = [
        plain(1, "J1"),
        plain(2, "J2"),
        plain(3, "J1", right="oversight"),
        holder(4, signed(), granted("enwiki", "checkuser")),
    ]
    kept = holder(5, signed(), placed("J1"), granted("enwiki", "checkuser"), exempt("checkuser"))
    freeze, found, register = begun(register_of([*people, kept]))
    assert [item.person for item in found.to_remove] == [person_id(1)]
    assert may_hold(POLICIES, register, register.people[person_id(1)], EN, "checkuser", at=NOW).rules == (
        "frozen_as_a_protection", "jurisdiction_is_restricted",
    )  # fmt: skip
    for untouched in (people[1], people[2], people[3], kept):
        assert register.people[untouched.id] == untouched
    assert freeze.state is FreezeState.IN_FORCE


@pytest.mark.requirement("D6")
def test_a_freeze_of_a_class_opens_one_review_per_person_by_itself_with_a_clock() -> None:
    both = holder(1, signed(), placed("J1"), granted("enwiki", "checkuser"), granted("fawiki", "checkuser"))
    freeze, found, _ = begun(register_of([both, plain(2, "J1")]))
    reviews = [fold_review(stream, facts) for stream, facts in found.facts.items() if stream.kind == "review"]
    assert sorted(review.person for review in reviews) == [person_id(1), person_id(2)]
    assert {review.id for review in reviews} == set(freeze.reviews.values())
    for review in reviews:
        assert (review.state, review.due) == (ReviewState.OPEN, NOW + days(BOOK.review_days))
    assert [len(review.items) for review in reviews] == [2, 1]


@pytest.mark.requirement("1.6")
def test_a_freeze_is_typed_protective_no_fault_everywhere() -> None:
    freeze, found, _ = begun(register_of([plain(1)]))
    assert freeze.type == freeze.order.to_json()["type"] == PROTECTIVE == "protective, no fault"
    for stream, facts in found.facts.items():
        if stream.kind in ("freeze", "review"):
            assert facts[0].body["type"] == PROTECTIVE
            assert fold_review(stream, facts).type == PROTECTIVE if stream.kind == "review" else True


def test_a_freeze_by_person_takes_what_is_asked_of_these_people() -> None:
    scope = Scope(rights=frozenset({"oversight"}), people=frozenset({person_id(2)}))
    two = holder(2, signed(), granted("enwiki", "checkuser"), granted("fawiki", "oversight"))
    _, found, _ = begun(register_of([plain(1), two]), scope)
    assert [(item.person, item.wiki, item.right, dict(item.before)) for item in found.to_remove] == [
        (person_id(2), "fawiki", "oversight", {"suppress": INFINITY})
    ]


def test_what_lives_outside_the_wikis_is_listed_for_hands() -> None:
    scope = Scope(rights=frozenset({"vrt", "checkuser"}), jurisdictions=frozenset({"J1"}))
    person = holder(1, signed(), placed("J1"), granted("enwiki", "checkuser"), granted("meta", "vrt"))
    _, found, _ = begun(register_of([person]), scope)
    assert [item.right for item in found.to_remove] == ["checkuser"]
    assert [item.right for item in found.by_hand] == ["vrt"]


def test_the_order_holds_the_state_before_and_survives_being_stored() -> None:
    person = holder(1, signed(), placed("J1"), granted("enwiki", "checkuser", ends=NOW + days(9)))
    order = draft_order(register_of([person]), J1, freeze=freeze_id(1), reason=" r ", at=NOW)
    assert order.items[0].before == {"checkuser": "2021-09-10T12:00:00Z"}
    assert order_from(parse_json(canonical_bytes(order.to_json()))) == order
    assert order.reason == "r"


@pytest.mark.parametrize(
    "change", [("type", "punitive"), ("reason", 7), ("items", []), ("more", 1), ("review_days", "3")]
)
def test_an_order_with_a_word_changed_is_another_order_or_none(change: tuple[str, Any]) -> None:
    order = draft_order(register_of([plain(1)]), J1, freeze=freeze_id(1), reason="r", at=NOW)
    what = {**order.to_json(), change[0]: change[1]}
    if change[0] in ("type", "more"):
        with pytest.raises(InputRefusedError, match=r"access\.freeze\.order"):
            order_from(what)
    else:
        assert order_from(what) != order


CHANGES = [
    (plain(9, "J1"), "1 more, 0 fewer, 0 changed"),
    (holder(1, signed(), placed("J1")), "0 more, 1 fewer, 0 changed"),
    (holder(1, signed(), placed("J2"), granted("enwiki", "checkuser")), "0 more, 1 fewer, 0 changed"),
    (
        holder(1, signed(), placed("J1"), granted("enwiki", "checkuser", ends=NOW + days(1))),
        "0 more, 0 fewer, 1 changed",
    ),
    (
        holder(
            1,
            signed(),
            placed("J1"),
            granted("enwiki", "checkuser"),
            fact("account renamed", **{"wiki": None, "from": "Simulated Holder 1", "to": "New"}),
        ),
        "0 more, 0 fewer, 1 changed",
    ),
]


@pytest.mark.parametrize(("changed", "says"), CHANGES)
def test_a_register_that_changed_since_the_preview_stops_the_freeze(changed: Person, says: str) -> None:
    before = register_of([plain(1)])
    order = draft_order(before, J1, freeze=freeze_id(1), reason="r", at=NOW)
    yes = approved(order, REQUEST_KIND)
    with pytest.raises(CheckFailedError) as refused:
        begin(yes, register_of([*before.people.values(), changed]), at=NOW, by=ONE.member, new_id=lambda: "r")
    assert refused.value.code == "access.freeze.stale"
    assert refused.value.got == says
    assert "Simulated" not in str(refused.value)
    check_current(order, before, at=NOW)


def test_an_approval_of_other_bytes_or_of_another_kind_starts_nothing() -> None:
    register = register_of([plain(1), plain(2, "J2")])
    order = draft_order(register, J1, freeze=freeze_id(1), reason="r", at=NOW)
    wider = draft_order(
        register,
        Scope(rights=J1.rights, jurisdictions=frozenset({"J1", "J2"})),
        freeze=freeze_id(1),
        reason="r",
        at=NOW,
    )
    yes, other = approved(order, REQUEST_KIND), approved(wider, REQUEST_KIND)
    wrong = [
        approved(order, "plan"),
        approved_bytes(other.value, yes.content),  # what would be done is not what was signed
        approved_bytes(yes.value, approved(order, REQUEST_KIND).content),  # the same words under another id
    ]
    for each in wrong:
        with pytest.raises(CheckFailedError, match=r"access\.freeze\.other_content"):
            begin(each, register, at=NOW, by=ONE.member, new_id=lambda: "r")


def test_a_freeze_of_nobody_without_reason_or_of_everything_is_refused() -> None:
    register = register_of([plain(1)])
    with pytest.raises(CheckFailedError, match=r"access\.freeze\.nobody"):
        draft_order(register, replace(J1, jurisdictions=frozenset({"J9"})), freeze=freeze_id(1), reason="r", at=NOW)
    with pytest.raises(UsageError, match=r"access\.freeze\.reason"):
        draft_order(register, J1, freeze=freeze_id(1), reason="  ", at=NOW)
    for wrong in (
        {"rights": frozenset()},
        {"rights": frozenset({"sysop"})},
        {"jurisdictions": frozenset()},
        {"people": frozenset({person_id(1)})},
    ):
        with pytest.raises(UsageError, match=r"access\.freeze\.scope"):
            replace(J1, **wrong)  # type: ignore[arg-type]


def test_restoring_puts_back_exactly_what_was_removed() -> None:
    ends = NOW + days(100)
    person = holder(
        1, signed(), placed("J1"), granted("enwiki", "checkuser", ends=ends), granted("fawiki", "checkuser")
    )
    freeze, found, register = begun(register_of([person]))
    let_go = release(POLICIES, register, register.people[person.id], freeze=freeze.id, at=NOW + days(5), by=STEWARD)
    removed = {(item.wiki, item.account, *item.before.items()) for item in found.to_remove}
    assert {(each.wiki, each.account, *each.groups.items()) for each in let_go.put_back} == removed
    assert removed == {
        ("enwiki", "Simulated Holder 1", ("checkuser", text_of(ends))),
        ("fawiki", "Simulated Holder 1", ("checkuser", INFINITY)),
    }
    assert let_go.not_put_back == ()


def test_what_the_wiki_showed_is_what_is_put_back_and_nothing_that_was_not_there() -> None:
    both = holder(1, signed(), placed("J1"), granted("enwiki", "checkuser"), granted("fawiki", "checkuser"))
    register = register_of([both])
    order = draft_order(register, J1, freeze=freeze_id(1), reason="r", at=NOW)
    seen = [{"checkuser": "2030-01-01T00:00:00Z"}, {}]
    order = replace(
        order, items=tuple(replace(item, on_wiki=found) for item, found in zip(order.items, seen, strict=True))
    )
    found = begin(approved(order, REQUEST_KIND), register, at=NOW, by=ONE.member, new_id=lambda: "r-1")
    after = after_facts(register, found.facts)
    let_go = release(POLICIES, after, after.people[both.id], freeze=order.freeze, at=NOW, by=STEWARD)
    assert [(each.wiki, each.groups) for each in let_go.put_back] == [("enwiki", seen[0])]
    assert [(each.wiki, each.why) for each in let_go.not_put_back] == [("fawiki", (WAS_NOT_THERE,))]


def test_an_end_that_has_passed_meanwhile_is_not_revived_and_this_is_said() -> None:
    person = holder(1, signed(), placed("J1"), granted("enwiki", "checkuser", ends=NOW + days(3)))
    freeze, _, register = begun(register_of([person]))
    let_go = release(POLICIES, register, register.people[person.id], freeze=freeze.id, at=NOW + days(5), by=STEWARD)
    assert let_go.put_back == ()
    assert [each.why for each in let_go.not_put_back] == [(EXPIRED,)]


def test_nothing_is_put_back_that_the_rules_refuse_on_another_ground() -> None:
    person = holder(1, signed(ends=NOW + days(2)), placed("J1"), granted("enwiki", "checkuser"))
    freeze, _, register = begun(register_of([person]))
    let_go = release(POLICIES, register, register.people[person.id], freeze=freeze.id, at=NOW + days(5), by=STEWARD)
    assert [each.why for each in let_go.not_put_back] == [("agreement_has_ended",)]


def test_a_right_frozen_twice_comes_back_when_no_freeze_holds_it() -> None:
    ends = NOW + days(100)
    person = holder(1, signed(), placed("J1"), granted("enwiki", "checkuser", ends=ends))
    first, removed, register = begun(register_of([person]))
    scope = Scope(rights=J1.rights, people=frozenset({person.id}))
    second, again, register = begun(register, scope, number=2, at=NOW + days(1))
    assert len(removed.to_remove) == 1
    assert again.to_remove == ()
    assert again.facts[person.id][0].body["before"] == {"checkuser": text_of(ends)}
    let_go = release(POLICIES, register, register.people[person.id], freeze=first.id, at=NOW + days(2), by=STEWARD)
    assert [each.why for each in let_go.not_put_back] == [(STILL_HELD,)]
    register = after_facts(register, {person.id: let_go.facts})
    let_go = release(POLICIES, register, register.people[person.id], freeze=second.id, at=NOW + days(3), by=STEWARD)
    assert [(each.wiki, each.groups) for each in let_go.put_back] == [("enwiki", {"checkuser": text_of(ends)})]


@given(st.lists(st.tuples(st.sampled_from("FR"), st.integers(1, 3)), max_size=10))
def test_overlapping_freezes_put_back_once_and_exactly_when_the_last_lets_go(steps: list[tuple[str, int]]) -> None:
    person = holder(1, signed(), placed("J1"), granted("enwiki", "checkuser", ends=NOW + days(400)))
    register = register_of([person])
    scope = Scope(rights=J1.rights, people=frozenset({person.id}))
    on_wiki, holding = True, set()
    for number, (step, freeze) in enumerate(steps, 1):
        at = NOW + timedelta(hours=number)
        if step == "F" and freeze not in holding:
            _, found, register = begun(register, scope, number=freeze, at=at)
            assert bool(found.to_remove) == on_wiki
            on_wiki = False
            holding.add(freeze)
        elif step == "R":
            let_go = release(
                POLICIES, register, register.people[person.id], freeze=freeze_id(freeze), at=at, by=STEWARD
            )
            register = after_facts(register, {person.id: let_go.facts})
            was_holding = freeze in holding
            holding.discard(freeze)
            assert bool(let_go.put_back) == (was_holding and not holding)
            if let_go.put_back:
                assert let_go.put_back[0].groups == {"checkuser": text_of(NOW + days(400))}
                on_wiki = True
        assert may_hold(POLICIES, register, register.people[person.id], EN, "checkuser", at=at).allowed == on_wiki


def reviews_of(found: Begun) -> list[Any]:
    return [fold_review(stream, facts) for stream, facts in found.facts.items() if stream.kind == "review"]


def test_lifting_lets_everything_go_and_ends_the_open_reviews() -> None:
    freeze, found, register = begun(register_of([plain(1), plain(2), plain(3, "J2")]))
    order = draft_lift(freeze, register, reason="it is over", at=NOW + days(1))
    yes = approved(order, LIFT_KIND, at=NOW + days(1))
    ended = lift(yes, freeze, reviews_of(found), register, POLICIES, at=NOW + days(1), by=ONE.member)
    assert {each.person for each in ended.put_back} == {person_id(1), person_id(2)}
    after = after_facts(replace(register, restrictions=()), ended.facts)
    for number in (1, 2, 3):
        assert may_hold(POLICIES, after, after.people[person_id(number)], EN, "checkuser", at=NOW + days(1)).allowed
    for review in reviews_of(found):
        closed = fold_review(review.id, [*found.facts[review.id], *ended.facts[review.id]])
        assert (closed.state, closed.closed_by_lifting) == (ReviewState.DECIDED, True)
    facts = [*found.facts[freeze.id], *ended.facts[freeze.id]]
    lifted = fold(freeze.id, facts)
    assert (lifted.state, lifted.restrictions) == (FreezeState.LIFTED, ())
    with pytest.raises(CheckFailedError, match=r"access\.freeze\.state"):
        draft_lift(lifted, register, reason="again", at=NOW)


def test_lifting_on_an_old_list_of_people_is_refused() -> None:
    freeze, found, register = begun(register_of([plain(1), plain(2)]))
    yes = approved(draft_lift(freeze, register, reason="r", at=NOW), LIFT_KIND)
    let_go = release(POLICIES, register, register.people[person_id(1)], freeze=freeze.id, at=NOW, by=STEWARD)
    moved = after_facts(register, {person_id(1): let_go.facts})
    with pytest.raises(CheckFailedError, match=r"access\.freeze\.stale"):
        lift(yes, freeze, reviews_of(found), moved, POLICIES, at=NOW, by=ONE.member)


def test_what_was_read_back_on_the_wikis_is_kept() -> None:
    freeze, found, _ = begun(register_of([plain(1), plain(2)]))
    items = [{"person": item.person.id, "wiki": item.wiki, "right": item.right} for item in freeze.order.items]
    read = Fact(
        type="removals read",
        at=NOW,
        by=STEWARD,
        body={"items": [{**items[0], "is": "removed"}, {**items[1], "is": "held"}]},
    )
    after = fold(freeze.id, [*found.facts[freeze.id], read])
    assert list(after.removals.values()) == [Removal.REMOVED, Removal.HELD]
    assert [item.person for item in after.waiting()] == [person_id(2)]


def test_facts_that_are_not_understood_are_not_passed_over() -> None:
    for facts in ([], [fact("freeze lifted")]):
        with pytest.raises(InputRefusedError, match=r"access\.freeze\.fact"):
            fold(freeze_id(1), facts)
    freeze, found, _ = begun(register_of([plain(1)]))
    with pytest.raises(InputRefusedError, match=r"access\.freeze\.fact"):
        fold(freeze.id, [*found.facts[freeze.id], fact("freeze melted")])


def _streams(facts: Iterable[StreamId]) -> list[str]:
    return [stream.kind for stream in facts]


def test_types_of_facts_and_ids_of_streams_name_nobody() -> None:
    _, found, _ = begun(register_of([plain(1)]))
    assert _streams(found.facts) == ["freeze", "person", "review"]
    plain_parts = [str(stream) + each.type + each.by for stream, facts in found.facts.items() for each in facts]
    assert not [part for part in plain_parts if "Simulated" in part or "J1" in part]


def test_a_grant_past_its_date_is_frozen_until_its_wiki_shows_that_it_is_gone() -> None:
    past = holder(1, signed(), placed("J1"), granted("enwiki", "checkuser", ends=NOW - days(3)))
    register = register_of([past, plain(2)])
    order = draft_order(register, J1, freeze=StreamId(kind="freeze", id="f-1"), reason="r", at=NOW)
    assert [item.person for item in order.items] == [person_id(1), person_id(2)]
    unread, there = order.items[0], replace(order.items[0], on_wiki={"checkuser": INFINITY})
    for item in (unread, there):
        kept = replace(order, items=(item, order.items[1]))
        assert without_gone(kept, register, at=NOW) == kept
    gone = replace(order, items=tuple(replace(item, on_wiki={}) for item in order.items))
    left = without_gone(gone, register, at=NOW)
    assert [item.person for item in left.items] == [person_id(2)]
    check_current(left, register, at=NOW)
    with pytest.raises(CheckFailedError, match=r"access\.freeze\.nobody"):
        without_gone(replace(gone, items=gone.items[:1]), register, at=NOW)
