"""The public table of appeals as a page."""

from collections.abc import Mapping
from datetime import date

from holdfast.appeals.table import (
    COLUMNS,
    SMALL_COUNT_NOTE,
    PublicTable,
)
from holdfast.report.page import Column, DataTable, Facts, Page, Section, Text


def appeals_page(office: str, today: date, table: PublicTable, seals: Mapping[str, int]) -> Page:
    """The table with the counts of seals, as the office of this name made it."""
    columns = tuple(
        Column(heading=name.replace("_", " "), kind="text" if name.startswith("period") else "number")
        for name in COLUMNS
    )
    return Page(
        title="Appeals, by quarter",
        kind="Public table",
        lead=("Made from the appeals themselves. Carried over and received equal decided and open, in every row.",),
        sections=(
            Section(
                title="Outcomes",
                blocks=(
                    DataTable(
                        caption="Appeals received and decided",
                        columns=columns,
                        rows=(
                            *(row.cells() for row in table.rows),
                            ("in all", *table.whole.cells()[1:]),
                        ),
                    ),
                    Text(text=SMALL_COUNT_NOTE, quiet=True),
                ),
            ),
            Section(
                title="Notices of look-ups that are held back",
                blocks=(
                    Text(text="Over all wikis together. A seal has an end, and each renewal needs another person."),
                    Facts(pairs=tuple((name.replace("_", " "), str(value)) for name, value in seals.items())),
                ),
            ),
        ),
        footer=(f"{office}, {date.isoformat(today)}",),
        contents=False,
    )
