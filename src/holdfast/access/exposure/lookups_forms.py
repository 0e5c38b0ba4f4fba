"""The forms in which CheckUser's log comes, each read into the same rows: JSON, delimited text, SQL."""

import csv
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from holdfast.access.exposure.lookups_sql import sql_tables
from holdfast.canonical import parse_json
from holdfast.errors import InputRefusedError


class Form(StrEnum):
    """How a file of the log is written."""

    JSON = "json"
    JSON_LINES = "json_lines"
    DELIMITED = "delimited"
    SQL = "sql"


@dataclass(frozen=True, kw_only=True)
class Row:
    """One entry of the log under the API's names: timestamp, checkuser, type, reason, target."""

    values: Mapping[str, str]
    place: str
    number: int | None = None

    def text(self, name: str, *, may_be_empty: bool = False) -> str:
        """The field's text. Raises InputRefusedError `lookups.field` when it is missing or empty."""
        value = self.values.get(name)
        if value is None or (not value and not may_be_empty):
            raise InputRefusedError(
                "lookups.field",
                f"the entry has no {name}",
                expected="timestamp, checkuser, type, reason, target",
                place=self.place,
                hint="the log is damaged, or the account is hidden from the one who fetched it; nothing was taken in",
            )
        return value

    def optional(self, name: str) -> str:
        """The field's text, or nothing."""
        return self.values.get(name) or ""


@dataclass(frozen=True, kw_only=True)
class Answer:
    """Rows that came together. `goes_on_at` is the time of the entry that the API would give next."""

    rows: tuple[Row, ...]
    goes_on_at: str | None = None


def form_of(data: bytes, place: str) -> Form:
    """Which form a file has. Raises InputRefusedError `lookups.form`."""
    text = data.lstrip(b"\xef\xbb\xbf \t\r\n")
    if text.startswith((b"{", b"[")):
        first, _, rest = text.partition(b"\n")
        return Form.JSON_LINES if rest.strip() and _is_json_object(first) else Form.JSON
    if b"insert into" in text.lower():
        return Form.SQL
    if b"cul_timestamp" in text.partition(b"\n")[0].lower():
        return Form.DELIMITED
    raise _refused(
        "lookups.form",
        "this is no form of CheckUser's log that is known",
        place,
        "the API's answer in JSON, an export in JSON, or the table cu_log as CSV, TSV or SQL",
    )


def _is_json_object(line: bytes) -> bool:
    try:
        return isinstance(json.loads(line), dict)
    except ValueError:
        return False


def rows_of(data: bytes, form: Form, place: str) -> Iterator[Answer]:
    """The rows of one file, in the groups in which they came."""
    if form is Form.JSON:
        yield from _from_json(parse_json(data.removeprefix(b"\xef\xbb\xbf"), place=place), place)
    elif form is Form.JSON_LINES:
        values = [
            (number, parse_json(line, place=f"{place}, line {number}"))
            for number, line in enumerate(data.removeprefix(b"\xef\xbb\xbf").split(b"\n"), 1)
            if line.strip()
        ]
        if any("query" in value or "errors" in value for _, value in values):
            for number, value in values:
                yield from _from_json(value, f"{place}, line {number}")
        else:
            yield _from_list([value for _, value in values], [f"{place}, line {number}" for number, _ in values])
    elif form is Form.SQL:
        yield _from_tables(sql_tables(data, place), place)
    else:
        yield _from_delimited(data, place)


def _from_json(value: Any, place: str) -> Iterator[Answer]:
    """An answer of the API, a list of them, a list of entries, or an object of tables."""
    if isinstance(value, list) and value and all(isinstance(each, dict) and "query" in each for each in value):
        for number, each in enumerate(value, 1):
            yield from _from_json(each, f"{place}, answer {number}")
    elif isinstance(value, list):
        yield _from_list(value, [f"{place}, entry {number}" for number in range(1, len(value) + 1)])
    elif isinstance(value, dict) and ("errors" in value or "error" in value):
        raise _denied(value, place)
    elif isinstance(value, dict) and "query" in value:
        yield _from_answer(value, place)
    elif isinstance(value, dict) and "cu_log" in value:
        yield _from_tables(value, place)
    elif isinstance(value, dict) and isinstance(value.get("checkuserlog"), dict | list):
        inner = value["checkuserlog"]
        yield from _from_json(inner.get("entries") if isinstance(inner, dict) else inner, place)
    elif isinstance(value, dict) and isinstance(value.get("entries"), list):
        yield from _from_json(value["entries"], place)
    else:
        raise _refused(
            "lookups.form", "this JSON is no CheckUser log", place, "query.checkuserlog, a list, or cu_log"
        )


