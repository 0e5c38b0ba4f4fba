"""The votes of an open election: totals for each candidate, or single votes, from JSON, TOML or CSV.

Totals: `candidate,support,oppose[,neutral][,kind][,state][,reason_code][,until]`. Single votes:
`voter,candidate,vote`, vote one of support, oppose, neutral (or 1, -1, 0). JSON and TOML hold
`candidates` (a list of the same) and may hold `voters` (everybody who voted), `opened` and `closed`
(dates), `days_open`.
"""

import csv
import io
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from holdfast.accounts.names import account_as_compared
from holdfast.canonical import parse_json
from holdfast.elections.contest import check_text
from holdfast.elections.toml_file import parse_toml
from holdfast.errors import InputRefusedError, UsageError

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


def read_votes(path: Path) -> OpenVotes:
    """The votes in a file. Raises UsageError `votes.no_file`, InputRefusedError `votes.…` naming the place."""
    if not path.is_file():
        raise UsageError("votes.no_file", "there is no such file", place=str(path))
    data, place = path.read_bytes(), str(path)
    if path.suffix.lower() == ".csv":
        return _from_csv(data, place)
    found = parse_json(data, place=place) if data.lstrip()[:1] == b"{" else parse_toml(data, place).data
    if not isinstance(found, dict) or not isinstance(found.get("candidates"), list):
        raise _refused("votes.form", "there is no list of candidates", place, expected="candidates, each with votes")
    tallies = tuple(
        _tally(each, f"{place}, candidate {number}") for number, each in enumerate(found["candidates"], 1)
    )
    opened, closed = _date(found.get("opened"), place), _date(found.get("closed"), place)
    days = found.get("days_open")
    if days is None and opened and closed:
        days = (closed - opened).days
    return _checked(
        OpenVotes(
            tallies=tallies,
            voters=_number(found["voters"], "voters", place) if "voters" in found else None,
            days_open=_number(days, "days_open", place) if days is not None else None,
            closed=closed,
        ),
        place,
    )


def _from_csv(data: bytes, place: str) -> OpenVotes:
    try:
        rows = list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))
    except (UnicodeDecodeError, csv.Error) as reason:
        raise _refused("votes.form", "this is not CSV in UTF-8", place, got=str(reason)) from None
    if not rows:
        raise _refused("votes.none", "there are no votes in the file", place)
    if {"voter", "candidate", "vote"} <= set(rows[0]):
        return _from_single(rows, place)
    if not {"candidate", "support", "oppose"} <= set(rows[0]):
        raise _refused(
            "votes.form",
            "these columns are unknown",
            place,
            expected="candidate,support,oppose[,neutral] or voter,candidate,vote",
            got=",".join(str(name) for name in rows[0])[:80],
        )
    return _checked(
        OpenVotes(tallies=tuple(_tally(row, f"{place}, line {line}") for line, row in enumerate(rows, 2))), place
    )


def _from_single(rows: list[dict[str, Any]], place: str) -> OpenVotes:
    """Single votes: of two by one voter on one candidate the later row counts.

    A voter is an account, however it is spelt: `Alice`, `alice` and `User:Alice` are one.
    """
    last: dict[tuple[str, str], int] = {}
    again = 0
    kinds: dict[str, str] = {}
    shown: dict[str, str] = {}
    for line, row in enumerate(rows, 2):
        word = str(row["vote"] or "").strip().lower()
        if word not in _WORDS:
            raise _refused(
                "votes.word",
                "this is no vote",
                f"{place}, line {line}",
                expected=", ".join(_WORDS),
                got=repr(word[:20]),
            )
        key = _account(row["voter"], line, place), _account(row["candidate"], line, place)
        again += key in last
        last[key] = _WORDS[word]
        shown.setdefault(key[1], str(row["candidate"]).strip())
        kinds[key[1]] = str(row.get("kind") or kinds.get(key[1], ""))
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


def _account(name: Any, line: int, place: str) -> str:
    """The account behind a name, as MediaWiki compares names."""
    found = account_as_compared(str(name or ""))
    if not found:
        raise _refused("votes.name", "a vote names nobody", f"{place}, line {line}", expected="voter and candidate")
    return found


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


def _tally(found: Any, place: str) -> Tally:
    if not isinstance(found, dict) or not isinstance(found.get("candidate"), str) or not found["candidate"]:
        raise _refused("votes.candidate", "a candidate has no name", place)
    state = str(found.get("state") or "")
    if state not in _STATES:
        raise _refused(
            "votes.state", "this state is unknown", place, expected="withheld or withdrawn", got=state[:40]
        )
    until = _date(found.get("until"), place)
    if state == "withheld" and (until is None or not found.get("reason_code")):
        raise _refused(
            "votes.withheld",
            "a withheld result has no reason code or no end date",
            place,
            expected="reason_code and until",
            hint="a result is held back for a stated reason until a stated day, then shown or renewed",
        )
    return Tally(
        candidate=found["candidate"],
        support=0 if state else _number(found.get("support"), "support", place),
        oppose=0 if state else _number(found.get("oppose"), "oppose", place),
        neutral=0 if state else _number(found.get("neutral") or 0, "neutral", place),
        kind=str(found.get("kind") or ""),
        state=state,
        reason_code=str(found.get("reason_code") or ""),
        until=until,
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


def _number(value: Any, name: str, place: str) -> int:
    text = str(value).strip()
    if isinstance(value, bool) or not text.isdecimal():
        raise _refused("votes.number", f"{name} is no whole number", place, expected="0 or more", got=repr(text[:20]))
    return int(text)


def _date(value: Any, place: str) -> date | None:
    if value in (None, ""):
        return None
    try:
        return value if isinstance(value, date) else date.fromisoformat(str(value))
    except ValueError:
        raise _refused("votes.date", "this is no date", place, expected="2025-10-31", got=repr(value)[:40]) from None


def _refused(
    code: str, what: str, place: str, *, expected: str = "", got: str = "", hint: str = "correct the file"
) -> InputRefusedError:
    return InputRefusedError(code, what, expected=expected, got=got, place=place, hint=hint)
