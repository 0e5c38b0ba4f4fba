"""TOML and JSON as people write them: exact numbers, no key twice, and the line and column of every key."""

import json
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any, NoReturn

from holdfast.canonical import sha256_hex
from holdfast.errors import PaperRefusedError, Problem
from holdfast.papers.decoding import check_size, decoded, position, read_bytes

KeyPath = tuple[str | int, ...]
Mark = tuple[int, int]
"""Line and column, from 1."""

DEEPEST = 64  # levels of nesting; chosen, well below the limit of Python's own recursion
_TOML_PLACE = re.compile(r"\s*\(at (?:line (\d+), column (\d+)|end of document)\)\Z")
_SPACE = re.compile(r"(?:[ \t\r\n,]|#[^\n]*)*")
_BARE = re.compile(r"[^,\]}\n#]*")
_KEY = re.compile(r"""\s*("(?:[^"\\\n]|\\.)*"|'[^'\n]*'|[A-Za-z0-9_-]+)\s*""")
_TEXT = re.compile(
    r'"""(?:[^\\]|\\.)*?"""(?:"{0,2})|' + r"'''.*?'''(?:'{0,2})|" + r'"(?:[^"\\\n]|\\.)*"|' + r"'[^'\n]*'", re.DOTALL
)


@dataclass(frozen=True, kw_only=True)
class Document:
    """A parsed file. Decimals of TOML are `Decimal`, not floating point, unless the reader wants these."""

    place: str
    data: dict[str, Any]
    marks: Mapping[KeyPath, Mark]
    sha256: str
    asked: dict[KeyPath, dict[str, Any]] = field(default_factory=dict)
    """What its reader asked for, as schemas by path; `*` stands for an item of a list."""

    def mark(self, *path: str | int) -> Mark:
        """Line and column of a key, or of the nearest table that holds it."""
        while path and path not in self.marks:
            path = path[:-1]
        return self.marks.get(path, (1, 1))

    def line(self, *path: str | int) -> int:
        """The line of a key."""
        return self.mark(*path)[0]

    def at(self, *path: str | int) -> str:
        """The place of a key as errors write it."""
        line, column = self.mark(*path)
        return f"{self.place}:{line}:{column}"

    def problem(self, code: str, what: str, *path: str | int) -> Problem:
        """A problem at a key."""
        line, column = self.mark(*path)
        return Problem(code=code, what=what, place=self.place, line=line, column=column)


def read_toml(
    path: Path, *, no_file: str = "toml.no_file", code: str = "toml.unreadable", exact: bool = True
) -> Document:
    """A TOML file. Raises UsageError `no_file`, InputRefusedError `paper.size`, and `code` with line and column."""
    return parse_toml(read_bytes(path, code=no_file), str(path), code=code, exact=exact)


def parse_toml(data: bytes, place: str, *, code: str = "toml.unreadable", exact: bool = True) -> Document:
    """The same from bytes. `exact`: decimals are `Decimal`; else floating point."""
    check_size(data, place)
    # Python counts a carriage return as a line end where TOML does not; a lone one is refused by the parser
    text = decoded(data, place, code=code, can_be_named=False)
    try:
        found = tomllib.loads(text, parse_float=_decimal if exact else float)
    except (tomllib.TOMLDecodeError, RecursionError) as reason:
        said = _TOML_PLACE.search(str(reason))
        mark = (int(said[1]), int(said[2])) if said and said[1] else position(text, None)
        _unreadable(code, "TOML", _TOML_PLACE.sub("", str(reason))[:200], place, mark)
    marks = _Marks(text=text.replace("\r\n", "\n"), place=place, code=code)
    marks.toml()
    return Document(place=place, data=found, marks=marks.found, sha256=sha256_hex(data))


def parse_json_paper(data: bytes, place: str, *, code: str = "canonical.unreadable") -> Document:
    """A JSON object that a person wrote.

    Raises InputRefusedError `code`: no JSON, no object, or a key that stands twice.
    """
    check_size(data, place)
    text = decoded(data, place, code=code, can_be_named=False)

    def constant(name: str) -> NoReturn:
        raise ValueError(f"{name} is not JSON")

    try:
        found = json.loads(text, parse_constant=constant)
    except json.JSONDecodeError as reason:
        _unreadable(code, "JSON", reason.msg, place, (reason.lineno, reason.colno))
    except (ValueError, RecursionError) as reason:
        _unreadable(code, "JSON", str(reason)[:120], place, (1, 1))
    if not isinstance(found, dict):
        _unreadable(code, "JSON of a person", "one object is wanted", place, (1, 1))
    marks = _Marks(text=text, place=place, code=code)
    marks.json()
    refuse(marks.problems, code=code, what="this is not JSON as Holdfast reads it", place=place)
    return Document(place=place, data=found, marks=marks.found, sha256=sha256_hex(data))


def _decimal(text: str) -> Decimal:
    return Decimal(text.replace("_", ""))


def _unreadable(code: str, language: str, what: str, place: str, mark: Mark) -> NoReturn:
    problem = Problem(code=code, what=what, place=place, line=mark[0], column=mark[1])
    refuse([problem], code=code, what=f"this is not {language}", place=place)
    raise AssertionError


