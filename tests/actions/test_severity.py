"""Measures compared: nothing that an appeal ends in is harder where the person was told so."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.actions.steps.kind import all_kinds
from holdfast.actions.steps.severity import Measure, is_more_severe, ranks
from holdfast.errors import InputRefusedError

ENDS = (None, "infinity", "2030-01-01T00:00:00Z", "2031-01-01T00:00:00Z")
MEASURES = st.builds(
    Measure,
    kind=st.sampled_from(sorted(ranks())),
    wikis=st.frozensets(st.sampled_from(["a", "b"]), min_size=1),
    expiry=st.sampled_from(ENDS[1:]),
    groups=st.none() | st.frozensets(st.sampled_from(["sysop", "bureaucrat"]), min_size=1),
    limits=st.frozensets(st.sampled_from(["no_talk", "no_email"])),
)


def ban(**other: object) -> Measure:
    given = {"kind": "global_ban", "wikis": frozenset({"a"}), "expiry": "2030-01-01T00:00:00Z"}
    return Measure(**{**given, **other})  # type: ignore[arg-type]


def test_every_kind_of_action_has_its_rank() -> None:
    assert set(ranks()) == set(all_kinds())


@pytest.mark.requirement("D4")
@pytest.mark.parametrize(
    ("new", "is_harder"),
    [
        (ban(), False),
        (ban(expiry="2029-01-01T00:00:00Z"), False),
        (ban(expiry="2031-01-01T00:00:00Z"), True),
        (ban(expiry="infinity"), True),
        (ban(expiry=None), True),
        (ban(wikis=frozenset({"a", "b"})), True),
        (ban(limits=frozenset({"no_talk"})), True),
        (ban(kind="global_lock"), True),
        (ban(kind="rights_removal", expiry="infinity"), False),
        (ban(kind="warning", expiry="infinity"), False),
        (ban(kind="warning", wikis=frozenset({"b"})), True),
        (ban(kind="rights_restoration", wikis=frozenset({"b"})), False),
    ],
)
def test_a_measure_is_harder_in_kind_reach_end_or_limits(new: Measure, is_harder: bool) -> None:
    assert is_more_severe(new, ban()) is is_harder


def test_more_groups_are_harder_and_fewer_are_not() -> None:
    some, more = (ban(kind="rights_removal", groups=groups) for groups in (frozenset({"sysop"}), None))
    assert is_more_severe(more, some)
    assert not is_more_severe(some, more)


@given(MEASURES)
def test_no_measure_is_harder_than_itself(each: Measure) -> None:
    assert not is_more_severe(each, each)


@given(MEASURES, MEASURES, MEASURES)
def test_what_is_no_harder_than_the_milder_is_no_harder_than_the_harder(
    first: Measure, second: Measure, third: Measure
) -> None:
    if not is_more_severe(first, second) and not is_more_severe(second, third) and ranks()[second.kind]:
        assert not is_more_severe(first, third)


def test_what_has_no_rank_is_refused() -> None:
    with pytest.raises(InputRefusedError, match=r"appeal\.measure"):
        is_more_severe(ban(kind="banishment"), ban())
