"""Support share: support / (support + oppose), exactly; neutrals are shown and do not count.

This orders candidates and fills seats. Thresholds, bands, minimum support and rounding belong to a rule set
(`holdfast election outcome`), because they differ from community to community.
"""

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
    size = len(contest.candidates)
    support, neutral, oppose = [0] * size, [0] * size, [0] * size
    for marks, count in contest.ballots:
        for index, score in dict(marks).items():
            (support if score > 0 else oppose if score < 0 else neutral)[index] += count
    share = [
        Fraction(support[index], support[index] + oppose[index]) if support[index] + oppose[index] else None
        for index in range(size)
    ]

    def place(index: int) -> tuple[Fraction, int]:
        known = share[index]
        return (-known if known is not None else Fraction(1), -support[index])

    order = sorted(lot_order(choice, range(size)), key=place)
    elected = [index for index in order[: choice.seats] if support[index]]
    rejected = order[len(elected) :]
    at_edge = bool(elected and rejected) and place(elected[-1]) == place(rejected[0])
    written = {
        "round": 1,
        "support": {key: support[index] for index, key in enumerate(contest.keys)},
        "neutral": {key: neutral[index] for index, key in enumerate(contest.keys)},
        "oppose": {key: oppose[index] for index, key in enumerate(contest.keys)},
        "share": {
            key: None if (known := share[index]) is None else fraction_text(known)
            for index, key in enumerate(contest.keys)
        },
        "ballots": contest.cast,
        "elected": [contest.keys[index] for index in elected],
        "tie": BY_LOT if at_edge else "",
    }
    return {"rounds": [written], "winners": written["elected"], "done": True}


METHOD = Method(
    name="support-share",
    title="Share of support",
    describes="Candidates in the order of support / (support + oppose); the first seats are elected. No threshold.",
    ties="Equal shares are settled by more support, then by the lot.",
    kinds=frozenset({MarkKind.SCORE}),
    figures=(
        Figure(name="support", heading="support", unit="votes", is_line=True),
        Figure(name="neutral", heading="neutral", unit="votes"),
        Figure(name="oppose", heading="oppose", unit="votes"),
        Figure(name="share", heading="share of support"),
    ),
    promises=frozenset({Promise.FIRST_ON_EVERY_BALLOT, Promise.MONOTONE}),
    start=_start,
    step=_step,
)
