"""Reading a person's file field by field: every problem is collected with its place, none stops the reading."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, TypeVar

from holdfast.clock import parse_at
from holdfast.errors import HoldfastError, Problem
from holdfast.papers.decoding import read_bytes
from holdfast.papers.documents import Document, KeyPath, parse_json_paper, parse_toml
from holdfast.papers.nearest import unknown_name

E = TypeVar("E", bound=StrEnum)
_LINE: Mapping[str, Any] = {"type": "string"}
_TEXT: Mapping[str, Any] = {"type": ["string", "object"], "additionalProperties": _LINE}
_FLAG: Mapping[str, Any] = {"type": "boolean"}
_WHOLE: Mapping[str, Any] = {"type": "integer", "minimum": 1}
_DAY: Mapping[str, Any] = {"format": "date"}
_MOMENT: Mapping[str, Any] = {"format": "date-time"}


def _list_of(shape: Mapping[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": shape}


_LINES = _list_of(_LINE)


def _one_of(values: type[StrEnum]) -> dict[str, Any]:
    return {"enum": [each.value for each in values]}


def shape_asked(*read: Document) -> dict[str, Any]:
    """The schema of a paper, from what its reader asked of files in which every table stands.

    A field is required when each file that was asked for it had to have it.
    """
    asked: dict[KeyPath, dict[str, Any]] = {}
    for file in read:
        for path, shape in file.asked.items():
            before = asked.get(path, shape)
            needed = bool(before.get("needed")) and bool(shape.get("needed"))
            asked[path] = {**before, **shape, "needed": needed}
    return _shape_at((), asked)


def _shape_at(path: KeyPath, asked: Mapping[KeyPath, Mapping[str, Any]]) -> dict[str, Any]:
    own = {str(each[-1]): shape for each, shape in sorted(asked.items(), key=str) if each[:-1] == path}
    properties = {}
    for name, found in own.items():
        shape = {key: value for key, value in found.items() if key != "needed"}
        if shape == {"type": "object"}:
            shape = _shape_at((*path, name), asked)
        elif shape == {"type": "array"}:
            shape = _list_of(_shape_at((*path, name, "*"), asked))
        properties[name] = shape
    return {
        "type": "object",
        "required": [name for name, found in own.items() if found["needed"]],
        "additionalProperties": False,
        "properties": properties,
    }


def read_file(path: Path) -> Document:
    """A `.toml` or `.json` file. Raises UsageError `plan.no_file`, InputRefusedError when it cannot be parsed."""
    return parse_file(read_bytes(path, code="plan.no_file"), str(path), is_json=path.suffix == ".json")


def parse_file(data: bytes, place: str, *, is_json: bool) -> Document:
    """The same from bytes."""
    return parse_json_paper(data, place) if is_json else parse_toml(data, place)


@dataclass(kw_only=True)
class Fields:
    """The fields of one table of a file, read one after another; what nobody asked for is a problem too.

    `layers` are tables that stand for one another: a field of the first counts before that of the second.
    """

    file: Document
    layers: Sequence[tuple[KeyPath, Mapping[str, Any]]]
    problems: list[Problem]
    code: str = "plan.field"
    asked: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, file: Document, problems: list[Problem], *paths: KeyPath, code: str = "plan.field") -> "Fields":
        """The tables at these paths, the first counting first. A path that holds no table is a problem."""
        layers = []
        for path in paths:
            value: Any = file.data
            for step in path:
                value = value[step] if isinstance(step, int) else value.get(step, {})
            if isinstance(value, Mapping):
                layers.append((path, value))
            else:
                problems.append(file.problem(code, "a table is wanted here", *path))
        return cls(file=file, layers=layers, problems=problems, code=code)

    def complain(self, what: str, name: str = "") -> None:
        """Collect a problem at a field, or at the table where it is missing."""
        path = self.path(name) or (self.layers[0][0] if self.layers else ())
        self.problems.append(self.file.problem(self.code, what, *path))

    def raw(self, name: str) -> Any:
        """A field as it stands, or None."""
        self.asked.add(name)
        return next((table[name] for _, table in self.layers if name in table), None)

    def path(self, name: str) -> KeyPath | None:
        """Where a field stands."""
        return next(((*path, name) for path, table in self.layers if name in table), None)

    def _note(self, name: str, shape: Mapping[str, Any], *, must: bool = False) -> None:
        """Keep what is asked: the schema of the paper is made from it."""
        for path, _ in self.layers:
            general = tuple("*" if isinstance(step, int) else step for step in path)
            needed = {"needed": True} if must and len(self.layers) == 1 else {}
            self.file.asked.setdefault((*general, name), {}).update(shape, **needed)

    def _read(
        self,
        name: str,
        read: Callable[[Any], Any],
        wanted: str,
        *,
        must: bool,
        default: Any,
        shape: Mapping[str, Any],
    ) -> Any:
        self._note(name, {**shape, "description": wanted}, must=must)
        value = self.raw(name)
        if value is None or (value == "" and not must):
            if must:
                self.complain(f"{name} is missing: {wanted}")
            return default
        try:
            return read(value)
        except (ValueError, TypeError, KeyError, HoldfastError):
            shown = json.dumps(value, ensure_ascii=False, default=str)[:60]
            self.complain(f"{name} is {shown}; wanted: {wanted}", name)
            return default

    def line(self, name: str, *, must: bool = True, default: str = "") -> str:
        """One line of text."""
        return str(self._read(name, _line, "one line of text", must=must, default=default, shape=_LINE))

    def text(self, name: str, *, must: bool = True) -> str | Mapping[str, str]:
        """A text, or one for each language with English among them."""
        wanted = "a text, or a table of language to text with en among them"
        found: str | Mapping[str, str] = self._read(name, _text, wanted, must=must, default="", shape=_TEXT)
        return found

    def flag(self, name: str, *, default: bool | None = None) -> bool:
        """True or false; without a default it must be said."""
        return bool(self._read(name, _flag, "true or false", must=default is None, default=default, shape=_FLAG))

    def number(self, name: str, *, must: bool, default: int = 0) -> int:
        """A whole number from 1."""
        return int(self._read(name, _number, "a whole number from 1", must=must, default=default, shape=_WHOLE))

    def day(self, name: str, *, must: bool = True) -> date | None:
        """A day."""
        found: date | None = self._read(name, _day, "a day such as 2021-09-13", must=must, default=None, shape=_DAY)
        return found

    def moment(self, name: str, *, must: bool = False) -> datetime | None:
        """A moment, aware, in UTC."""
        wanted = "a moment such as 2021-09-13T16:13:00Z"
        found: datetime | None = self._read(name, _moment, wanted, must=must, default=None, shape=_MOMENT)
        return found

    def lines(self, name: str, *, must: bool = True) -> tuple[str, ...]:
        """A list of lines of text."""
        found: tuple[str, ...] = self._read(name, _lines, "a list of texts", must=must, default=(), shape=_LINES)
        return found

    def choice(self, name: str, values: type[E], *, default: E) -> E:
        """One of a closed list."""
        wanted = " or ".join(each.value for each in values)
        found: E = self._read(name, values, wanted, must=False, default=default, shape=_one_of(values))
        return found

    def choices(self, name: str, values: type[E]) -> tuple[E, ...]:
        """Some of a closed list, one at least."""

        def read(value: Any) -> tuple[E, ...]:
            found = tuple(values(each) for each in ([value] if isinstance(value, str) else value))
            if not found:
                raise ValueError("none")
            return found

        wanted = "one or more of " + ", ".join(each.value for each in values)
        result: tuple[E, ...] = self._read(
            name, read, wanted, must=True, default=(), shape={"anyOf": [_one_of(values), _list_of(_one_of(values))]}
        )
        return result

    def table(self, name: str, *, must: bool) -> "Fields | None":
        """A table within this one."""
        self._note(name, {"type": "object"}, must=must)
        self.asked.add(name)
        path = self.path(name)
        if path is None:
            if must:
                self.complain(f"the table {name} is missing")
            return None
        return Fields.of(self.file, self.problems, path, code=self.code)

    def tables(self, name: str) -> "list[Fields]":
        """A list of tables within this one."""
        self._note(name, {"type": "array"})
        self.asked.add(name)
        path = self.path(name)
        if path is None:
            return []
        value = self.raw(name)
        if not isinstance(value, list):
            self.complain(f"{name} is a list of tables", name)
            return []
        return [Fields.of(self.file, self.problems, (*path, number), code=self.code) for number in range(len(value))]

    def done(self) -> None:
        """Collect a problem for each field that nobody asked for: a misspelt one is not passed over."""
        for name in self.asked:
            self._note(name, {})
        for path, table in self.layers:
            for name in table:
                if name not in self.asked:
                    what = unknown_name("field", name, self.asked)
                    self.problems.append(self.file.problem(self.code, what, *path, name))


def closed(tables: list[Fields], *names: str) -> list[Fields]:
    """The tables, after a problem for each field that has none of these names."""
    for each in tables:
        each.asked |= set(names)
        each.done()
    return tables


def _line(value: Any) -> str:
    if not isinstance(value, str) or not value.strip() or "\n" in value:
        raise ValueError(value)
    return value


def _text(value: Any) -> str | Mapping[str, str]:
    if isinstance(value, Mapping):
        if "en" not in value or not all(isinstance(each, str) and each.strip() for each in value.values()):
            raise ValueError(value)
        return dict(value)
    if not isinstance(value, str) or not value.strip():
        raise ValueError(value)
    return value


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise TypeError(value)
    return value


def _number(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise ValueError(value)
    return value


def _day(value: Any) -> date:
    if isinstance(value, datetime):
        raise TypeError(value)
    return value if isinstance(value, date) else date.fromisoformat(value)


def _moment(value: Any) -> datetime:
    if isinstance(value, datetime):
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
    if not isinstance(value, str):
        raise TypeError(value)
    return parse_at(value)


def _lines(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise TypeError(value)
    return tuple(_line(each) for each in value)
