"""What every kind of entry declares, and the check that its schema compiles to.

The schemas are plain JSON Schema (2020-12), kept to the few keywords below, so that a check costs microseconds.
A test holds this check against the `jsonschema` library.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from holdfast.errors import InputRefusedError, UsageError

Check = Callable[[Any, str], str]
"""`check(value, place)` is empty when the value fits, else says what does not."""

TEXT: Mapping[str, Any] = {"type": "string", "minLength": 1, "maxLength": 60000}
NAME: Mapping[str, Any] = {"type": "string", "minLength": 1, "maxLength": 200}
DIGEST: Mapping[str, Any] = {"type": "string", "pattern": r"^[0-9a-f]{64}$"}
AT: Mapping[str, Any] = {
    "type": "string",
    "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?(Z|[+-]\d\d:\d\d)$",
}
DAY: Mapping[str, Any] = {"type": "string", "pattern": r"^\d{4}-\d\d-\d\d$"}
COUNT: Mapping[str, Any] = {"type": "integer", "minimum": 0}
DETAILS: Mapping[str, Any] = {"type": "object"}


def one_of(*values: str) -> Mapping[str, Any]:
    """The schema of a closed list of words."""
    return {"enum": list(values)}


def fields(required: Mapping[str, Any], optional: Mapping[str, Any] | None = None) -> Mapping[str, Any]:
    """The schema of an object: these fields and no others; `details` may hold what no field is for."""
    return {
        "type": "object",
        "properties": {**required, **(optional or {}), "details": DETAILS},
        "required": list(required),
        "additionalProperties": False,
    }


@dataclass(frozen=True, kw_only=True)
class Kind:
    """One kind of entry."""

    name: str
    means: str
    """One line for people: what such an entry says."""
    schema: Mapping[str, Any]
    _check: Check = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_check", compile_schema(self.schema))

    def check(self, payload: Any) -> None:
        """Return when the payload fits. Raises InputRefusedError `record.entry.payload`, naming the field."""
        problem = self._check(payload, "payload")
        if problem:
            raise InputRefusedError(
                "record.entry.payload",
                f"this is no {self.name}",
                got=problem,
                hint="docs/record.md lists the fields of every kind",
            )


_TYPES: Mapping[str, Callable[[Any], bool]] = {
    "string": lambda value: isinstance(value, str),
    "object": lambda value: isinstance(value, dict),
    "array": lambda value: isinstance(value, list),
    "boolean": lambda value: isinstance(value, bool),
    "null": lambda value: value is None,
    "number": lambda value: isinstance(value, int | float) and not isinstance(value, bool),
    "integer": lambda value: (
        (isinstance(value, int) and not isinstance(value, bool)) or (isinstance(value, float) and value.is_integer())
    ),
}


def compile_schema(schema: Mapping[str, Any]) -> Check:
    """The check of one schema. Raises UsageError `record.kind.schema` for a keyword it does not know."""
    makers: Mapping[str, Callable[[Any], Check]] = {
        "type": _type,
        "enum": _enum,
        "pattern": _pattern,
        "minLength": lambda limit: _bound(str, len, lambda size: size >= limit, f"shorter than {limit}"),
        "maxLength": lambda limit: _bound(str, len, lambda size: size <= limit, f"longer than {limit} characters"),
        "minimum": lambda limit: _bound((int, float), lambda x: x, lambda x: x >= limit, f"below {limit}"),
        "items": _items,
        "required": _required,
    }
    checks: list[Check] = []
    for keyword, value in schema.items():
        if keyword in makers:
            checks.append(makers[keyword](value))
        elif keyword == "properties":
            checks.append(_properties(value, closed=schema.get("additionalProperties") is False))
        elif keyword != "additionalProperties" or value is not False:
            raise UsageError("record.kind.schema", "a kind uses a keyword that is not checked", got=keyword)

    def check(value: Any, place: str) -> str:
        for each in checks:
            problem = each(value, place)
            if problem:
                return problem
        return ""

    return check


def _type(names: str | list[str]) -> Check:
    wanted = [names] if isinstance(names, str) else names
    tests = [_TYPES[name] for name in wanted]
    text = " or ".join(wanted)
    return lambda value, place: "" if any(test(value) for test in tests) else f"{place} is not {text}"


def _enum(values: list[Any]) -> Check:
    # True == 1 in Python, not in JSON
    known = [(type(value), value) for value in values]
    return lambda value, place: (
        "" if (type(value), value) in known else f"{place} is none of {', '.join(map(str, values))}"
    )


def _pattern(pattern: str) -> Check:
    # $ matches before a last line end in Python, not in ECMA-262
    test = re.compile(pattern[:-1] + r"\Z" if pattern.endswith("$") else pattern, re.ASCII).search
    return lambda value, place: "" if not isinstance(value, str) or test(value) else f"{place} has another form"


def _bound(types: Any, measure: Callable[[Any], Any], fits: Callable[[Any], bool], text: str) -> Check:
    def check(value: Any, place: str) -> str:
        counts = isinstance(value, types) and not isinstance(value, bool)
        return f"{place} is {text}" if counts and not fits(measure(value)) else ""

    return check


def _items(schema: Mapping[str, Any]) -> Check:
    inner = compile_schema(schema)

    def check(value: Any, place: str) -> str:
        if isinstance(value, list):
            for at, item in enumerate(value):
                problem = inner(item, f"{place}[{at}]")
                if problem:
                    return problem
        return ""

    return check


def _required(names: list[str]) -> Check:
    def check(value: Any, place: str) -> str:
        if isinstance(value, dict):
            for name in names:
                if name not in value:
                    return f"{place} lacks {name}"
        return ""

    return check


def _properties(schemas: Mapping[str, Mapping[str, Any]], *, closed: bool) -> Check:
    inner = {name: compile_schema(schema) for name, schema in schemas.items()}

    def check(value: Any, place: str) -> str:
        if isinstance(value, dict):
            for name, item in value.items():
                test = inner.get(name)
                if test is not None:
                    problem = test(item, f"{place}.{name}")
                    if problem:
                        return problem
                elif closed:
                    return f"{place} has a field {name[:40]!r} that is not on its list"
        return ""

    return check
