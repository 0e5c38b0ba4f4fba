"""Charts: valid, named, in the page's own colours, with their numbers, whatever their labels say."""

import re
from datetime import date, datetime
from xml.etree import ElementTree

import pytest

from holdfast.clock import add_months
from holdfast.errors import UsageError
from holdfast.report import charts, shape_charts, time_charts
from holdfast.report.charts import Category, Interval, Series
from holdfast.report.page import Figure
from holdfast.report.shape_charts import Edge, Node
from holdfast.report.svg import PALETTE
from holdfast.report.time_charts import Change, Point, Reference

NAME = 'O\'Neil "</text><script>" \\ \u202e&amp; 漢字'


def points(values: list[float | None]) -> list[Point]:
    ends = [add_months(date(2005, 1, 1), place) for place in range(len(values))]
    return [
        Point(
            period_start=add_months(end, -12),
            period_end=end,
            value=value,
            low=None if value is None else value - 0.1,
            high=None if value is None else value + 0.1,
            n=7,
            status="not_enough_data" if value is None else "ok",
        )
        for end, value in zip(ends, values, strict=True)
    ]


def every_chart(name: str) -> dict[str, Figure]:
    """One of each kind, with `name` in every label."""
    about = {"title": name, "description": name, "note": name}
    support, oppose = Category(sign="+", word=f"support {name}"), Category(sign="−", word="oppose")
    series = points([0.2, None, 0.3, 0.4])
    nodes = [Node(id="a", label=name, x=0, y=0, group=name), Node(id="b", label="b", x=1, y=1, group="g")]
    return {
        "line": charts.line_chart(
            [Series(name=name, points=((1, 0.1, 0.05, 0.2), (2, 0.3, 0.2, 0.4))), Series(name="o", points=((1, 1),))],
            **about,
            x_title=name,
            y_title=name,
        ),
        "bar": charts.bar_chart([(name, 3), ("b", 1.5)], **about, label=name, unit=name),
        "interval": charts.interval_chart(
            [Interval(label=name, value=0.2, low=0.1, high=0.3, emphasis=True), Interval(label="none", value=None)],
            **about,
            label=name,
            unit=name,
        ),
        "matrix": charts.matrix_chart(
            {(name, "e1"): support, ("v", name): oppose},
            rows=[name, "v"],
            columns=["e1", name],
            **about,
            row_label=name,
        ),
        "time": time_charts.time_chart(
            series,
            title=name,
            unit=name,
            note=name,
            changes=[Change(at=date(2005, 3, 1), label=name)],
            reference=Reference(value=0.25, label=name),
        ),
        "multiples": time_charts.small_multiples({name: series, "b": series}, own=name, title=name, unit=name),
        "events": time_charts.event_chart(
            [(datetime(2005, 1, 2, 3), name, name), (datetime(2005, 2, 2, 3), "b", "k")], rows=[name, "b"], **about
        ),
        "lorenz": shape_charts.lorenz_chart([(0, 0), (0.5, 0.1), (1, 1)], title=name, people=name, things=name),
        "network": shape_charts.network_chart(nodes, [Edge(a="a", b="b", weight=0.5)], **about),
    }


KINDS = sorted(every_chart("x"))


@pytest.fixture(scope="module")
def hostile() -> dict[str, Figure]:
    return every_chart(NAME)


@pytest.mark.parametrize("kind", KINDS)
def test_a_chart_is_named_and_described_and_has_its_numbers(hostile: dict[str, Figure], kind: str) -> None:
    root = ElementTree.fromstring(str(hostile[kind].svg))
    assert root.get("role") == "img"
    assert [child.tag for child in list(root)[:2]] == ["title", "desc"]
    assert all(child.text for child in list(root)[:2])
    assert hostile[kind].table.rows
    assert all(len(row) == len(hostile[kind].table.columns) for row in hostile[kind].table.rows)


@pytest.mark.parametrize("kind", KINDS)
def test_a_name_in_a_chart_is_text_and_hides_nothing(hostile: dict[str, Figure], kind: str) -> None:
    root = ElementTree.fromstring(str(hostile[kind].svg))
    tags = {element.tag for element in root.iter()}
    assert tags <= {
        "svg",
        "title",
        "desc",
        "g",
        "path",
        "line",
        "text",
        "tspan",
        "rect",
        "circle",
        "defs",
        "clipPath",
    }
    assert "\u202e" not in str(hostile[kind].svg)
    attributes = {name for element in root.iter() for name in element.attrib}
    assert not {"style", "onload", "href"} & attributes


@pytest.mark.parametrize("kind", KINDS)
def test_every_colour_of_a_chart_follows_the_readers_scheme(hostile: dict[str, Figure], kind: str) -> None:
    for element in ElementTree.fromstring(str(hostile[kind].svg)).iter():
        for paint in ("fill", "stroke"):
            colour = element.get(paint)
            if colour not in (None, "none", "transparent"):
                name = next(name for name, known in PALETTE.items() if known == colour)
                assert f"{paint[0]}-{name}" in (element.get("class") or "")


def test_a_chart_of_nothing_can_be_drawn() -> None:
    empty = [
        time_charts.time_chart([], title="t", unit="u"),
        time_charts.time_chart(points([None, None]), title="t", unit="u"),
        charts.bar_chart([], title="t", description="d", label="l", unit="u"),
        charts.interval_chart([], title="t", description="d", label="l", unit="u"),
        shape_charts.network_chart([], [], title="t", description="d"),
    ]
    assert all(figure.svg.startswith("<svg") for figure in empty)


def test_the_description_says_first_last_extremes_gaps_and_changes() -> None:
    words = time_charts.describe(
        points([0.2, None, 0.9, 0.4]), unit="index", changes=[Change(at=date(2005, 3, 1), label="change of level")]
    )
    assert words == (
        "index, 3 periods with a value, to 2004-12 until 2005-03. Last 0.4 (interval 0.3 to 0.5); "
        "lowest 0.2 in 2004-12, highest 0.9 in 2005-02. 1 period without enough data. Change of level at 2005-03."
    )


def test_a_line_is_broken_where_there_is_no_value() -> None:
    whole = time_charts.time_chart(points([0.2, 0.3, 0.4, 0.5, 0.6]), title="t", unit="u")
    broken = time_charts.time_chart(points([0.2, 0.3, None, 0.5, 0.6]), title="t", unit="u")
    lines = [len(re.findall(r'<path [^>]*stroke-width="2.2"', str(figure.svg))) for figure in (whole, broken)]
    assert lines == [1, 2]


def test_small_multiples_stand_in_alphabetical_order_not_by_value() -> None:
    figure = time_charts.small_multiples(
        {"b": points([0.9, 0.9]), "a": points([0.1, 0.1]), "c": points([0.5, 0.5])}, own="b", title="t", unit="u"
    )
    headings = re.findall(r">([abc])</text>", str(figure.svg))
    assert headings == ["a", "b", "c"]


def test_the_same_chart_has_the_same_bytes() -> None:
    assert every_chart("x")["network"].svg == every_chart("x")["network"].svg


def test_a_chart_with_too_many_bars_is_refused() -> None:
    with pytest.raises(UsageError, match="report.chart_crowded"):
        charts.bar_chart([(str(n), n) for n in range(41)], title="t", description="d", label="l", unit="u")
