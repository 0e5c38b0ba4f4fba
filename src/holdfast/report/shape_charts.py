"""Charts of shapes: how unevenly something is shared out, and who is linked with whom."""

from collections.abc import Sequence
from dataclasses import dataclass

import altair as alt

from holdfast.report.charts import at_most, figure_of, inline, value_axis
from holdfast.report.page import Column, DataTable, Figure
from holdfast.report.svg import CATEGORIES, PALETTE, SHAPES, layered
from holdfast.report.text import number, visible


@dataclass(frozen=True, kw_only=True)
class Node:
    """A place in a network picture. `label` is a pseudonym unless names were asked for."""

    id: str
    label: str
    x: float
    y: float
    group: str


@dataclass(frozen=True, kw_only=True)
class Edge:
    """A link between two nodes by their ids; `weight` in [0, 1] sets its strength in the picture."""

    a: str
    b: str
    weight: float = 1.0


def lorenz_chart(
    points: Sequence[tuple[float, float]], *, title: str, people: str, things: str, note: str = ""
) -> Figure:
    """The share of all things (y) that the least active share of people (x) did: points from (0, 0) to (1, 1)."""
    ordered = sorted(points)
    table = DataTable(
        caption=title,
        columns=(
            Column(heading=f"share of {people}", kind="share"),
            Column(heading=f"share of {things}", kind="share"),
        ),
        rows=tuple(ordered),
    )
    half = max((y for x, y in ordered if x <= 0.5), default=0.0)
    words = (
        f"The less active half of the {people} did {number(half)} of the {things}. "
        f"On the dashed diagonal all would have done the same."
    )
    rows = [{"x": x, "y": y} for x, y in ordered]
    x_axis = alt.Axis(title=f"share of {people}, the least active first", tickCount=4, format=".2~f")
    x = alt.X("x:Q", axis=x_axis).scale(domain=[0, 1])
    y = alt.Y("y:Q", axis=value_axis(text_format=".2~f")).scale(domain=[0, 1])
    equal = alt.Chart(inline([{"x": 0, "y": 0}, {"x": 1, "y": 1}])).mark_line(
        color=PALETTE["muted"], strokeDash=[5, 4], strokeWidth=1.4
    )
    between = (
        alt.Chart(inline(rows)).transform_calculate(even="datum.x").mark_area(color=PALETTE["soft"], opacity=0.7)
    )
    curve = alt.Chart(inline(rows)).mark_line(color=PALETTE["accent"], strokeWidth=2.4)
    chart = layered(
        between.encode(x=x, y=y, y2="even:Q"),
        equal.encode(x=x, y=y),
        curve.encode(x=x, y=y),
        height=330,
        unit=visible(f"share of {things}"),
    )
    return figure_of(chart, title=title, description=words, table=table, note=note)


def network_chart(
    nodes: Sequence[Node], edges: Sequence[Edge], *, title: str, description: str, note: str = ""
) -> Figure:
    """Nodes and links at the places given; groups differ in shape and colour. At most 6 groups and 400 nodes.

    Labels are drawn for up to 30 nodes; the table names all, by group and label.
    """
    groups = sorted({node.group for node in nodes})
    at_most("groups", len(groups), len(CATEGORIES))
    at_most("nodes", len(nodes), 400)
    where = {node.id: node for node in nodes}
    lines = [
        {
            "x": where[edge.a].x,
            "y": where[edge.a].y,
            "x2": where[edge.b].x,
            "y2": where[edge.b].y,
            "weight": edge.weight,
        }
        for edge in edges
    ]
    places = [{"x": node.x, "y": node.y, "group": node.group, "label": node.label} for node in nodes]
    x = alt.X("x:Q", axis=None).scale(zero=False, padding=24)
    y = alt.Y("y:Q", axis=None).scale(zero=False, padding=16)
    key = alt.Legend(title=None) if len(groups) > 1 else None
    weight = alt.StrokeWidth("weight:Q", legend=None).scale(domain=[0, 1], range=[0.5, 3])
    links = alt.Chart(inline(lines)).mark_rule(color=PALETTE["peer"], opacity=0.6)
    base = alt.Chart(inline(places)).encode(x=x, y=y)
    dots = base.mark_point(filled=True, size=90, opacity=1).encode(
        shape=alt.Shape("group:N", legend=key).scale(domain=groups, range=list(SHAPES[: len(groups)])),
        color=alt.Color("group:N", legend=key).scale(domain=groups, range=list(CATEGORIES[: len(groups)])),
    )
    layers = [links.encode(x=x, y=y, x2="x2:Q", y2="y2:Q", strokeWidth=weight), dots]
    if len(nodes) <= 30:
        layers.append(base.mark_text(dy=-11, fontSize=11, limit=110).encode(text="label:N"))
    linked = {node.id: sum(1 for edge in edges if node.id in (edge.a, edge.b)) for node in nodes}
    table = DataTable(
        caption=title,
        columns=(Column(heading="account"), Column(heading="group"), Column(heading="links", kind="number")),
        rows=tuple(
            (node.label, node.group, linked[node.id]) for node in sorted(nodes, key=lambda n: (n.group, n.label))
        ),
    )
    chart = layered(*layers, height=320)
    return figure_of(chart, title=title, description=description, table=table, note=note)
