"""Holdfast's own ballot file: one JSON text (RFC 8785), so that the same ballots are the same bytes everywhere.

    {"ballots": [{"count": 2, "marks": [["A", 1], ["B", 2]]}, …], "candidates": [{"key": "A", "name": "…"}, …],
     "format": "holdfast-ballots", "kind": "rank" | "score" | "choice", "method": "…", "notes": […],
     "seats": 1 | null, "title": "…", "version": 1}

Candidates stand in the order of the ballot paper; equal ballots are put together; ballots stand in the order of
their marks (by the numbers of the candidates), which says nothing about when or by whom they were cast.
"""

from typing import Any

from holdfast.canonical import canonical_bytes, parse_json
from holdfast.elections.contest import Candidate, Contest, MarkKind, Marks, make_contest
from holdfast.elections.formats._format import Format, damaged

_NAME = "holdfast-ballots"


def write(contest: Contest) -> bytes:
    """The canonical bytes of a contest. Reading them gives an equal contest."""
    keys = contest.keys
    return canonical_bytes(
        {
            "format": _NAME,
            "version": 1,
            "title": contest.title,
            "kind": str(contest.kind),
            "method": contest.method,
            "seats": contest.seats,
            "notes": list(contest.notes),
            "candidates": [{"key": each.key, "name": each.name} for each in contest.candidates],
            "ballots": [
                {"count": count, "marks": [[keys[index], number] for index, number in marks]}
                for marks, count in contest.ballots
            ],
        }
    )


def _recognise(data: bytes) -> bool:
    return data.lstrip()[:1] == b"{" and f'"{_NAME}"'.encode() in data


def _read(data: bytes, place: str) -> list[Contest]:
    found = parse_json(data, place=place)
    if not isinstance(found, dict) or found.get("format") != _NAME or found.get("version") != 1:
        raise damaged("this is no ballot file of this version", place, expected=f"format {_NAME}, version 1")
    try:
        candidates = [Candidate(key=str(each["key"]), name=str(each["name"])) for each in found["candidates"]]
        numbers = {each.key: number for number, each in enumerate(candidates)}
        ballots: dict[Marks, int] = {}
        for each in found["ballots"]:
            marks, count = _ballot(each, numbers, place)
            ballots[marks] = ballots.get(marks, 0) + count
        seats = found["seats"]
        if seats is not None and (not isinstance(seats, int) or isinstance(seats, bool)):
            raise TypeError
        return [
            make_contest(
                str(found["title"]),
                MarkKind(found["kind"]),
                candidates,
                ballots=ballots,
                seats=seats,
                method=str(found["method"]),
                notes=[str(note) for note in found["notes"]],
                place=place,
            )
        ]
    except (KeyError, TypeError, ValueError):
        raise damaged("a field is missing or has a wrong type", place) from None


def _ballot(each: Any, numbers: dict[str, int], place: str) -> tuple[Marks, int]:
    marks = []
    for key, number in each["marks"]:
        if key not in numbers:
            raise damaged("a ballot names somebody who does not stand", place, got=repr(key)[:60])
        if not isinstance(number, int) or isinstance(number, bool):
            raise TypeError
        marks.append((numbers[key], number))
    if not isinstance(each["count"], int) or isinstance(each["count"], bool):
        raise TypeError
    return tuple(marks), each["count"]


FORMAT = Format(
    name="canonical", describes="Holdfast's own ballot file (canonical JSON)", recognise=_recognise, read=_read
)
