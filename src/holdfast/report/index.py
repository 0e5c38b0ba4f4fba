"""An index page over several assessments, in alphabetical order: counts by area, no comparison, no ranking."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import pyarrow.compute as pc
import pyarrow.parquet as pq

from holdfast.canonical import parse_json
from holdfast.findings.areas import areas_of, said_of_areas
from holdfast.findings.assessment import Assessment
from holdfast.findings.finding import Area
from holdfast.ids import WikiName, wiki_name
from holdfast.report.finding_sections import areas_shown, in_words
from holdfast.report.page import Block, Cards, Facts, Links, Notice, Page, Section, Text
from holdfast.report.render import write_page
from holdfast.report.text import anchor, counted, day
from holdfast.report.words import AREAS, NO_SCORE

TITLE = "Assessments"
_ABOUT_COUNTS = (
    "The words beside each area cannot be compared between wikis: more data make more findings, and a wiki about"
    " which little is known has few."
)


@dataclass(frozen=True, kw_only=True)
class IndexEntry:
    """One assessment on the index page."""

    wiki: WikiName
    href: str
    """The report's path from the index page: `WIKI/report.html`."""
    as_of: date | None
    said: Mapping[Area, str]
    """What can be said of each area, in words: `2 findings`, `No finding in the 1 of 3 tested`, `Measured, not
    testable`, `Nothing can be said`. Coordination is missing where it was not asked for."""
    measured: int
    looked_at: int
    """Measures with a value, and all of them."""
    about: str = ""
    """One or two sentences: what the data are and where they come from."""
    labels: tuple[str, ...] = field(default_factory=tuple)


def entry_of(assessment: Assessment, *, href: str = "", about: str = "") -> IndexEntry:
    """The index entry of an assessment whose report lies at `href`, or else at `WIKI/report.html`."""
    told = {value.measure for value in assessment.values if value.value is not None}
    said = areas_of(assessment)
    return IndexEntry(
        wiki=assessment.wiki,
        href=href or f"{assessment.wiki}/report.html",
        as_of=assessment.as_of,
        said={area: in_words(said[area])[0] for area in areas_shown(assessment)},
        measured=len(told),
        looked_at=len(assessment.measures),
        about=about,
        labels=assessment.labels,
    )


def entries_in(folder: Path, *, about: Mapping[str, str] | None = None) -> tuple[IndexEntry, ...]:
    """An entry for each report in `folder/*/`, read from its findings.json and measures.parquet."""
    return tuple(
        _entry_at(path, (about or {}).get(path.parent.name, "")) for path in sorted(folder.glob("*/findings.json"))
    )


def write_index(out: Path, entries: Sequence[IndexEntry], *, title: str = TITLE, lead: str = "") -> Path:
    """Write `out/index.html` over the entries; its path."""
    path = out / "index.html"
    write_page(index_page(entries, title=title, lead=lead), path)
    return path


def index_page(entries: Sequence[IndexEntry], *, title: str = TITLE, lead: str = "") -> Page:
    """The index as a page: one card for each wiki, by name."""
    ordered = sorted(entries, key=lambda entry: entry.wiki)
    cards = Cards(cards=tuple(_card(entry) for entry in ordered))
    blocks: tuple[Block, ...] = (cards,) if ordered else (Text(text="No report lies in this folder yet."),)
    what = lead or f"{counted(len(ordered), 'wiki')}, each assessed by itself from its public history."
    return Page(
        title=title,
        kind="Index",
        lead=(what,),
        sections=(
            Section(title="By wiki", id="wikis", blocks=(*blocks, Notice(text=f"{NO_SCORE} {_ABOUT_COUNTS}"))),
        ),
        contents=False,
    )


def _card(entry: IndexEntry) -> Section:
    counts = tuple((AREAS[area][0], entry.said[area]) for area in AREAS if area in entry.said)
    facts = (
        ("As of", day(entry.as_of) if entry.as_of else "data without times"),
        ("Measures with data", f"{entry.measured} of {entry.looked_at}"),
        *counts,
    )
    blocks: list[Block] = [Text(text=label, strong="Note:") for label in entry.labels]
    if entry.about:
        blocks.append(Text(text=entry.about))
    blocks += [Facts(pairs=facts), Links(links=((f"Read the report on {entry.wiki}", entry.href),))]
    return Section(
        title=entry.wiki, id=f"wiki-{anchor(entry.href.removesuffix('/report.html'))}", blocks=tuple(blocks)
    )


def _entry_at(path: Path, about: str) -> IndexEntry:
    found = parse_json(path.read_bytes(), place=str(path))
    values = pq.read_table(path.with_name("measures.parquet"), columns=["measure", "value"])
    told = set(pc.unique(values.filter(pc.is_valid(values["value"]))["measure"]).to_pylist())
    runs = found.get("runs", ())
    said = said_of_areas(
        {name: measure["area"] for name, measure in found["measures"].items()},
        valued=told,
        tested={each["measure"] for each in found["tests"]},
        found=[(each["area"], each["measure"]) for each in found["findings"]],
        looked={Area(each["area"]): True for each in runs if each["status"] == "ok"},
    )
    asked = {Area(each["area"]) for each in (*found["findings"], *runs, *found["measures"].values())}
    return IndexEntry(
        wiki=wiki_name(found["wiki"]),
        href=f"{path.parent.name}/report.html",
        as_of=date.fromisoformat(found["as_of"]) if found["as_of"] else None,
        said={area: in_words(said[area])[0] for area in AREAS if area in asked or area is not Area.COORDINATION},
        measured=len(told),
        looked_at=len(found["measures"]),
        about=about,
        labels=tuple(found["labels"]),
    )
