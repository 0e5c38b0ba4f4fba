"""Charts for any report: lines, bars, intervals, a matrix. Each gives a `Figure` with its table beside it.

Every chart has a title, a description in words and the numbers that it draws; categories differ in dash, shape
or sign as well as in colour; nothing is told by hovering. Rows stand in the order given, which is that of a key.
`holdfast.report.time_charts` draws what has dates, `holdfast.report.shape_charts` Lorenz curves and networks.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import altair as alt

from holdfast.errors import UsageError
from holdfast.report.page import Column, DataTable, Figure
from holdfast.report.svg import CATEGORIES, DASHES, PALETTE, SHAPES, WIDTH, draw, layered
from holdfast.report.text import number, visible

MOST_SERIES = len(CATEGORIES)


@dataclass(frozen=True, kw_only=True)
class Series:
    """One named line. Points are (x, y) or (x, y, low, high), by x; a y of None breaks the line."""

    name: str
    points: tuple[tuple[float | None, ...], ...]


@dataclass(frozen=True, kw_only=True)
class Interval:
    """One row of an interval chart: a value with its bounds, all None where it cannot be told."""

    label: str
    value: float | None
    low: float | None = None
    high: float | None = None
    emphasis: bool = False


@dataclass(frozen=True, kw_only=True)
class Category:
    """One thing that a cell of a matrix may say: its sign in the picture and its word in table and key."""

    sign: str
    word: str


def inline(rows: Sequence[Mapping[str, Any]]) -> alt.InlineData:
    """Rows as chart data, with every text made safe to look at."""
    safe = [{key: visible(value) if isinstance(value, str) else value for key, value in row.items()} for row in rows]
    # as one text: Altair would copy and check each row several times, which took most of a report's time
    return alt.InlineData(values=json.dumps(safe), format={"type": "json"})


def value_axis(*, text_format: str = "") -> alt.Axis:
    """A vertical axis; what it counts stands above the chart, where it is read without turning the head."""
    return alt.Axis(title=None, tickCount=5, format=text_format) if text_format else alt.Axis(title=None, tickCount=5)


def figure_of(
    chart: Any, *, title: str, description: str, table: DataTable, note: str = "", wide: bool = False
) -> Figure:
    """A figure of any Altair chart drawn in the colours of `holdfast.report.svg.PALETTE`."""
    svg = draw(chart, title=title, description=description, wide=wide)
    return Figure(title=title, description=description, svg=svg, table=table, note=note, wide=wide)


def line_chart(
    series: Sequence[Series], *, title: str, description: str, x_title: str, y_title: str, note: str = ""
) -> Figure:
    """Lines over a number, at most six, with intervals where the points have them."""
    at_most("series", len(series), MOST_SERIES)
    rows = [
        {"series": each.name, "x": x, "y": y, "low": rest[0] if rest else None, "high": rest[1] if rest else None}
        for each in series
        for x, y, *rest in each.points
    ]
    table = DataTable(
        caption=title,
        columns=(
            Column(heading="line"),
            *(Column(heading=heading, kind="number") for heading in (x_title, y_title, "low", "high")),
        ),
        rows=tuple(tuple(row[key] for key in ("series", "x", "y", "low", "high")) for row in rows),
    )
    names = [visible(each.name) for each in series]
    key = alt.Legend(title=None, columns=2, symbolSize=90) if len(series) > 1 else None
    base = alt.Chart(inline([row for row in rows if row["y"] is not None])).encode(
        x=alt.X("x:Q", axis=alt.Axis(title=visible(x_title), tickCount=5)).scale(zero=False, nice=False),
        color=alt.Color("series:N", sort=names, legend=key).scale(domain=names, range=CATEGORIES[: len(names)]),
    )
    y = alt.Y("y:Q", axis=value_axis())
    bounds = base.transform_filter("isValid(datum.low)").mark_rule(opacity=0.55).encode(y="low:Q", y2="high:Q")
    dash = alt.StrokeDash("series:N", sort=names, legend=None).scale(domain=names, range=list(DASHES[: len(names)]))
    shape = alt.Shape("series:N", sort=names, legend=key).scale(domain=names, range=list(SHAPES[: len(names)]))
    lines = base.mark_line(strokeWidth=2).encode(y=y, strokeDash=dash)
    points = base.mark_point(filled=True, size=34, opacity=1).encode(y=y, shape=shape)
    chart = layered(bounds, lines, points, height=270, unit=visible(y_title))
    return figure_of(chart, title=title, description=description, table=table, note=note)


def bar_chart(
    bars: Sequence[tuple[str, float]], *, title: str, description: str, label: str, unit: str, note: str = ""
) -> Figure:
    """One bar for each name, in the order given; at most 40."""
    at_most("bars", len(bars), 40)
    table = DataTable(
        caption=title, columns=(Column(heading=label), Column(heading=unit, kind="number")), rows=tuple(bars)
    )
    rows = [
        {"place": place, "name": name, "value": value, "text": number(value)}
        for place, (name, value) in enumerate(bars)
    ]
    base = alt.Chart(inline(rows)).encode(y=named_rows(rows))
    x = alt.X("value:Q", axis=alt.Axis(title=unit, tickCount=4, grid=True, gridColor=PALETTE["line"]))
    drawn = base.mark_bar(color=PALETTE["accent"], height=14).encode(x=x)
    words = base.mark_text(align="left", dx=5).encode(x=x, text="text:N")
    chart = layered(drawn, words, height=60 + 24 * max(1, len(bars)))
    return figure_of(chart, title=title, description=description, table=table, note=note)


def interval_chart(
    intervals: Sequence[Interval], *, title: str, description: str, label: str, unit: str, note: str = ""
) -> Figure:
    """A point with its interval for each name, in the order given (by name, never by value); at most 60."""
    at_most("intervals", len(intervals), 60)
    table = DataTable(
        caption=title,
        columns=(Column(heading=label), *(Column(heading=each, kind="number") for each in (unit, "low", "high"))),
        rows=tuple((each.label, each.value, each.low, each.high) for each in intervals),
    )
    rows = [
        {
            "place": place,
            "name": each.label,
            "value": each.value,
            "low": each.low,
            "high": each.high,
            "own": each.emphasis,
        }
        for place, each in enumerate(intervals)
    ]
    colour = alt.condition("datum.own", alt.value(PALETTE["accent"]), alt.value(PALETTE["peer"]))
    base = alt.Chart(inline(rows)).encode(y=named_rows(rows), color=colour)
    x = alt.X("value:Q", axis=alt.Axis(title=unit, tickCount=4, grid=True, gridColor=PALETTE["line"]))
    bounds = base.transform_filter("isValid(datum.low)").mark_rule(strokeWidth=2).encode(x="low:Q", x2="high:Q")
    # the emphasised row differs in shape too
    shape = alt.condition("datum.own", alt.value("diamond"), alt.value("circle"))
    points = base.transform_filter("isValid(datum.value)").mark_point(filled=True, size=80, opacity=1)
    chart = layered(bounds, points.encode(x=x, shape=shape), height=60 + 24 * max(1, len(rows)))
    return figure_of(chart, title=title, description=description, table=table, note=note)


def matrix_chart(
    cells: Mapping[tuple[str, str], Category],
    *,
    rows: Sequence[str],
    columns: Sequence[str],
    title: str,
    description: str,
    row_label: str,
    note: str = "",
) -> Figure:
    """What each row says to each column: a sign and a colour for each category; at most six categories.

    Missing cells stay empty. At most 60 rows and 80 columns.
    """
    at_most("rows", len(rows), 60)
    at_most("columns", len(columns), 80)
    words = sorted({f"{category.sign} {category.word}" for category in cells.values()})
    at_most("categories", len(words), MOST_SERIES)
    table = DataTable(
        caption=title,
        columns=(Column(heading=row_label), *(Column(heading=column) for column in columns)),
        rows=tuple(
            (row, *(cells[row, column].word if (row, column) in cells else None for column in columns))
            for row in rows
        ),
    )
    data = [
        {
            "row": rows.index(row),
            "column": columns.index(column),
            "word": f"{category.sign} {category.word}",
            "sign": category.sign,
        }
        for (row, column), category in cells.items()
    ]
    side = 16
    names = {"row": [visible(row) for row in rows], "column": [visible(column) for column in columns]}
    base = alt.Chart(inline(data)).encode(
        x=alt.X("column:O", axis=_lookup_axis(names["column"], angle=-90)).scale(domain=list(range(len(columns)))),
        y=alt.Y("row:O", axis=_lookup_axis(names["row"], angle=0)).scale(domain=list(range(len(rows)))),
    )
    colour = alt.Color("word:N", legend=alt.Legend(title=None, symbolType="square")).scale(
        domain=words, range=CATEGORIES[: len(words)]
    )
    tiles = base.mark_rect(opacity=0.28).encode(color=colour)
    signs = base.mark_text(fontSize=11).encode(text="sign:N")
    chart = alt.layer(tiles, signs).properties(
        width=alt.Step(side),
        height=alt.Step(side),
    )
    wide = side * len(columns) + 120 > WIDTH
    return figure_of(chart, title=title, description=description, table=table, note=note, wide=wide)


def named_rows(rows: Sequence[Mapping[str, Any]]) -> alt.Y:
    """Rows in the order given, though two may bear the same name."""
    names = [visible(str(row["name"])) for row in rows]
    return alt.Y("place:O", axis=_lookup_axis(names, angle=0)).scale(domain=list(range(len(rows))))


def _lookup_axis(names: Sequence[str], *, angle: int) -> alt.Axis:

    # in a Vega expression a JSON list is a list literal; `<` cannot close anything there
    return alt.Axis(
        title=None, labelExpr=f"{json.dumps(list(names))}[datum.value]", labelLimit=150, labelAngle=angle, grid=False
    )


def at_most(what: str, count: int, most: int) -> None:
    if count > most:
        raise UsageError(
            "report.chart_crowded",
            f"a chart with that many {what} could not be read",
            expected=f"at most {most} {what}",
            got=str(count),
            hint="draw a part of them and give the rest as a table",
        )
