"""SNAP wiki-Vote: who voted on whom to January 2008, unsigned.

Origin: Leskovec, Huttenlocher, Kleinberg (2010), snap.stanford.edu/data/wiki-Vote.html, with its four header lines.
"""

import re

from holdfast.sources._compression import refused
from holdfast.sources._source import Head, Likeness, Opening, Source
from holdfast.sources._text_rows import text_lines
from holdfast.sources._votes import VoteRows
from holdfast.tables.ingest import Ingest
from holdfast.tables.schema import Kind

_PAIR = re.compile(r"(\d+)[\t ]+(\d+)\s*\Z")
_PAIR_BYTES = re.compile(rb"\d+[\t ]+\d+\r?\Z")
_COUNTS = re.compile(r"# Nodes: (\d+) Edges: (\d+)")


def recognise(head: Head) -> Likeness:
    """SNAP's own header lines with the name of the file; or bare pairs of numbers, which many files hold."""
    if head.first.startswith(b"# ") and b"FromNodeId" in head.first[:1000]:
        return Likeness.CERTAIN if b"Wiki-Vote" in head.first[:1000] else Likeness.SHAPE
    lines = head.first.split(b"\n")
    if len(lines) < 2 or not all(_PAIR_BYTES.match(line) for line in lines[:50][:-1]):
        return Likeness.NO
    return Likeness.SHAPE_AND_NAME if "vote" in head.name.lower() else Likeness.SHAPE


def read(opening: Opening, rows: Ingest) -> None:
    """Rows of votes (without a sign) and elections.

    Raises InputRefusedError `source.snap.pair` naming the line, and `source.truncated` when there are fewer or more
    edges than the header announces.
    """
    path = opening.path
    assert path is not None
    votes = VoteRows(rows)
    announced: int | None = None
    edges = 0
    for line, text in enumerate(text_lines(path, opening.progress, must_end_with_newline=True), 1):
        if text.startswith("#"):
            found = _COUNTS.match(text)
            announced = int(found[2]) if found else announced
            continue
        pair = _PAIR.match(text)
        if pair is None:
            raise refused(
                "source.snap.pair", "this line is not two numbers", expected="FromNodeId, tab, ToNodeId",
                got=repr(text[:40]), place=f"{path.name}, line {line}",
            )  # fmt: skip
        edges += 1
        votes.add(election=pair[2], candidate=pair[2], voter=pair[1], vote=None)
    if announced is not None and announced != edges:
        raise refused(
            "source.truncated", "the file does not hold what its header announces", expected=f"{announced:,} edges",
            got=f"{edges:,}", place=str(path),
        )  # fmt: skip
    rows.note("votes have no sign in this file: that somebody voted, not how")
    votes.finish()


SOURCE = Source(
    name="snap_vote",
    describes="SNAP wiki-Vote: lines FromNodeId, tab, ToNodeId under four header lines",
    kind=Kind.VOTE_GRAPH,
    tables=("votes", "elections"),
    recognise=recognise,
    read=read,
)
