"""The periodic table of appeals, made from the appeals themselves, with its sums checked (4.9)."""

import csv
import io
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date
from itertools import pairwise
from typing import Any

from holdfast.appeals.appeal import Appeal, Outcome
from holdfast.errors import CheckFailedError, UsageError

SMALL_COUNT_NOTE = (
    "Small numbers are shown as they are: the community is owed them. The table is not split by wiki, by kind of "
    "action or by person, so that a number of one points to nobody who is not known already."
)
COLUMNS = (
    *("period_start", "period_end", "carried_over", "received"),
    *("ratified", "overturned", "changed", "returned", "ineligible", "total", "open_at_end"),
)
WORDS = {
    Outcome.UPHOLD: "ratified",
    Outcome.OVERTURN: "overturned",
    Outcome.CHANGE: "changed",
    Outcome.REMAND: "returned",
    Outcome.INELIGIBLE: "ineligible",
}
"""How the public table calls each outcome, as the Case Review Committee did."""


@dataclass(frozen=True, kw_only=True)
class Counted:
    """One appeal as the table needs it: when it came, when and how it ended."""

    received: date
    ended: date | None = None
    outcome: Outcome | None = None


@dataclass(frozen=True, kw_only=True)
class Row:
    """One period. `total` is what was decided in it; the end of the period is not in it."""

    period_start: date
    period_end: date
    carried_over: int
    received: int
    ratified: int
    overturned: int
    changed: int
    returned: int
    ineligible: int
    total: int
    open_at_end: int

    def cells(self) -> tuple[str | int, ...]:
        """The values in the order of `COLUMNS`; days as ISO text."""
        values = (getattr(self, name) for name in COLUMNS)
        return tuple(value.isoformat() if isinstance(value, date) else value for value in values)


@dataclass(frozen=True, kw_only=True)
class PublicTable:
    """Periods in a row, and one row over all of them."""

    rows: tuple[Row, ...]
    whole: Row

    def to_json(self) -> dict[str, Any]:
        """For machines, in canonical form."""
        return {
            "columns": list(COLUMNS),
            "rows": [dict(zip(COLUMNS, row.cells(), strict=True)) for row in self.rows],
            "whole": dict(zip(COLUMNS, self.whole.cells(), strict=True)),
            "note": SMALL_COUNT_NOTE,
        }

    def to_csv(self) -> str:
        """The periods as CSV."""
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(COLUMNS)
        writer.writerows(row.cells() for row in self.rows)
        return text.getvalue()


def counted(appeals: Iterable[Appeal]) -> tuple[Counted, ...]:
    """The appeals that were filed, as the table needs them."""
    return tuple(
        Counted(
            received=each.filing.at.astimezone(UTC).date(),
            ended=None if each.decided is None else each.decided.at.astimezone(UTC).date(),
            outcome=None if each.decided is None else each.decided.outcome,
        )
        for each in appeals
        if each.filing is not None
    )


def public_table(appeals: Iterable[Counted], borders: Sequence[date]) -> PublicTable:
    """The table over the periods between `borders`, each end exclusive; what was open before the first is carried in.

    Raises UsageError `table.borders`; CheckFailedError `table.sums` when the sums do not hold, so that a table with a
    wrong sum is never published.
    """
    if len(borders) < 2 or any(later <= earlier for earlier, later in pairwise(borders)):
        raise UsageError("table.borders", "a table needs days in order, two at least", got=f"{len(borders)} days")
    known = list(appeals)
    rows = tuple(_row(known, start, end) for start, end in pairwise(borders))
    table = PublicTable(rows=rows, whole=_row(known, borders[0], borders[-1]))
    check_sums(table)
    return table


def quarters(first: date, last: date) -> tuple[date, ...]:
    """The first days of the quarters from the one that holds `first` to the one after `last`."""
    count = (first.year * 12 + first.month - 1) // 3
    end = (last.year * 12 + last.month - 1) // 3 + 1
    return tuple(date(number * 3 // 12, number * 3 % 12 + 1, 1) for number in range(count, end + 1))


def check_sums(table: PublicTable) -> None:
    """Return when the sums hold in every row and from row to row. Raises CheckFailedError `table.sums`."""
    for row in (*table.rows, table.whole):
        decided = row.ratified + row.overturned + row.changed + row.returned + row.ineligible
        if decided != row.total or row.carried_over + row.received != row.total + row.open_at_end:
            raise _wrong(row)
    for earlier, later in pairwise(table.rows):
        if earlier.open_at_end != later.carried_over:
            raise _wrong(later)
    for name in ("received", *WORDS.values(), "total"):
        if sum(getattr(row, name) for row in table.rows) != getattr(table.whole, name):
            raise _wrong(table.whole)


def _row(appeals: Sequence[Counted], start: date, end: date) -> Row:
    carried = [each for each in appeals if each.received < start and (each.ended is None or each.ended >= start)]
    received = [each for each in appeals if start <= each.received < end]
    ended = [each for each in (*carried, *received) if each.ended is not None and each.ended < end]
    by_outcome = Counter(WORDS[each.outcome] for each in ended if each.outcome is not None)
    return Row(
        period_start=start,
        period_end=end,
        carried_over=len(carried),
        received=len(received),
        ratified=by_outcome["ratified"],
        overturned=by_outcome["overturned"],
        changed=by_outcome["changed"],
        returned=by_outcome["returned"],
        ineligible=by_outcome["ineligible"],
        total=len(ended),
        open_at_end=len(carried) + len(received) - len(ended),
    )


def _wrong(row: Row) -> CheckFailedError:
    return CheckFailedError(
        "table.sums",
        "the sums of the table do not hold",
        expected="carried over + received = decided + open",
        place=f"{row.period_start} to {row.period_end}",
        hint="an appeal has facts that contradict each other; nothing was published",
    )
