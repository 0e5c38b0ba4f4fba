"""Reading the body of a fact strictly: every field known, of its type, within its bounds.

An error names the field and never its value, because a value may hold a name.
"""

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any, TypeVar

from holdfast.clock import parse_at
from holdfast.errors import HoldfastError, InputRefusedError
from holdfast.facts import Fact

Read = Callable[[Any], Any]
"""Gives the checked value, or raises ValueError with what was expected."""
Kind = TypeVar("Kind", bound=StrEnum)

SHORT, LINE, PAGE = 64, 300, 20_000
_IDENT = re.compile(r"[a-z][a-z0-9-]{0,31}\Z")
_HASH = re.compile(r"[0-9a-f]{64}\Z")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")


def fields(fact: Fact, required: Mapping[str, Read], optional: Mapping[str, Read] | None = None) -> dict[str, Any]:
    """The checked body of a fact; a missing optional field is left out.

    Raises InputRefusedError `case.fact.fields` for a missing or unknown field, `case.fact.field` for a wrong value.
    """
    readers = {**required, **(optional or {})}
    if set(required) - set(fact.body) or set(fact.body) - set(readers):
        raise InputRefusedError(
            "case.fact.fields",
            f"the fact {fact.type!r} has not the fields that it needs",
            expected=", ".join(sorted(required)) or "no fields",
            got="missing " + (", ".join(sorted(set(required) - set(fact.body))) or "none") + ", and others that"
            " are not known" * bool(set(fact.body) - set(readers)),
            hint="see docs/cases.md for the fields of each fact",
        )
    found = {}
    for name, value in fact.body.items():
        try:
            found[name] = readers[name](value)
        except (ValueError, TypeError, HoldfastError) as reason:
            expected = str(reason) if isinstance(reason, ValueError) else "a time in ISO 8601"
            raise InputRefusedError(
                "case.fact.field",
                f"the field {name!r} of the fact {fact.type!r} cannot be taken",
                expected=expected,
                got=f"{type(value).__name__} of another form",
                hint="correct it; nothing was recorded",
            ) from None
    return found


def text(limit: int = LINE, *, empty: bool = False) -> Read:
    """Text of at most `limit` signs without control signs, and not blank unless `empty`."""

    def read(value: Any) -> str:
        if not isinstance(value, str) or len(value) > limit or _CONTROL.search(value):
            raise ValueError(f"text of at most {limit} signs")
        if not empty and not value.strip():
            raise ValueError("text that is not blank")
        return value

    return read


def ident(value: Any) -> str:
    """An id inside the case: a small letter, then up to 31 of a-z, 0-9 and hyphen."""
    if not isinstance(value, str) or not _IDENT.match(value):
        raise ValueError("a small letter, then up to 31 of a-z, 0-9 and -")
    return value


def sha256(value: Any) -> str:
    """A SHA-256 in hexadecimal."""
    if not isinstance(value, str) or not _HASH.match(value):
        raise ValueError("64 hexadecimal digits")
    return value


def choice(kind: type[Kind]) -> Read:
    """One member of a closed list, by its value."""

    def read(value: Any) -> Kind:
        try:
            return kind(value)
        except ValueError:
            raise ValueError("one of " + ", ".join(kind)) from None

    return read


def many(read: Read, *, least: int = 0, most: int = 1000) -> Read:
    """A list as a tuple, each element read by `read`."""

    def read_all(value: Any) -> tuple[Any, ...]:
        if not isinstance(value, list | tuple) or not least <= len(value) <= most:
            raise ValueError(f"a list of {least} to {most}")
        return tuple(read(each) for each in value)

    return read_all


def several(read: Read, *, least: int = 0) -> Read:
    """A list as a set."""
    read_all = many(read, least=least)
    return lambda value: frozenset(read_all(value))


def whole(low: int, high: int) -> Read:
    """A whole number within bounds, both included."""

    def read(value: Any) -> int:
        if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
            raise ValueError(f"a whole number from {low} to {high}")
        return value

    return read


def number(low: float, high: float) -> Read:
    """A number within bounds, both included."""

    def read(value: Any) -> float:
        if not isinstance(value, int | float) or isinstance(value, bool) or not low <= value <= high:
            raise ValueError(f"a number from {low:g} to {high:g}")
        return float(value)

    return read


def flag(value: Any) -> bool:
    """True or false."""
    if not isinstance(value, bool):
        raise ValueError("true or false")
    return value


def moment(value: Any) -> datetime:
    """A time in ISO 8601."""
    if not isinstance(value, str):
        raise ValueError("a time in ISO 8601")
    return parse_at(value)


def record(required: Mapping[str, Read], optional: Mapping[str, Read] | None = None) -> Read:
    """An object with exactly these fields."""

    def read(value: Any) -> dict[str, Any]:
        known = {**required, **(optional or {})}
        if not isinstance(value, Mapping) or set(required) - set(value) or set(value) - set(known):
            raise ValueError("an object with " + ", ".join(required))
        return {name: known[name](each) for name, each in value.items()}

    return read
