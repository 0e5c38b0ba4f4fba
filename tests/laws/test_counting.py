"""What every counting method must obey; a new file in the folder is tested here with no further work."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from holdfast.elections.contest import Candidate, Contest, MarkKind, Marks, Reading, make_contest
from holdfast.elections.counting._method import choose, count_all
from holdfast.elections.counts import methods, rounds_csv

METHODS = methods()


def make(kind: MarkKind, size: int, ballots: dict[Marks, int]) -> Contest:
    candidates = [Candidate(key=f"c{n}", name=f"Candidate {n}") for n in range(size)]
    return make_contest("", kind, candidates, ballots=ballots)


@st.composite
def contests(draw: st.DrawFn, kind: MarkKind) -> Contest:
    size = draw(st.integers(1, 5))
    if kind is MarkKind.RANK:
        order = st.permutations(range(size)).flatmap(lambda p: st.integers(0, size).map(lambda n: p[:n]))
        ballot = order.map(lambda chosen: tuple((index, place) for place, index in enumerate(chosen, 1)))
    elif kind is MarkKind.SCORE:
        ballot = st.lists(st.integers(-1, 1), min_size=size, max_size=size).map(lambda s: tuple(enumerate(s)))
    else:
        ballot = st.sets(st.integers(0, size - 1)).map(lambda chosen: tuple((index, 1) for index in sorted(chosen)))
    return make(kind, size, draw(st.dictionaries(ballot, st.integers(1, 30), min_size=1, max_size=8)))


def cases() -> list[Any]:
    return [pytest.param(name, kind, id=f"{name}-{kind}") for name in METHODS for kind in sorted(METHODS[name].kinds)]


def holds_floats(value: Any) -> bool:
    if isinstance(value, dict):
        return any(holds_floats(each) for each in value.values())
    return any(holds_floats(each) for each in value) if isinstance(value, list) else isinstance(value, float)


counted = count_all
"""Every method comes to an end on every contest: a count that does not is an error here."""


@pytest.mark.parametrize(("name", "kind"), cases())
@settings(max_examples=40, deadline=None)
@given(data=st.data(), seats=st.integers(1, 6))
def test_winners_are_candidates_once_each_and_not_more_than_seats(
    name: str, kind: MarkKind, data: st.DataObject, seats: int
) -> None:
    contest, method = data.draw(contests(kind)), METHODS[name]
    found = counted(contest, method, choose(contest, method, seats=seats))
    assert len(found.winners) <= min(seats, len(contest.candidates))
    assert len(set(found.winners)) == len(found.winners)
    assert set(found.winners) <= set(contest.keys)
    assert [key for each in found.rounds for key in each["elected"]] == list(found.winners)


@pytest.mark.parametrize(("name", "kind"), cases())
@settings(max_examples=25, deadline=None)
@given(data=st.data(), seats=st.integers(1, 4))
def test_every_round_is_written_out_exactly(name: str, kind: MarkKind, data: st.DataObject, seats: int) -> None:
    contest, method = data.draw(contests(kind)), METHODS[name]
    found = counted(contest, method, choose(contest, method, seats=seats))
    assert [each["round"] for each in found.rounds] == list(range(1, len(found.rounds) + 1))
    assert not holds_floats(list(found.rounds))
    assert json.loads(json.dumps(found.to_json())) == found.to_json()
    assert rounds_csv(found).count(b"\n") > 1


@pytest.mark.parametrize(("name", "kind"), cases())
@settings(max_examples=25, deadline=None)
@given(data=st.data(), seats=st.integers(1, 4))
def test_the_order_of_ballots_never_matters(name: str, kind: MarkKind, data: st.DataObject, seats: int) -> None:
    contest, method = data.draw(contests(kind)), METHODS[name]
    shuffled = data.draw(st.permutations(list(contest.ballots)))
    again = make(kind, len(contest.candidates), {tuple(reversed(marks)): count for marks, count in shuffled})
    choice = choose(contest, method, seats=seats)
    assert counted(again, method, choice).to_json() == counted(contest, method, choice).to_json()


@pytest.mark.parametrize(("name", "kind"), cases())
@settings(max_examples=25, deadline=None)
@given(data=st.data(), seats=st.integers(1, 4))
def test_a_count_stopped_at_any_round_and_resumed_gives_the_same(
    name: str, kind: MarkKind, data: st.DataObject, seats: int
) -> None:
    contest, method = data.draw(contests(kind)), METHODS[name]
    choice = choose(contest, method, seats=seats)
    found = counted(contest, method, choice)
    state = method.start(contest, choice)
    for _ in range(data.draw(st.integers(0, len(found.rounds)))):
        if not state["done"]:
            state = method.step(contest, choice, state)
    carried = json.loads(json.dumps(state))
    assert counted(contest, method, choice, carried).to_json() == found.to_json()


@pytest.mark.parametrize(("name", "kind"), cases())
@settings(max_examples=20, deadline=None)
@given(data=st.data())
def test_a_duplicate_of_every_ballot_changes_no_share(name: str, kind: MarkKind, data: st.DataObject) -> None:
    contest, method = data.draw(contests(kind)), METHODS[name]
    double = make(kind, len(contest.candidates), {marks: 2 * count for marks, count in contest.ballots})
    choice = choose(contest, method, seats=1)
    one, two = counted(contest, method, choice), counted(double, method, choice)
    first, second = one.rounds[0], two.rounds[0]
    for figure in ("share", "mean"):
        assert first.get(figure) == second.get(figure)
    for figure in ("votes", "support", "total"):
        for key, value in first.get(figure, {}).items():
            assert 2 * int(str(value).replace(".", "")) == int(str(second[figure][key]).replace(".", ""))
    # where no quota is rounded or increased, who wins is a matter of shares alone
    if "quota" not in first:
        assert one.winners == two.winners


@pytest.mark.parametrize("name", sorted(METHODS))
def test_every_method_states_what_it_is_and_how_it_settles_ties(name: str) -> None:
    method = METHODS[name]
    assert method.title
    assert method.describes.endswith(".")
    assert method.ties.endswith(".")
    assert method.kinds


@pytest.mark.parametrize("reading", list(Reading))
def test_regular_rankings_read_the_same_under_every_reading(reading: Reading) -> None:
    contest = make(MarkKind.RANK, 3, {((0, 1), (1, 2)): 3, ((2, 1),): 2})
    method = METHODS["schulze"]
    assert counted(contest, method, choose(contest, method, reading=reading)).winners == ("c0",)
