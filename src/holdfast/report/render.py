"""From a page as data to HTML: templates with autoescape, one style sheet, a policy that names its hash."""

import base64
import hashlib
import re
from collections import Counter
from collections.abc import Callable, Iterator
from functools import cache
from importlib.resources import files
from pathlib import Path

import jinja2
from markupsafe import Markup

from holdfast.errors import UsageError
from holdfast.report import page as shapes
from holdfast.report.text import cell, shown, slug
from holdfast.tables._files import write_atomically
from holdfast.version import VERSION

_MARK = re.compile(r'aria-labelledby="(c[0-9a-f]{10})-t ')


def style_sheet() -> str:
    """The one style sheet of every page."""
    return (files("holdfast.report") / "templates" / "style.css").read_text(encoding="utf-8").strip()


def content_security_policy(style: str) -> str:
    """The policy that a page with this style sheet states of itself: nothing but its own style and images."""
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return f"default-src 'none'; style-src 'sha256-{digest}'; img-src data:; base-uri 'none'; form-action 'none'"


def render(page: shapes.Page) -> str:
    """The page as one HTML text.

    Raises UsageError `report.anchor_twice` when two sections would share an address, and
    `report.outside_link` for a link that leaves the folder.
    """
    _check_anchors(page)
    style = style_sheet()
    template = _environment().get_template("page.html.j2")
    return template.render(
        page=page,
        own_ids=_own_ids(),
        style=Markup(style),
        policy=content_security_policy(style),
        version=VERSION,
    )


def write_page(page: shapes.Page, path: Path) -> None:
    """Put the rendered page at `path`, all of it or nothing; makes the folder."""
    path.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(path, render(page).encode())


def render_fragment(section: shapes.Section) -> Markup:
    """One section without a page around it, its heading on level 3."""
    blocks = _environment().get_template("blocks.html.j2").make_module({"own_ids": _own_ids()})
    return Markup(blocks.section(section, 3, shapes.Wording()))  # type: ignore[attr-defined]


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


def _own_ids() -> Callable[[Markup], Markup]:
    """Gives the second of two equal pictures on one page ids of its own."""
    seen: Counter[str] = Counter()

    def own(svg: Markup) -> Markup:
        found = _MARK.search(svg)
        if found is None:
            return svg
        mark = found.group(1)
        seen[mark] += 1
        return svg if seen[mark] == 1 else Markup(svg.replace(mark, f"{mark}n{seen[mark]}"))

    return own


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
