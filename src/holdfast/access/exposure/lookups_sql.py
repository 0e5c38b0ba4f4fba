"""Rows of SQL dumps: `INSERT INTO` of MySQL, MariaDB and SQLite, with the columns of `CREATE TABLE`."""

import re
from collections.abc import Iterator

from holdfast.errors import InputRefusedError

_WANTED = ("cu_log", "actor", "comment")
_NAME = r"[`\"\[]?(?:\w+[`\"\]]?\.[`\"\[]?)?(?P<table>\w+)[`\"\]]?"
_CREATE = re.compile(rf"CREATE\s+TABLE\s+(?:IF\s+NOT\s+EXISTS\s+)?{_NAME}\s*\(", re.IGNORECASE)
_INSERT = re.compile(
    rf"(?:INSERT|REPLACE)\s+(?:IGNORE\s+)?INTO\s+{_NAME}\s*(?:\((?P<columns>[^)]*)\)\s*)?VALUES\s*", re.IGNORECASE
)
_NOT_COLUMNS = {"primary", "unique", "key", "index", "constraint", "fulltext", "foreign", "check"}
_QUOTED = re.compile(r"'(?:[^'\\]|\\.|'')*+'", re.DOTALL)
_SPACE = re.compile(r"\s*")
_VALUE = re.compile(
    r"(?P<null>NULL)\b|(?P<number>-?\d+(?:\.\d+)?)|(?:_\w+\s*)?(?P<hex>0x[0-9A-Fa-f]*|[xX]'[0-9A-Fa-f]*')"
    r"|(?:_\w+\s*)?(?P<quote>')",
    re.IGNORECASE,
)
_BRACKETS = {
    r"(?m)^-- (?:MySQL|MariaDB) dump": r"(?m)^-- Dump completed",
    r"(?im)^BEGIN TRANSACTION;": r"(?im)^COMMIT;",
}
_ESCAPED = {"0": "\0", "b": "\b", "n": "\n", "r": "\r", "t": "\t", "Z": "\x1a"}


def sql_tables(data: bytes, place: str) -> dict[str, list[dict[str, str | None]]]:
    """The rows of cu_log, actor and comment in a dump, by table; other tables are passed over.

    Raises InputRefusedError `lookups.sql`, naming the line, for anything that is not read exactly.
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as reason:
        before = data[: reason.start].decode("utf-8", "replace")
        raise _refused("the dump is not UTF-8", before, len(before), place) from None
    columns: dict[str, list[str]] = {}
    tables: dict[str, list[dict[str, str | None]]] = {}
    # SQLite knows no backslash escapes; its dumps begin so, and never quote names with grave accents
    backslash = not re.match(r"(?:\s|--[^\n]*\n)*(?:PRAGMA|BEGIN TRANSACTION)", text, re.IGNORECASE)
    _refuse_cut(text, place)
    for start, end in _statements(text, place, backslash=backslash):
        create = _CREATE.match(text, start, end)
        insert = _INSERT.match(text, start, end)
        if create:
            columns[_table(create)] = list(_column_names(text[create.end() : end]))
        elif insert and _table(insert) in _WANTED:
            named = [each.strip(' `"[]\n\r\t') for each in (insert["columns"] or "").split(",") if each.strip()]
            names = named or columns.get(_table(insert))
            if not names:
                raise _refused("the columns are neither in CREATE TABLE nor in INSERT", text, start, place)
            rows = tables.setdefault(_table(insert), [])
            for position, values in _tuples(text, insert.end(), end, place, backslash=backslash):
                if len(values) != len(names):
                    raise _refused(f"a row has {len(values)} values for {len(names)} columns", text, position, place)
                rows.append(dict(zip(names, values, strict=True)))
    if "cu_log" not in tables and "cu_log" in columns:
        tables["cu_log"] = []
    return tables


def _refuse_cut(text: str, place: str) -> None:
    """A dump that has its program's first words must have its last ones."""
    for first, last in _BRACKETS.items():
        if re.search(first, text[:2000]) and not re.search(last, text[-2000:]):
            raise _refused("the dump has a beginning and no end: it is cut short", text, len(text), place)