def refuse(
    problems: Iterable[Problem],
    *,
    code: str,
    what: str,
    place: str,
    hint: str = "correct the file; nothing was changed",
    expected: str = "",
) -> None:
    """Raise InputRefusedError with all problems, each once and in the order of the file, when there are any."""
    found = sorted(dict.fromkeys(problems), key=lambda each: (each.line, each.column))
    if found:
        raise PaperRefusedError(code, what, expected=expected, place=place, hint=hint, problems=found)


@dataclass(kw_only=True)
class _Marks:
    """Where keys and the items of lists stand in a text that a parser has already found to be well formed."""

    text: str
    place: str
    code: str
    found: dict[KeyPath, Mark] = field(default_factory=lambda: {(): (1, 1)})
    problems: list[Problem] = field(default_factory=list)
    lists: dict[KeyPath, int] = field(default_factory=dict)
    _line: int = 1
    _line_start: int = 0
    _counted: int = 0

    def toml(self) -> None:
        table: KeyPath = ()
        at = self._blank(0)
        while at < len(self.text):
            if self.text[at] == "[":
                table, at = self._header(at)
            else:
                at = self._pair(at, table, "=")
            at = self._blank(at)

    def json(self) -> None:
        self._value(self._blank(0), (), ":")

    def _blank(self, at: int) -> int:
        found = _SPACE.match(self.text, at)
        return found.end() if found else at

    def _mark(self, at: int) -> Mark:
        """Line and column of a place; places are asked in order."""
        self._line += self.text.count("\n", self._counted, at)
        start = self.text.rfind("\n", self._counted, at)
        self._line_start = start + 1 if start >= 0 else self._line_start
        self._counted = at
        return self._line, at - self._line_start + 1

    def _names(self, at: int) -> tuple[KeyPath, int]:
        names: KeyPath = ()
        while found := _KEY.match(self.text, at):
            names, at = (*names, _name(found[1])), found.end()
            if self.text[at : at + 1] != ".":
                break
            at += 1
        return names, at

    def _header(self, at: int) -> tuple[KeyPath, int]:
        mark, is_list = self._mark(at), self.text.startswith("[[", at)
        names, at = self._names(at + 1 + is_list)
        path: KeyPath = ()
        for number, name in enumerate(names):
            path = (*path, name)
            if path in self.lists and number < len(names) - 1:
                path = (*path, self.lists[path])
            self.found.setdefault(path, mark)
        if is_list:
            self.lists[path] = self.lists.get(path, -1) + 1
            path = (*path, self.lists[path])
        self.found[path] = mark
        return path, at + 1 + is_list

    def _pair(self, at: int, table: KeyPath, sign: str) -> int:
        mark = self._mark(at)
        if sign == ":":
            text = _TEXT.match(self.text, at)
            names: KeyPath = (json.loads(text[0]),) if text else ()
            at = self._blank(text.end() if text else at)
        else:
            names, at = self._names(at)
        for depth in range(1, len(names)):
            self.found.setdefault((*table, *names[:depth]), mark)
        path = (*table, *names)
        if sign == ":" and path in self.found:
            what = f"the key {str(names[-1])[:60]!r} stands twice, first in line {self.found[path][0]}"
            self.problems.append(Problem(code=self.code, what=what, place=self.place, line=mark[0], column=mark[1]))
        self.found[path] = mark
        return self._value(self._blank(at + 1), path, sign)

    def _value(self, at: int, path: KeyPath, sign: str) -> int:
        if len(path) > DEEPEST:
            line, column = self._mark(at)
            self.problems.append(
                Problem(code=self.code, what="this is nested too deeply", place=self.place, line=line, column=column)
            )
            return len(self.text)
        opening = self.text[at : at + 1]
        if opening == "{":
            at = self._blank(at + 1)
            while self.text[at : at + 1] not in ("}", ""):
                at = self._blank(self._pair(at, path, sign))
            return at + 1
        if opening == "[":
            at, number = self._blank(at + 1), 0
            while self.text[at : at + 1] not in ("]", ""):
                self.found[*path, number] = self._mark(at)
                at, number = self._blank(self._value(at, (*path, number), sign)), number + 1
            return at + 1
        found = _TEXT.match(self.text, at) or _BARE.match(self.text, at)
        return max(found.end(), at) if found else at


def _name(text: str) -> str:
    if text.startswith("'"):
        return text[1:-1]
    if text.startswith('"'):
        return next(iter(tomllib.loads(f"{text} = 1"))) if "\\" in text else text[1:-1]
    return text


def exact(value: int | Decimal | str) -> Fraction:
    """A number of a file as an exact fraction: 0.7, 70 or "2/3". Raises ValueError for anything else."""
    if isinstance(value, str):
        whole, slash, part = value.partition("/")
        if not slash or not whole.strip().isdecimal() or not part.strip().isdecimal() or int(part) == 0:
            raise ValueError(value)
        return Fraction(int(whole), int(part))
    return Fraction(value)
