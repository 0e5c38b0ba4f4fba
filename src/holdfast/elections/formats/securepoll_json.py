"""The cases with which SecurePoll checks its own count: `seats`, `candidates`, `rankedVotes`, expected result.

Candidates are called by their ids, as in the file's own results. The expected result is not read here.
"""

from typing import Any

from holdfast.canonical import parse_json
from holdfast.elections.contest import Candidate, Contest, MarkKind, Marks, make_contest
from holdfast.elections.formats._format import Format, damaged


def _recognise(data: bytes) -> bool:
    head = data.lstrip()
    return head[:1] in (b"[", b"{") and b'"rankedVotes"' in data


def _read(data: bytes, place: str) -> list[Contest]:
    found = parse_json(data, place=place)
    case = found[0] if isinstance(found, list) and found else found
    if not isinstance(case, dict) or not isinstance(case.get("candidates"), dict):
        raise damaged("this is no SecurePoll case", place, expected="an object with candidates and rankedVotes")
    seats, votes = case.get("seats"), case.get("rankedVotes")
    if not isinstance(seats, int) or isinstance(seats, bool) or not isinstance(votes, (dict, list)):
        raise damaged("seats or rankedVotes are missing", place, got=f"seats {seats!r}"[:40])
    keys = list(case["candidates"])
    ballots: dict[Marks, int] = {}
    for each in votes.values() if isinstance(votes, dict) else votes:
        marks, count = _ballot(each, keys, place)
        ballots[marks] = ballots.get(marks, 0) + count
    return [
        make_contest(
            "",
            MarkKind.RANK,
            [Candidate(key=key, name=str(name)) for key, name in case["candidates"].items()],
            ballots=ballots,
            seats=seats,
            method="meek-stv",
            place=place,
        )
    ]


def _ballot(each: Any, keys: list[str], place: str) -> tuple[Marks, int]:
    try:
        ranks = each["rank"]
        pairs = ranks.items() if isinstance(ranks, dict) else enumerate(ranks, 1)
        marks = tuple((keys.index(str(key)), int(rank)) for rank, key in pairs)
        return marks, int(each["count"])
    except (KeyError, TypeError, ValueError, AttributeError):
        raise damaged(
            "a ballot is damaged or names an unknown candidate",
            place,
            expected="count, and rank as place: candidate id",
            got=repr(each)[:60],
        ) from None


FORMAT = Format(
    name="securepoll-json",
    describes="SecurePoll's checking cases (JSON): seats, candidates, rankedVotes",
    recognise=_recognise,
    read=_read,
)
