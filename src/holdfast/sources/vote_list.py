"""A list of votes as CSV: `election,voter,candidate,vote`, and optionally `at` and `outcome`.

`vote` is support, oppose or neutral, or 1, -1, 0. `at` is ISO 8601 or seconds since 1970, UTC where it names no zone.
`outcome` is passed, failed, withdrawn or unknown, the same in every row of one election.
"""

from datetime import datetime

from holdfast.clock import parse_at, utc_naive
from holdfast.errors import InputRefusedError
from holdfast.sources._compression import refused
from holdfast.sources._source import Head, Likeness, Opening, Source
from holdfast.sources._text_rows import Rows, columns_in, wrong_width
from holdfast.sources._votes import UNKNOWN, VoteRows
from holdfast.tables.ingest import Ingest
from holdfast.tables.schema import NAMELESS, Kind

NEEDED = ("election", "voter", "candidate", "vote")
_OPTIONAL = ("at", "outcome")
VOTE_WORDS = {"support": 1, "oppose": -1, "neutral": 0, "1": 1, "+1": 1, "-1": -1, "0": 0}
_OUTCOMES = frozenset({"passed", "failed", "withdrawn", UNKNOWN})


def recognise(head: Head) -> Likeness:
    """A header with at least three of the four columns; a lacking one is then named by `read`."""
    names = {
        name.strip().strip('"') for name in head.first.split(b"\n", 1)[0].decode("utf-8-sig", "replace").split(",")
    }
    return Likeness.CERTAIN if len(names & set(NEEDED)) >= 3 else Likeness.NO


def read(opening: Opening, rows: Ingest) -> None:
    """Rows of votes and elections.

    Raises InputRefusedError `source.csv.column`, `source.csv.width`, `source.votes.value`, `source.votes.outcome`,
    `source.votes.empty_name`, `clock.unreadable`, each naming the line.
    """
    assert opening.path is not None
    text = Rows(path=opening.path, progress=opening.progress, note=rows.note)
    lines = iter(text)
    first_line, header = next(lines, (1, [""]))
    where = columns_in(text, header, NEEDED, first_line)
    extra = [name for name in where if name not in (*NEEDED, *_OPTIONAL)]
    if extra:
        rows.note(f"columns that are not read: {', '.join(extra)}")
    votes = VoteRows(rows)
    zoneless = 0
    nameless = 0
    for line, fields in lines:
        if len(fields) != len(header):
            raise wrong_width(text, line, len(header), len(fields))
        election, voter, candidate = (fields[where[name]] for name in NEEDED[:3])
        if not election or not candidate:
            raise refused(
                "source.votes.empty_name", "a vote names no election or no candidate", place=text.place(line),
                hint="write both into the line; the lake is as it was",
            )  # fmt: skip
        nameless += not voter
        at, has_zone = _moment(fields[where["at"]], text.place(line)) if "at" in where else (None, True)
        zoneless += not has_zone
        outcome = _outcome(fields[where["outcome"]], text.place(line)) if "outcome" in where else UNKNOWN
        vote = vote_value(fields[where["vote"]], text.place(line))
        known = votes.add(
            election=election, candidate=candidate, voter=voter or NAMELESS, vote=vote, at=at, outcome=outcome
        )
        if outcome not in (known, UNKNOWN):
            raise refused(
                "source.votes.outcome", "an election has two outcomes", expected=known, got=outcome,
                place=text.place(line), hint="correct the column outcome; the lake is as it was",
            )  # fmt: skip
    if zoneless:
        rows.note(f"{zoneless:,} times name no zone: read as UTC")
    votes.finish()


def vote_value(word: str, place: str) -> int:
    """1, 0 or -1. Raises InputRefusedError `source.votes.value` for any other word."""
    value = VOTE_WORDS.get(word.strip().lower())
    if value is None:
        raise refused(
            "source.votes.value",
            "this is not a vote",
            expected="support, oppose, neutral, 1, -1 or 0",
            got=repr(word[:40]),
            place=place,
            hint="correct the line; the lake is as it was",
        )
    return value


def _outcome(word: str, place: str) -> str:
    found = word.strip().lower() or UNKNOWN
    if found not in _OUTCOMES:
        raise refused(
            "source.votes.outcome", "this is not an outcome", expected=", ".join(sorted(_OUTCOMES)),
            got=repr(word[:40]), place=place, hint="correct the line; the lake is as it was",
        )  # fmt: skip
    return found


def _moment(text: str, place: str) -> tuple[datetime | None, bool]:
    """The moment, and whether its zone was said. An empty field is no moment."""
    if not text.strip():
        return None, True
    try:
        at = parse_at(text)
    except InputRefusedError as reason:
        raise refused(
            reason.code, reason.what, expected=reason.expected, got=reason.got, place=place, hint=reason.hint
        ) from None
    has_zone = text.strip().lstrip("-").isdecimal() or datetime.fromisoformat(text.strip()).tzinfo is not None
    return utc_naive(at), has_zone


SOURCE = Source(
    name="vote_list",
    describes="CSV of votes with the columns election, voter, candidate, vote and optionally at, outcome",
    kind=Kind.VOTE_LIST,
    tables=("votes", "elections"),
    recognise=recognise,
    read=read,
)
