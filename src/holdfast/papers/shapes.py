"""The shape of a document as a JSON schema, made from a dataclass's fields or committed, and held against a file."""

import difflib
import math
import re
import types
import typing
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import jsonschema

from holdfast.errors import Problem
from holdfast.papers.documents import Document, KeyPath, refuse
from holdfast.papers.nearest import unknown_name

DRAFT = "https://json-schema.org/draft/2020-12/schema"
_PLAIN: Mapping[type, str] = {str: "string", bool: "boolean", int: "integer", float: "number"}


def object_of(
    kind: Any, *, without: Iterable[str] = (), least: int | None = None, own: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """The JSON schema of a table that becomes a dataclass.

    A field with a default may be left out. `least` is the smallest number of every field of numbers; `own` holds
    the schemas of fields whose form in the file is not their type.
    """
    hints = typing.get_type_hints(kind)
    names = [each for each in fields(kind) if each.name not in set(without)]
    return {
        "type": "object",
        "required": [each.name for each in names if _is_needed(each)],
        "additionalProperties": False,
        "properties": {
            each.name: dict(own[each.name]) if own and each.name in own else _of(hints[each.name], least)
            for each in names
        },
    }


def _is_needed(each: "Field[Any]") -> bool:
    return each.default is MISSING and each.default_factory is MISSING


def _of(hint: Any, least: int | None) -> dict[str, Any]:
    origin, inner = typing.get_origin(hint), typing.get_args(hint)
    if origin in (types.UnionType, typing.Union):
        return _of(next(each for each in inner if each is not type(None)), least)
    if isinstance(hint, type) and is_dataclass(hint):
        return object_of(hint, least=least)
    if origin in (tuple, frozenset):
        return {"type": "array", "items": _of(inner[0], least)}
    if hint in _PLAIN:
        number = {"minimum": least} if hint in (int, float) and least is not None else {}
        return {"type": _PLAIN[hint], **number}
    return {"type": "object"}


def published(title: str, shape: Mapping[str, Any]) -> dict[str, Any]:
    """A shape as it is published."""
    return {"$schema": DRAFT, "title": title, **shape}


def check_shape(
    file: Document,
    schema: Mapping[str, Any],
    *,
    code: str,
    what: str = "the file does not fit the schema",
    hint: str = "correct the file; nothing was changed",
    codes: Mapping[str, str] | None = None,
) -> None:
    """Raise InputRefusedError with everything in a document that does not fit.

    `codes` gives unknown fields (`unknown`), missing ones (`missing`) and numbers that are none (`number`) codes of
    their own; the error has the code of its first problem.
    """
    own = {"unknown": code, "missing": code, "number": code, **(codes or {})}
    problems = [*_not_finite(file, file.data, (), own["number"])]
    checker = jsonschema.Draft202012Validator(schema)
    for error in checker.iter_errors(file.data):
        problems += _problems(file, error, code, own)
    problems = sorted(dict.fromkeys(problems), key=lambda each: (each.line, each.column))
    refuse(problems, code=problems[0].code if problems else code, what=what, place=file.place, hint=hint)


def _problems(
    file: Document, error: jsonschema.ValidationError, code: str, codes: Mapping[str, str]
) -> Iterator[Problem]:
    if error.context:
        error = jsonschema.exceptions.best_match([error])
    path: KeyPath = tuple(error.absolute_path)
    schema: Any = error.schema
    value: Any = error.instance
    wanted: Any = error.validator_value
    if error.validator == "additionalProperties" and wanted is False:
        known, like = schema.get("properties", {}), schema.get("patternProperties", {})
        for name in value:
            if name not in known and not any(re.search(each, name) for each in like):
                yield file.problem(codes["unknown"], unknown_name("field", name, known), *path, name)
    elif error.validator == "required":
        for name in wanted:
            if name not in value:
                yield file.problem(codes["missing"], f"{name} is missing", *path)
    else:
        yield file.problem(code, _words(str(error.validator), wanted, value, path, error.message), *path)


def _words(kind: str, rule: Any, found: Any, path: KeyPath, message: str) -> str:
    name, value = _dotted(path), _shown(found)
    if kind == "enum":
        near = difflib.get_close_matches(str(found), [str(each) for each in rule], n=1)
        return f"{name} is {value}; wanted: {', '.join(map(str, rule))}" + (f"; {near[0]} is meant?" if near else "")
    wanted = {
        "type": f"a value of the type {rule}",
        "minimum": f"{rule} or more",
        "maximum": f"{rule} or less",
        "const": f"{rule!r}",
        "minLength": "a text that is not empty",
        "pattern": f"a text like {rule}",
        "minItems": f"{rule} or more of them",
    }.get(kind)
    return f"{name} is {value}; wanted: {wanted}" if wanted else f"{name} does not fit: {message[:200]}"


def _dotted(path: KeyPath) -> str:
    return ".".join(str(step) for step in path) or "the file"


def _shown(value: Any) -> str:
    if isinstance(value, Decimal | date):
        return str(value)
    return "a table" if isinstance(value, dict) else "a list" if isinstance(value, list) else repr(value)[:40]


def _not_finite(file: Document, value: Any, path: KeyPath, code: str) -> Iterator[Problem]:
    if isinstance(value, Decimal | float) and not math.isfinite(value):
        yield file.problem(code, f"{_dotted(path)} is no finite number", *path)
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, each in pairs:
        yield from _not_finite(file, each, (*path, key), code)