def _from_answer(value: Mapping[str, Any], place: str) -> Answer:
    log = value["query"].get("checkuserlog") if isinstance(value["query"], dict) else None
    entries = log.get("entries") if isinstance(log, dict) else None
    if not isinstance(entries, list):
        raise _refused(
            "lookups.form",
            "the API answered without the log: the wiki has no CheckUser, or another list was asked for",
            place,
            "query.checkuserlog.entries",
        )
    more = value.get("continue")
    goes_on = str(more.get("culcontinue", "")).partition("|")[0] if isinstance(more, dict) else None
    if goes_on == "":
        raise _refused("lookups.form", "the answer goes on, but does not say where", place, "continue.culcontinue")
    rows = _from_list(entries, [f"{place}, entry {number}" for number in range(1, len(entries) + 1)]).rows
    return Answer(rows=rows, goes_on_at=_api_time(goes_on) if goes_on else None)


def _api_time(text: str) -> str:
    """The API continues by ISO time, older ones by 14 digits; entries have ISO time."""
    if len(text) == 14 and text.isdecimal():
        return f"{text[:4]}-{text[4:6]}-{text[6:8]}T{text[8:10]}:{text[10:12]}:{text[12:]}Z"
    return text


def _denied(value: Mapping[str, Any], place: str) -> InputRefusedError:
    """The API's refusal, by its code; its text is another's and is not repeated."""
    errors = value.get("errors") or [value.get("error")]
    code = errors[0].get("code") if isinstance(errors, list) and isinstance(errors[0], dict) else None
    return InputRefusedError(
        "lookups.denied",
        "the wiki refused to show the log",
        got=str(code)[:60],
        place=place,
        hint="the account that fetches it needs the right checkuser-log",
    )


def _from_list(entries: Sequence[Any], places: Sequence[str]) -> Answer:
    if any(isinstance(each, dict) and "cul_timestamp" in each for each in entries):
        return _table_rows(entries, places, {}, {})
    rows = []
    for entry, place in zip(entries, places, strict=True):
        if not isinstance(entry, dict):
            raise _refused("lookups.field", "the entry is no object", place, "an object")
        rows.append(Row(values=_texts(entry, place), place=place))
    return Answer(rows=tuple(rows))


def _from_tables(tables: Mapping[str, Any], place: str) -> Answer:
    """Rows of cu_log, with names and reasons from `actor` and `comment` where the newer tables keep them there."""
    log = tables.get("cu_log")
    if not isinstance(log, list):
        raise _refused("lookups.form", "there is no table cu_log here", place, "cu_log")
    actors = _column(tables, "actor", "actor_id", "actor_name", place)
    comments = _column(tables, "comment", "comment_id", "comment_text", place)
    places = [f"{place}, cu_log row {number}" for number in range(1, len(log) + 1)]
    return _table_rows(log, places, actors, comments)


def _column(tables: Mapping[str, Any], table: str, key: str, value: str, place: str) -> dict[str, str]:
    found = {}
    for number, row in enumerate(tables.get(table) or [], 1):
        if not isinstance(row, dict) or row.get(key) is None or row.get(value) is None:
            raise _refused("lookups.field", f"a row of {table} is damaged", f"{place}, {table} row {number}", value)
        found[str(row[key])] = str(row[value])
    return found


