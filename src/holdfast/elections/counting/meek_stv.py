"""Meek's single transferable vote in decimal fixed point, as Wikimedia's SecurePoll counts it.

Rule: Hill, Wichmann and Woodall, "Algorithm 123: Single transferable vote by Meek's method", and the Proportional
Representation Foundation's reference Meek rule; the arithmetic (ten digits, all products and quotients
cut off, quota increment 0.000001, tied last candidates excluded together) is that of SecurePoll's STVTallier,
read from its published fixtures and source. Fixed-point numbers are integers in units of the last digit.

The count ends. SecurePoll waits for a surplus that stays the same, and on some real ballots it alternates between two
values for ever (decision 0060). A round whose keep factors stood in an earlier round among the same people would go
round in that circle: the surplus has come to rest, and the last candidate is excluded.
"""

from decimal import Decimal, InvalidOperation
from typing import Any

from holdfast.elections.contest import Contest, MarkKind, ranking
from holdfast.elections.counting._method import BY_LOT, Choice, Figure, Method, Of, Promise, State, lot_order
from holdfast.errors import UsageError


class _Arithmetic:
    """Fixed-point products and quotients of non-negative numbers, cut off or rounded as asked."""

    def __init__(self, choice: Choice) -> None:
        self.digits = _whole(choice, "digits", "10", lowest=1, highest=40)
        self.unit = 10**self.digits
        self.increment = self.number(choice.option("quota_increment", "0.000001"))
        self.rounds_up = _one_of(choice, "truncation", ("truncate", "up")) == "up"
        # SecurePoll compares with whole votes only before it excludes somebody early
        self.short_cut_unit = 10 ** (self.digits - _whole(choice, "short_cut_digits", "0", highest=self.digits))

    def number(self, text: str) -> int:
        """A decimal text as a fixed-point integer; digits beyond the last are refused."""
        try:
            value = Decimal(text)
            scaled = value.scaleb(self.digits)
            if not value.is_finite() or scaled != scaled.to_integral_value() or value < 0:
                raise InvalidOperation
        except InvalidOperation:
            raise UsageError(
                "counting.number",
                "a parameter of the count is not a number that these digits can hold",
                expected=f"a decimal number with at most {self.digits} digits after the point",
                got=repr(text[:40]),
            ) from None
        return int(scaled)

    def text(self, value: int) -> str:
        sign = "-" if value < 0 else ""
        whole, part = divmod(abs(value), self.unit)
        return f"{sign}{whole}.{part:0{self.digits}d}"

    def read(self, text: str) -> int:
        """The integer behind a text that `text` wrote."""
        return int(text.replace(".", ""))

    def times(self, left: int, right: int) -> int:
        return self._cut(left * right, self.unit)

    def over(self, left: int, right: int) -> int:
        return self._cut(left * self.unit, right)

    def _cut(self, numerator: int, denominator: int) -> int:
        return -(-numerator // denominator) if self.rounds_up else numerator // denominator


def _start(contest: Contest, choice: Choice) -> State:
    arithmetic = _Arithmetic(choice)
    _one_of(choice, "ties", ("together", "lot"))
    _one_of(choice, "last_seats", ("quota", "fill"))
    keep = [arithmetic.unit] * len(contest.candidates)
    totals = _distribute(contest, choice, arithmetic, keep)
    first = _written(contest, arithmetic, keep=keep, before=[0] * len(keep), totals=totals, choice=choice)
    return {"rounds": [{"round": 1, **first}], "winners": [], "eliminated": [], "done": False}


def _step(contest: Contest, choice: Choice, state: State) -> State:
    arithmetic = _Arithmetic(choice)
    keys = contest.keys
    elected = [keys.index(key) for key in state["winners"]]
    out = {keys.index(key) for key in state["eliminated"]}
    last = state["rounds"][-1]
    before = [arithmetic.read(last["rankings"][key]["total"]) for key in keys]
    quota = arithmetic.read(last["quota"])

    keep = [0 if index in out else arithmetic.unit for index in range(len(keys))]
    for index in elected:
        kept = arithmetic.read(last["keepFactors"][keys[index]])
        if before[index]:
            keep[index] = min(arithmetic.over(arithmetic.times(kept, quota), before[index]), arithmetic.unit)
    totals = _distribute(contest, choice, arithmetic, keep)
    written = _written(contest, arithmetic, keep=keep, before=before, totals=totals, choice=choice)
    quota = arithmetic.read(written["quota"])

    reached = [index for index in range(len(keys)) if totals[index] >= quota and index not in out]
    surplus = sum(totals[index] - quota for index in reached)
    waiting = [index for index in reached if index not in elected]
    new = _seated(waiting, totals, choice, choice.seats - len(elected))
    by_lot = _is_by_lot(new, [index for index in waiting if index not in new], totals)
    excluded: list[int] = []
    if not new:
        at_rest = surplus == arithmetic.read(last["surplus"]) or _goes_in_a_circle(state, written)
        excluded = _lowest(totals, elected, out, (surplus, at_rest), (arithmetic, choice))
        others = [index for index in range(len(keys)) if index not in {*out, *elected, *excluded}]
        by_lot = _is_by_lot(excluded, others, totals)
    elected_now = [*elected, *new]
    hopeful = [i for i in range(len(keys)) if i not in elected_now and i not in out and i not in excluded]
    if hopeful and choice.option("last_seats", "quota") == "fill" and len(hopeful) <= choice.seats - len(elected_now):
        new = [*new, *sorted(hopeful, key=lambda i: (-totals[i], choice.lot.index(i)))]
        elected_now, hopeful = [*elected, *new], []
    written |= {
        "surplus": arithmetic.text(surplus),
        "elected": [keys[index] for index in new],
        "eliminated": [keys[index] for index in excluded],
    }
    if by_lot:
        written["tie"] = BY_LOT
    return {
        "rounds": [*state["rounds"], {"round": len(state["rounds"]) + 1, **written}],
        "winners": [keys[index] for index in elected_now],
        "eliminated": [*state["eliminated"], *written["eliminated"]],
        "done": not hopeful or len(elected_now) >= choice.seats,
    }


def _distribute(contest: Contest, choice: Choice, arithmetic: _Arithmetic, keep: list[int]) -> list[int]:
    """Each candidate's total: every ballot leaves the kept share of what is left of it, down its ranking."""
    totals = [0] * len(keep)
    for marks, count in contest.ballots:
        weight = arithmetic.unit
        for index in ranking(marks, choice.reading):
            value = arithmetic.times(weight, keep[index])
            totals[index] += value * count
            weight -= value
            if weight <= 0:
                break
    return totals


def _written(
    contest: Contest,
    arithmetic: _Arithmetic,
    *,
    keep: list[int],
    before: list[int],
    totals: list[int],
    choice: Choice,
) -> dict[str, Any]:
    """A round as it is published: the names of its fields are SecurePoll's."""
    together = sum(totals)
    quota = arithmetic.over(together, (choice.seats + 1) * arithmetic.unit) + arithmetic.increment
    text = arithmetic.text
    return {
        "quota": text(quota),
        "surplus": text(0),
        "totalVotes": text(together),
        "keepFactors": {key: text(keep[i]) for i, key in enumerate(contest.keys)},
        "rankings": {
            key: {"votes": text(before[i]), "earned": text(totals[i] - before[i]), "total": text(totals[i])}
            for i, key in enumerate(contest.keys)
        },
        "elected": [],
        "eliminated": [],
    }


def _seated(reached: list[int], totals: list[int], choice: Choice, seats: int) -> list[int]:
    """Who of those at the quota is elected: all, in the order of the ballot paper; when too many, the highest."""
    if len(reached) <= seats:
        return reached
    best = sorted(lot_order(choice, reached), key=lambda index: -totals[index])[:seats]
    return sorted(best)


def _is_by_lot(chosen: list[int], others: list[int], totals: list[int]) -> bool:
    """Whether somebody was chosen and somebody with the same votes was not."""
    return bool({totals[index] for index in chosen} & {totals[index] for index in others})


def _goes_in_a_circle(state: State, written: dict[str, Any]) -> bool:
    """Whether these keep factors stood in a round before this one, since somebody was last elected or excluded.

    A round follows from the keep factors of the round before it and from who is elected and excluded, so it would
    come back again and again. Linear in the rounds since then.
    """
    for each in reversed(state["rounds"]):
        if each["elected"] or each["eliminated"]:
            return False
        if each["keepFactors"] == written["keepFactors"]:
            return True
    return False


def _lowest(
    totals: list[int],
    elected: list[int],
    out: set[int],
    surplus_and_rest: tuple[int, bool],
    arithmetic_and_choice: tuple[_Arithmetic, Choice],
) -> list[int]:
    """Who is excluded now: the last, when no surplus can save them or the surplus has come to rest."""
    surplus, at_rest = surplus_and_rest
    arithmetic, choice = arithmetic_and_choice
    standing = [index for index in range(len(totals)) if index not in out]
    hopeful = [index for index in standing if index not in elected]
    if not hopeful:
        return []
    low = min(totals[index] for index in hopeful)
    tied = [index for index in hopeful if totals[index] == low]
    together = choice.option("ties", "together") == "together"
    last = tied if together else [lot_order(choice, tied)[-1]]
    above = [totals[index] for index in standing if totals[index] > low]
    if not above:
        return last
    unit = arithmetic.short_cut_unit
    cannot_catch_up = (low * len(last) // unit * unit + surplus) // unit < min(above) // unit
    return last if cannot_catch_up or at_rest else []


def _whole(choice: Choice, name: str, default: str, *, lowest: int = 0, highest: int) -> int:
    text = choice.option(name, default)
    if not text.isdecimal() or not lowest <= int(text) <= highest:
        raise UsageError(
            "counting.number",
            f"the parameter {name} is out of its range",
            expected=f"a whole number from {lowest} to {highest}",
            got=repr(text[:40]),
        )
    return int(text)


def _one_of(choice: Choice, name: str, allowed: tuple[str, ...]) -> str:
    text = choice.option(name, allowed[0])
    if text not in allowed:
        raise UsageError(
            "counting.word", f"the parameter {name} is unknown", expected=" or ".join(allowed), got=repr(text[:40])
        )
    return text


METHOD = Method(
    name="meek-stv",
    title="Single transferable vote by Meek's method",
    describes="Votes above a quota, which falls as ballots are exhausted, pass on by keep factors.",
    ties="Candidates who reach the quota in one round are elected in the order of the ballot paper. Tied last"
    " candidates are excluded together (ties=together, as SecurePoll does), or the last by the lot (ties=lot).",
    kinds=frozenset({MarkKind.RANK}),
    figures=(
        Figure(name="total", heading="votes", unit="votes", within="rankings", is_line=True),
        Figure(name="quota", heading="quota", of=Of.ROUND, unit="votes", is_bar=True),
    ),
    promises=frozenset({Promise.FIRST_ON_EVERY_BALLOT, Promise.MAJORITY}),
    start=_start,
    step=_step,
    options=(
        ("digits", "digits after the point (10)"),
        ("quota_increment", "added to votes / (seats + 1) (0.000001)"),
        ("truncation", "products and quotients are cut off: truncate, or rounded up: up (truncate)"),
        ("short_cut_digits", "digits kept when asking whether a surplus can still save the last (0)"),
        ("ties", "tied last candidates leave together, or one by the lot: together or lot (together)"),
        ("last_seats", "seats that nobody reaches a quota for: quota (stay empty) or fill (quota)"),
    ),
)
