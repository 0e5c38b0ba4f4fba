"""What is counted: candidates and ballots, as they were written, before any rule reads them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from holdfast.errors import InputRefusedError

Marks = tuple[tuple[int, int], ...]
"""One ballot: pairs (index of the candidate, number written beside it), in the order of writing."""


class MarkKind(StrEnum):
    """What the number beside a candidate means."""

    RANK = "rank"
    """A place: 1 is the first preference; two candidates may stand on one place, places may be skipped."""
    SCORE = "score"
    """A score: -1, 0 and 1 are oppose, neutral and support; other scales have other bounds."""
    CHOICE = "choice"
    """1: chosen. Candidates that were not chosen are not written."""


class Reading(StrEnum):
    """How a ranking with skipped or repeated places is read. A rule set chooses one."""

    AS_WRITTEN = "as-written"
    """Skipped places close up; a candidate named twice is met twice; two candidates on one place are refused."""
    CLOSE_UP = "close-up"
    """Skipped places close up; a repeat of a candidate is passed over; a place with two candidates is passed over."""
    STOP = "stop"
    """The ranking ends before the first skipped place, repeat, or place with two candidates."""


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """One answer that a ballot can name: `key` stands in every result, `name` is shown to people."""

    key: str
    name: str


@dataclass(frozen=True, kw_only=True)
class Contest:
    """One question with its ballots. Equal ballots are put together; their order has no meaning."""

    title: str
    kind: MarkKind
    candidates: tuple[Candidate, ...]
    ballots: tuple[tuple[Marks, int], ...]
    """Each distinct ballot and how many voters cast it (1 or more); an empty ballot is `()`."""
    seats: int | None = None
    """Seats to fill as the file says; None when it does not say."""
    method: str = ""
    """The counting method that the file asks for, in our words; empty when it does not say."""
    notes: tuple[str, ...] = field(default=())
    """What a reader should know: what was dropped, which language a name was taken from …"""

    @property
    def cast(self) -> int:
        """How many ballots there are, empty ones included."""
        return sum(count for _, count in self.ballots)

    @property
    def keys(self) -> tuple[str, ...]:
        """The candidates' keys, in the order of the file."""
        return tuple(candidate.key for candidate in self.candidates)


def make_contest(
    title: str,
    kind: MarkKind,
    candidates: Sequence[Candidate],
    *,
    ballots: Mapping[Marks, int],
    seats: int | None = None,
    method: str = "",
    notes: Sequence[str] = (),
    place: str = "",
) -> Contest:
    """A checked contest with its ballots in a canonical order.

    Raises InputRefusedError: `ballots.no_candidates`, `ballots.candidate_twice`, `ballots.unknown_candidate`,
    `ballots.seats` (zero or fewer), `ballots.count` (fewer than one of a ballot), `ballots.rank`, `ballots.text`.
    """
    if not candidates:
        raise InputRefusedError(
            "ballots.no_candidates", "nobody stands in this election", place=place, hint="add the candidates"
        )
    keys = [candidate.key for candidate in candidates]
    for candidate in candidates:
        check_text(candidate.key + candidate.name, place=place)
    check_text(title, place=place)
    twice = sorted({key for key in keys if keys.count(key) > 1})
    if twice:
        raise InputRefusedError(
            "ballots.candidate_twice",
            "two candidates have the same identifier, so a ballot cannot tell them apart",
            got=repr(twice[0]),
            place=place,
            hint="give every candidate an identifier of its own",
        )
    if seats is not None:
        check_seats(seats, place=place)
    for marks, count in ballots.items():
        _check_ballot(marks, count, kind, len(candidates), place)
    ordered = sorted((sorted_marks(marks, kind), count) for marks, count in ballots.items())
    merged: dict[Marks, int] = {}
    for marks, count in ordered:
        merged[marks] = merged.get(marks, 0) + count
    return Contest(
        title=title,
        kind=kind,
        candidates=tuple(candidates),
        ballots=tuple(merged.items()),
        seats=seats,
        method=method,
        notes=tuple(notes),
    )


