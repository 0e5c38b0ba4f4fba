"""Monthly figures about a block log that its collectors published: `month_year` and one column per figure.

They are kept apart from what Holdfast counts, to be compared with it. Origin: the three files
block_monthly_*_metrics of haochencoding/wiki_open_science.
"""

import re
from datetime import date

from holdfast.clock import add_months
from holdfast.sources._compression import refused
from holdfast.sources._source import Head, Likeness, Opening, Source
from holdfast.sources._text_rows import Rows, columns_in, wrong_width
from holdfast.tables.ingest import Ingest
from holdfast.tables.schema import Kind

_MONTH = re.compile(r"(\d{4})-(0[1-9]|1[0-2])\Z")
_FIGURE = re.compile(r"n_[a-z_]{1,60}\Z")
MONTH = "month_year"


def recognise(head: Head) -> Likeness:
    """The first column is a running number without name, the second month_year, the others n_something."""
    names = [name.strip() for name in head.first.split(b"\n", 1)[0].decode("utf-8", "replace").split(",")]
    return Likeness.CERTAIN if MONTH in names and any(_FIGURE.match(name) for name in names) else Likeness.NO


def read(opening: Opening, rows: Ingest) -> None:
    """Rows of published_figures. Raises `source.csv.width`, `source.figures.month`, `source.figures.number`."""
    assert opening.path is not None
    text = Rows(path=opening.path, progress=opening.progress, must_end_with_newline=True)
    lines = iter(text)
    first_line, header = next(lines, (1, [""]))
    where = columns_in(text, header, (MONTH,), first_line)
    figures = {name: place for name, place in where.items() if _FIGURE.match(name)}
    add = rows.writer("published_figures", ("figure", "period_start", "period_end", "value"))
    for line, fields in lines:
        if len(fields) != len(header):
            raise wrong_width(text, line, len(header), len(fields))
        month = _MONTH.match(fields[where[MONTH]])
        if month is None:
            raise refused(
                "source.figures.month", "this is not a month", expected="YYYY-MM",
                got=repr(fields[where[MONTH]][:40]), place=text.place(line),
            )  # fmt: skip
        start = date(int(month[1]), int(month[2]), 1)
        for name, place in figures.items():
            try:
                value = float(fields[place])
            except ValueError:
                raise refused(
                    "source.figures.number", f"the figure {name} is not a number", got=repr(fields[place][:40]),
                    place=text.place(line),
                ) from None  # fmt: skip
            add((name, start, add_months(start, 1), value))


SOURCE = Source(
    name="published_block_metrics",
    describes="published monthly figures of a block log: block_monthly_*_metrics CSV",
    kind=Kind.PUBLISHED_FIGURES,
    tables=("published_figures",),
    recognise=recognise,
    read=read,
)
