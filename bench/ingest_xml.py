"""Reading a stub-meta-history dump: Holdfast beside a plain ElementTree loop, and beside mwxml where it is installed.

    .venv/bin/python bench/ingest_xml.py [--small] [--mwxml PYTHON]

The dump is generated: about 200 MB (--small: 20 MB) of revisions in the layout of MediaWiki's own dumps. `read` is
the work of finding every field; `ingest` is all of it, down to sorted and hashed Parquet files. The claim: the
reader, which checks every field, costs at most a quarter more than the plain loop, which checks none.
"""

import argparse
import random
import sys
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from _measured import measured

_HEAD = """<mediawiki xmlns="http://www.mediawiki.org/xml/export-0.11/" version="0.11" xml:lang="en">
  <siteinfo>
    <sitename>Generated</sitename>
    <dbname>generated</dbname>
    <namespaces>
      <namespace key="0" case="first-letter" />
      <namespace key="2" case="first-letter">User</namespace>
    </namespaces>
  </siteinfo>
"""
_REVISION = """    <revision>
      <id>{id}</id>{parent}
      <timestamp>{at}</timestamp>
      <contributor>
        {who}
      </contributor>{minor}
      <comment>{comment}</comment>
      <origin>{id}</origin>
      <model>wikitext</model>
      <format>text/x-wiki</format>
      <text bytes="{size}" sha1="{sha1}" location="tt:{id}" id="{id}" />
      <sha1>{sha1}</sha1>
    </revision>
"""
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


def generate(path: Path, revisions: int) -> None:
    """A dump with that many revisions: some 12 to a page, 5 % by addresses, comments with entities."""
    rng = random.Random(20260101)
    with path.open("w", encoding="utf-8") as out:
        out.write(_HEAD)
        done = page = 0
        while done < revisions:
            page += 1
            out.write(f"  <page>\n    <title>Page {page} &amp; more</title>\n    <ns>0</ns>\n    <id>{page}</id>\n")
            for number in range(min(rng.randint(1, 24), revisions - done)):
                done += 1
                editor = int(rng.paretovariate(1.1)) % 50_000
                who = f"<username>Editor {editor}</username>\n        <id>{editor + 1}</id>"
                if rng.random() < 0.05:
                    who = f"<ip>192.0.2.{editor % 255}</ip>"
                out.write(
                    _REVISION.format(
                        id=done,
                        parent=f"\n      <parentid>{done - 1}</parentid>" if number else "",
                        at=f"20{rng.randint(10, 24)}-{rng.randint(1, 12):02d}-{rng.randint(1, 28):02d}"
                        f"T{rng.randint(0, 23):02d}:{rng.randint(0, 59):02d}:{rng.randint(0, 59):02d}Z",
                        who=who,
                        minor="\n      <minor />" if rng.random() < 0.3 else "",
                        comment="/* Section */ fixed &quot;this&quot; &amp; that" * rng.randint(1, 2),
                        size=rng.randint(0, 90_000),
                        sha1="0" + "".join(rng.choices(_DIGITS, k=30)),
                    )
                )
            out.write("  </page>\n")
        out.write("</mediawiki>\n")


def plain_loop(path: Path) -> int:
    """What one would write first: iterparse, the same fields, nothing checked."""
    from xml.etree import ElementTree

    space = "{http://www.mediawiki.org/xml/export-0.11/}"
    rows = 0
    page_id = namespace = None
    for _, element in ElementTree.iterparse(path, events=("end",)):
        tag = element.tag.removeprefix(space)
        if tag == "ns":
            namespace = element.text
        elif tag == "revision":
            contributor = element.find(f"{space}contributor")
            text = element.find(f"{space}text")
            assert contributor is not None
            assert text is not None
            row: tuple[Any, ...] = (
                element.findtext(f"{space}id"),
                page_id,
                namespace,
                element.findtext(f"{space}parentid"),
                element.findtext(f"{space}timestamp"),
                contributor.findtext(f"{space}username") or contributor.findtext(f"{space}ip"),
                element.find(f"{space}minor") is not None,
                text.get("bytes"),
                element.findtext(f"{space}sha1"),
            )
            rows += len(row) > 0
            element.clear()
        elif tag == "page":
            element.clear()
    return rows


class _Counter:
    """Stands for an ingest that throws its rows away, so that reading alone is measured."""

    def __init__(self) -> None:
        self.facts: dict[str, Any] = {}
        self.counted = 0

    def writer(self, table: str, columns: Any) -> Callable[[Any], None]:
        if table != "revisions":
            return lambda row: None

        def add(row: Any) -> None:
            self.counted += 1

        return add

    def note(self, text: str) -> None:
        pass


def read_only(path: Path) -> int:
    """Holdfast's reader without the lake."""
    from holdfast.sources._source import Opening
    from holdfast.sources.mediawiki_history import SOURCE

    rows = _Counter()
    SOURCE.read(Opening(place=str(path), path=path), rows)  # type: ignore[arg-type]
    return rows.counted


def whole_ingest(path: Path, lake: Path) -> int:
    """Holdfast from file to lake."""
    from holdfast.workflows.analysis.ingest import ingest

    (done,) = ingest([path], lake, wiki="generated")
    return done.entry.tables["revisions"].rows


_MWXML = """
import sys, mwxml
rows = 0
for page in mwxml.Dump.from_file(open(sys.argv[1], encoding="utf-8")):
    for revision in page:
        rows += 1
print(rows)
"""


def main() -> None:
    """Generate, run each in a process of its own, print costs and ratios."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--small", action="store_true", help="20 MB in place of 200")
    parser.add_argument("--mwxml", metavar="PYTHON", help="a Python that has mwxml, as a second peer")
    parser.add_argument("--run", nargs="+", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.run:
        job, path = given.run[0], Path(given.run[1])
        print(
            {"plain": plain_loop, "read": read_only}[job](path)
            if job != "ingest"
            else whole_ingest(path, Path(given.run[2]))
        )
        return
    revisions = 36_000 if given.small else 360_000
    with TemporaryDirectory() as folder:
        path = Path(folder) / "stub-meta-history.xml"
        generate(path, revisions)
        size_mb = path.stat().st_size / 1e6
        print(f"{revisions:,} revisions, {size_mb:.0f} MB")
        me = [sys.executable, __file__, "--run"]
        costs = {
            "plain loop": measured([*me, "plain", path]),
            "Holdfast, read": measured([*me, "read", path]),
            "Holdfast, ingest": measured([*me, "ingest", path, Path(folder) / "lake"]),
        }
        if given.mwxml:
            costs["mwxml"] = measured([given.mwxml, "-c", _MWXML, path])
        for name, cost in costs.items():
            assert int(cost.output) == revisions, (name, cost.output)
            rate = (
                f"{size_mb / cost.cpu_seconds:6.1f} MB and {revisions / cost.cpu_seconds:9,.0f} revisions per CPU-s"
            )
            print(f"{name:18} {cost}  {rate}")
        plain = costs["plain loop"].cpu_seconds
        for name, cost in costs.items():
            print(f"{name:18} {cost.cpu_seconds / plain:5.2f} times the plain loop's CPU time")


if __name__ == "__main__":
    main()
