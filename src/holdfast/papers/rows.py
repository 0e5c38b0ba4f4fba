"""Tables (CSV) and lists (one on each line) as people write them: every bad line is named, none is passed over."""

import csv
import io
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar

from holdfast.errors import HoldfastError, Problem
from holdfast.papers.decoding import UTF_8, check_size, decoded
from holdfast.papers.documents import Mark, refuse
from holdfast.papers.nearest import unknown_name

T = TypeVar("T")
_LONGEST = 200  # signs in a cell, unless its column says otherwise; chosen
_QUOTED = re.compile(r'"[^"]*(?:""[^"]*)*"')


@dataclass(frozen=True, kw_only=True)
class Column:
    """One column of a table: what it holds, how a cell is read, and whether it may be left out or empty."""

    meaning: str
    must: bool = True
    """Whether the header must name it."""
    filled: bool = False
    """Whether each cell must hold something."""
    values: Sequence[str] = ()
    """The closed list of what a cell may hold; empty: any text."""
    longest: int | None = _LONGEST


@dataclass(frozen=True, kw_only=True)
class Table:
    """The declaration of a kind of table; `code` is that of its errors, with `header`, `rows` where they have own."""

    name: str
    title: str
    columns: Mapping[str, Column]
    code: str
    header_code: str = ""
    encoding_code: str = ""
    hint: str = "correct the file; nothing was taken from it"
    delimiters: str = ",;\t"
    own_codes: bool = False
    """Whether a file with problems of one code alone is refused with that code."""
    open: bool = False
    """Whether columns that are not declared are passed over."""

    def schema(self) -> dict[str, Any]:
        """The JSON schema of the table's rows."""
        return {
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "title": self.title,
            "description": "A table in CSV; each row is one object, each cell a text.",
            "type": "array",
            "items": {
                "type": "object",
                "required": [name for name, each in self.columns.items() if each.must],
                "additionalProperties": self.open,
                "properties": {name: _column_schema(each) for name, each in self.columns.items()},
            },
        }


def _column_schema(column: Column) -> dict[str, Any]:
    found: dict[str, Any] = {"type": "string", "description": column.meaning}
    if column.values:
        found["enum"] = list(column.values) if column.filled else [*column.values, ""]
    if column.filled:
        found["minLength"] = 1
    if column.longest:
        found["maxLength"] = column.longest
    return found


@dataclass(frozen=True, kw_only=True)
class Row:
    """One row: its cells, without spaces around them, by column; a column that the file has not is empty."""

    place: str
    line: int
    cells: Mapping[str, str]
    marks: Mapping[str, Mark]

    def __getitem__(self, name: str) -> str:
        return self.cells.get(name, "")

    @property
    def at(self) -> str:
        """The place of the row as errors write it."""
        return f"{self.place}:{self.line}"


class CellError(ValueError):
    """What a cell holds cannot be taken."""

    def __init__(self, what: str, column: str = "", *, code: str = "") -> None:
        super().__init__(what)
        self.what, self.column, self.code = what, column, code


def day_in(row: Row, name: str) -> date:
    """The day in a cell. Raises CellError for anything else."""
    try:
        return date.fromisoformat(row[name])
    except ValueError:
        raise CellError(f"{name} is {row[name][:20]!r}; wanted: a day such as 2026-11-23", name) from None


def read_table(
    data: bytes, table: Table, read: Callable[[Row], T], *, place: str = "", encoding: str = UTF_8
) -> list[T]:
    """What `read` makes of each row. An empty line is passed over; cells are held against their declarations first.

    Raises InputRefusedError: the table's codes, with every line that cannot be read; `read` tells of a row by
    CellError or an error of the house.
    """
    found: list[T] = []
    found_problems: list[Problem] = []
    for row, problems in rows_of(data, table, place=place, encoding=encoding):
        if row is None or problems:
            found_problems += problems
            continue
        try:
            found.append(read(row))
        except CellError as odd:
            line, column = row.marks.get(odd.column, (row.line, 1))
            code = odd.code or table.code
            found_problems.append(Problem(code=code, what=odd.what, place=place, line=line, column=column))
        except HoldfastError as odd:
            what = odd.what + (f", expected {odd.expected}" if odd.expected else "")
            found_problems.append(Problem(code=odd.code, what=what, place=place, line=row.line, column=1))
    codes = {each.code for each in found_problems}
    refuse(
        found_problems,
        code=codes.pop() if table.own_codes and len(codes) == 1 else table.code,
        what=f"{len(found_problems)} problem(s) in {table.title}",
        place=place,
        hint=table.hint,
    )
    return found


def rows_of(
    data: bytes, table: Table, *, place: str, encoding: str = UTF_8
) -> Iterator[tuple[Row | None, list[Problem]]]:
    """Each row with its problems; a line that gives no row has problems alone. Refuses a header as `read_table`."""
    check_size(data, place)
    text = decoded(data, place, code=table.encoding_code or table.code, encoding=encoding)
    lines = _records(text, _delimiter(text, table.delimiters))
    header = next(lines, None)
    names = _header(table, header, place)
    for line, cells, odd in lines:
        if odd:
            yield None, [Problem(code=table.code, what=odd, place=place, line=line, column=cells[-1][1][1])]
        elif len(cells) != len(names):
            if len(cells) > 1 or cells[0][0].strip():
                what = f"the row has more or fewer fields than the header: {len(cells)}, not {len(names)}"
                column = cells[min(len(names), len(cells) - 1)][1][1]
                yield None, [Problem(code=table.code, what=what, place=place, line=line, column=column)]
        elif any(cell.strip() for cell, _ in cells):
            row = Row(
                place=place,
                line=line,
                cells={name: cell.strip() for name, (cell, _) in zip(names, cells, strict=True)},
                marks={name: mark for name, (_, mark) in zip(names, cells, strict=True)},
            )
            yield row, list(_odd_cells(table, row))


