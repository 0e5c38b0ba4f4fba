"""Rows of votes and elections, numbered and summed up, whatever list they come from."""

from datetime import datetime

from holdfast.accounts.names import same_account
from holdfast.tables.ingest import Ingest
from holdfast.tables.schema import NAMELESS

_ELECTION = ("election", "candidate", "opened_at", "closed_at", "outcome")
_VOTE = ("election", "candidate", "voter", "occurrence", "vote", "at")
UNKNOWN = "unknown"


class VoteRows:
    """Writes votes; `finish` writes the elections that they belong to. Keeps one number per voter and election."""

    def __init__(self, rows: Ingest) -> None:
        self._rows = rows
        self._vote = rows.writer("votes", _VOTE)
        self._times: dict[tuple[str, str, str], int] = {}
        self._elections: dict[tuple[str, str], tuple[datetime | None, datetime | None, str]] = {}
        self._on_oneself = 0
        self._nameless = 0

    def add(
        self,
        *,
        election: str,
        candidate: str,
        voter: str,
        vote: int | None,
        at: datetime | None = None,
        outcome: str = UNKNOWN,
    ) -> str:
        """Add one vote; the outcome that the election is known to have so far."""
        key = (election, candidate, voter)
        occurrence = self._times[key] = self._times.get(key, 0) + 1
        self._vote((election, candidate, voter, occurrence, vote, at))
        first, last, known = self._elections.get(key[:2], (None, None, UNKNOWN))
        if at is not None:
            first = at if first is None or at < first else first
            last = at if last is None or at > last else last
        known = outcome if known == UNKNOWN else known
        self._elections[key[:2]] = (first, last, known)
        self._on_oneself += same_account(voter, candidate)
        self._nameless += voter == NAMELESS
        return known

    def finish(self) -> None:
        """Write the elections: opened with the first vote seen, closed with the last."""
        add = self._rows.writer("elections", _ELECTION)
        for (election, candidate), (first, last, outcome) in self._elections.items():
            add((election, candidate, first, last, outcome))
        if self._nameless:
            self._rows.note(
                f"{self._nameless:,} votes have lost their voter's name: kept as `{NAMELESS}`, left out of pair tests"
            )
        if self._on_oneself:
            self._rows.note(f"{self._on_oneself:,} votes are on the voter's own candidacy: kept")
        repeated = sum(count - 1 for count in self._times.values())
        if repeated:
            self._rows.note(
                f"{repeated:,} votes repeat a voter within one election: kept, numbered in the column occurrence"
            )
        if not any(first for first, _, _ in self._elections.values()):
            self._rows.note("no vote has a time: elections have no dates")
