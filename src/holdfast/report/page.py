"""The shape of every page that Holdfast writes: a title, a lead, sections of blocks, provenance, a footer.

A page is data; `report.render` makes one HTML file of it that needs nothing else: no script, no address outside,
one style sheet whose hash stands in the page's own Content-Security-Policy. Text is text: whatever stands
in a field is escaped, and controls that would hide or reorder it are written out.

    page = Page(title="…", kind="Votes", lead=("…",), sections=(Section(title="…", blocks=(…,)),))
    write_page(page, Path("out/report.html"))
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from markupsafe import Markup

from holdfast.report.text import Cell, slug

ColumnKind = Literal["text", "code", "number", "share", "p"]


@dataclass(frozen=True, kw_only=True)
class Column:
    """One column of a table. Numbers stand flush right; `share` has three decimals; `code` breaks anywhere."""

    heading: str
    kind: ColumnKind = "text"


@dataclass(frozen=True, kw_only=True)
class Text:
    """A paragraph. `strong` begins it in bold; `quiet` sets it small."""

    text: str
    strong: str = ""
    quiet: bool = False


@dataclass(frozen=True, kw_only=True)
class Bullets:
    """A list of short texts; with `numbered`, in order."""

    items: tuple[str, ...]
    numbered: bool = False


@dataclass(frozen=True, kw_only=True)
class Facts:
    """Names and what they are, as a list of definitions. `strip` sets them side by side, large."""

    pairs: tuple[tuple[str, str], ...]
    strip: bool = False


@dataclass(frozen=True, kw_only=True)
class DataTable:
    """A table in the text. The first column names the row. Rows are shown in the order given: by key."""

    caption: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    empty: str = "Nothing to show."
    """What stands in place of rows when there are none."""


@dataclass(frozen=True, kw_only=True)
class Figure:
    """A chart and, folded beside it, the numbers that it draws. Made by `holdfast.report.charts`."""

    title: str
    description: str
    """What a reader who does not see the picture needs to know of it; also read out with it."""
    svg: Markup
    table: DataTable
    note: str = ""
    wide: bool = False
    """Drawn wider than a phone: scrolled there, not shrunk."""


@dataclass(frozen=True, kw_only=True)
class Notice:
    """A framed remark: `note` for reading help, `caution` for limits that must not be passed over."""

    text: str
    title: str = ""
    kind: Literal["note", "caution"] = "note"


@dataclass(frozen=True, kw_only=True)
class Commands:
    """Lines to be typed."""

    lines: tuple[str, ...]
    label: str = "Commands"


@dataclass(frozen=True, kw_only=True)
class Links:
    """A list of links to parts of the page (`#part`) or files beside it; other addresses are refused."""

    links: tuple[tuple[str, str], ...]
    """Text and target."""
    in_line: bool = False
    """Side by side, for short texts such as names of files."""


@dataclass(frozen=True, kw_only=True)
class Beside:
    """A figure with blocks beside it on a wide screen and below it on a narrow one."""

    figure: Figure
    blocks: tuple["Block", ...]


@dataclass(frozen=True, kw_only=True)
class Grid:
    """Figures side by side, as many as fit."""

    figures: tuple[Figure, ...]


@dataclass(frozen=True, kw_only=True)
class Cards:
    """Sections set as cards in a grid; their headings are one level below the section that holds them."""

    cards: tuple["Section", ...]


@dataclass(frozen=True, kw_only=True)
class Folded:
    """Blocks that a reader opens; printed open."""

    title: str
    blocks: tuple["Block", ...]


Block = Text | Bullets | Facts | DataTable | Figure | Notice | Commands | Links | Beside | Grid | Cards | Folded


@dataclass(frozen=True, kw_only=True)
class Section:
    """A heading with blocks under it, then sections one level deeper (to level 4)."""

    title: str
    blocks: tuple[Block, ...] = ()
    sections: tuple["Section", ...] = ()
    id: str = ""
    """The part of the address after `#`; made from the title when empty. Unique in a page."""
    tag: str = ""
    """A word or two above the heading, such as the area that it belongs to."""

    @property
    def anchor(self) -> str:
        """Where links to this section go."""
        return self.id or slug(self.title)


@dataclass(frozen=True, kw_only=True)
class Wording:
    """The page's own words, for pages in other languages."""

    skip: str = "Skip to the content"
    contents: str = "Contents"
    figure_table: str = "The numbers of this chart"
    provenance: str = "Where this comes from"
    no_value: str = "no value"


@dataclass(frozen=True, kw_only=True)
class Page:
    """A whole page. `provenance` stands last under its own heading; `footer` in small print."""

    title: str
    kind: str = ""
    """What sort of page it is, above the title: Assessment, Votes, Election …"""
    lead: tuple[str, ...] = ()
    facts: Facts | None = None
    labels: tuple[str, ...] = ()
    """Framed words beside the title that no reader may miss: `Simulated accounts`."""
    sections: tuple[Section, ...] = ()
    provenance: tuple[Block, ...] = ()
    footer: tuple[str, ...] = ()
    language: str = "en"
    direction: Literal["ltr", "rtl"] = "ltr"
    wording: Wording = field(default_factory=Wording)
    contents: bool = True
    """Whether a list of the sections stands beside them."""


def table_of(caption: str, rows: Sequence[Mapping[str, Cell]], kinds: Mapping[str, ColumnKind]) -> DataTable:
    """A table from rows as mappings; `kinds` gives the headings, their order and how each is shown."""
    return DataTable(
        caption=caption,
        columns=tuple(Column(heading=heading, kind=kind) for heading, kind in kinds.items()),
        rows=tuple(tuple(row.get(heading) for heading in kinds) for row in rows),
    )