def _from_delimited(data: bytes, place: str) -> Answer:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as reason:
        line = data.count(b"\n", 0, reason.start) + 1
        raise _refused("lookups.form", "the text is not UTF-8", f"{place}, line {line}", "UTF-8") from None
    header = text.partition("\n")[0]
    # `mysql -B` quotes nothing and escapes with backslashes; a CSV quotes
    is_tsv = "\t" in header
    reader = csv.reader(
        io.StringIO(text, newline=""),
        delimiter="\t" if is_tsv else ",",
        quoting=csv.QUOTE_NONE if is_tsv else csv.QUOTE_MINIMAL,
        strict=True,
    )
    rows: list[dict[str, str | None]] = []
    places: list[str] = []
    try:
        names = [name.strip() for name in next(reader)]
        for fields in reader:
            where = f"{place}, line {reader.line_num}"
            if not fields:
                continue
            if len(fields) != len(names):
                raise _refused("lookups.field", f"the row has {len(fields)} fields", where, f"{len(names)} fields")
            shown = [_unescaped(each) if is_tsv else each for each in fields]
            rows.append(dict(zip(names, shown, strict=True)))
            places.append(where)
    except csv.Error as reason:
        raise _refused(
            "lookups.form",
            "this row is not delimited as it should be",
            f"{place}, line {reader.line_num}",
            str(reason),
        ) from None
    return _table_rows(rows, places, {}, {})


_ESCAPES = {"\\t": "\t", "\\n": "\n", "\\\\": "\\", "\\0": "\0", "\\r": "\r"}


def _unescaped(text: str) -> str | None:
    if text in ("NULL", "\\N"):
        return None
    pieces, position = [], 0
    while position < len(text):
        pair = text[position : position + 2]
        pieces.append(_ESCAPES.get(pair, text[position]))
        position += 2 if pair in _ESCAPES else 1
    return "".join(pieces)


def _table_rows(
    entries: Sequence[Any], places: Sequence[str], actors: Mapping[str, str], comments: Mapping[str, str]
) -> Answer:
    rows = []
    for entry, place in zip(entries, places, strict=True):
        if not isinstance(entry, Mapping):
            raise _refused("lookups.field", "the row is no object", place, "an object")
        values = _texts(entry, place)
        number = values.get("cul_id", "")
        rows.append(
            Row(
                values={
                    "timestamp": values.get("cul_timestamp", ""),
                    "checkuser": _elsewhere(values, "cul_user_text", "actor_name", "cul_actor", actors, place),
                    "type": values.get("cul_type", ""),
                    "reason": _elsewhere(values, "cul_reason", "comment_text", "cul_reason_id", comments, place),
                    "target": values.get("cul_target_text", ""),
                    "target_hex": values.get("cul_target_hex", ""),
                    "range_start": values.get("cul_range_start", ""),
                    "range_end": values.get("cul_range_end", ""),
                },
                place=place,
                number=int(number) if number.isdecimal() else None,
            )
        )
    return Answer(rows=tuple(rows))


def _elsewhere(
    values: Mapping[str, str], name: str, joined: str, key: str, table: Mapping[str, str], place: str
) -> str:
    """A text that older tables keep in the row and newer ones in a table of their own."""
    number = values.get(key, "")
    if values.get(name):
        return values[name]
    if joined in values:
        return values[joined]
    if number not in ("", "0"):
        if number in table:
            return table[number]
        if name not in values or key == "cul_reason_id":
            raise _refused(
                "lookups.actor" if key == "cul_actor" else "lookups.reason_elsewhere",
                f"{name} stands in another table, which is not here",
                place,
                f"the table {joined.partition('_')[0]} beside cu_log, or a column {joined}",
            )
    return values.get(name, "")


def _texts(entry: Mapping[str, Any], place: str) -> dict[str, str]:
    found = {}
    for name, value in entry.items():
        if isinstance(value, bool) or not isinstance(value, str | int | None):
            raise _refused("lookups.field", f"{name} is neither text nor number", place, "text or number")
        if value is not None:
            found[str(name)] = str(value)
    return found


def _refused(code: str, what: str, place: str, expected: str) -> InputRefusedError:
    return InputRefusedError(
        code, what, expected=expected, place=place, hint="give the file as it was fetched; nothing was taken in"
    )