def _odd_cells(table: Table, row: Row) -> Iterator[Problem]:
    for name, cell in row.cells.items():
        column = table.columns.get(name)
        if column is None:
            continue
        what = ""
        if column.filled and not cell:
            what = f"{name} is empty: {column.meaning}"
        elif cell and column.values and cell not in column.values:
            # the cell is not shown: where columns are shifted it holds a name
            what = f"{name} is none of {', '.join(column.values)}"
        elif column.longest is not None and len(cell) > column.longest:
            what = f"{name} is longer than {column.longest} characters"
        if what:
            line, start = row.marks[name]
            yield Problem(code=table.code, what=what, place=row.place, line=line, column=start)


Cell = tuple[str, Mark]
Record = tuple[int, list[Cell], str]
"""The line where a record begins, its cells with their marks, and what is wrong with its quotes."""


def _header(table: Table, record: Record | None, place: str) -> list[str]:
    cells = record[1] if record else []
    names = [cell.strip() for cell, _ in cells]
    code = table.header_code or table.code
    problems = []

    def odd(what: str, mark: Mark = (1, 1)) -> None:
        problems.append(Problem(code=code, what=what, place=place, line=mark[0], column=mark[1]))

    if record is None or not any(names):
        odd("the file is empty: the first line names the columns")
    elif record[2]:
        odd(record[2], cells[-1][1])
    else:
        for number, (name, (_, mark)) in enumerate(zip(names, cells, strict=True)):
            if name in names[:number]:
                odd(f"the column {name[:40]!r} stands twice", mark)
            elif name not in table.columns and not table.open:
                odd(unknown_name("column", name, table.columns), mark)
        for name, each in table.columns.items():
            if each.must and name not in names:
                odd(f"the column {name} is missing: {each.meaning}")
    refuse(
        problems,
        code=code,
        what=f"these are not the columns of {table.title}",
        expected=", ".join(f"{name}" if each.must else f"[{name}]" for name, each in table.columns.items()),
        place=place,
        hint=table.hint,
    )
    return names


def _delimiter(text: str, delimiters: str) -> str:
    first = text.partition("\n")[0]
    return max(delimiters, key=first.count)


def _records(text: str, delimiter: str) -> Iterator[Record]:
    """RFC 4180, with the place of each cell; after a quote that does not close, reading goes on in the next line."""
    plain = re.compile(f"[^{re.escape(delimiter)}\r\n]*")
    at, line, start, size = 0, 1, 0, len(text)
    while at < size:
        first, cells, odd = line, [], ""
        while True:
            mark = (line, at - start + 1)
            if text.startswith('"', at):
                quoted = _QUOTED.match(text, at)
                end = quoted.end() if quoted else at
                odd = "" if quoted else "a quote is opened here and never closed"
                cell = quoted[0][1:-1].replace('""', '"') if quoted else ""
                if quoted and end < size and text[end] not in (delimiter, "\r", "\n"):
                    odd = "after a closing quote stands something else than a delimiter"
                if odd:
                    # the quotes of this line cannot be trusted, those of the next are tried on their own
                    end = _line_end(text, at)
                elif broken := text.count("\n", at, end):
                    line, start = line + broken, text.rfind("\n", at, end) + 1
            else:
                found = plain.match(text, at)
                end = found.end() if found else at
                cell = text[at:end]
            cells.append((cell, mark))
            at = end
            if odd or at >= size or text[at] != delimiter:
                break
            at += 1
        yield first if not odd else cells[-1][1][0], cells, odd
        if at < size:
            at += 2 if text.startswith("\r\n", at) else 1
            line, start = line + 1, at


def _line_end(text: str, at: int) -> int:
    found = text.find("\n", at)
    end = len(text) if found < 0 else found
    return end - 1 if text[at:end].endswith("\r") and found >= 0 else end


def read_list(
    data: bytes,
    read: Callable[[str, str], T],
    *,
    place: str,
    code: str,
    title: str = "the list",
    encoding: str = UTF_8,
) -> list[T]:
    """A list with one entry on each line: empty lines and those that begin with # are passed over.

    `read` makes of an entry and its place what it is, or raises an error of the house. Raises InputRefusedError
    `code` with every line that cannot be read; the code of the lines' own errors when all share one.
    """
    check_size(data, place)
    found, problems = [], []
    for number, line in enumerate(decoded(data, place, code=code, encoding=encoding).splitlines(), 1):
        entry = line.strip()
        if entry and not entry.startswith("#"):
            try:
                found.append(read(entry, f"{place}:{number}"))
            except HoldfastError as odd:
                column = line.index(entry) + 1
                problems.append(Problem(code=odd.code, what=odd.what, place=place, line=number, column=column))
    codes = {each.code for each in problems}
    own = codes.pop() if len(codes) == 1 else code
    refuse(problems, code=own, what=f"{len(problems)} line(s) of {title} cannot be read", place=place)
    return found


def written(columns: Sequence[str], rows: Sequence[Mapping[str, str]]) -> str:
    """A table as text, with its header."""
    out = io.StringIO()
    writer = csv.DictWriter(out, list(columns), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()
