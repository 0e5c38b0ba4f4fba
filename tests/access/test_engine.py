"""Decisions by rules: refused for every doubt, always by name, and the same whether remembered or asked anew."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.access.rules.engine import (
    NO_RULE_ALLOWS,
    NOT_DECIDED,
    Entity,
    Ref,
    Request,
    load_policies,
    parse_policies,
    reduce_request,
)
from holdfast.errors import CheckFailedError, InputRefusedError

SCHEMA = """
entity Person { jurisdiction: String, from: Long, other: Long, friends: Set<Person> };
entity Thing { kind: String };
action read appliesTo { principal: Person, resource: Thing, context: { now: Long, restricted: Set<String> } };
"""
GOOD = """
// Everybody may read.
@id("all_may")
permit (principal is Person, action == Action::"read", resource is Thing);
// Not in a restricted jurisdiction.
@id("restricted_may_not")
forbid (principal is Person, action == Action::"read", resource is Thing) when {
  context.restricted.contains(principal.jurisdiction)
};
"""
POLICIES = load_policies()


def person(**facts: Any) -> Entity:
    given_facts = {"jurisdiction": "J1", "from": 5, "other": 6, "friends": [], **facts}
    return Entity(type="Person", id="p1", facts={k: v for k, v in given_facts.items() if v is not None})


THING = Entity(type="Thing", id="t", facts={"kind": "x"})


def test_a_decision_names_its_rules() -> None:
    rules = parse_policies({"a": GOOD}, SCHEMA)
    open_day = rules.decide(principal=person(), action="read", resource=THING, context={"now": 1, "restricted": []})
    shut = rules.decide(principal=person(), action="read", resource=THING, context={"now": 1, "restricted": ["J1"]})
    assert (open_day.allowed, open_day.rules) == (True, ("all_may",))
    assert (shut.allowed, shut.rules) == (False, ("restricted_may_not",))
    assert rules.means("restricted_may_not") == "Not in a restricted jurisdiction."


@pytest.mark.parametrize(
    ("facts", "context", "action"),
    [
        ({"jurisdiction": None}, {"now": 1, "restricted": ["J1"]}, "read"),
        ({"from": None}, {"now": 1, "restricted": []}, "read"),
        ({}, {"now": 1}, "read"),
        ({}, {"restricted": []}, "read"),
        ({}, {"now": "1", "restricted": []}, "read"),
        ({"jurisdiction": 7}, {"now": 1, "restricted": []}, "read"),
        ({"added": True}, {"now": 1, "restricted": []}, "read"),
        ({}, {"now": 1, "restricted": []}, "write"),
        ({}, {"now": 1, "restricted": [], "more": 1}, "read"),
    ],
)
def test_a_missing_or_misshapen_fact_is_refused(facts: Any, context: Any, action: str) -> None:
    rules = parse_policies({"a": GOOD}, SCHEMA)
    decision = rules.decide(principal=person(**facts), action=action, resource=THING, context=context)
    assert not decision.allowed
    assert decision.rules == (NOT_DECIDED,)
    assert decision.detail


def test_what_no_rule_allows_is_refused_and_says_so() -> None:
    rules = parse_policies({"a": GOOD.replace("permit (principal is Person", "forbid (principal is Person")}, SCHEMA)
    rules_without = parse_policies({"a": GOOD[GOOD.index("// Not") :]}, SCHEMA)
    context = {"now": 1, "restricted": []}
    assert not rules.decide(principal=person(), action="read", resource=THING, context=context).allowed
    nothing = rules_without.decide(principal=person(), action="read", resource=THING, context=context)
    assert nothing.rules == (NO_RULE_ALLOWS,)
    assert rules_without.means(NO_RULE_ALLOWS)


def test_require_raises_and_names_the_rule() -> None:
    rules = parse_policies({"a": GOOD}, SCHEMA)
    with pytest.raises(CheckFailedError, match=r"access\.refused: read is refused by restricted_may_not"):
        rules.require(principal=person(), action="read", resource=THING, context={"now": 1, "restricted": ["J1"]})


def test_a_decision_is_no_truth_value() -> None:
    decision = parse_policies({"a": GOOD}, SCHEMA).decide(
        principal=person(), action="read", resource=THING, context={"now": 1, "restricted": ["J1"]}
    )
    with pytest.raises(TypeError, match="allowed"):
        assert not decision


def one_rule(condition: str, scope: str = "principal is Person") -> str:
    return (
        "// A rule.\n"
        f'@id("a_rule")\npermit ({scope}, action == Action::"read", resource is Thing) when {{ {condition} }};'
    )


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "access.policy.none"),
        ("permit (", "access.policy.unreadable"),
        (one_rule("true").replace('@id("a_rule")', ""), "access.policy.name"),
        (one_rule("true").replace("a_rule", "A rule"), "access.policy.name"),
        (one_rule("true") + "\n" + one_rule("false"), "access.policy.name"),
        (one_rule("true").replace("// A rule.\n", ""), "access.policy.comment"),
        (one_rule('principal.jurisdictoin == "J1"'), "access.policy.schema"),
        (one_rule("true", 'principal == Person::"p1"'), "access.policy.names_somebody"),
        (one_rule('principal.friends.contains(Person::"p9")'), "access.policy.names_somebody"),
        (one_rule('principal == Person::"p9"'), "access.policy.names_somebody"),
        (one_rule('resource in Thing::"t"'), "access.policy.names_somebody"),
        (one_rule("principal.from < 1000"), "access.policy.moment"),
        (one_rule("principal.from < principal.other"), "access.policy.moment"),
        (one_rule("principal.from == principal.other"), "access.policy.moment"),
        (one_rule("principal.from + 86400 < context.now"), "access.policy.moment"),
        (one_rule("principal.from < context.now + 1"), "access.policy.moment"),
        (one_rule("[principal.from].contains(context.now)"), "access.policy.moment"),
    ],
)
def test_a_rule_that_cannot_be_trusted_is_refused_when_it_is_loaded(text: str, code: str) -> None:
    with pytest.raises(InputRefusedError) as refused:
        parse_policies({"a": text}, SCHEMA)
    assert refused.value.code == code


def test_the_rules_that_come_with_holdfast_are_named_and_say_what_they_are_for() -> None:
    assert len(POLICIES.rules) >= 30
    assert all(rule.means.endswith(".") and len(rule.means) > 15 for rule in POLICIES.rules.values())


MOMENTS = st.integers(min_value=-3, max_value=3).map(lambda n: 1_600_000_000 + n)
TEXTS = st.sampled_from(["J1", "J2", "checkuser", "oversight", "3"])
PEOPLE = st.fixed_dictionaries(
    {
        "domicile_known": st.booleans(),
        "exempt_rights": st.frozensets(TEXTS),
        "exempt_domicile": st.booleans(),
        "suspended": st.booleans(),
        "account_gone": st.booleans(),
    },
    optional={
        "jurisdiction": TEXTS,
        "agreement": st.fixed_dictionaries({"version": TEXTS, "from": MOMENTS, "until": MOMENTS}),
    },
)
RIGHTS = st.fixed_dictionaries(
    {"name": TEXTS, "granted": st.booleans(), "from": MOMENTS, "until": MOMENTS, "frozen": st.booleans()}
)
DAYS = st.fixed_dictionaries(
    {
        "now": MOMENTS,
        "current_versions": st.frozensets(TEXTS),
        "restricted": st.frozensets(TEXTS),
        "blocking": st.frozensets(TEXTS),
        "reason_given": st.booleans(),
    }
)


@given(PEOPLE, RIGHTS, DAYS, st.sampled_from(["hold", "look_up"]))
def test_the_reduced_question_has_the_answer_of_the_whole_one(
    person_facts: Any, right: Any, day: Any, action: str
) -> None:
    request = Request(
        principal=Entity(type="Person", id="p-1", facts=person_facts),
        action=action,
        resource=Entity(type="Right", id="r-1", facts=right),
        context=day,
    )
    whole = POLICIES.decide_plainly(request)
    assert POLICIES.decide_many([request]) == [whole]
    assert POLICIES.decide_plainly(reduce_request(request)) == whole
    assert whole.rules


MEMBERS = st.sampled_from(["m-1", "m-2", "m-3"])


@given(
    MEMBERS,
    st.frozensets(st.sampled_from(["access_steward", "operator", "decider", "auditor"])),
    st.frozensets(MEMBERS),
    st.frozensets(MEMBERS),
    st.sampled_from(["read_list", "read_sealed", "approve", "administer"]),
    st.sampled_from(["person", "office", "freeze"]),
    st.booleans(),
)
def test_the_reduced_question_of_the_console_has_the_answer_of_the_whole_one(
    member: str, roles: Any, denied: Any, concerns: Any, action: str, kind: str, is_fresh: bool
) -> None:
    request = Request(
        principal=Entity(type="Member", id=member, facts={"id": member, "roles": roles}),
        action=action,
        resource=Entity(
            type="Record",
            id="r-1",
            facts={
                "kind": kind,
                "sealed": True,
                "denied": frozenset(Ref(type="Member", id=each) for each in denied),
                "concerns": concerns,
            },
        ),
        context={"passkey_session": True, "passkey_fresh": is_fresh, "suspended": False, "now": 1_600_000_000},
    )
    assert POLICIES.decide_many([request]) == [POLICIES.decide_plainly(request)]
