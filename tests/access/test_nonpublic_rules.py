"""Rules on non-public rights: one test for each, and every refusal has a name."""

from dataclasses import replace
from typing import Any

import pytest
from holders import (
    BOOK,
    LONG_AGO,
    NOW,
    STEWARD,
    days,
    exempt,
    fact,
    granted,
    holder,
    placed,
    plain,
    register_of,
    signed,
)

from holdfast.access.register.moments import text_of
from holdfast.access.register.person import Person
from holdfast.access.register.register import ClassRestriction
from holdfast.access.rules.engine import load_policies
from holdfast.access.rules.nonpublic_rules import may_hold, may_look_up
from holdfast.access.rules.rights import RIGHTS
from holdfast.access.rules.rule_book import RuleBook
from holdfast.facts import Fact
from holdfast.ids import WikiName

POLICIES = load_policies()
EN = WikiName("enwiki")
RESTRICTED = replace(BOOK, restricted=frozenset({("J1", "checkuser")}))
BLOCKING = replace(BOOK, blocking=frozenset({"J1"}))


def rules(person: Person, book: RuleBook = BOOK, right: str = "checkuser", **more: Any) -> tuple[str, ...]:
    decision = may_hold(POLICIES, register_of([person], book, **more), person, EN, right, at=NOW)
    assert decision.allowed == (decision.rules == ("granted_with_a_valid_agreement",))
    return decision.rules


@pytest.mark.parametrize("right", list(RIGHTS))
@pytest.mark.requirement("1.1")
def test_each_right_is_held_with_a_grant_and_a_signed_valid_agreement_and_not_without(right: str) -> None:
    with_it = holder(1, signed(), placed("J1"), granted("enwiki", right))
    assert rules(with_it, right=right) == ("granted_with_a_valid_agreement",)
    assert rules(holder(1, placed("J1"), granted("enwiki", right)), right=right) == ("no_agreement",)


def test_what_was_never_granted_is_refused() -> None:
    assert rules(holder(1, signed(), placed("J1"))) == ("not_granted",)


@pytest.mark.requirement("1.3")
def test_a_grant_expires_by_itself_on_its_date() -> None:
    person = holder(1, signed(), granted("enwiki", "checkuser", ends=NOW + days(1)))
    register = register_of([person])
    assert may_hold(POLICIES, register, person, EN, "checkuser", at=NOW + days(0.99)).allowed
    decision = may_hold(POLICIES, register, person, EN, "checkuser", at=NOW + days(1))
    assert decision.rules == ("grant_has_ended",)


def test_a_grant_that_begins_later_is_not_there_yet() -> None:
    person = holder(1, signed(), granted("enwiki", "checkuser", begins=NOW + days(1)))
    assert rules(person) == ("grant_has_not_begun",)


def test_an_agreement_dated_in_the_future_does_not_count_before_its_day() -> None:
    person = holder(1, signed(begins=NOW + days(2)), granted("enwiki", "checkuser"))
    assert rules(person) == ("agreement_not_yet_valid",)
    assert may_hold(POLICIES, register_of([person]), person, EN, "checkuser", at=NOW + days(2)).allowed


def test_an_agreement_that_ended_or_of_another_version_does_not_count() -> None:
    assert rules(holder(1, signed(ends=NOW), granted("enwiki", "checkuser"))) == ("agreement_has_ended",)
    assert rules(holder(1, signed("1"), granted("enwiki", "checkuser"))) == ("agreement_version_is_not_current",)


def test_a_restricted_jurisdiction_loses_this_right_and_no_other() -> None:
    person = holder(1, signed(), placed("J1"), granted("enwiki", "checkuser"), granted("enwiki", "oversight"))
    assert rules(person, RESTRICTED) == ("jurisdiction_is_restricted",)
    assert rules(person, RESTRICTED, "oversight") == ("granted_with_a_valid_agreement",)
    assert rules(plain(2, "J2"), RESTRICTED) == ("granted_with_a_valid_agreement",)


def test_an_exemption_of_ones_own_lifts_the_restriction_until_it_ends() -> None:
    facts = (signed(), placed("J1"), granted("enwiki", "checkuser"))
    assert rules(holder(1, *facts, exempt("checkuser")), RESTRICTED) == ("granted_with_a_valid_agreement",)
    assert rules(holder(1, *facts, exempt("oversight")), RESTRICTED) == ("jurisdiction_is_restricted",)
    assert rules(holder(1, *facts, exempt("checkuser", ends=NOW)), RESTRICTED) == ("jurisdiction_is_restricted",)


