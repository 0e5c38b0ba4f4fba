"""Votes as the methods need them: whole numbers for voters and polls, one vote for each voter in each poll."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from holdfast.tables.schema import NAMELESS

Whole = NDArray[np.int64]
Real = NDArray[np.float64]

CAME = 2
"""What a neutral vote is called in a table of outcomes; 1 support, -1 oppose, 0 did not vote."""


@dataclass(frozen=True, kw_only=True)
class Ballots:
    """One entry per counted vote. A poll is one candidate in one election; polls are in the order of time."""

    voters: tuple[str, ...]
    """Names, in alphabetical order; `voter` holds positions in it."""
    polls: tuple[tuple[str, str], ...]
    """Election and candidate; by opening, first vote or, without times, by name."""
    voter: Whole
    poll: Whole
    side: NDArray[np.int8]
    """1 support, 0 neutral, -1 oppose."""
    at: Real | None
    """Seconds since 1970, UTC; None where any vote lacks its time."""
    opened: Real
    """Seconds since 1970; NaN where not known."""
    closed: Real
    left_out: Mapping[str, int]
    """What was not counted, by reason."""

    @property
    def outcomes(self) -> NDArray[np.int8]:
        """Voters by polls: 1 support, -1 oppose, 2 came and stayed neutral, 0 did not vote."""
        table = np.zeros((len(self.voters), len(self.polls)), np.int8)
        table[self.voter, self.poll] = np.where(self.side == 0, CAME, self.side)
        return table

    @property
    def in_time_order(self) -> bool:
        """Whether the order of the polls is one of time, not of names."""
        return self.at is not None or bool(len(self.opened) and not np.isnan(self.opened).any())


def _seconds(column: pa.ChunkedArray | pa.Array) -> Real:
    micro = column.cast(pa.timestamp("us")).cast(pa.int64())
    return np.asarray(micro.to_numpy(zero_copy_only=False), np.float64) / 1e6  # null becomes NaN


def ballots_from(votes: pa.Table, elections: pa.Table | None = None) -> Ballots:
    """Ballots from the canonical tables `votes` and, for opening and closing, `elections`.

    Of several votes of one voter in one poll the last counts (by time, else by occurrence). The nameless voter
    and votes without a voter are left out. An empty table gives empty ballots.
    """
    names = votes.column("voter").to_pylist()
    keep = np.array([name is not None and name != NAMELESS for name in names], bool)
    left_out = {"nameless": int((~keep).sum())}
    known = votes.filter(pa.array(keep))
    voters, voter = np.unique(np.array(known.column("voter").to_pylist(), object).astype(str), return_inverse=True)
    pairs = list(zip(known.column("election").to_pylist(), known.column("candidate").to_pylist(), strict=True))
    names_of = dict.fromkeys(pairs)
    poll_of = {pair: number for number, pair in enumerate(names_of)}
    poll = np.array([poll_of[pair] for pair in pairs], np.int64)
    at = _seconds(known.column("at"))
    occurrence = known.column("occurrence").to_numpy()
    # a vote without a side (an unsigned list) says only who came
    vote = np.array([each or 0 for each in known.column("vote").to_pylist()], np.int8)
    order = np.lexsort((occurrence, np.nan_to_num(at), poll, voter))
    last = np.ones(len(order), bool)
    if len(order):
        last[:-1] = (np.diff(voter[order]) != 0) | (np.diff(poll[order]) != 0)
    rows = order[last]
    left_out["repeated"] = int(len(order) - len(rows))
    opened, closed = _openings(elections, poll_of)
    first = np.full(len(poll_of), np.inf)
    np.minimum.at(first, poll[rows], np.where(np.isnan(at[rows]), np.inf, at[rows]))
    begins = np.where(np.isnan(opened), first, opened)
    labels = np.array(["\0".join(str(part) for part in pair) for pair in poll_of], str)
    by_time = np.lexsort((labels, begins)) if len(labels) else np.zeros(0, np.int64)
    place = np.empty(len(by_time), np.int64)
    place[by_time] = np.arange(len(by_time))
    listed = list(poll_of)
    return Ballots(
        voters=tuple(str(name) for name in voters),
        polls=tuple(listed[int(each)] for each in by_time),
        voter=voter[rows].astype(np.int64),
        poll=place[poll[rows]] if len(rows) else np.zeros(0, np.int64),
        side=vote[rows],
        at=None if not len(rows) or np.isnan(at[rows]).any() else at[rows],
        opened=opened[by_time],
        closed=closed[by_time],
        left_out={reason: count for reason, count in left_out.items() if count},
    )


def _openings(elections: pa.Table | None, poll_of: Mapping[tuple[str, str], int]) -> tuple[Real, Real]:
    opened, closed = np.full(len(poll_of), np.nan), np.full(len(poll_of), np.nan)
    if elections is not None and elections.num_rows:
        keys = zip(elections.column("election").to_pylist(), elections.column("candidate").to_pylist(), strict=True)
        begins, ends = _seconds(elections.column("opened_at")), _seconds(elections.column("closed_at"))
        for row, key in enumerate(keys):
            if key in poll_of:
                opened[poll_of[key]], closed[poll_of[key]] = begins[row], ends[row]
    return opened, closed
