"""Schulze's method: who beats whom along the strongest path of pairwise victories.

Rule: M. Schulze, "A new monotonic, clone-independent, reversal symmetric, and Condorcet-consistent single-winner
election method", Social Choice and Welfare 36 (2011), with strength by winning votes: (a, b) is stronger than (c, d)
when a > c, or a = c and b < d. Candidates that a ballot does not rank stand behind those that it does, side by side.
"""

from typing import Any

from holdfast.elections.contest import Contest, MarkKind
from holdfast.elections.counting._method import BY_LOT, Choice, Figure, Method, Of, Promise, State, lot_order

_Strength = tuple[int, int]


def _start(contest: Contest, choice: Choice) -> State:
    return {"rounds": [], "winners": [], "done": False}


def _step(contest: Contest, choice: Choice, state: State) -> State:
    """Round 1 the pairs, round 2 the strongest paths; then one round for each place of the final order."""
    rounds: list[dict[str, Any]] = state["rounds"]
    number = len(rounds) + 1
    if number == 1:
        wins = _pairs(contest)
        return {**state, "rounds": [{"round": 1, "step": "pairs", "wins": wins, "elected": []}]}
    if number == 2:
        paths = _paths(contest, rounds[0]["wins"])
        return {**state, "rounds": [*rounds, {"round": 2, "step": "paths", "paths": paths, "elected": []}]}
    return _next_place(contest, choice, state)


def _next_place(contest: Contest, choice: Choice, state: State) -> State:
    rounds = state["rounds"]
    paths = rounds[1]["paths"]
    placed = {key for each in rounds[2:] for key in each["place"]}
    left = [key for key in contest.keys if key not in placed]
    unbeaten = [
        key
        for key in left
        if not any(_stronger(paths[other][key], paths[key][other]) for other in left if other != key)
    ]
    free = choice.seats - len(state["winners"])
    keys = contest.keys
    order = [keys[index] for index in lot_order(choice, [keys.index(key) for key in unbeaten])]
    elected = unbeaten if len(unbeaten) <= free else order[: max(free, 0)]
    written = {
        "round": len(rounds) + 1,
        "step": "place",
        "rank": len(placed) + 1,
        "place": unbeaten,
        "elected": elected,
        "tie": BY_LOT if free and elected != unbeaten else "",
    }
    return {
        "rounds": [*rounds, written],
        "winners": [*state["winners"], *elected],
        "done": len(left) == len(unbeaten),
    }


def _pairs(contest: Contest) -> dict[str, dict[str, int]]:
    """How many voters prefer the first to the second."""
    size = len(contest.candidates)
    wins = [[0] * size for _ in range(size)]
    for marks, count in contest.ballots:
        # a candidate named twice stands where it is named first; nobody unnamed is preferred to anybody
        places: dict[int, int] = {}
        for index, rank in marks:
            places.setdefault(index, rank)
        for index, rank in places.items():
            for other in range(size):
                if other != index and (other not in places or rank < places[other]):
                    wins[index][other] += count
    return {a: {b: wins[i][j] for j, b in enumerate(contest.keys) if i != j} for i, a in enumerate(contest.keys)}


def _paths(contest: Contest, wins: dict[str, dict[str, int]]) -> dict[str, dict[str, list[int]]]:
    """The strongest path from each candidate to each other; [0, 0] where there is none. Cubic in candidates."""
    keys = contest.keys
    strength: dict[tuple[str, str], _Strength] = {
        (a, b): (wins[a][b], wins[b][a]) if wins[a][b] > wins[b][a] else (0, 0) for a in keys for b in keys if a != b
    }
    for over in keys:
        for a in keys:
            for b in keys:
                if len({a, b, over}) == 3:
                    first, second = strength[a, over], strength[over, b]
                    weaker = second if _stronger(first, second) else first
                    if _stronger(weaker, strength[a, b]):
                        strength[a, b] = weaker
    return {a: {b: list(strength[a, b]) for b in keys if b != a} for a in keys}


def _stronger(first: _Strength | list[int], second: _Strength | list[int]) -> bool:
    return first[0] > second[0] or (first[0] == second[0] and first[1] < second[1])


METHOD = Method(
    name="schulze",
    title="Schulze's method",
    describes="Places candidates by the strongest paths of pairwise victories (winning votes).",
    ties="Candidates on one place share it; when not all of them can be seated, the lot decides among them.",
    kinds=frozenset({MarkKind.RANK}),
    figures=(
        Figure(name="wins", heading="How many voters prefer the row to the column", of=Of.PAIR, unit="voters"),
        Figure(name="paths", heading="The strongest path, row to column (0 : 0 where there is none)", of=Of.PAIR),
        Figure(name="rank", heading="place", of=Of.ROUND),
        Figure(name="place", heading="placed", of=Of.NAMED),
    ),
    promises=frozenset(Promise),
    start=_start,
    step=_step,
)
