"""Charts of what has dates: a measured value with its interval, the same for peers, and single events."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import altair as alt

from holdfast.report.charts import at_most, figure_of, inline, named_rows, value_axis
from holdfast.report.page import Column, DataTable, Figure
from holdfast.report.svg import CATEGORIES, PALETTE, SHAPES, WIDE, layered
from holdfast.report.text import counted, number, visible


@dataclass(frozen=True, kw_only=True)
class Point:
    """A measured value of a period, `period_end` exclusive; without a value, the status says why."""

    period_start: date
    period_end: date
    value: float | None
    low: float | None = None
    high: float | None = None
    n: int = 0
    status: str = "ok"


@dataclass(frozen=True, kw_only=True)
class Change:
    """A moment from which a series runs differently."""

    at: date
    label: str = "change"


@dataclass(frozen=True, kw_only=True)
class Reference:
    """A value from elsewhere to compare with, drawn as a dashed level."""

    value: float
    label: str


def time_chart(
    points: Sequence[Point],
    *,
    title: str,
    unit: str,
    changes: Sequence[Change] = (),
    reference: Reference | None = None,
    note: str = "",
) -> Figure:
    """A value over time with its interval; periods that cannot be told are shaded, changes marked and dated."""
    points = sorted(points, key=lambda point: point.period_end)
    words = describe(points, unit=unit, changes=changes)
    notes = [note, "Shaded: no value, and the table says why." if _has_gaps(points) else ""]
    chart = layered(*_layers(points, changes=changes, reference=reference), unit=visible(unit))
    return figure_of(
        chart,
        title=title,
        description=words,
        table=table_of_points(points, caption=title, unit=unit),
        note=" ".join(text for text in notes if text),
    )


def describe(points: Sequence[Point], *, unit: str, changes: Sequence[Change] = ()) -> str:
    """What the line does, in words, for those who do not see it."""
    told = [point for point in points if point.value is not None]
    if not told:
        return f"{counted(len(points), 'period')}, none with enough data for a value."
    last = told[-1]
    lowest = min(told, key=lambda point: (point.value or 0.0, point.period_end))
    highest = max(told, key=lambda point: (point.value or 0.0, point.period_end))
    bounds = "" if last.low is None else f" (interval {number(last.low)} to {number(last.high)})"
    parts = [
        f"{unit}, {counted(len(told), 'period')} with a value, to {_month(told[0])} until {_month(last)}."
        if len(told) > 1
        else f"{unit}, one period with a value, to {_month(last)}.",
        f"Last {number(last.value)}{bounds}; lowest {number(lowest.value)} in {_month(lowest)},"
        f" highest {number(highest.value)} in {_month(highest)}.",
    ]
    if len(told) < len(points):
        parts.append(f"{counted(len(points) - len(told), 'period')} without enough data.")
    parts += [f"{change.label[:1].upper()}{change.label[1:]} at {change.at:%Y-%m}." for change in changes]
    return " ".join(parts)


def table_of_points(points: Sequence[Point], *, caption: str, unit: str) -> DataTable:
    """The numbers behind a time chart."""
    numbers = (unit, "low", "high", "n")
    return DataTable(
        caption=caption,
        columns=(
            Column(heading="period (until, exclusive)"),
            *(Column(heading=heading, kind="number") for heading in numbers),
            Column(heading="status"),
        ),
        rows=tuple(
            (
                f"{each.period_start} – {each.period_end}",
                each.value,
                each.low,
                each.high,
                each.n,
                each.status.replace("_", " "),
            )
            for each in points
        ),
    )


def small_multiples(
    series: Mapping[str, Sequence[Point]], *, own: str, title: str, unit: str, note: str = ""
) -> Figure:
    """One small panel for each name on the same scales, in alphabetical order, the one in question drawn thick.

    At most 12, its own among them; the note says how many others there are. The table has the last period of
    each calendar year.
    """
    names = sorted(series)
    drawn = sorted({own, *[name for name in names if name != own][:11]} & set(names))
    rows = [
        {**row, "name": name, "own": name == own}
        for name in drawn
        for row in _rows(sorted(series[name], key=lambda point: point.period_end))
    ]
    base = alt.Chart(inline(rows)).encode(x=_time_axis("day", ticks=2))
    y = alt.Y("value:Q", axis=alt.Axis(title=None, tickCount=3))
    colour = alt.condition("datum.own", alt.value(PALETTE["accent"]), alt.value(PALETTE["peer"]))
    thick = alt.condition("datum.own", alt.value(3), alt.value(1.5))
    line = base.mark_line().encode(y=y, color=colour, strokeWidth=thick, detail=["run:N", "own:N"])
    dots = base.transform_filter("datum.alone").mark_point(filled=True, size=30, opacity=1).encode(y=y, color=colour)
    chart = (
        alt.layer(line, dots)
        .properties(width=92, height=64)
        .facet(
            facet=alt.Facet("name:N", title=None, header=alt.Header(labelAnchor="start", labelPadding=2)),
            columns=3,
            spacing={"row": 14, "column": 12},
        )
    )
    table_rows = tuple(
        (name, *row) for name in drawn for row in table_of_points(_yearly(series[name]), caption="", unit=unit).rows
    )
    columns = (Column(heading="wiki"), *table_of_points((), caption="", unit=unit).columns)
    words = [f"{name}: {_last_words(series[name])}" for name in drawn]
    return figure_of(
        chart,
        title=title,
        description=f"{unit}, one panel for each of {counted(len(drawn), 'wiki')}. {'; '.join(words)}.",
        table=DataTable(caption=f"{title}: the last period of each year", columns=columns, rows=table_rows),
        note=" ".join(text for text in (note, more_like_it(len(names) - len(drawn))) if text),
    )


def more_like_it(count: int) -> str:
    """What a chart says of those that it has no room for."""
    return f"{counted(count, 'more wiki')} of like size not shown: the first by name are." if count > 0 else ""


def event_chart(
    events: Sequence[tuple[datetime, str, str]], *, rows: Sequence[str], title: str, description: str, note: str = ""
) -> Figure:
    """Single events as marks over time, one line for each name in the order given.

    An event is (when, name, kind); kinds differ in shape. At most 40 names, 6 kinds and 5,000 events.
    """
    kinds = sorted({kind for _, _, kind in events})
    for what, count, most in (("rows", len(rows), 40), ("kinds", len(kinds), 6), ("events", len(events), 5000)):
        at_most(what, count, most)
    place = {name: number for number, name in enumerate(rows)}
    data = [{"day": f"{when:%Y-%m-%dT%H:%M:%S}Z", "place": place[name], "kind": kind} for when, name, kind in events]
    key = alt.Legend(title=None) if len(kinds) > 1 else None
    chart = (
        alt.Chart(inline(data))
        .mark_point(filled=True, size=42, opacity=0.8)
        .encode(
            x=_time_axis("day", ticks=5),
            y=named_rows([{"name": name} for name in rows]),
            shape=alt.Shape("kind:N", legend=key).scale(domain=kinds, range=list(SHAPES[: len(kinds)])),
            color=alt.Color("kind:N", legend=key).scale(domain=kinds, range=list(CATEGORIES[: len(kinds)])),
        )
        .properties(width=WIDE, height=70 + 20 * max(1, len(rows)))
    )
    table = DataTable(
        caption=title,
        columns=(Column(heading="when"), Column(heading="who"), Column(heading="what")),
        rows=tuple(sorted(events, key=lambda event: (event[0], event[1], event[2]))),
    )
    return figure_of(chart, title=title, description=description, table=table, note=note, wide=True)


def _layers(points: Sequence[Point], *, changes: Sequence[Change], reference: Reference | None) -> Iterator[Any]:
    rows = _rows(points)
    y = alt.Y("value:Q", axis=value_axis())
    x = _time_axis("day", ticks=5)
    spans = _gaps(points)
    if spans:
        shade = alt.Chart(inline(spans)).mark_rect(color=PALETTE["line"], opacity=0.45)
        yield shade.encode(x=_time_axis("start", ticks=5), x2="end:T")
    base = alt.Chart(inline(rows)).encode(x=x)
    banded = base.transform_filter("isValid(datum.low)")
    yield banded.mark_area(color=PALETTE["soft"], opacity=0.8).encode(
        y=alt.Y("low:Q", axis=value_axis()), y2="high:Q", detail="run:N"
    )
    yield banded.transform_filter("datum.alone").mark_rule(color=PALETTE["accent"]).encode(y="low:Q", y2="high:Q")
    yield base.mark_line(color=PALETTE["accent"], strokeWidth=2.2).encode(y=y, detail="run:N")
    yield (
        base.transform_filter("datum.alone || datum.last")
        .mark_point(filled=True, color=PALETTE["accent"], size=44, opacity=1)
        .encode(y=y)
    )
    if reference is not None:
        level = alt.Chart(inline([{"value": reference.value, "label": reference.label}]))
        yield level.mark_rule(color=PALETTE["muted"], strokeDash=[4, 3]).encode(y="value:Q")
        yield level.mark_text(align="left", x=3, dy=-6, color=PALETTE["muted"], fontSize=11).encode(
            y="value:Q", text="label:N"
        )
    if changes:
        moments = [{"day": each.at.isoformat(), "label": f"{each.at:%Y-%m}"} for each in changes]
        marks = alt.Chart(inline(moments)).encode(x=_time_axis("day", ticks=5))
        yield marks.mark_rule(color=PALETTE["second"], strokeWidth=1.6, strokeDash=[7, 3])
        yield marks.mark_text(color=PALETTE["second"], align="left", dx=4, y=6, fontSize=11).encode(text="label:N")


def _time_axis(field: str, *, ticks: int) -> alt.X:
    return alt.X(f"{field}:T", axis=alt.Axis(title=None, tickCount=ticks, labelOverlap="greedy")).scale(type="utc")


def _rows(points: Sequence[Point]) -> list[dict[str, Any]]:
    """Rows of the points that have a value; a run is broken by each that has none or by a missing period."""
    rows: list[dict[str, Any]] = []
    run, before = 0, None
    for point in points:
        if point.value is None or (before is not None and point.period_end - before > timedelta(days=100)):
            run += 1
        before = point.period_end
        if point.value is not None:
            day = (point.period_end - timedelta(days=1)).isoformat()
            rows.append({"day": day, "value": point.value, "low": point.low, "high": point.high, "run": run})
    for place, row in enumerate(rows):
        beside = {rows[other]["run"] for other in (place - 1, place + 1) if 0 <= other < len(rows)}
        row["alone"] = row["run"] not in beside
        row["last"] = place == len(rows) - 1
    return rows


def _gaps(points: Sequence[Point]) -> list[dict[str, str]]:
    spans: list[list[date]] = []
    open_span = False
    for place, point in enumerate(points):
        if point.value is not None:
            open_span = False
            continue
        start = points[place - 1].period_end if place else point.period_end - timedelta(days=28)
        if open_span:
            spans[-1][1] = point.period_end
        else:
            spans.append([start, point.period_end])
        open_span = True
    return [{"start": start.isoformat(), "end": end.isoformat()} for start, end in spans]


def _yearly(points: Sequence[Point]) -> list[Point]:
    ordered = sorted(points, key=lambda point: point.period_end)
    return list({(point.period_end - timedelta(days=1)).year: point for point in ordered}.values())


def _has_gaps(points: Sequence[Point]) -> bool:
    return any(point.value is None for point in points)


def _month(point: Point) -> str:
    return f"{point.period_end - timedelta(days=1):%Y-%m}"


def _last_words(points: Sequence[Point]) -> str:
    told = sorted((point for point in points if point.value is not None), key=lambda point: point.period_end)
    return f"{number(told[-1].value)} in {_month(told[-1])}" if told else "not enough data"
