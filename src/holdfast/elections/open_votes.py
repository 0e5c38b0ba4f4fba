"""The votes of an open election: totals for each candidate, or single votes, from JSON, TOML or CSV.

Totals: `candidate,support,oppose[,neutral][,kind][,state][,reason_code][,until]`. Single votes:
`voter,candidate,vote`, vote one of support, oppose, neutral (or 1, -1, 0). JSON and TOML hold
`candidates` (a list of the same) and may hold `voters` (everybody who voted), `opened` and `closed`
(dates), `days_open`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from holdfast.accounts.names import account_as_compared
from holdfast.elections.contest import check_text
from holdfast.errors import InputRefusedError, Problem
from holdfast.papers.decoding import UTF_8, read_bytes
from holdfast.papers.documents import parse_json_paper, parse_toml, refuse
from holdfast.papers.rows import CellError, Column, Row, Table, read_table
from holdfast.papers.shapes import check_shape

_WORDS = {"support": 1, "oppose": -1, "neutral": 0, "abstain": 0, "1": 1, "+1": 1, "-1": -1, "0": 0}
_STATES = ("", "withheld", "withdrawn")


@dataclass(frozen=True, kw_only=True)
class Tally:
    """What was cast on one candidate."""

    candidate: str
    support: int
    oppose: int
    neutral: int = 0
    kind: str = ""
    """The kind of request, as the rule set calls it: adminship, renewal …"""
    own: int | None = None
    """The candidate's own vote (1, 0, -1) when single votes are known and it is among those counted here."""
    state: str = ""
    """`withheld` or `withdrawn`, instead of an outcome."""
    reason_code: str = ""
    until: date | None = None
    """When a withheld result is published or its withholding renewed."""


@dataclass(frozen=True, kw_only=True)
class OpenVotes:
    """One election's votes."""

    tallies: tuple[Tally, ...]
    voters: int | None = None
    """Everybody who voted, on whichever candidate; None: not known."""
    days_open: int | None = None
    closed: date | None = None
    notes: tuple[str, ...] = ()


_TEXTS = {
    "kind": Column(meaning="the kind of request, as the rule set calls it", must=False),
    "state": Column(meaning="instead of an outcome", must=False, values=("withheld", "withdrawn")),
    "reason_code": Column(meaning="why a result is withheld", must=False),
    "until": Column(meaning="the day a withheld result is shown or renewed", must=False),
}
_CANDIDATE = Column(meaning="the account that stands", filled=True)
TOTALS = Table(
    name="vote_totals",
    title="votes as totals",
    code="votes.form",
    own_codes=True,
    columns={
        "candidate": _CANDIDATE,
        "support": Column(meaning="how many supported, 0 or more"),
        "oppose": Column(meaning="how many opposed, 0 or more"),
        "neutral": Column(meaning="how many were neutral, 0 or more", must=False),
        **_TEXTS,
    },
)
SINGLE = Table(
    name="single_votes",
    title="single votes",
    code="votes.form",
    own_codes=True,
    columns={
        "voter": Column(meaning="the account that votes", filled=True),
        "candidate": _CANDIDATE,
        "vote": Column(meaning="one of support, oppose, neutral, 1, -1, 0", filled=True),
        "kind": _TEXTS["kind"],
    },
)
_DAY = {"description": "a day such as 2025-10-31"}
_COUNT = {"type": ["integer", "string"], "pattern": r"^\s*[0-9]+\s*$", "minimum": 0}
SHAPE: Mapping[str, Any] = {
    "type": "object",
    "required": ["candidates"],
    "additionalProperties": False,
    "properties": {
        "candidates": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["candidate"],
                "additionalProperties": False,
                "properties": {
                    "candidate": {"type": "string", "minLength": 1},
                    **dict.fromkeys(("support", "oppose", "neutral"), _COUNT),
                    "kind": {"type": "string"},
                    "state": {"enum": list(_STATES)},
                    "reason_code": {"type": "string"},
                    "until": _DAY,
                },
            },
        },
        "voters": _COUNT,
        "opened": _DAY,
        "closed": _DAY,
        "days_open": _COUNT,
    },
}
"""The shape of a file of totals in TOML or JSON."""


def read_votes(path: Path, *, encoding: str = UTF_8) -> OpenVotes:
    """The votes in a file. Raises UsageError `votes.no_file`, InputRefusedError `votes.…` naming every place."""
    data, place = read_bytes(path, code="votes.no_file"), str(path)
    if path.suffix.lower() == ".csv":
        return _from_csv(data, place, encoding)
    is_json = data.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] == b"{"
    file = parse_json_paper(data, place) if is_json else parse_toml(data, place)
    check_shape(file, SHAPE, code="votes.form", what="these are no votes")
    found = file.data
    problems: list[Problem] = []
    tallies = []
    for number, each in enumerate(found["candidates"]):
        try:
            tallies.append(_tally(each))
        except CellError as odd:
            problems.append(file.problem(odd.code, odd.what, "candidates", number, odd.column))
    days: dict[str, date | None] = {}
    for name in ("opened", "closed"):
        try:
            days[name] = _date(found.get(name), name)
        except CellError as odd:
            problems.append(file.problem(odd.code, odd.what, name))
    refuse(problems, code=problems[0].code if problems else "", what="these votes cannot be read", place=place)
    opened, closed = days["opened"], days["closed"]
    length = found.get("days_open")
    if length is None and opened and closed:
        length = (closed - opened).days
    return _checked(
        OpenVotes(
            tallies=tuple(tallies),
            voters=int(found["voters"]) if "voters" in found else None,
            days_open=int(length) if length is not None else None,
            closed=closed,
        ),
        place,
    )


