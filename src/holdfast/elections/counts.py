"""Counting a ballot file from end to end, and writing every round down as a table."""

import csv
import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from holdfast.elections import counting, formats
from holdfast.elections.contest import Contest, Reading, irregular
from holdfast.elections.counting._method import BY_LOT, Choice, Count, Method, Of, State, choose, count_all
from holdfast.elections.formats._format import Format, read_contests
from holdfast.errors import InputRefusedError, UsageError
from holdfast.registry import kinds_in


def methods() -> dict[str, Method]:
    """Every counting method by the name it is asked for."""
    return {method.name: method for method in kinds_in(counting, "METHOD").values()}


def ballot_formats() -> dict[str, Format]:
    """Every ballot format by name."""
    return {each.name: each for each in kinds_in(formats, "FORMAT").values()}


def method_named(name: str) -> Method:
    """A counting method. Raises UsageError `counting.no_such_method`, listing those that there are."""
    known = methods()
    if name not in known:
        raise UsageError(
            "counting.no_such_method", f"there is no counting method {name!r}", expected=", ".join(sorted(known))
        )
    return known[name]


def contest_in(path: Path, *, question: int = 0, as_format: str = "") -> Contest:
    """One contest of a ballot file; `question` (from 1) is needed when there are several.

    Raises UsageError `ballots.which_question`, and what reading raises.
    """
    contests = read_contests(path, ballot_formats(), as_format=as_format)
    if not question and len(contests) == 1:
        return contests[0]
    if not 1 <= question <= len(contests):
        listed = "; ".join(f"{number}: {each.title}" for number, each in enumerate(contests, 1))
        raise UsageError(
            "ballots.which_question",
            f"this file holds {len(contests)} questions",
            expected=f"--question 1 to {len(contests)}",
            got=str(question) if question else "no --question",
            place=str(path),
            hint=listed,
        )
    return contests[question - 1]


def count_contest(
    contest: Contest,
    method_name: str = "",
    *,
    seats: int | None = None,
    reading: str = "",
    lot_seed: str = "",
    options: Sequence[tuple[str, str]] = (),
    state: State | None = None,
) -> Count:
    """Count a contest by a named method, or by the one that its file asks for.

    A lot is drawn from a published seed alone: where equal votes leave it to the lot and there is no seed, the count
    is refused, for the order of the ballot paper is somebody's choice. Raises UsageError (`counting.…`,
    `counting.lot`), InputRefusedError `ballots.seats`, `ballots.none`, `ballots.shared_place`.
    """
    name = method_name or contest.method
    if not name:
        raise UsageError(
            "counting.no_method",
            "the file does not say how it is counted",
            expected="--method " + "|".join(sorted(methods())),
        )
    if not contest.cast:
        raise InputRefusedError("ballots.none", "there is no ballot to count", hint="give the file with the ballots")
    method = method_named(name)
    choice = choose(contest, method, seats=seats, reading=reading_named(reading), lot_seed=lot_seed, options=options)
    found = count_all(contest, method, choice, state)
    drawn = [each["round"] for each in found.rounds if each.get("tie") == BY_LOT]
    if drawn and not lot_seed:
        raise UsageError(
            "counting.lot",
            "candidates with equal votes are told apart by a lot, and none was drawn",
            expected="--lot-seed with a text published beforehand",
            got="no seed",
            place=f"round {drawn[0]}",
            hint="name a text that nobody could choose, such as a later day's public draw, before the count",
        )
    return found


def reading_named(text: str) -> Reading:
    """A reading of rankings; empty means as written. Raises UsageError `ballots.reading`."""
    try:
        return Reading(text or Reading.AS_WRITTEN)
    except ValueError:
        raise UsageError(
            "ballots.reading",
            f"there is no reading {text!r}",
            expected=", ".join(Reading),
            hint="a rule set says which one holds",
        ) from None


def round_rows(count: Count) -> list[dict[str, str]]:
    """Every round as rows of a table: round, what was written, candidate, value, in the rounds' own order.

    A value that belongs to no candidate has an empty `candidate`.
    """
    rows: list[dict[str, str]] = []
    for each in count.rounds:
        for name, value in each.items():
            if name != "round":
                rows += _rows(str(each["round"]), name, value)
    return rows


