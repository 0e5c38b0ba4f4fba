"""Range voting: each voter scores each candidate; how often each score was given, the sum and the exact mean."""

from fractions import Fraction

from holdfast.elections.contest import Contest, MarkKind
from holdfast.elections.counting._method import (
    BY_LOT,
    Choice,
    Figure,
    Method,
    Promise,
    State,
    fraction_text,
    lot_order,
)


def _start(contest: Contest, choice: Choice) -> State:
    return {"rounds": [], "winners": [], "done": False}


def _step(contest: Contest, choice: Choice, state: State) -> State:
    given: list[dict[int, int]] = [{} for _ in contest.candidates]
    for marks, count in contest.ballots:
        for index, score in dict(marks).items():
            given[index][score] = given[index].get(score, 0) + count
    totals = [sum(score * count for score, count in each.items()) for each in given]
    # a candidate whom nobody scored has no mean and stands behind everybody who has one
    means = [Fraction(total, sum(each.values())) if each else None for total, each in zip(totals, given, strict=True)]

    def place(index: int) -> tuple[bool, Fraction]:
        mean = means[index]
        return (mean is None, -mean if mean is not None else Fraction(0))

    order = sorted(lot_order(choice, range(len(given))), key=place)
    elected = [index for index in order[: choice.seats] if means[index] is not None]
    rejected = order[len(elected) :]
    at_edge = bool(elected and rejected) and place(elected[-1]) == place(rejected[0])
    written = {
        "round": 1,
        "scores": {
            key: {str(score): count for score, count in sorted(given[index].items())}
            for index, key in enumerate(contest.keys)
        },
        "total": {key: totals[index] for index, key in enumerate(contest.keys)},
        "mean": {
            key: None if (mean := means[index]) is None else fraction_text(mean)
            for index, key in enumerate(contest.keys)
        },
        "ballots": contest.cast,
        "elected": [contest.keys[index] for index in elected],
        "tie": BY_LOT if at_edge else "",
    }
    return {"rounds": [written], "winners": written["elected"], "done": True}


METHOD = Method(
    name="range-score",
    title="Range voting",
    describes="Candidates in the order of their mean score.",
    ties="Equal means at the last seat are settled by the lot.",
    kinds=frozenset({MarkKind.SCORE}),
    figures=(
        Figure(name="total", heading="sum of scores", unit="points", is_line=True),
        Figure(name="mean", heading="mean score"),
    ),
    promises=frozenset({Promise.FIRST_ON_EVERY_BALLOT, Promise.MONOTONE, Promise.REVERSAL}),
    start=_start,
    step=_step,
)
