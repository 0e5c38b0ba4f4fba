"""The vote graphs that SNAP published: edges `voter, candidate` with or without a sign, no times, no names.

The election is the candidate. Ids are the file's own and say nothing about another file.
"""

import re

from holdfast.errors import InputRefusedError
from holdfast.sources._compression import refused
from holdfast.sources._source import Head, Likeness, Opening
from holdfast.sources._text_rows import Rows, wrong_width
from holdfast.sources._votes import VoteRows
from holdfast.tables.ingest import Ingest
from holdfast.tables.schema import NAMELESS

HEADER = ["voter_id", "candidate_id", "vote"]
"""The header line of prepared copies, whose ids are codes."""
_SIGNED = re.compile(rb"\d+,\d+,(?:-1|0|1)\r?\Z")
_SIGNS = {"1": 1, "0": 0, "-1": -1}
_CODE = re.compile(r"[A-Za-z0-9-]{1,40}\Z")


def signed_edges_like(head: Head, word: str) -> Likeness:
    """Lines `id,id,sign` without header: any of several files, unless the name holds the word."""
    lines = head.first.split(b"\n")
    if lines[0].strip() == ",".join(HEADER).encode():
        return Likeness.CERTAIN if word in head.name.lower() else Likeness.SHAPE
    if len(lines) < 2 or not all(_SIGNED.match(line) for line in lines[:50][:-1]):
        return Likeness.NO
    return Likeness.SHAPE_AND_NAME if word in head.name.lower() else Likeness.SHAPE


def read_signed_edges(opening: Opening, rows: Ingest, nameless_id: str | None = None) -> None:
    """Rows of votes and elections from `voter,candidate,vote`.

    The voter `nameless_id` is a gap in the data and becomes `nameless`. Raises InputRefusedError
    `source.csv.width`, `source.votes.value`, `source.votes.id`, each naming the line.
    """
    assert opening.path is not None
    text = Rows(path=opening.path, progress=opening.progress, must_end_with_newline=True)
    votes = VoteRows(rows)
    has_codes = False
    for line, fields in text:
        if len(fields) != 3:
            raise wrong_width(text, line, 3, len(fields))
        if line == 1 and fields == HEADER:
            has_codes = True
            continue
        voter, candidate, sign = fields
        if sign not in _SIGNS:
            raise refused(
                "source.votes.value", "this is not a vote", expected="1, 0 or -1", got=repr(sign[:40]),
                place=text.place(line),
            )  # fmt: skip
        for each in (voter, candidate):
            if not (_CODE.match(each) if has_codes else each.isdecimal()):
                raise _bad_id(text, line, each)
        if voter == nameless_id and not has_codes:
            voter = NAMELESS
        votes.add(election=candidate, candidate=candidate, voter=voter, vote=_SIGNS[sign])
    votes.finish()


def _bad_id(text: Rows, line: int, got: str) -> InputRefusedError:
    return refused(
        "source.votes.id", "this is not an id", expected="a number", got=repr(got[:40]), place=text.place(line)
    )
