"""Two holders or none: a last single holder is flagged, and the clock starts on the day it came to that."""

import pytest
from holders import LONG_AGO, NOW, days, ended, fact, granted, holder, person_id, placed, register_of, signed
from hypothesis import given
from hypothesis import strategies as st

from holdfast.access.register.single_holder import single_holders
from holdfast.facts import SYSTEM, Fact

DAY30 = NOW - days(30)


def of(number: int, *more: Fact, ends: object = None) -> object:
    return holder(number, signed(), placed("J1"), granted("enwiki", "checkuser", ends=ends), *more)  # type: ignore[arg-type]


@pytest.mark.requirement("1.16")
def test_two_holders_or_none_a_last_single_holder_is_flagged_and_due_on_a_clock() -> None:
    left_on = NOW - days(10)
    register = register_of([of(1), of(2, ends=left_on)])  # type: ignore[list-item]
    (found,) = single_holders(register, NOW)
    assert (found.wiki, found.right, found.person) == ("enwiki", "checkuser", person_id(1))
    assert (found.since, found.due) == (left_on, left_on + days(30))
    assert not found.is_due(NOW + days(19.9))
    assert found.is_due(NOW + days(20))


@pytest.mark.parametrize("holders", [0, 2, 3])
def test_none_and_two_are_allowed(holders: int) -> None:
    assert single_holders(register_of([of(n) for n in range(1, holders + 1)]), NOW) == ()  # type: ignore[misc]


def test_rights_without_such_a_rule_are_not_flagged() -> None:
    person = holder(1, signed(), granted("meta", "steward"))
    assert single_holders(register_of([person]), NOW) == ()


def test_a_freeze_of_the_colleague_flags_and_says_so_and_its_end_ends_it() -> None:
    hold = {"freeze": "f-1", "wiki": "enwiki", "right": "checkuser"}
    frozen = fact("right frozen", DAY30, before={"checkuser": "infinity"}, **hold)
    released = fact("right released", NOW - days(1), **hold)
    (found,) = single_holders(register_of([of(1), of(2, frozen)]), NOW)  # type: ignore[list-item]
    assert (found.since, found.beside_a_freeze) == (DAY30, True)
    assert single_holders(register_of([of(1), of(2, frozen, released)]), NOW) == ()  # type: ignore[list-item]


def test_the_clock_starts_anew_when_a_second_holder_came_and_went() -> None:
    second = holder(2, signed(), granted("enwiki", "checkuser", begins=NOW - days(20), ends=NOW - days(5)))
    (found,) = single_holders(register_of([of(1), second]), NOW)  # type: ignore[list-item]
    assert found.since == NOW - days(5)


def test_a_holder_of_many_years_who_was_recorded_today_is_alone_since_today() -> None:
    alone = holder(1, signed(), granted("enwiki", "checkuser", recorded=NOW))
    (found,) = single_holders(register_of([alone]), NOW + days(29))
    assert (found.since, found.is_due(NOW + days(29))) == (NOW, False)
    assert found.is_due(NOW + days(30))


def test_a_colleague_whose_end_was_written_down_late_leaves_the_other_alone_since_that_day() -> None:
    gone = of(2, ended(DAY30, recorded=NOW))
    (found,) = single_holders(register_of([of(1), gone]), NOW)  # type: ignore[list-item]
    assert found.since == NOW


def test_what_the_clock_of_an_earlier_version_ended_stands_again() -> None:
    before = of(1, ended(DAY30, recorded=DAY30, why="two holders or none", by=SYSTEM))
    (found,) = single_holders(register_of([before]), NOW)  # type: ignore[list-item]
    assert found.person == person_id(1)


@given(st.lists(st.tuples(st.integers(-50, 50), st.none() | st.integers(-50, 50)), max_size=5))
def test_the_clock_never_starts_before_there_was_one_holder(spans: list[tuple[int, int | None]]) -> None:
    people = [
        holder(
            number,
            signed(),
            granted(
                "enwiki", "checkuser", begins=NOW + days(a), ends=None if b is None else NOW + days(max(a + 1, b))
            ),
        )
        for number, (a, b) in enumerate(spans, 1)
    ]
    register = register_of(people)
    running = {person.id for person, _ in register.grants_at(NOW)}
    found = single_holders(register, NOW)
    assert bool(found) == (len(running) == 1)
    for each in found:
        assert LONG_AGO <= each.since <= NOW
        assert len({person.id for person, _ in register.grants_at(each.since)}) == 1
