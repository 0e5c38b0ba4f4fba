"""The fields of a fact: what each may hold, and what a form and a page say of it.

A field reads a value strictly, gives it in its own type, and raises ValueError with what was expected. It never says
what it got, because a value may hold a name. A field with a label stands in the form of its fact; one without is
filled in by the workflow.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import KW_ONLY, dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from holdfast.clock import parse_at
from holdfast.facts import StreamId
from holdfast.ids import WikiName, wiki_name

SHORT, LINE, PAGE = 64, 300, 20_000
_IDENT = re.compile(r"[a-z][a-z0-9-]{0,31}\Z")
_HASH = re.compile(r"[0-9a-f]{64}\Z")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")


@dataclass(frozen=True)
class Field:
    """Anything: a value that its reader checks itself, such as a whole order."""

    label: str = ""
    _: KW_ONLY
    help: str = ""
    optional: bool = False

    def read(self, value: Any) -> Any:
        """The checked value. Raises ValueError with what was expected."""
        return value

    @property
    def means(self) -> str:
        """What it may hold, in words."""
        return "see its own page"


@dataclass(frozen=True)
class Text(Field):
    """Text without control signs, of at most `most` signs, not blank unless `blank`."""

    _: KW_ONLY
    most: int = LINE
    blank: bool = False

    def read(self, value: Any) -> str:
        """The text as it is."""
        if not isinstance(value, str) or len(value) > self.most or _CONTROL.search(value):
            raise ValueError(f"text of at most {self.most} signs")
        if not self.blank and not value.strip():
            raise ValueError("text that is not blank")
        return value

    @property
    def means(self) -> str:
        return f"text of at most {self.most:,} signs" + ", may be blank" * self.blank


@dataclass(frozen=True)
class Kept(Field):
    """Text as it is kept, whatever stands in it: what was checked where it was first read."""

    def read(self, value: Any) -> str:
        """The text as it is."""
        if not isinstance(value, str):
            raise ValueError("text")
        return value

    @property
    def means(self) -> str:
        return "text"


@dataclass(frozen=True)
class Ident(Field):
    """An id inside the thing that the facts are about: a small letter, then up to 31 of a-z, 0-9 and hyphen."""

    def read(self, value: Any) -> str:
        """The id."""
        if not isinstance(value, str) or not _IDENT.match(value):
            raise ValueError("a small letter, then up to 31 of a-z, 0-9 and -")
        return value

    @property
    def means(self) -> str:
        return "an id"


Choices = Callable[[Any], Mapping[str, str]]
"""What there is to choose from in a state: each value, and what a form shows for it."""


@dataclass(frozen=True)
class Thing(Ident):
    """An id of something that is there already; whether it is, the step says."""

    of: Choices = lambda _state: {}


@dataclass(frozen=True)
class Picked(Text):
    """A text that is one of those there are; whether it is, the step says."""

    of: Choices = lambda _state: {}


@dataclass(frozen=True)
class Sha256(Field):
    """A SHA-256 in hexadecimal."""

    def read(self, value: Any) -> str:
        """The hash."""
        if not isinstance(value, str) or not _HASH.match(value):
            raise ValueError("64 hexadecimal digits")
        return value

    @property
    def means(self) -> str:
        return "a SHA-256"


@dataclass(frozen=True)
class OneOf(Field):
    """One member of a closed list, by its value."""

    kind: type[StrEnum] = StrEnum

    def read(self, value: Any) -> StrEnum:
        """The member."""
        try:
            return self.kind(value)
        except ValueError:
            raise ValueError("one of " + ", ".join(self.kind)) from None

    @property
    def means(self) -> str:
        return "one of " + ", ".join(f"`{each}`" for each in self.kind)


@dataclass(frozen=True)
class Whole(Field):
    """A whole number within bounds, both included."""

    _: KW_ONLY
    low: int = 0
    high: int = 2**53

    def read(self, value: Any) -> int:
        """The number."""
        if not isinstance(value, int) or isinstance(value, bool) or not self.low <= value <= self.high:
            raise ValueError(f"a whole number from {self.low} to {self.high}")
        return value

    @property
    def means(self) -> str:
        return f"a whole number from {self.low} to {self.high}"


@dataclass(frozen=True)
class Number(Field):
    """A number within bounds, both included."""

    _: KW_ONLY
    low: float
    high: float

    def read(self, value: Any) -> float:
        """The number."""
        if not isinstance(value, int | float) or isinstance(value, bool) or not self.low <= value <= self.high:
            raise ValueError(f"a number from {self.low:g} to {self.high:g}")
        return float(value)

    @property
    def means(self) -> str:
        return f"a number from {self.low:g} to {self.high:g}"


@dataclass(frozen=True)
class Flag(Field):
    """True or false."""

    def read(self, value: Any) -> bool:
        """The flag."""
        if not isinstance(value, bool):
            raise ValueError("true or false")
        return value

    @property
    def means(self) -> str:
        return "true or false"


@dataclass(frozen=True)
class Moment(Field):
    """A time in ISO 8601; a form asks for the day, which begins at midnight UTC."""

    def read(self, value: Any) -> datetime:
        """The moment, UTC."""
        if not isinstance(value, str):
            raise ValueError("a time in ISO 8601")
        return parse_at(value)

    @property
    def means(self) -> str:
        return "a time (ISO 8601, UTC)"


@dataclass(frozen=True)
class Wiki(Field):
    """The short name of a wiki."""

    def read(self, value: Any) -> WikiName:
        """The name."""
        if not isinstance(value, str):
            raise ValueError("the name of a wiki")
        return wiki_name(value)

    @property
    def means(self) -> str:
        return "a wiki"


@dataclass(frozen=True)
class Stream(Field):
    """The id of a stream of one kind."""

    kind: str = ""

    def read(self, value: Any) -> StreamId:
        """The stream."""
        if not isinstance(value, str):
            raise ValueError(f"the id of a {self.kind}")
        return StreamId(kind=self.kind, id=value)

    @property
    def means(self) -> str:
        return f"the id of a {self.kind}"


@dataclass(frozen=True)
class Many(Field):
    """A list, each element read by `of`: as a tuple, or as a set."""

    of: Field = field(default_factory=Field)
    _: KW_ONLY
    least: int = 0
    most: int = 1000
    as_set: bool = False

    def read(self, value: Any) -> tuple[Any, ...] | frozenset[Any]:
        """The elements."""
        if not isinstance(value, list | tuple) or not self.least <= len(value) <= self.most:
            raise ValueError(f"a list of {self.least} to {self.most}")
        found = tuple(map(self.of.read, value))
        return frozenset(found) if self.as_set else found

    @property
    def means(self) -> str:
        return f"a list ({self.least} to {self.most}), each {self.of.means}"


@dataclass(frozen=True)
class Record(Field):
    """An object with these fields and no others."""

    fields: Mapping[str, Field] = field(default_factory=dict)

    def read(self, value: Any) -> dict[str, Any]:
        """The fields that are there, each read."""
        if not isinstance(value, Mapping) or missing(self.fields, value) or set(value) - set(self.fields):
            raise ValueError("an object with " + ", ".join(self.fields))
        return {name: self.fields[name].read(each) for name, each in value.items()}

    @property
    def means(self) -> str:
        return "an object with " + ", ".join(f"`{name}`" for name in self.fields)


@dataclass(frozen=True)
class Table(Field):
    """An object from texts to values that `of` reads."""

    of: Field = field(default_factory=Field)

    def read(self, value: Any) -> dict[str, Any]:
        """The values by name."""
        if not isinstance(value, Mapping):
            raise ValueError("an object")
        return {name: self.of.read(each) for name, each in value.items()}

    @property
    def means(self) -> str:
        return "an object"


@dataclass(frozen=True)
class Maybe(Field):
    """What `of` reads, or null."""

    of: Field = field(default_factory=Field)

    def read(self, value: Any) -> Any:
        """The value, or None."""
        return None if value is None else self.of.read(value)

    @property
    def means(self) -> str:
        return f"{self.of.means}, or null"


def missing(fields: Mapping[str, Field], given: Mapping[str, Any]) -> list[str]:
    """The fields that are asked for and not given."""
    return sorted(name for name, each in fields.items() if not each.optional and name not in given)


def line(label: str = "", **more: Any) -> Text:
    """One line of text."""
    return Text(label, **more)


def page(label: str = "", **more: Any) -> Text:
    """A longer text."""
    return Text(label, most=PAGE, **more)


def why(label: str = "Reasons") -> Text:
    """The reasons, in a line: no fact that declares them is stated without."""
    return Text(label)
