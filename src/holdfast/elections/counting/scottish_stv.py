"""Single transferable vote as Scottish councils count it: weighted inclusive Gregory, values cut at five decimals.

Rule: The Scottish Local Government Elections Order 2007 (SSI 2007/42), schedule 1, rules 45 to 52. The quota is
votes / (seats + 1), whole part, plus 1. A transferred paper's value is surplus × value when received / votes of
the transferring candidate, "to five decimal places (any remainder being ignored)". Values are integers of 0.00001.
"""

from typing import Any

from holdfast.elections.contest import Contest, MarkKind, ranking
from holdfast.elections.counting._method import BY_LOT, Choice, Figure, Method, Of, Promise, State

_UNIT = 100_000  # parts of a vote: five decimal places (Scottish Local Government Elections Order)


def _start(contest: Contest, choice: Choice) -> State:
    piles: dict[str, list[list[int]]] = {key: [] for key in contest.keys}
    empty = 0
    for number, (marks, count) in enumerate(contest.ballots):
        order = ranking(marks, choice.reading)
        if order:
            piles[contest.keys[order[0]]].append([number, _UNIT])
        else:
            empty += count
    quota = (contest.cast - empty) // (choice.seats + 1) + 1
    state: State = {
        "rounds": [],
        "winners": [],
        "eliminated": [],
        "transferred": [],
        "quota": quota,
        "piles": piles,
        "nontransferable": 0,
        "done": False,
    }
    what = {"action": "first preferences", "candidate": "", "tie": "", "empty_ballots": empty}
    return _settle(contest, choice, state, what)


def _step(contest: Contest, choice: Choice, state: State) -> State:
    state = {**state, "piles": {key: list(pile) for key, pile in state["piles"].items()}}
    votes = _votes(contest, state)
    standing = _standing(contest, state)
    if len(standing) <= choice.seats - len(state["winners"]):
        return _close(contest, choice, state, standing)
    surpluses = [
        key for key in state["winners"] if key not in state["transferred"] and votes[key] > state["quota"] * _UNIT
    ]
    order = _ordered(contest, choice, state, surpluses or standing)
    if surpluses:
        tie = _settled_by(contest, state, order[:2])
        what = _transfer_surplus(contest, choice, state, order[0], votes[order[0]])
    else:
        tie = _settled_by(contest, state, order[-2:])
        state["eliminated"] = [*state["eliminated"], order[-1]]
        what = _pass_on(contest, choice, state, order[-1], {"action": "exclusion"})
    return _settle(contest, choice, state, {**what, "tie": tie})