def test_a_jurisdiction_that_nobody_recorded_is_refused_where_one_is_asked_for() -> None:
    person = holder(1, signed(), granted("enwiki", "checkuser"))
    assert rules(person) == ("granted_with_a_valid_agreement",)
    assert rules(person, RESTRICTED) == ("jurisdiction_is_not_recorded",)
    assert rules(person, BLOCKING) == ("jurisdiction_is_not_recorded",)


@pytest.mark.requirement("1.4")
@pytest.mark.parametrize(
    ("blocks", "is_known", "is_exempt", "is_eligible"),
    [
        (True, True, False, False),
        (True, False, False, True),
        (False, True, False, True),
        (False, False, False, True),
        (True, True, True, True),
    ],
)
def test_a_blocking_country_and_a_known_domicile_together_make_ineligible_unless_exempt(
    blocks: bool, is_known: bool, is_exempt: bool, is_eligible: bool
) -> None:
    facts = [signed(), placed("J1", domicile_known=is_known), granted("enwiki", "checkuser")]
    if is_exempt:
        facts.append(exempt("domicile"))
    found = rules(holder(1, *facts), BLOCKING if blocks else BOOK)
    expected = "granted_with_a_valid_agreement" if is_eligible else "known_domicile_where_the_projects_are_blocked"
    assert found == (expected,)


def test_a_freeze_a_vanished_account_and_ones_own_suspension_each_refuse() -> None:
    facts = (signed(), placed("J1"), granted("enwiki", "checkuser"))
    frozen = fact("right frozen", freeze="f-1", wiki="enwiki", right="checkuser", before={"checkuser": "infinity"})
    assert rules(holder(1, *facts, frozen)) == ("frozen_as_a_protection",)
    assert rules(holder(1, *facts, fact("access suspended"))) == ("suspended_by_the_person",)
    resumed = (fact("access suspended"), fact("access resumed", LONG_AGO + days(1)))
    assert rules(holder(1, *facts, *resumed)) == ("granted_with_a_valid_agreement",)
    gone = Fact(type="account gone", at=NOW, by=STEWARD, body={"at": text_of(NOW)})
    assert rules(holder(1, *facts, gone)) == ("account_is_gone",)


def test_several_grounds_are_all_named() -> None:
    person = holder(1, signed("1", ends=NOW), placed("J1", domicile_known=True))
    book = replace(BLOCKING, restricted=frozenset({("J1", "checkuser")}))
    assert rules(person, book) == (
        "agreement_has_ended",
        "agreement_version_is_not_current",
        "jurisdiction_is_restricted",
        "known_domicile_where_the_projects_are_blocked",
        "not_granted",
    )


@pytest.mark.requirement("1.8")
@pytest.mark.parametrize("reason", ["", "   ", "\n\t", "...", "…", "API:"])
def test_every_look_up_carries_a_reason_that_is_not_empty(reason: str) -> None:
    person = plain(1)
    register = register_of([person])
    refused = may_look_up(POLICIES, register, person, EN, "checkuser", at=NOW, reason=reason)
    assert refused.rules == ("no_reason_given",)
    assert may_look_up(POLICIES, register, person, EN, "checkuser", at=NOW, reason="case 12: vandalism").allowed


def test_a_standing_freeze_of_a_class_meets_who_comes_later_and_not_who_was_let_go() -> None:
    standing = (ClassRestriction(freeze="f-1", jurisdiction="J1", right="checkuser"),)
    facts = (signed(), placed("J1"), granted("enwiki", "checkuser"))
    hold = {"freeze": "f-1", "wiki": "enwiki", "right": "checkuser"}
    frozen = fact("right frozen", LONG_AGO, before={"checkuser": "infinity"}, **hold)
    released = fact("right released", LONG_AGO + days(20), **hold)
    assert rules(holder(1, *facts), restrictions=standing) == ("jurisdiction_is_restricted",)
    assert rules(holder(1, *facts, frozen, released), restrictions=standing) == ("granted_with_a_valid_agreement",)


def test_every_rule_on_non_public_rights_has_its_test_here() -> None:
    from pathlib import Path

    text = Path(__file__).read_text("utf-8")
    names = [rule.name for rule in POLICIES.rules.values() if rule.file == "nonpublic.cedar"]
    assert len(names) == 15
    assert not [name for name in names if name not in text]


def test_moments_are_written_in_utc() -> None:
    assert text_of(NOW) == "2021-09-01T12:00:00Z"
