"""What every counting method declares. A new method is one file in this folder with a `METHOD`.

A count is a sequence of rounds. Its state is a JSON value that holds everything the next round needs, so a
count may be stopped after any round, written down, and carried on elsewhere with the same result. Numbers in
it are exact: integers, fixed decimals or fractions, written as text; never floating point.
"""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction
from typing import Any

from holdfast.elections.contest import Contest, MarkKind, Reading, check_seats
from holdfast.errors import InputRefusedError, UsageError

State = dict[str, Any]
"""`rounds` (list of JSON objects), `winners` (keys in order of election), `done`, and what the method needs."""

BY_LOT = "the lot"
"""What a round's `tie` says when a lot decided who was chosen of candidates that nothing else tells apart."""

_MOST_ROUNDS = 100_000  # rounds; chosen, a count that does not end is an error


@dataclass(frozen=True, kw_only=True)
class Choice:
    """Everything about a count that a rule set decides and the ballots do not."""

    seats: int
    reading: Reading = Reading.AS_WRITTEN
    lot: tuple[int, ...]
    """Candidates' indices in the order that decides what nothing else decides: earlier is preferred."""
    lot_seed: str = ""
    """The published text that the lot follows from; empty: none was drawn, and a result must not rest on one."""
    options: tuple[tuple[str, str], ...] = field(default=())
    """The method's own parameters, as text, by name."""

    def option(self, name: str, default: str) -> str:
        """One of the method's own parameters."""
        return dict(self.options).get(name, default)


class Of(StrEnum):
    """What a figure of a round belongs to."""

    CANDIDATE = "candidate"
    PAIR = "pair"
    """One candidate beside another: by row, then by column."""
    ROUND = "round"
    NAMED = "named"
    """A list of candidates."""


class Promise(StrEnum):
    """What a method keeps on every contest with one seat; the laws try each one that it promises."""

    FIRST_ON_EVERY_BALLOT = "a candidate first on every ballot wins"
    MAJORITY = "a candidate whom more than half put first wins"
    MONOTONE = "more support never hurts"
    REVERSAL = "a sole winner does not win when every ballot is turned around"


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One figure of a round, as pages, commands and machine files show it."""

    name: str
    heading: str
    of: Of = Of.CANDIDATE
    unit: str = ""
    within: str = ""
    """Where the round writes, by candidate, objects that hold this name: the object's own name."""
    is_line: bool = False
    """It is what a chart draws and a command prints for each candidate; at most one figure of a method is."""

    is_bar: bool = False
    """A figure of each round that the drawn one must reach: a chart draws it too."""

    def read(self, written: Mapping[str, Any]) -> Any:
        """This figure in a round: by candidate, by candidate and candidate, or one value; null: not in this round."""
        if self.within:
            found = written.get(self.within)
            return None if found is None else {key: each[self.name] for key, each in found.items()}
        return written.get(self.name)


@dataclass(frozen=True, kw_only=True)
class Method:
    """One way to count."""

    name: str
    """As it is asked for: `meek-stv`."""
    title: str
    describes: str
    """What it does and where its text stands."""
    ties: str
    """The rule by which it settles ties, in words."""
    kinds: frozenset[MarkKind]
    """The kinds of marks that it can count."""
    figures: tuple[Figure, ...]
    """Its tally: every figure that a reader is shown of its rounds, in this order. Others stand in rounds.csv."""
    promises: frozenset[Promise]
    """What it keeps; none: none of them, and the laws ask only what holds of every method."""
    start: Callable[[Contest, Choice], State]
    """The state before the first round."""
    step: Callable[[Contest, Choice, State], State]
    """The state one round further; the argument is not changed. Only called while it is not `done`."""
    options: tuple[tuple[str, str], ...] = ()
    """Names of its own parameters, each with what it means and its default."""

    def __post_init__(self) -> None:
        """Refuse a method that shows nothing of its count. Raises UsageError `counting.declaration`."""
        if not self.figures or sum(each.is_line for each in self.figures) > 1:
            raise UsageError(
                "counting.declaration",
                "the method does not say which figures its page shows",
                expected="at least one figure, and at most one that is drawn",
                place=self.name,
                hint="declare `figures` in the method's own file",
            )

    @property
    def line(self) -> Figure | None:
        """The figure that a chart draws and a command prints."""
        return next((each for each in self.figures if each.is_line), None)


@dataclass(frozen=True, kw_only=True)
class Count:
    """A finished count."""

    contest: Contest
    method: Method
    choice: Choice
    winners: tuple[str, ...]
    rounds: tuple[dict[str, Any], ...]

    def to_json(self) -> dict[str, Any]:
        """The winners' keys in order of election, and every round."""
        return {"winners": list(self.winners), "rounds": list(self.rounds)}


def choose(
    contest: Contest,
    method: Method,
    *,
    seats: int | None = None,
    reading: Reading = Reading.AS_WRITTEN,
    lot_seed: str = "",
    options: Sequence[tuple[str, str]] = (),
) -> Choice:
    """The choice for one count, checked.

    Without `seats` the file's number holds, and without that one seat. With a `lot_seed` the lot is the order of
    SHA-256(seed, NUL, candidate's key); without it, the order in which the candidates are listed.
    Raises UsageError `counting.kind` or `counting.option`, InputRefusedError `ballots.seats`.
    """
    if contest.kind not in method.kinds:
        raise UsageError(
            "counting.kind",
            f"{method.name} cannot count these ballots",
            expected=" or ".join(sorted(method.kinds)) + " marks",
            got=f"{contest.kind} marks",
            hint="choose another --method",
        )
    known = [name for name, _ in method.options]
    for name, _ in options:
        if name not in known:
            raise UsageError(
                "counting.option",
                f"{method.name} has no parameter {name!r}",
                expected=", ".join(known) or "no parameter",
                got=name,
            )
    wanted = seats if seats is not None else contest.seats if contest.seats is not None else 1
    lot = list(range(len(contest.candidates)))
    if lot_seed:
        lot.sort(key=lambda index: hashlib.sha256(f"{lot_seed}\0{contest.keys[index]}".encode()).digest())
    return Choice(
        seats=check_seats(wanted), reading=reading, lot=tuple(lot), lot_seed=lot_seed, options=tuple(options)
    )


def count_all(contest: Contest, method: Method, choice: Choice, state: State | None = None) -> Count:
    """Count to the end, from the beginning or from a state that an earlier count left.

    Raises InputRefusedError `counting.endless` when a count does not come to an end in 100,000 rounds.
    """
    state = method.start(contest, choice) if state is None else state
    while not state["done"]:
        if len(state["rounds"]) > _MOST_ROUNDS:
            raise InputRefusedError(
                "counting.endless",
                "the count does not come to an end under these parameters",
                got=f"{_MOST_ROUNDS} rounds",
                hint="use more digits or the parameters of the reference",
            )
        state = method.step(contest, choice, state)
    return Count(
        contest=contest,
        method=method,
        choice=choice,
        winners=tuple(state["winners"]),
        rounds=tuple(state["rounds"]),
    )


def fraction_text(value: Fraction) -> str:
    """A fraction as text: `374/440`, or `3` when whole."""
    return str(value)


def lot_order(choice: Choice, indices: Sequence[int]) -> list[int]:
    """These candidates in the order of the lot, the preferred first."""
    return sorted(indices, key=choice.lot.index)
