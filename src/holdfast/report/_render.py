"""From a page as data to HTML: templates with autoescape, one style sheet, a policy that names its hash."""

import base64
import hashlib
from collections import Counter
from collections.abc import Iterator
from functools import cache
from importlib.resources import files

import jinja2
from markupsafe import Markup

from holdfast import __version__
from holdfast.errors import UsageError
from holdfast.report import page as shapes
from holdfast.report.text import cell, shown, slug


def style_sheet() -> str:
    """The one style sheet of every page."""
    return (files("holdfast.report") / "templates" / "style.css").read_text(encoding="utf-8").strip()


def content_security_policy(style: str) -> str:
    """The policy that a page with this style sheet states of itself: nothing but its own style and images."""
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return f"default-src 'none'; style-src 'sha256-{digest}'; img-src data:; base-uri 'none'; form-action 'none'"


def render_page(page: shapes.Page) -> str:
    """The page as one HTML text; see `holdfast.report.page.render`."""
    _check_anchors(page)
    style = style_sheet()
    template = _environment().get_template("page.html.j2")
    return template.render(
        page=page,
        style=Markup(style),
        policy=content_security_policy(style),
        version=__version__,
    )


@cache
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("holdfast.report", "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        finalize=shown,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(cell=cell, slug=slug, inside=_inside)
    environment.tests["block"] = lambda value, name: type(value).__name__ == name
    return environment


def _inside(target: str) -> str:
    """A link's target if it stays on the page or in its folder."""
    plain = target.partition("#")[0]
    if plain.startswith(("/", "\\", "..")) or ":" in plain or "//" in plain or "/.." in plain:
        raise UsageError(
            "report.outside_link",
            "a report links only to its own parts and the files beside it",
            expected="#part or a relative path without ..",
            got=repr(target[:80]),
        )
    return target


def _anchors(sections: tuple[shapes.Section, ...]) -> Iterator[str]:
    for section in sections:
        yield section.anchor
        for block in section.blocks:
            if isinstance(block, shapes.Cards):
                yield from _anchors(block.cards)
        yield from _anchors(section.sections)


def _check_anchors(page: shapes.Page) -> None:
    seen = Counter([*_anchors(page.sections), "content", "provenance"])
    twice = [anchor for anchor, count in seen.items() if count > 1]
    if twice:
        raise UsageError(
            "report.anchor_twice",
            "two sections of one page have the same address",
            expected="an id of its own for each section",
            got=", ".join(twice[:5]),
            hint="give one of them another id",
        )