def _transfer_surplus(contest: Contest, choice: Choice, state: State, key: str, votes: int) -> dict[str, Any]:
    """Give every paper of an elected candidate its transfer value, and pass it on."""
    surplus = votes - state["quota"] * _UNIT
    state["piles"][key] = [[number, surplus * value // votes] for number, value in state["piles"][key]]
    state["transferred"] = [*state["transferred"], key]
    return _pass_on(contest, choice, state, key, {"action": "surplus", "surplus": _text(surplus)})


def _pass_on(contest: Contest, choice: Choice, state: State, key: str, what: dict[str, Any]) -> dict[str, Any]:
    """Move every paper of `key` to its next preference among those who still stand."""
    standing = set(_standing(contest, state)) - {key}
    received = dict.fromkeys(contest.keys, 0)
    lost = 0
    for number, value in state["piles"][key]:
        marks, count = contest.ballots[number]
        order = [contest.keys[index] for index in ranking(marks, choice.reading)]
        later = order[order.index(key) + 1 :]
        heir = next((name for name in later if name in standing), None)
        if heir is None:
            lost += value * count
        else:
            state["piles"][heir].append([number, value])
            received[heir] += value * count
    state["piles"][key] = []
    state["nontransferable"] += lost
    return {**what, "candidate": key, "received": {name: _text(value) for name, value in received.items() if value}}


def _settle(contest: Contest, choice: Choice, state: State, what: dict[str, Any]) -> State:
    """Elect who has reached the quota, and write the stage down."""
    votes = _votes(contest, state)
    reached = [key for key in _standing(contest, state) if votes[key] >= state["quota"] * _UNIT]
    order = _ordered(contest, choice, state, reached)[: choice.seats - len(state["winners"])]
    written = _written(contest, state, votes, {**what, "elected": order})
    winners = [*state["winners"], *order]
    return {
        **state,
        "rounds": [*state["rounds"], written],
        "winners": winners,
        "done": len(winners) >= choice.seats or not _standing(contest, {**state, "winners": winners}),
    }


def _close(contest: Contest, choice: Choice, state: State, standing: list[str]) -> State:
    """As many stand as there are seats left: they are elected without reaching the quota (rule 52)."""
    order = _ordered(contest, choice, state, standing)
    what = {"action": "last vacancies", "candidate": "", "tie": "", "elected": order}
    written = _written(contest, state, _votes(contest, state), what)
    return {**state, "rounds": [*state["rounds"], written], "winners": [*state["winners"], *order], "done": True}


def _written(contest: Contest, state: State, votes: dict[str, int], what: dict[str, Any]) -> dict[str, Any]:
    excluded = what["action"] == "exclusion"
    return {
        "round": len(state["rounds"]) + 1,
        "quota": str(state["quota"]),
        "votes": {key: _text(votes[key]) for key in contest.keys},
        "nontransferable": _text(state["nontransferable"]),
        # what the cutting at five decimals has lost so far: votes then always add up
        "lost_in_truncation": _text(
            _UNIT * (contest.cast - _empty(state, what)) - sum(votes.values()) - state["nontransferable"]
        ),
        **what,
        "eliminated": [what["candidate"]] if excluded else [],
    }


def _empty(state: State, what: dict[str, Any]) -> int:
    first = state["rounds"][0] if state["rounds"] else what
    return int(first["empty_ballots"])


def _votes(contest: Contest, state: State) -> dict[str, int]:
    """What each candidate is credited with: papers in hand, or the quota once a surplus has passed on."""
    found = {
        key: sum(value * contest.ballots[number][1] for number, value in pile) for key, pile in state["piles"].items()
    }
    return found | dict.fromkeys(state["transferred"], state["quota"] * _UNIT)


def _standing(contest: Contest, state: State) -> list[str]:
    gone = {*state["winners"], *state["eliminated"]}
    return [key for key in contest.keys if key not in gone]


def _history(contest: Contest, state: State, key: str) -> tuple[int, ...]:
    """What a candidate was credited with: now, at the latest earlier stage, and so on back."""
    return (_votes(contest, state)[key], *(_read(stage["votes"][key]) for stage in reversed(state["rounds"])))


def _ordered(contest: Contest, choice: Choice, state: State, keys: list[str]) -> list[str]:
    """Most votes first; equals by the latest earlier stage at which they differed, then by the lot."""
    by_lot = sorted(keys, key=lambda key: choice.lot.index(contest.keys.index(key)))
    histories = {key: _history(contest, state, key) for key in keys}
    return sorted(by_lot, key=lambda key: tuple(-votes for votes in histories[key]))


def _settled_by(contest: Contest, state: State, pair: list[str]) -> str:
    """How two neighbours in the order were told apart, when their votes are equal."""
    histories = [_history(contest, state, key) for key in pair]
    if len(pair) < 2 or histories[0][0] != histories[1][0]:
        return ""
    return BY_LOT if histories[0] == histories[1] else "an earlier stage"


def _text(value: int) -> str:
    return f"{value // _UNIT}.{value % _UNIT:05d}"


def _read(text: str) -> int:
    return int(text.replace(".", ""))


METHOD = Method(
    name="scottish-stv",
    title="Single transferable vote as in Scottish council elections",
    describes="A fixed quota; surpluses pass on at values cut at five decimals, largest first; then the last leaves.",
    ties="Equals are told apart by the latest earlier stage at which their votes differed, then by the lot.",
    kinds=frozenset({MarkKind.RANK}),
    figures=(
        Figure(name="votes", heading="votes", unit="votes", is_line=True),
        Figure(name="quota", heading="quota", of=Of.ROUND, unit="votes", is_bar=True),
        Figure(name="nontransferable", heading="not transferable", of=Of.ROUND, unit="votes"),
    ),
    promises=frozenset({Promise.FIRST_ON_EVERY_BALLOT, Promise.MAJORITY}),
    start=_start,
    step=_step,
)
