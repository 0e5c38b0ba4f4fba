"""Who may do what in the console: one test for each rule, and the roles that check each other."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from holdfast.access.rules.console_rules import Because, Place, Room, Verb, Visitor, decide, require
from holdfast.access.rules.engine import Entity, load_policies
from holdfast.access.rules.roles import MEANS, Role, check_roles, conflicting
from holdfast.errors import CheckFailedError, UsageError
from holdfast.facts import MemberId

POLICIES = load_policies()
NOW = datetime(2026, 11, 23, tzinfo=UTC)
ME, OTHER = MemberId("m-00000000000a"), MemberId("m-00000000000b")


def visitor(*roles: Role, code_only: bool = False, fresh: bool = True, suspended: bool = False) -> Visitor:
    return Visitor(
        member=ME,
        roles=frozenset(roles),
        passkey_session=not code_only,
        passkey_fresh=fresh and not code_only,
        suspended=suspended,
    )


def allowed(who: Visitor, verb: Verb, place: Place | str) -> bool:
    where = Place(kind=place) if isinstance(place, str) else place
    return decide(POLICIES, who, verb, where, now=NOW).allowed


def rules(who: Visitor, verb: Verb, place: Place | str) -> tuple[str, ...]:
    where = Place(kind=place) if isinstance(place, str) else place
    return decide(POLICIES, who, verb, where, now=NOW).rules


PERMITS = [
    ("stewards_keep_the_register", Role.ACCESS_STEWARD, Verb.WRITE, Room.PERSON),
    ("stewards_see_exposure", Role.ACCESS_STEWARD, Verb.READ_SEALED, Room.EXPOSURE),
    ("investigators_work_on_cases", Role.INVESTIGATOR, Verb.WRITE, Room.CASE),
    ("investigators_see_what_was_done", Role.INVESTIGATOR, Verb.READ_LIST, Room.SWEEP),
    ("deciders_decide", Role.DECIDER, Verb.APPROVE, Room.PLAN),
    ("deciders_write_decisions", Role.DECIDER, Verb.WRITE, Room.SWEEP),
    ("deciders_see_that_an_appeal_is_open", Role.DECIDER, Verb.READ_LIST, Room.APPEAL),
    ("legal_signs_off", Role.LEGAL, Verb.APPROVE, Room.PLAN),
    ("legal_reads_the_file", Role.LEGAL, Verb.READ_SEALED, Room.CASE),
    ("legal_writes_in_the_file", Role.LEGAL, Verb.WRITE, Room.CASE),
    ("workers_ask_for_destruction", Role.INVESTIGATOR, Verb.WRITE, Room.CASE_DESTRUCTION),
    ("custodians_destroy_cases", Role.CUSTODIAN, Verb.APPROVE, Room.CASE_DESTRUCTION),
    ("workers_keep_ledgers_and_watchlist", Role.DECIDER, Verb.WRITE, Room.LEDGER),
    ("auditors_open_the_names_of_workers", Role.AUDITOR, Verb.READ_SEALED, Room.CASE_NAMES),
    ("appeal_readers_decide_appeals", Role.APPEAL_READER, Verb.APPROVE, Room.APPEAL),
    ("appeal_readers_read_the_whole_file", Role.APPEAL_READER, Verb.READ_SEALED, Room.CASE),
    ("custodians_open_and_seal", Role.CUSTODIAN, Verb.WRITE, Room.EXPOSURE),
    ("guardians_approve_for_the_office", Role.CUSTODIAN, Verb.APPROVE, Room.OFFICE),
    ("auditors_read_the_audit", Role.AUDITOR, Verb.READ_SEALED, Room.AUDIT),
    ("auditors_ask_for_exports_of_the_audit", Role.AUDITOR, Verb.WRITE, Room.AUDIT_EXPORT),
    ("guardians_approve_exports_of_the_audit", Role.LEGAL, Verb.APPROVE, Room.AUDIT_EXPORT),
    ("auditors_see_every_list", Role.AUDITOR, Verb.READ_LIST, Room.CASE),
    ("leaders_ask_for_exports", Role.INVESTIGATOR, Verb.EXPORT, Room.CASE),
    ("operators_run_the_office", Role.OPERATOR, Verb.ADMINISTER, Room.OFFICE),
    ("operators_see_progress", Role.OPERATOR, Verb.READ_LIST, Room.SWEEP),
]


@pytest.mark.parametrize(("rule", "role", "verb", "room"), PERMITS)
def test_each_permission_is_given_by_its_rule_and_to_nobody_without_the_role(
    rule: str, role: Role, verb: Verb, room: Room
) -> None:
    assert rule in rules(visitor(role), verb, room)
    assert allowed(visitor(role), verb, room)
    assert not allowed(visitor(), verb, room)


def test_every_permit_of_the_console_has_its_test() -> None:
    permits = {r.name for r in POLICIES.rules.values() if r.file == "console.cedar" and r.effect == "permit"}
    assert permits == {rule for rule, *_ in PERMITS} | set(OF_THE_OFFICE.values())


READS_ALONE = {Because.RULE: "a_rule_needs_to_know", Because.FIGURES: "figures_are_counted"}
OF_THE_OFFICE = READS_ALONE | {
    Because.CLOCK: "a_clock_came_due",
    Because.APPROVED: "two_people_approved_it",
    Because.OUTSIDE: "somebody_outside_asks_with_their_secret",
    Because.SHARES: "holders_of_key_shares_act_together",
    Because.BOOKS: "the_office_keeps_its_own_books",
    Because.COMMAND: "asked_on_the_offices_own_machine",
}


@pytest.mark.parametrize("because", Because)
def test_the_office_acts_for_a_reason_that_is_the_rule_and_no_member_can_be_given_it(because: Because) -> None:
    facts = {"id": "system", "roles": [because.value]}
    context = {"passkey_session": True, "passkey_fresh": True, "suspended": False, "now": 1}
    for verb in (Verb.READ_LIST, Verb.READ_SEALED, Verb.WRITE):
        for room in Room:
            resource = Entity(
                type="Record", id="x", facts={"kind": str(room), "sealed": True, "denied": [], "concerns": []}
            )
            decision = POLICIES.decide(
                principal=Entity(type="Member", id="system", facts=facts),
                action=verb,
                resource=resource,
                context=context,
            )
            may = verb is not Verb.WRITE or because not in READS_ALONE
            assert decision.allowed == may
            assert decision.rules == ((OF_THE_OFFICE[because],) if may else ("no_rule_allows",))
    with pytest.raises(UsageError, match=r"access\.role"):
        check_roles([because.value])


@pytest.mark.parametrize("verb", list(Verb))
@pytest.mark.parametrize("role", list(Role))
def test_a_suspended_member_may_do_nothing(role: Role, verb: Verb) -> None:
    for room in Room:
        assert not allowed(visitor(role, suspended=True), verb, room)
    assert "suspended_members_do_nothing" in rules(visitor(role, suspended=True), verb, Room.PERSON)


@pytest.mark.parametrize("role", list(Role))
def test_a_code_opens_lists_alone(role: Role) -> None:
    for room in Room:
        may = {verb for verb in Verb if allowed(visitor(role, code_only=True), verb, room)}
        assert may <= {Verb.READ_LIST}
    assert "a_code_opens_lists_alone" in rules(visitor(role, code_only=True), Verb.WRITE, Room.CASE)
    assert allowed(visitor(Role.DECIDER, code_only=True), Verb.READ_LIST, Room.CASE)


@pytest.mark.parametrize("verb", [Verb.READ_SEALED, Verb.APPROVE, Verb.EXPORT, Verb.ADMINISTER])
def test_sealed_parts_approvals_and_exports_need_the_passkey_now(verb: Verb) -> None:
    for role in Role:
        assert not any(allowed(visitor(role, fresh=False), verb, room) for room in Room)
    assert "sealed_parts_need_a_fresh_passkey" in rules(visitor(fresh=False), verb, Room.CASE)
    assert allowed(visitor(Role.INVESTIGATOR, fresh=False), Verb.WRITE, Room.CASE)


@pytest.mark.requirement("2.2")
def test_a_member_can_be_denied_one_thing() -> None:
    place = Place(kind=Room.CASE, id="c-1", denied=frozenset({ME}))
    for verb in Verb:
        assert "denied_this_one" in rules(visitor(Role.INVESTIGATOR), verb, place)
    assert allowed(visitor(Role.INVESTIGATOR), Verb.WRITE, replace(place, denied=frozenset({OTHER})))


def test_nobody_handles_what_is_about_themself() -> None:
    place = Place(kind=Room.REVIEW, id="r-1", concerns=frozenset({ME, OTHER}))
    for verb in Verb:
        assert "nobody_handles_their_own" in rules(visitor(Role.ACCESS_STEWARD), verb, place)
        assert not allowed(visitor(Role.ACCESS_STEWARD), verb, place)
    assert allowed(visitor(Role.ACCESS_STEWARD), Verb.APPROVE, replace(place, concerns=frozenset({OTHER})))


def rooms_of(role: Role) -> dict[Room, frozenset[Verb]]:
    """What a role may do with a fresh passkey, by room."""
    found = {room: frozenset(verb for verb in Verb if allowed(visitor(role), verb, room)) for room in Room}
    return {room: verbs for room, verbs in found.items() if verbs}


def test_who_runs_the_machine_reads_nothing_sealed() -> None:
    both = visitor(Role.OPERATOR, Role.DECIDER)
    assert "operators_read_nothing_sealed" in rules(both, Verb.READ_SEALED, Room.CASE)
    may = rooms_of(Role.OPERATOR)
    assert may == {
        Room.OFFICE: frozenset({Verb.READ_LIST, Verb.WRITE, Verb.ADMINISTER}),
        Room.SWEEP: frozenset({Verb.READ_LIST}),
    }


def test_the_refusal_names_the_rule() -> None:
    with pytest.raises(CheckFailedError, match=r"approve of plan is refused by no_rule_allows"):
        require(POLICIES, visitor(Role.INVESTIGATOR), Verb.APPROVE, Place(kind=Room.PLAN), now=NOW)


def test_an_unknown_kind_is_refused() -> None:
    assert not any(allowed(visitor(role), verb, "diary") for role in set(Role) - {Role.AUDITOR} for verb in Verb)


def test_nobody_alone_can_draft_and_approve_a_plan_or_judge_the_own_work() -> None:
    for role in Role:
        verbs = rooms_of(role)
        assert not (role is Role.INVESTIGATOR and Verb.APPROVE in verbs.get(Room.PLAN, frozenset()))
        if Verb.READ_SEALED in verbs.get(Room.AUDIT, frozenset()):
            assert role is Role.AUDITOR


def test_conflicts_are_mutual_and_no_role_conflicts_with_itself() -> None:
    for role in Role:
        assert role not in conflicting(role)
        assert all(role in conflicting(other) for other in conflicting(role))
    assert set(MEANS) == set(Role)


@pytest.mark.parametrize(
    "pair",
    [
        ("investigator", "decider"),
        ("decider", "appeal_reader"),
        ("investigator", "legal"),
        ("auditor", "access_steward"),
        ("operator", "auditor"),
        ("custodian", "access_steward"),
    ],
)
def test_one_person_may_not_hold_roles_that_check_each_other(pair: tuple[str, str]) -> None:
    with pytest.raises(CheckFailedError) as refused:
        check_roles(pair)
    assert refused.value.code == "access.roles.conflict"


def test_roles_that_do_not_check_each_other_may_be_held_together() -> None:
    assert check_roles(["access_steward", "decider"]) == {Role.ACCESS_STEWARD, Role.DECIDER}
    assert check_roles([]) == frozenset()
    with pytest.raises(UsageError, match=r"access\.role"):
        check_roles(["king"])
