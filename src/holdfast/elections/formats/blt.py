"""BLT, the usual text form of ranked ballots.

Rule: Hill, Wichmann and Woodall (Algorithm 123): candidates and seats; withdrawn candidates as negative numbers;
ballots `count choices... 0`; a lone 0; the names; the title. Of the later extensions `(name)` before a ballot is
passed over, `-` is a skipped place and `1=2` puts two candidates on one place.
"""

import re

from holdfast.elections.contest import Candidate, Contest, MarkKind, Marks, make_contest
from holdfast.elections.formats._format import Format, as_text, damaged, distinct_keys

_FIRST = re.compile(rb"(?:\xef\xbb\xbf)?(?:\s*#[^\n]*\n)*\s*\d+[ \t]+\d+[ \t]*(?:#[^\n]*)?\r?(?:\n|\Z)")
_COMMENT = re.compile(r"\s#.*$|^#.*$")
_PAPER = re.compile(r"^\([^)]*\)\s*")


def _recognise(data: bytes) -> bool:
    return _FIRST.match(data) is not None


def _read(data: bytes, place: str) -> list[Contest]:
    lines = [(number, line.strip()) for number, line in enumerate(as_text(data, place).splitlines(), 1)]
    lines = [(number, line) for number, line in lines if line]
    body = [(number, token) for number, line in lines for token in _PAPER.sub("", _COMMENT.sub("", line)).split()]
    if len(body) < 2 or not (body[0][1].isdecimal() and body[1][1].isdecimal()):
        raise damaged("a BLT file begins with two numbers", place, expected="candidates and seats")
    size, seats = int(body[0][1]), int(body[1][1])
    withdrawn, ballots, last = _ballots(body[2:], size, place)
    rest = [line for number, line in lines if number > last]
    if len(rest) < size:
        raise damaged("names are missing at the end", place, expected=f"{size} names", got=f"{len(rest)} lines")
    names = [_unquoted(line) for line in rest[:size]]
    kept = [index for index in range(size) if index not in withdrawn]
    position = {index: new for new, index in enumerate(kept)}
    keys = distinct_keys(names)
    counted: dict[Marks, int] = {}
    for marks, count in ballots:
        left = _without(marks, position)
        counted[left] = counted.get(left, 0) + count
    notes = [f"withdrawn before the count: {len(withdrawn)} candidate(s)"] if withdrawn else []
    return [
        make_contest(
            _unquoted(rest[size]) if len(rest) > size else "",
            MarkKind.RANK,
            [Candidate(key=keys[index], name=names[index]) for index in kept],
            ballots=counted,
            seats=seats,
            notes=notes,
            place=place,
        )
    ]


def _without(marks: Marks, position: dict[int, int]) -> Marks:
    """A ballot without the withdrawn candidates; what stood behind them moves up, other gaps stay."""
    if all(index in position for index, _ in marks):
        return tuple((position[index], rank) for index, rank in marks)
    gone = {rank for index, rank in marks if index not in position}
    gone -= {rank for index, rank in marks if index in position}
    return tuple(
        (position[index], rank - sum(each < rank for each in gone)) for index, rank in marks if index in position
    )


def _ballots(body: list[tuple[int, str]], size: int, place: str) -> tuple[set[int], list[tuple[Marks, int]], int]:
    """Withdrawn candidates, ballots, and the line of the lone 0 that ends them."""
    withdrawn: set[int] = set()
    found: list[tuple[Marks, int]] = []
    current: list[str] = []
    for line, token in body:
        where = f"{place}, line {line}"
        if not current and token.startswith("-") and token != "-" and not found:
            withdrawn.add(_candidate(token[1:], size, where))
        elif not current and token == "0":
            return withdrawn, found, line
        elif token == "0":
            found.append((_marks(current[1:], size, where), _count(current[0], where)))
            current = []
        else:
            current.append(token)
    raise damaged("the file ends within the ballots", place, expected="a line with 0 after the last ballot")


def _count(token: str, where: str) -> int:
    if not token.isdecimal() or int(token) < 1:
        raise damaged("a ballot's count is not a whole number", where, expected="1 or more", got=repr(token[:20]))
    return int(token)


def _marks(tokens: list[str], size: int, where: str) -> Marks:
    return tuple(
        (_candidate(each, size, where), rank)
        for rank, token in enumerate(tokens, 1)
        if token != "-"
        for each in token.split("=")
    )


def _candidate(token: str, size: int, where: str) -> int:
    if not token.isdecimal() or not 1 <= int(token) <= size:
        raise damaged(
            "a ballot names an unknown candidate", where, expected=f"a number from 1 to {size}", got=repr(token[:20])
        )
    return int(token) - 1


def _unquoted(line: str) -> str:
    return line[1:-1] if len(line) > 1 and line[0] == line[-1] == '"' else line


FORMAT = Format(
    name="blt", describes="BLT: numbers of candidates and seats, ballots, names", recognise=_recognise, read=_read
)