def _table(found: re.Match[str]) -> str:
    """The table's name without a wiki's prefix, as far as it is one of those wanted."""
    name = found["table"].lower()
    return next((each for each in _WANTED if name == each or name.endswith(f"_{each}")), name)


def _statements(text: str, place: str, *, backslash: bool) -> Iterator[tuple[int, int]]:
    """Where each statement begins and ends, outside quotes and the comments between statements."""
    quoted = r"'(?:[^'\\]|\\.|'')*+'" if backslash else r"'(?:[^']|'')*+'"
    comment = r"(?P<comment>--[^\n]*|\#[^\n]*|/\*.*?\*/)"
    token = re.compile(rf"{comment}|(?P<end>;)|{quoted}|\"[^\"]*+\"|`[^`]*+`", re.DOTALL)
    start = 0
    for found in token.finditer(text):
        if found["end"]:
            yield _skip(text, start), found.start()
            start = found.end()
        elif found["comment"] and not text[start : found.start()].strip():
            start = found.end()
    if text[start:].strip():
        raise _refused("the last statement has no end: the dump is cut short", text, start, place)


def _skip(text: str, position: int) -> int:
    found = _SPACE.match(text, position)
    return found.end() if found else position


def _column_names(body: str) -> Iterator[str]:
    """The names that a CREATE TABLE gives, by the first word of each of its parts."""
    depth, part = 0, ""
    for sign in _QUOTED.sub("''", body):
        depth += {"(": 1, ")": -1}.get(sign, 0)
        if depth < 0:
            break
        if sign == "," and depth == 0:
            yield from _column(part)
            part = ""
        else:
            part += sign
    yield from _column(part)


def _column(part: str) -> Iterator[str]:
    words = part.split()
    if words and words[0].lower() not in _NOT_COLUMNS:
        yield words[0].strip('`"[]')


def _tuples(
    text: str, position: int, end: int, place: str, *, backslash: bool
) -> Iterator[tuple[int, list[str | None]]]:
    while True:
        position = _skip(text, position)
        if position >= end or text[position] != "(":
            raise _refused(
                "a row does not begin with a bracket: the dump is cut short or damaged", text, position, place
            )
        start, values = position, []
        position += 1
        while True:
            value, position = _value(text, _skip(text, position), end, place, backslash=backslash)
            values.append(value)
            position = _skip(text, position)
            sign = text[position : position + 1] if position < end else ""
            position += 1
            if sign == ")":
                break
            if sign != ",":
                raise _refused(
                    "a value is not followed by a comma or bracket: cut short or damaged", text, position, place
                )
        yield start, values
        position = _skip(text, position)
        if position >= end:
            return
        if text[position] != ",":
            raise _refused("rows are not set apart by commas", text, position, place)
        position += 1


def _value(text: str, position: int, end: int, place: str, *, backslash: bool) -> tuple[str | None, int]:
    found = _VALUE.match(text, position, end)
    if found is None:
        raise _refused("this is no value of a dump", text, position, place)
    if found["null"]:
        return None, found.end()
    if found["number"]:
        return found["number"], found.end()
    if found["hex"]:
        digits = found["hex"].strip("xX'").removeprefix("0x")
        try:
            return bytes.fromhex(digits).decode("utf-8"), found.end()
        except ValueError:
            raise _refused("a value in hexadecimal is no text", text, position, place) from None
    return _quoted(text, found.end(), end, place, backslash=backslash)


def _quoted(text: str, position: int, end: int, place: str, *, backslash: bool) -> tuple[str, int]:
    start, pieces = position, []
    while position < end:
        sign = text[position]
        if sign == "\\" and backslash and position + 1 < end:
            pieces.append(_ESCAPED.get(text[position + 1], text[position + 1]))
            position += 2
        elif sign == "'" and text[position + 1 : position + 2] == "'":
            pieces.append("'")
            position += 2
        elif sign == "'":
            return "".join(pieces), position + 1
        else:
            pieces.append(sign)
            position += 1
    raise _refused("a text has no end: the dump is cut short", text, start, place)


def _refused(what: str, text: str, position: int, place: str) -> InputRefusedError:
    return InputRefusedError(
        "lookups.sql",
        what,
        place=f"{place}, line {text.count(chr(10), 0, position) + 1}",
        hint="dump the tables again; nothing was taken in",
    )
