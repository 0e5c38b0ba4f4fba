"""The simulated community's dumps, changed by a few lines, and what an assessment makes of them."""

import gzip
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from holdfast.findings.assessment import Assessment
from holdfast.workflows.analysis.assess import all_measures, assess
from holdfast.workflows.analysis.ingest import ingest

DATA = Path(__file__).parents[2] / "data" / "demo" / "scripted"
VOTES = DATA / "votes.csv"
_PAGE = re.compile(r"  <page>.*?  </page>\n", re.DOTALL)
_REVISION = re.compile(r"    <revision>.*?    </revision>\n", re.DOTALL)
_ITEM = re.compile(r"  <logitem>.*?  </logitem>\n", re.DOTALL)


@cache
def history() -> str:
    """The dump of the edits, as text."""
    return gzip.decompress((DATA / "stub-meta-history.xml.gz").read_bytes()).decode()


@cache
def log() -> str:
    """The dump of the logs, as text."""
    return gzip.decompress((DATA / "pages-logging.xml.gz").read_bytes()).decode()


def pages_of(text: str) -> list[str]:
    """The pages of a history, each as it stands there."""
    return _PAGE.findall(text)


def with_pages(pages: Iterable[str]) -> str:
    """The history with these pages alone."""
    text = history()
    return text[: text.index("  <page>")] + "".join(pages) + "</mediawiki>\n"


def newest_of(page: str) -> str:
    """The page with its newest revision alone."""
    revisions = _REVISION.findall(page)
    return page[: page.index("    <revision>")] + revisions[-1] + "  </page>\n"


def items_of(text: str) -> list[str]:
    """The entries of a log, each as it stands there."""
    return _ITEM.findall(text)


def with_items(items: Iterable[str]) -> str:
    """The log with these entries alone."""
    text = log()
    return text[: text.index("  <logitem>")] + "".join(items) + "</mediawiki>\n"


def item(number: int, at: str, actor: str, kind: str, action: str, title: str, params: str = "") -> str:
    """One more entry of the log."""
    return (
        f"  <logitem>\n    <id>{number}</id>\n    <timestamp>{at}Z</timestamp>\n    <contributor>\n"
        f"      <username>{actor}</username>\n      <id>1</id>\n    </contributor>\n    <type>{kind}</type>\n"
        f"    <action>{action}</action>\n    <logtitle>{title}</logtitle>\n"
        f'    <params xml:space="preserve">{params}</params>\n  </logitem>\n'
    )


def edit(number: int, at: str, account: str) -> str:
    """A page with one edit."""
    return (
        f"  <page>\n    <title>Page {number}</title>\n    <ns>0</ns>\n    <id>{number}</id>\n    <revision>\n"
        f"      <id>{number}</id>\n      <timestamp>{at}Z</timestamp>\n      <contributor>\n"
        f"        <username>{account}</username>\n        <id>{number}</id>\n      </contributor>\n"
        '      <text bytes="3" />\n      <sha1></sha1>\n    </revision>\n  </page>\n'
    )


def read_in(folder: Path, **texts: str) -> Path:
    """A lake with these dumps, by the names of their formats, and the votes."""
    files = []
    for name, text in texts.items():
        files.append(folder / f"{name}.xml")
        files[-1].write_text(text, encoding="utf-8")
    ingest([*files, VOTES], folder / "lake", wiki="scripted")
    return folder / "lake"


def assessed(folder: Path, *, edits: str | None = None, logs: str | None = None) -> Assessment:
    """The assessment of the community with another history, another log, or both."""
    lake = read_in(folder, history=edits or history(), logging=logs or log())
    return assess(lake, wiki="scripted")


def numbers(found: Assessment, *, but: Sequence[str] = ()) -> list[tuple[Any, ...]]:
    """Every value with its window, count and status, without the words beside it."""
    return [
        (each.measure, each.period_start, each.period_end, each.value, each.n, str(each.status))
        for each in found.values
        if each.measure not in but
    ]


def quality(found: Assessment) -> set[str]:
    """What was found wrong with the data."""
    return {each.measure for each in found.findings if each.area == "data_quality"}


def about(found: Assessment, measure: str) -> Any:
    """The finding of this name."""
    return next(each for each in found.findings if each.measure == measure)


def valued(found: Assessment, table: str) -> set[str]:
    """The measures that rest on a table and have any value."""
    reading = {name for name, measure in all_measures().items() if table in measure.reads}
    return {each.measure for each in found.values if each.value is not None} & reading


def renamed(text: str, names: Callable[[int], str]) -> str:
    """The history with another contributor in the place of each visitor, as its whole element."""
    return re.sub(r"<username>Visitor (\d+)</username>\s*<id>\d+</id>", lambda found: names(int(found[1])), text)


def changed(text: str, changes: Mapping[str, str]) -> str:
    """The text with each of these replaced; each must be there."""
    for old, new in changes.items():
        assert old in text
        text = text.replace(old, new)
    return text
