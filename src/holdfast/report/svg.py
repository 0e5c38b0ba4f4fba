"""From an Altair chart to SVG that stands inside a page: drawn offline, named, in the page's own colours.

Charts are drawn in the colours of `PALETTE`. Afterwards each of them also gets a class of the style sheet, so
the picture follows the reader's scheme (light, dark, print) while a copy of the SVG alone keeps its colours.
"""

import hashlib
import re
from contextlib import AbstractContextManager
from typing import Any
from xml.etree import ElementTree

import altair as alt
import vl_convert
from altair.utils.schemapi import debug_mode
from markupsafe import Markup

from holdfast.errors import UsageError
from holdfast.report.text import visible

PALETTE = {
    "ink": "#1a2326",
    "muted": "#55615f",
    "line": "#d8d6cc",
    "paper": "#fbfaf6",
    "accent": "#0b5c58",
    "soft": "#c4dfda",
    "second": "#96490a",
    "secondsoft": "#f6e6d3",
    "peer": "#7f8a88",
    "cat1": "#0b5c5a",
    "cat2": "#b3541e",
    "cat3": "#4a4e9c",
    "cat4": "#8a6d00",
    "cat5": "#9c2f63",
    "cat6": "#4d6b2c",
}
"""Names of the style sheet's colours, and what they are in light. All differ, so each can be told from the SVG."""

CATEGORIES = tuple(PALETTE[f"cat{number}"] for number in range(1, 7))
DASHES = ((1, 0), (6, 3), (2, 2), (8, 3, 2, 3), (4, 1), (1, 3))
SHAPES = ("circle", "square", "triangle-up", "diamond", "cross", "triangle-down")
"""Each category has its own dash and shape too: nothing rests on colour alone."""

WIDTH = 350
"""Natural width of a chart in CSS px: as wide as a phone, so that its text stays readable there."""
WIDE = 640
"""Natural width of a chart that needs room; on a phone it is scrolled, its text is not shrunk."""

_FONT = "DejaVu Sans, Verdana, sans-serif"
"""Only for measuring: the widest usual face, so that no label is cut in the reader's own."""
_NAMES = {colour: name for name, colour in PALETTE.items()}
_ELEMENTS = frozenset({"g", "path", "line", "text", "tspan", "rect", "circle", "defs", "clipPath"})
_LONG_NUMBER = re.compile(r"(\d+\.\d{2})\d+")
_REFERENCE = re.compile(r"url\(#([^)]+)\)")
_NAMESPACE = ' xmlns="http://www.w3.org/2000/svg"'


def config() -> dict[str, Any]:
    """The look that every chart shares."""
    text = {"labelColor": PALETTE["muted"], "titleColor": PALETTE["muted"], "labelFontSize": 12, "titleFontSize": 12}
    return {
        "font": _FONT,
        "background": "transparent",
        "view": {"stroke": None},
        "axis": {
            **text,
            "titleFontWeight": "normal",
            "grid": False,
            "domainColor": PALETTE["line"],
            "tickColor": PALETTE["line"],
            "labelPadding": 5,
        },
        "axisX": {"labelFlush": True},
        "axisY": {"grid": True, "gridColor": PALETTE["line"], "gridOpacity": 0.6, "domain": False, "ticks": False},
        "header": {**text, "titleFontWeight": "normal", "labelFontWeight": "bold"},
        "legend": {**text, "titleFontWeight": "normal", "orient": "top", "symbolStrokeWidth": 2, "symbolOpacity": 1},
        "title": {
            "anchor": "start",
            "color": PALETTE["muted"],
            "fontSize": 12,
            "fontWeight": "normal",
            "offset": 8,
            "limit": 330,
            "frame": "bounds",
        },
        "text": {"color": PALETTE["ink"], "fontSize": 12},
        "line": {"strokeCap": "round", "strokeJoin": "round"},
    }


def unchecked() -> AbstractContextManager[None]:
    """While it lasts, Altair does not check each part of a chart as it is built: a report takes half the time.

    The tests draw every kind of chart with the checks on.
    """
    return debug_mode(False)


def draw(chart: Any, *, title: str, description: str, wide: bool = False, check: bool = False) -> Markup:
    """The chart as an SVG element with a role, a title and a description.

    `chart` is any Altair chart without a configuration of its own, drawn in the colours of `PALETTE`.
    `check` compares the specification with Vega-Lite's schema first (45 ms; for tests).
    Raises UsageError `report.chart_element` when the picture holds more than shapes and text.
    """
    spec = chart.to_dict(validate=check)
    spec["config"] = config()
    spec["background"] = "transparent"
    spec["padding"] = {"left": 2, "right": 8, "top": 8, "bottom": 2}
    if "width" in spec:
        spec["autosize"] = {"type": "fit", "contains": "padding"}
    drawn = vl_convert.vegalite_to_svg(spec)
    return Markup(_dressed(drawn, visible(title), visible(description), "wide" if wide else "chart"))


def _dressed(drawn: str, title: str, description: str, style_class: str) -> str:
    """The drawn SVG with names and classes, without what a page has no use for."""
    mark = "c" + hashlib.sha256("\0".join((drawn, title, description)).encode()).hexdigest()[:10]
    root = ElementTree.fromstring(drawn.replace(_NAMESPACE, "", 1))
    for parent in list(root.iter()):
        for child in list(parent):
            if _is_unseen(child):
                parent.remove(child)
    for element in root.iter():
        if element is not root:
            _dress(element, mark)
    root.attrib = {
        "class": style_class,
        "viewBox": root.get("viewBox", ""),
        "width": root.get("width", ""),
        "height": root.get("height", ""),
        "role": "img",
        "aria-labelledby": f"{mark}-t {mark}-d",
    }
    for place, (tag, words) in enumerate((("title", title), ("desc", description))):
        named = ElementTree.Element(tag, {"id": f"{mark}-{tag[0]}"})
        named.text = words
        root.insert(place, named)
    return ElementTree.tostring(root, encoding="unicode")


def _is_unseen(element: ElementTree.Element) -> bool:
    if element.get("display") == "none" or element.get("opacity") == "0":
        return True
    return element.tag == "path" and element.get("d") in ("", "M0,0h0v0h0Z")


def _dress(element: ElementTree.Element, mark: str) -> None:
    if element.tag not in _ELEMENTS:
        raise UsageError(
            "report.chart_element",
            "a chart holds more than shapes and text",
            expected=", ".join(sorted(_ELEMENTS)),
            got=element.tag[:40],
            hint="draw it without images, links and gradients",
        )
    classes = []
    kept = {}
    for name, value in element.attrib.items():
        if name in ("role", "class", "font-family", "pointer-events") or name.startswith("aria-") or ":" in name:
            continue
        if name in ("fill", "stroke") and value.lower() in _NAMES:
            classes.append(f"{name[0]}-{_NAMES[value.lower()]}")
        if name == "id":
            value = f"{mark}-{value}"
        if name not in ("fill", "stroke", "id", "font-size"):
            value = _REFERENCE.sub(lambda found: f"url(#{mark}-{found.group(1)})", value)
            value = _LONG_NUMBER.sub(r"\1", value)
        if not (name == "opacity" and value == "1"):
            kept[name] = value
    if classes:
        kept["class"] = " ".join(classes)
    element.attrib = kept
    if element.text:
        element.text = visible(element.text)


def layered(*charts: Any, width: int = WIDTH, height: int = 240, unit: str = "") -> Any:
    """Charts over each other at the natural size, with what the vertical axis counts written above them."""
    chart = alt.layer(*charts).properties(width=width, height=height)
    return chart.properties(title=unit) if unit else chart
