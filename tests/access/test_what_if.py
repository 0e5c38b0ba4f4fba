"""What if: who loses what and by which rule, who is left, and the same answer as asking one by one."""

from dataclasses import replace

import pytest
from holders import (
    BOOK,
    NOW,
    days,
    ended,
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

from holdfast.access.register.person import Person
from holdfast.access.register.register import Register
from holdfast.access.register.what_if import what_if
from holdfast.access.rules.engine import load_policies
from holdfast.access.rules.nonpublic_rules import day_facts, person_facts, request_of, right_facts
from holdfast.access.rules.rights import RIGHTS
from holdfast.errors import UsageError

POLICIES = load_policies()


@pytest.mark.requirement("1.5")
def test_a_preview_names_who_loses_what_by_which_rule_on_which_wikis() -> None:
    register = register_of(
        [plain(1, "J1"), plain(2, "J2"), plain(3, "J1", "fawiki"), plain(4, "J1", right="oversight")]
    )
    found = what_if(POLICIES, register, at=NOW, rights=["checkuser"], jurisdictions=["J1"])
    assert [(each.person.id, each.wiki, each.right, each.rules) for each in found.losses] == [
        ("p-000001", "enwiki", "checkuser", ("jurisdiction_is_restricted",)),
        ("p-000003", "fawiki", "checkuser", ("jurisdiction_is_restricted",)),
    ]


def test_wikis_that_fall_below_two_holders_and_languages_that_lose_cover_are_listed() -> None:
    people = [plain(1, "J1"), plain(2, "J2"), plain(3, "J2"), plain(4, "J1", "zhwiki"), plain(5, "J2", "zhwiki")]
    people += [plain(6, "J1", "fawiki"), plain(7, "J1", "fawiki")]
    found = what_if(POLICIES, register_of(people), at=NOW, rights=["checkuser"], jurisdictions=["J1"])
    assert [(each.wiki, each.before, each.after) for each in found.few_holders] == [
        ("fawiki", 2, 0),
        ("zhwiki", 2, 1),
    ]
    assert [(each.language, each.right) for each in found.uncovered] == [("fa", "checkuser")]


def test_a_language_is_covered_while_any_of_its_wikis_has_a_holder() -> None:
    book = replace(BOOK, languages={**BOOK.languages, **dict.fromkeys(("fawiki", "fawikinews"), "fa")})
    people = [plain(1, "J1", "fawiki"), plain(2, "J2", "fawikinews")]
    found = what_if(POLICIES, register_of(people, book), at=NOW, rights=["checkuser"], jurisdictions=["J1"])
    assert found.uncovered == ()


def test_who_cannot_use_the_right_anyway_loses_nothing_and_holds_no_place() -> None:
    expired = holder(1, signed(ends=NOW), placed("J1"), granted("enwiki", "checkuser"))
    over = holder(2, signed(), placed("J1"), granted("enwiki", "checkuser", ends=NOW, on_wiki=True))
    found = what_if(POLICIES, register_of([expired, over]), at=NOW, rights=["checkuser"], jurisdictions=["J1"])
    assert found.losses == found.few_holders == ()


def test_a_date_that_has_passed_takes_nobody_out_of_the_answer_until_the_group_is_known_to_be_gone() -> None:
    past = granted("enwiki", "checkuser", ends=NOW - days(30))
    gone = ended(NOW - days(1), recorded=NOW)
    afterwards = granted("enwiki", "checkuser", ends=NOW - days(30), recorded=NOW - days(1))
    people = [holder(1, signed(), placed("J1"), past), plain(2, "J2")]
    people += [holder(3, signed(), placed("J1"), past, gone), holder(4, signed(), placed("J1"), afterwards)]
    found = what_if(POLICIES, register_of(people), at=NOW, rights=["checkuser"], jurisdictions=["J1"])
    assert [(each.person, each.past_date) for each in found.losses] == [(person_id(1), True)]
    assert [(each.before, each.after) for each in found.few_holders] == [(2, 1)]


def test_who_is_exempt_keeps_it_and_is_listed_and_who_has_no_jurisdiction_is_listed_apart() -> None:
    kept = holder(1, signed(), placed("J1"), granted("enwiki", "checkuser"), exempt("checkuser"))
    unknown = holder(2, signed(), granted("enwiki", "checkuser"))
    found = what_if(POLICIES, register_of([kept, unknown]), at=NOW, rights=["checkuser"], jurisdictions=["J1"])
    assert [each.person for each in found.exempt] == [person_id(1)]
    assert [each.person for each in found.unrecorded] == [person_id(2)]
    assert found.losses == found.few_holders == ()


def test_people_can_be_asked_about_by_person() -> None:
    register = register_of([plain(1, "J1"), plain(2, "J1"), holder(3, signed(), granted("enwiki", "checkuser"))])
    people = [person_id(1), person_id(3)]
    found = what_if(POLICIES, register, at=NOW, rights=["checkuser"], people=people)
    assert [(each.person, each.rules) for each in found.losses] == [
        (who, ("frozen_as_a_protection",)) for who in people
    ]


def test_a_question_without_right_or_whom_is_refused() -> None:
    with pytest.raises(UsageError, match=r"access\.what_if\.empty"):
        what_if(POLICIES, register_of([plain(1)]), at=NOW, rights=["checkuser"])


WIKIS = st.sampled_from(["enwiki", "fawiki", "zhwiki"])
MOMENTS = st.integers(-2, 2).map(lambda n: NOW + days(n))
FACTS = st.one_of(
    st.builds(lambda v, b: signed(v, begins=b), st.sampled_from("123"), MOMENTS),
    st.builds(lambda j, k: placed(j, domicile_known=k), st.sampled_from(["J1", "J2"]), st.booleans()),
    st.builds(lambda w, r, e: granted(w, r, ends=e), WIKIS, st.sampled_from(list(RIGHTS)), st.none() | MOMENTS),
    st.builds(lambda r, e: exempt(r, ends=e), st.sampled_from(["checkuser", "domicile"]), st.none() | MOMENTS),
    st.builds(
        lambda w, f: fact("right frozen", freeze=f, wiki=w, right="checkuser", before={"checkuser": "infinity"}),
        WIKIS,
        st.sampled_from(["f-1", "f-2"]),
    ),
    st.just(fact("access suspended")),
)


@st.composite
def registers(draw: st.DrawFn) -> Register:
    people = [
        holder(number, *facts)
        for number, facts in enumerate(draw(st.lists(st.lists(FACTS, max_size=7), max_size=6)), 1)
    ]
    pairs = st.frozensets(st.tuples(st.sampled_from(["J1", "J2"]), st.sampled_from(list(RIGHTS))), max_size=3)
    book = replace(BOOK, restricted=draw(pairs), blocking=draw(st.frozensets(st.sampled_from(["J1", "J2"]))))
    return register_of(people, book)


def plainly(register: Register, person: Person, wiki: str, right: str, jurisdictions: frozenset[str]) -> bool:
    """The whole question to Cedar itself, with nothing remembered."""
    day = day_facts(register, person, right, NOW)
    day = day._replace(restricted=day.restricted | jurisdictions)
    asked = right_facts(person, wiki, right, NOW)  # type: ignore[arg-type]
    grant = person.grant_at(wiki, right, NOW)  # type: ignore[arg-type]
    # a date that has passed counts for nothing while the wiki may show the group
    asked = asked if grant is None or grant.runs_at(NOW) else asked._replace(ends=1)
    request = request_of(person_facts(person, NOW), asked, day)
    return POLICIES.decide_plainly(request).allowed


@given(registers(), st.frozensets(st.sampled_from(["J1", "J2"]), min_size=1))
def test_the_answer_is_that_of_asking_the_rules_one_by_one(register: Register, classes: frozenset[str]) -> None:
    found = what_if(POLICIES, register, at=NOW, rights=list(RIGHTS), jurisdictions=classes)
    expected = {
        (person.id, grant.wiki, grant.right)
        for person, grant in register.standing_at(NOW)
        if plainly(register, person, grant.wiki, grant.right, frozenset())
        and not plainly(register, person, grant.wiki, grant.right, classes)
    }
    assert {(each.person, each.wiki, each.right) for each in (*found.losses, *found.unrecorded)} == expected
    for each in found.losses:
        place = register.people[each.person].jurisdiction
        assert place is not None
        assert place.name in classes
