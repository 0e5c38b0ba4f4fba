"""Approval and plurality: a candidate has as many votes as voters who chose them."""

from holdfast.elections.contest import Contest, MarkKind
from holdfast.elections.counting._method import BY_LOT, Choice, Figure, Method, Promise, State, lot_order


def _start(contest: Contest, choice: Choice) -> State:
    return {"rounds": [], "winners": [], "done": False}


def _step(contest: Contest, choice: Choice, state: State) -> State:
    votes = [0] * len(contest.candidates)
    for marks, count in contest.ballots:
        # a candidate ticked twice on one ballot is one choice; a score of 0 or less is none
        for index in {index for index, number in marks if number > 0}:
            votes[index] += count
    order = sorted(lot_order(choice, range(len(votes))), key=lambda index: -votes[index])
    elected = [index for index in order[: choice.seats] if votes[index]]
    rejected = order[len(elected) :]
    at_edge = bool(elected and rejected) and votes[elected[-1]] == votes[rejected[0]]
    written = {
        "round": 1,
        "votes": {key: votes[index] for index, key in enumerate(contest.keys)},
        "ballots": contest.cast,
        "elected": [contest.keys[index] for index in elected],
        "tie": BY_LOT if at_edge else "",
    }
    return {"rounds": [written], "winners": written["elected"], "done": True}


METHOD = Method(
    name="approval",
    title="Approval (and plurality)",
    describes="The candidates chosen by most voters are elected; who was chosen by nobody is not.",
    ties="Equal votes at the last seat are settled by the lot.",
    kinds=frozenset({MarkKind.CHOICE, MarkKind.SCORE}),
    figures=(Figure(name="votes", heading="votes", unit="votes", is_line=True),),
    promises=frozenset({Promise.FIRST_ON_EVERY_BALLOT, Promise.MONOTONE}),
    start=_start,
    step=_step,
)