def _rows(number: str, name: str, value: Any) -> list[dict[str, str]]:
    def row(candidate: str, field: str, text: Any) -> dict[str, str]:
        return {"round": number, "figure": field, "candidate": candidate, "value": "" if text is None else str(text)}

    if isinstance(value, dict):
        rows = []
        for candidate, inner in value.items():
            if isinstance(inner, dict):
                rows += [row(candidate, f"{name}.{key}", each) for key, each in inner.items()]
            else:
                rows.append(row(candidate, name, inner))
        return rows
    if isinstance(value, list):
        return [row(candidate, name, place) for place, candidate in enumerate(value, 1)]
    return [row("", name, value)]


def rounds_csv(count: Count) -> bytes:
    """The rows of `round_rows` as CSV, UTF-8."""
    stream = io.StringIO(newline="")
    writer = csv.DictWriter(stream, ("round", "figure", "candidate", "value"), lineterminator="\n")
    writer.writeheader()
    writer.writerows(round_rows(count))
    return stream.getvalue().encode()


def standings(count: Count) -> list[tuple[int, dict[str, str]]]:
    """For each round that has the method's drawn figure: its number, and each known value by candidate, as text."""
    line = count.method.line
    found = [(int(each["round"]), line.read(each)) for each in count.rounds] if line else []
    return [
        (number, {key: shown(value) for key, value in each.items() if value is not None})
        for number, each in found
        if each
    ]


def shown(value: Any) -> str:
    """A figure as text; what a round leaves null is not known and is an empty text."""
    return "" if value is None else " : ".join(map(str, value)) if isinstance(value, list) else str(value)


def figure_lines(method: Method, written: Mapping[str, Any], names: Mapping[str, str]) -> list[str]:
    """Every figure that a method declares in one round, a line each for people: candidates, pairs, then the round."""
    of_candidates = [
        (each, found) for each in method.figures if each.of is Of.CANDIDATE and (found := each.read(written))
    ]
    lines = []
    for key in names if of_candidates else ():
        lines.append(
            f"{names[key]}: "
            + ", ".join(
                shown(found[key]) if each.is_line else f"{each.heading} {shown(found[key]) or 'none'}"
                for each, found in of_candidates
            )
        )
    for each in method.figures:
        found = each.read(written)
        if each.of is Of.PAIR and found:
            lines += [f"{each.heading}:"] + [
                f"  {names[row]}: " + ", ".join(f"{names[column]} {shown(value)}" for column, value in cells.items())
                for row, cells in found.items()
            ]
        elif each.of is Of.NAMED and found:
            lines.append(f"{each.heading}: {', '.join(names[key] for key in found)}")
        elif each.of is Of.ROUND and found is not None:
            lines.append(f"{each.heading}: {shown(found)}")
    return lines


def figures_of(count: Count) -> list[dict[str, Any]]:
    """Every figure that the method declares, with its value in each round that has it: what machines read."""
    return [
        {
            "name": each.name,
            "heading": each.heading,
            "of": str(each.of),
            "unit": each.unit,
            "rounds": [
                {"round": written["round"], "value": value}
                for written in count.rounds
                if (value := each.read(written)) is not None
            ],
        }
        for each in count.method.figures
    ]


def readings_compared(
    contest: Contest,
    method: Method,
    *,
    seats: int,
    lot: Sequence[int],
    options: Sequence[tuple[str, str]] = (),
) -> dict[str, tuple[str, ...]]:
    """The winners under each reading of irregular rankings, so that a rule set's choice is made in the open.

    A reading that refuses the ballots is left out. Empty when no ballot is irregular.
    """
    found = irregular(contest)
    if not any(found[name] for name in ("skipped_place", "repeated_candidate", "shared_place")):
        return {}
    results: dict[str, tuple[str, ...]] = {}
    for reading in Reading:
        try:
            choice = Choice(seats=seats, reading=reading, lot=tuple(lot), options=tuple(options))
            results[reading] = count_all(contest, method, choice).winners
        except InputRefusedError as refusal:
            if refusal.code != "ballots.shared_place":
                raise
    return results
