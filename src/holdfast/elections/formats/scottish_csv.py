"""Ballots of Scottish council elections as CSV (repository mggg/scot-elex).

Line 1 `candidates,seats,`; then `count,ranking...,`; then `"Candidate n","name","party",` each; last the ward.
"""

import csv
import io
import re

from holdfast.elections.contest import Candidate, Contest, MarkKind, Marks, make_contest
from holdfast.elections.formats._format import Format, as_text, damaged, distinct_keys

_FIRST = re.compile(rb"(?:\xef\xbb\xbf)?\s*\d+\s*,\s*\d+\s*,*\s*(?:\r?\n|\Z)")


def _recognise(data: bytes) -> bool:
    return _FIRST.match(data) is not None


def _read(data: bytes, place: str) -> list[Contest]:
    rows: list[tuple[int, list[str]]] = []
    reader = csv.reader(io.StringIO(as_text(data, place), newline=""))
    try:
        for row in reader:
            # every line ends in a comma; a place left empty within a ballot is a skipped place
            while row and row[-1] == "":
                row.pop()
            if row:
                rows.append((reader.line_num, row))
    except csv.Error as reason:
        raise damaged("this is not CSV", f"{place}, line {reader.line_num}", got=str(reason)) from None
    if not rows or len(rows[0][1]) != 2 or not all(cell.strip().isdecimal() for cell in rows[0][1]):
        raise damaged("the first line is not the numbers of candidates and seats", place)
    size, seats = (int(cell) for cell in rows[0][1])
    named = [row for _, row in rows if row[0].startswith("Candidate ")]
    names = [row[1] if len(row) > 1 else row[0] for row in named]
    if len(names) != size:
        raise damaged("names are missing", place, expected=f"{size} candidates", got=f"{len(names)} names")
    ballots: dict[Marks, int] = {}
    for line, row in rows[1:]:
        if not row[0].strip().isdecimal():
            break
        marks = _marks(row[1:], size, f"{place}, line {line}")
        ballots[marks] = ballots.get(marks, 0) + int(row[0])
    title = rows[-1][1][0] if not rows[-1][1][0].startswith("Candidate ") else ""
    return [
        make_contest(
            title,
            MarkKind.RANK,
            [Candidate(key=key, name=name) for key, name in zip(distinct_keys(names), names, strict=True)],
            ballots=ballots,
            seats=seats,
            method="scottish-stv",
            place=place,
        )
    ]


def _marks(cells: list[str], size: int, where: str) -> Marks:
    found = []
    for rank, cell in enumerate(cells, 1):
        if not cell.strip():
            continue
        if not cell.strip().isdecimal() or not 1 <= int(cell) <= size:
            raise damaged(
                "a ballot names an unknown candidate",
                where,
                expected=f"a number from 1 to {size}",
                got=repr(cell[:20]),
            )
        found.append((int(cell) - 1, rank))
    return tuple(found)


FORMAT = Format(name="scottish-csv", describes="Scottish council ballots (CSV)", recognise=_recognise, read=_read)