def check_text(text: str, *, place: str = "") -> str:
    """A name or title as any Unicode text. Raises InputRefusedError `ballots.text` for half of a character."""
    try:
        text.encode()
    except UnicodeEncodeError:
        raise InputRefusedError(
            "ballots.text",
            "a name holds half of a character (a lone surrogate), which no file can hold",
            got=ascii(text)[:60],
            place=place,
            hint="correct the name; every other character is welcome",
        ) from None
    return text


def sorted_marks(marks: Marks, kind: MarkKind) -> Marks:
    """The same marks in the one order that equal ballots share: by place, or by candidate."""
    return tuple(sorted(marks, key=lambda mark: (mark[1], mark[0]) if kind is MarkKind.RANK else mark))


def check_seats(seats: int, *, place: str = "") -> int:
    """The number of seats. Raises InputRefusedError `ballots.seats` below one."""
    if seats < 1:
        raise InputRefusedError(
            "ballots.seats",
            "an election fills at least one seat",
            expected="1 or more",
            got=str(seats),
            place=place,
            hint="correct the file, or give --seats",
        )
    return seats


def _check_ballot(marks: Marks, count: int, kind: MarkKind, candidates: int, place: str) -> None:
    if count < 1:
        raise InputRefusedError(
            "ballots.count", "a ballot is counted fewer than once", expected="1 or more", got=str(count), place=place
        )
    for index, number in marks:
        if not 0 <= index < candidates:
            raise InputRefusedError(
                "ballots.unknown_candidate",
                "a ballot names somebody who does not stand",
                expected=f"one of {candidates} candidates",
                got=f"candidate number {index + 1}",
                place=place,
                hint="correct the ballot or the list of candidates; nothing was counted",
            )
        if kind is MarkKind.RANK and number < 1:
            raise InputRefusedError(
                "ballots.rank", "a place on a ballot is below one", expected="1 or more", got=str(number), place=place
            )


def ranking(marks: Marks, reading: Reading) -> tuple[int, ...]:
    """The candidates' indices in order of preference under one reading.

    Raises InputRefusedError `ballots.shared_place` when the reading is AS_WRITTEN and two candidates share a place.
    """
    order: list[int] = []
    expected = 1
    position = 0
    while position < len(marks):
        rank = marks[position][1]
        on_place = []
        while position < len(marks) and marks[position][1] == rank:
            on_place.append(marks[position][0])
            position += 1
        if reading is Reading.STOP and rank != expected:
            break
        expected = rank + 1
        if len(set(on_place)) > 1:
            if reading is Reading.AS_WRITTEN:
                raise InputRefusedError(
                    "ballots.shared_place",
                    f"a ballot puts two candidates on place {rank}",
                    expected="one candidate on each place",
                    hint="choose how such ballots are read: --reading close-up (the place is passed over)"
                    " or --reading stop (the ranking ends there)",
                )
            if reading is Reading.STOP:
                break
            continue
        candidate = on_place[0]
        if candidate in order and reading is not Reading.AS_WRITTEN:
            if reading is Reading.STOP:
                break
            continue
        order.append(candidate)
    return tuple(order)


def irregular(contest: Contest) -> dict[str, int]:
    """How many ballots are empty, skip a place, repeat a candidate, or put two on one place."""
    found = {"empty": 0, "skipped_place": 0, "repeated_candidate": 0, "shared_place": 0}
    for marks, count in contest.ballots:
        if not marks:
            found["empty"] += count
        if contest.kind is not MarkKind.RANK:
            continue
        places = sorted({rank for _, rank in marks})
        names = [index for index, _ in marks]
        found["skipped_place"] += count * (places != list(range(1, len(places) + 1)))
        found["repeated_candidate"] += count * (len(set(names)) != len(names))
        found["shared_place"] += count * (len(places) != len({(r, i) for i, r in marks}))
    return found
