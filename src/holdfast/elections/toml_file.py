"""TOML read exactly, with the line of every key, so that a contradiction can be reported by its lines."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema

from holdfast.canonical import parse_json, sha256_hex
from holdfast.errors import InputRefusedError, UsageError

KeyPath = tuple[str | int, ...]

_TABLE = re.compile(r"\s*(\[\[?)\s*(.+?)\s*\]\]?\s*(?:#.*)?$")
_KEY = re.compile(r"""\s*((?:"[^"]*"|'[^']*'|[A-Za-z0-9_-]+)(?:\s*\.\s*(?:"[^"]*"|'[^']*'|[A-Za-z0-9_-]+))*)\s*=""")


@dataclass(frozen=True, kw_only=True)
class TomlFile:
    """A parsed file: decimals are `Decimal`, never floating point."""

    place: str
    data: dict[str, Any]
    lines: Mapping[KeyPath, int]
    sha256: str

    def line(self, *path: str | int) -> int:
        """The line (from 1) where a key stands, or where the nearest table that holds it begins."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)

    def at(self, *path: str | int) -> str:
        """The place of a key as errors write it."""
        return f"{self.place}, line {self.line(*path)}"


def read_toml(path: Path) -> TomlFile:
    """A TOML file. Raises UsageError `toml.no_file`, InputRefusedError `toml.unreadable` with the parser's line."""
    if not path.is_file():
        raise UsageError("toml.no_file", "there is no such file", place=str(path))
    return parse_toml(path.read_bytes(), str(path))


def parse_toml(data: bytes, place: str) -> TomlFile:
    """The same from bytes."""
    try:
        text = data.decode("utf-8-sig")
        found = tomllib.loads(text, parse_float=_decimal)
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as reason:
        raise InputRefusedError(
            "toml.unreadable",
            "this is not TOML",
            got=str(reason)[:200],
            place=place,
            hint="correct the file; nothing was changed",
        ) from None
    return TomlFile(place=place, data=found, lines=_lines(text), sha256=sha256_hex(data))


def _decimal(text: str) -> Decimal:
    return Decimal(text.replace("_", ""))


def _lines(text: str) -> dict[KeyPath, int]:
    """The line of each table and key. Values that span lines are found by letting the parser try."""
    found: dict[KeyPath, int] = {(): 1}
    table: KeyPath = ()
    lists: dict[KeyPath, int] = {}
    lines = text.splitlines()
    number = 0
    while number < len(lines):
        line = lines[number]
        number += 1
        header = _TABLE.match(line)
        if header and "=" not in header[2].split('"')[0]:
            table = _resolve(_names(header[2]), lists)
            if header[1] == "[[":
                lists[table] = lists.get(table, -1) + 1
                found.setdefault(table, number)
                table = (*table, lists[table])
            found[table] = number
            continue
        key = _KEY.match(line)
        if not key:
            continue
        path = (*table, *_names(key[1]))
        for depth in range(len(table) + 1, len(path) + 1):
            found.setdefault(path[:depth], number)
        start = number - 1
        while number < len(lines) and not _parses("\n".join(lines[start:number])):
            number += 1
    return found


def _resolve(names: KeyPath, lists: dict[KeyPath, int]) -> KeyPath:
    """A header's path with the number of the current item behind every list of tables on the way."""
    path: KeyPath = ()
    for position, name in enumerate(names):
        path = (*path, name)
        if path in lists and position < len(names) - 1:
            path = (*path, lists[path])
    return path


def _names(text: str) -> KeyPath:
    return tuple(part.strip("\"'") for part in re.findall(r"\"[^\"]*\"|'[^']*'|[A-Za-z0-9_-]+", text))


def _parses(text: str) -> bool:
    try:
        tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return False
    return True


def check_schema(file: TomlFile, schema: str) -> None:
    """Check a file against one of the published schemas in `schemas/`.

    Raises InputRefusedError `toml.number` for NaN or infinity, `toml.schema` for the first thing that does not fit,
    each with its line.
    """
    _refuse_not_finite(file, file.data, ())
    rules = parse_json(schema_bytes(schema), place=schema)
    checker = jsonschema.Draft202012Validator(rules)
    errors = sorted(checker.iter_errors(file.data), key=lambda error: [str(step) for step in error.absolute_path])
    if errors:
        error = jsonschema.exceptions.best_match(errors)
        path = tuple(error.absolute_path)
        raise InputRefusedError(
            "toml.schema",
            f"{'.'.join(str(step) for step in path) or 'the file'} does not fit the schema: {error.message[:200]}",
            place=file.at(*path),
            hint=f"holdfast election schema {schema.removesuffix('.schema.json')} prints the schema",
        )


def schema_bytes(name: str) -> bytes:
    """One of the published schemas."""
    return files("holdfast.elections").joinpath("schemas", name).read_bytes()


def schemas() -> tuple[str, ...]:
    """The names of the published schemas."""
    folder = files("holdfast.elections").joinpath("schemas")
    return tuple(sorted(each.name.removesuffix(".schema.json") for each in folder.iterdir()))


def _refuse_not_finite(file: TomlFile, value: Any, path: KeyPath) -> None:
    if isinstance(value, Decimal) and not value.is_finite():
        raise InputRefusedError(
            "toml.number",
            f"{'.'.join(str(step) for step in path)} is no number",
            expected="a finite number",
            got=str(value),
            place=file.at(*path),
        )
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, each in pairs:
        _refuse_not_finite(file, each, (*path, key))


def exact(value: int | Decimal | str) -> Fraction:
    """A number of a file as an exact fraction: 0.7, 70 or "2/3". Raises ValueError for anything else."""
    if isinstance(value, str):
        whole, slash, part = value.partition("/")
        if not slash or not whole.strip().isdecimal() or not part.strip().isdecimal() or int(part) == 0:
            raise ValueError(value)
        return Fraction(int(whole), int(part))
    return Fraction(value)