def _from_csv(data: bytes, place: str, encoding: str) -> OpenVotes:
    if b"voter" in data.partition(b"\n")[0].replace(b"\0", b""):
        rows = read_table(data, SINGLE, _single, place=place, encoding=encoding)
        return _from_single(rows, place)
    tallies = read_table(data, TOTALS, lambda row: _tally(row.cells), place=place, encoding=encoding)
    return _checked(OpenVotes(tallies=tuple(tallies)), place)


@dataclass(frozen=True, kw_only=True)
class _Vote:
    voter: str
    candidate: str
    shown: str
    value: int
    kind: str


def _single(row: Row) -> _Vote:
    word = row["vote"].lower()
    if word not in _WORDS:
        raise CellError(f"{word[:20]!r} is no vote; wanted: {', '.join(_WORDS)}", "vote", code="votes.word")
    accounts = {name: account_as_compared(row[name]) for name in ("voter", "candidate")}
    for name, account in accounts.items():
        if not account:
            raise CellError("a vote names nobody; wanted: voter and candidate", name, code="votes.name")
    return _Vote(**accounts, shown=row["candidate"], value=_WORDS[word], kind=row["kind"])


def _from_single(rows: list[_Vote], place: str) -> OpenVotes:
    """Single votes: of two by one voter on one candidate the later row counts.

    A voter is an account, however it is spelt: `Alice`, `alice` and `User:Alice` are one.
    """
    if not rows:
        raise _refused("votes.none", "there are no votes in the file", place)
    last: dict[tuple[str, str], int] = {}
    again = 0
    kinds: dict[str, str] = {}
    shown: dict[str, str] = {}
    for vote in rows:
        key = vote.voter, vote.candidate
        again += key in last
        last[key] = vote.value
        shown.setdefault(vote.candidate, vote.shown)
        kinds[vote.candidate] = vote.kind or kinds.get(vote.candidate, "")
    tallies = []
    for candidate in kinds:
        votes = [vote for (_, who), vote in last.items() if who == candidate]
        tallies.append(
            Tally(
                candidate=shown[candidate],
                support=votes.count(1),
                oppose=votes.count(-1),
                neutral=votes.count(0),
                kind=kinds[candidate],
                own=last.get((candidate, candidate)),
            )
        )
    notes = (f"{again} earlier votes were replaced by later ones of the same voter",) if again else ()
    return OpenVotes(tallies=tuple(tallies), voters=len({voter for voter, _ in last}), notes=notes)


def without_self_votes(tally: Tally) -> Tally:
    """The tally without the candidate's own vote, when it is known."""
    if tally.own is None:
        return tally
    return replace(
        tally,
        support=tally.support - (tally.own == 1),
        oppose=tally.oppose - (tally.own == -1),
        neutral=tally.neutral - (tally.own == 0),
        own=None,
    )


def _tally(found: Mapping[str, Any]) -> Tally:
    state = str(found.get("state") or "")
    until = _date(found.get("until"), "until")
    if state == "withheld" and (until is None or not found.get("reason_code")):
        what = "a withheld result needs reason_code and until: it is held back for a stated reason until a stated day"
        raise CellError(what, "state", code="votes.withheld")
    counts = {name: 0 if state else _number(found.get(name), name) for name in ("support", "oppose", "neutral")}
    return Tally(
        candidate=found["candidate"],
        kind=str(found.get("kind") or ""),
        state=state,
        reason_code=str(found.get("reason_code") or ""),
        until=until,
        **counts,
    )


def _checked(votes: OpenVotes, place: str) -> OpenVotes:
    names = [account_as_compared(check_text(tally.candidate, place=place)) for tally in votes.tallies]
    if not names:
        raise _refused("votes.none", "there are no votes in the file", place)
    if len(set(names)) != len(names):
        raise _refused("votes.candidate_twice", "a candidate stands in the file twice", place)
    for tally in votes.tallies:
        cast = tally.support + tally.oppose + tally.neutral
        if votes.voters is not None and cast > votes.voters:
            raise _refused(
                "votes.impossible",
                "more votes were cast on a candidate than there were voters",
                place,
                expected=f"at most {votes.voters}",
                got=str(cast),
            )
    return votes


def _number(value: Any, name: str) -> int:
    text = str("" if value is None else value).strip() or ("0" if name == "neutral" else "")
    if not (text.isascii() and text.isdecimal()):
        raise CellError(f"{name} is {text[:20]!r}; wanted: a whole number, 0 or more", name, code="votes.number")
    return int(text)


def _date(value: Any, name: str) -> date | None:
    if value in (None, ""):
        return None
    try:
        return value if type(value) is date else date.fromisoformat(str(value))
    except ValueError:
        what = f"{name} is {str(value)[:20]!r}; wanted: a day such as 2025-10-31"
        raise CellError(what, name, code="votes.date") from None


def _refused(
    code: str, what: str, place: str, *, expected: str = "", got: str = "", hint: str = "correct the file"
) -> InputRefusedError:
    return InputRefusedError(code, what, expected=expected, got=got, place=place, hint=hint)
