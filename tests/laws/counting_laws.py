"""What the promises of counting methods mean, each as a law that any method can be put to."""

from collections.abc import Callable, Mapping
from dataclasses import replace

import hypothesis.strategies as st

from holdfast.elections.contest import Candidate, Contest, MarkKind, Marks, make_contest
from holdfast.elections.counting._method import BY_LOT, Count, Method, Promise, choose, count_all


def made(kind: MarkKind, size: int, ballots: list[tuple[Marks, int]]) -> Contest:
    counts: dict[Marks, int] = {}
    for marks, count in ballots:
        counts[marks] = counts.get(marks, 0) + count
    return make_contest("", kind, [Candidate(key=f"c{n}", name=f"C {n}") for n in range(size)], ballots=counts)


@st.composite
def whole_contests(draw: st.DrawFn, kind: MarkKind) -> Contest:
    """Two to four candidates, and ballots that say something of each: the ground on which promises are made."""
    size = draw(st.integers(2, 4))
    if kind is MarkKind.RANK:
        ballot = st.permutations(range(size)).map(ranked)
    elif kind is MarkKind.SCORE:
        ballot = st.lists(st.integers(-1, 1), min_size=size, max_size=size).map(lambda s: tuple(enumerate(s)))
    else:
        ballot = st.sets(st.integers(0, size - 1)).map(lambda s: tuple((index, 1) for index in sorted(s)))
    return made(kind, size, draw(st.lists(st.tuples(ballot, st.integers(1, 9)), min_size=1, max_size=7)))


def ranked(order: list[int] | tuple[int, ...]) -> Marks:
    return tuple((index, place) for place, index in enumerate(order, 1))


def counted(contest: Contest, method: Method, lot: tuple[int, ...] = ()) -> Count:
    choice = choose(contest, method, seats=1)
    return count_all(contest, method, replace(choice, lot=lot or choice.lot))


def first(kind: MarkKind, marks: Marks, index: int) -> Marks:
    """The ballot with this candidate before all others."""
    if kind is MarkKind.RANK:
        return ranked([index, *(each for each, _ in marks if each != index)])
    if kind is MarkKind.SCORE:
        return tuple((each, 1 if each == index else min(score, 0)) for each, score in marks)
    return ((index, 1),)


def raised(kind: MarkKind, marks: Marks, index: int) -> Marks:
    """The ballot with more for this candidate, and the others as they were."""
    if kind is MarkKind.RANK:
        return first(kind, marks, index)
    if kind is MarkKind.SCORE:
        return tuple((each, 1 if each == index else score) for each, score in marks)
    return tuple(sorted({*marks, (index, 1)}))


def turned(kind: MarkKind, marks: Marks) -> Marks:
    return ranked([each for each, _ in marks][::-1]) if kind is MarkKind.RANK else tuple((i, -s) for i, s in marks)


def is_by_lot(count: Count) -> bool:
    return any(each.get("tie") == BY_LOT for each in count.rounds)


def first_on_every_ballot(method: Method, contest: Contest, draw: Callable[[int], int]) -> None:
    index = draw(len(contest.candidates))
    ballots = [(first(contest.kind, marks, index), count) for marks, count in contest.ballots]
    assert counted(made(contest.kind, len(contest.candidates), ballots), method).winners == (f"c{index}",)


def majority(method: Method, contest: Contest, draw: Callable[[int], int]) -> None:
    index = draw(len(contest.candidates))
    marks = first(contest.kind, contest.ballots[0][0], index)
    ballots = [*contest.ballots, (marks, contest.cast + 1)]
    assert counted(made(contest.kind, len(contest.candidates), ballots), method).winners == (f"c{index}",)


def monotone(method: Method, contest: Contest, draw: Callable[[int], int]) -> None:
    before = counted(contest, method).winners
    if not before:
        return
    index, at = contest.keys.index(before[0]), draw(len(contest.ballots))
    ballots = list(contest.ballots)
    ballots[at] = (raised(contest.kind, ballots[at][0], index), ballots[at][1])
    assert counted(made(contest.kind, len(contest.candidates), ballots), method).winners == before


def reversal(method: Method, contest: Contest, draw: Callable[[int], int]) -> None:
    before = counted(contest, method)
    ballots = [(turned(contest.kind, marks), count) for marks, count in contest.ballots]
    if not is_by_lot(before):
        assert counted(made(contest.kind, len(contest.candidates), ballots), method).winners != before.winners


def neutral(method: Method, contest: Contest, order: list[int]) -> None:
    """Who is who does not matter: names changed about, and the lot with them, change the winner's name alone."""
    marks_of = [(tuple(sorted((order[i], m) for i, m in marks)), count) for marks, count in contest.ballots]
    again = counted(made(contest.kind, len(order), marks_of), method, tuple(order[i] for i in range(len(order))))
    before = counted(contest, method, tuple(range(len(order))))
    assert again.winners == tuple(f"c{order[contest.keys.index(key)]}" for key in before.winners)


LAWS: Mapping[Promise, Callable[[Method, Contest, Callable[[int], int]], None]] = {
    Promise.FIRST_ON_EVERY_BALLOT: first_on_every_ballot,
    Promise.MAJORITY: majority,
    Promise.MONOTONE: monotone,
    Promise.REVERSAL: reversal,
}
