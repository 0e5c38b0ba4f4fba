"""Votes: who agrees beyond chance, which groups act as a bloc, and what that would change in an election.

`analyse` joins the parts: pairs (agreement.py), expectation (turnout.py), blocs (blocs.py, bloc_test.py) and the
calibration that decides whether a bloc may be published at all (bloc_gate.py). What was found is "takes sides and
turns out together beyond the model", never a reason for it.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from holdfast.networks.agreement import MINIMUM_SHARED, Agreement, agreement
from holdfast.networks.ballots import Ballots, Real, Whole
from holdfast.networks.bloc_gate import Gate, calibrate
from holdfast.networks.bloc_test import MINIMUM_POLLS, MINIMUM_VOTERS, Tested, enough, search
from holdfast.networks.blocs import Table, affinity, judged, of_voters, table_of
from holdfast.networks.tuning import TUNING
from holdfast.networks.turnout import expectation
from holdfast.progress import Progress, silent

CANDIDATE = "candidate"
"""The name of the strongest group when none is significant."""
MOST_SEARCHED = TUNING.searched_voters


@dataclass(frozen=True, kw_only=True)
class Bloc:
    """One reported group. `affinity`, `low`, `high`: per voter, in [0, 1], in the ballots' order of voters."""

    id: str
    members: Whole
    p: float
    p_turnout: float
    p_side: float
    p_seam: float
    published: bool
    affinity: Real
    low: Real
    high: Real
    calls: Real
    """3 by polls: chance that the bloc had no call, a call for, a call against."""


@dataclass(frozen=True, kw_only=True)
class VoteResult:
    """All of one run over one set of ballots."""

    ballots: Ballots
    agreement: Agreement
    blocs: tuple[Bloc, ...]
    """Published ones, or the one candidate, or none where there is not enough data."""
    gate: Gate | None
    """None where there is not enough data to look for blocs."""
    notes: tuple[str, ...]
    """What a reader must know: what was too little, what was left out."""
    in_time_order: bool

    @property
    def published(self) -> tuple[Bloc, ...]:
        """The blocs that passed their tests in a run that passed its calibration."""
        return tuple(bloc for bloc in self.blocs if bloc.published)


def analyse(
    ballots: Ballots, *, seed: int = 0, replicates: int = 60, permutations: int = 999, progress: Progress = silent
) -> VoteResult:
    """Pairs, blocs and their calibration. The same ballots and seed give the same result."""
    rng = np.random.default_rng(seed)
    progress("comparing pairs of voters", 0, 1)
    pairs = agreement(ballots)
    progress("comparing pairs of voters", 1, 1)
    notes = _what_lacks(ballots, pairs)
    if not len(ballots.side):
        return VoteResult(ballots=ballots, agreement=pairs, blocs=(), gate=None, notes=notes, in_time_order=False)
    whole = table_of(expectation(ballots.outcomes, in_time_order=ballots.in_time_order))
    people = searched(ballots)
    table = of_voters(whole, people)
    if not enough(table) or not (ballots.side != 0).any():
        return VoteResult(
            ballots=ballots, agreement=pairs, blocs=(), gate=None, notes=notes, in_time_order=ballots.in_time_order
        )
    found = search(table, rng, permutations=permutations, progress=progress)
    gate = calibrate(table.expected, rng, replicates=replicates, progress=progress)
    chosen = [each for each in found if each.is_significant] if gate.published else []
    reported = [_bloc(whole, people[each.fit.members], each, published=True) for each in chosen]
    if not chosen and found:
        best = max(found, key=lambda each: each.held_out_gain)
        reported = [_bloc(whole, people[best.fit.members], best, published=False)]
    return VoteResult(
        ballots=ballots,
        agreement=pairs,
        blocs=tuple(_named(sorted(reported, key=lambda each: int(each.members[0])))),
        gate=gate,
        notes=notes,
        in_time_order=ballots.in_time_order,
    )


def searched(ballots: Ballots) -> Whole:
    """Positions of the voters among whom blocs are looked for: three votes or more, the most active if too many."""
    counts = np.bincount(ballots.voter, minlength=len(ballots.voters))
    regular = np.flatnonzero(counts >= 3)
    return np.sort(regular[np.argsort(-counts[regular], kind="stable")[:MOST_SEARCHED]])


def _bloc(whole: Table, members: Whole, tested: Tested, *, published: bool) -> Bloc:
    found = judged(whole, members)
    value, low, high = affinity(found)
    return Bloc(
        id=CANDIDATE,
        members=members,
        p=tested.p,
        p_turnout=tested.p_turnout,
        p_side=tested.p_side,
        p_seam=tested.p_seam,
        published=published,
        affinity=value,
        low=low,
        high=high,
        calls=found.calls,
    )


def _named(blocs: list[Bloc]) -> list[Bloc]:
    return [
        Bloc(**{**bloc.__dict__, "id": f"bloc-{number}" if bloc.published else CANDIDATE})
        for number, bloc in enumerate(blocs, 1)
    ]


def _what_lacks(ballots: Ballots, pairs: Agreement) -> tuple[str, ...]:
    notes = []
    counts = np.bincount(ballots.voter, minlength=len(ballots.voters))
    regular = int((counts >= 3).sum())
    if len(ballots.polls) < MINIMUM_POLLS or regular < MINIMUM_VOTERS:
        notes.append(
            f"not enough data for blocs: {len(ballots.polls)} elections and {regular} voters with three votes or "
            f"more; needed are {MINIMUM_POLLS} elections and {MINIMUM_VOTERS} such voters"
        )
    if not len(pairs.z):
        notes.append(
            f"not enough data for pairs: no two voters share {MINIMUM_SHARED} elections in which both voted for or "
            "against and the votes were not all one way"
        )
    if ballots.at is None:
        notes.append("no times: arrival, herding and the order of elections are not tested")
    if len(ballots.side) and len(np.unique(ballots.side)) == 1:
        notes.append("all votes went one way: taking the same side says nothing here")
    return tuple(notes)


@dataclass(frozen=True, kw_only=True)
class Effect:
    """What one bloc did in one poll."""

    poll: int
    support: int
    oppose: int
    bloc_id: str | None
    bloc_support: int
    bloc_oppose: int
    margin_share: float | None
    """The bloc's share of the margin (supports minus opposes), in the margin's own direction; None at a tie."""
    outcome: str
    outcome_without: str
    """passed, failed or unknown: the share of support among sides taken, without the bloc, against the threshold."""


def effects(result: VoteResult, threshold: float | None = None) -> list[Effect]:
    """Each poll with each reported bloc (with nobody taken out where there is none), in the order of polls."""
    ballots = result.ballots
    polls = len(ballots.polls)
    up, down = _by_side(ballots, np.ones(len(ballots.side), bool), polls)
    counted: Mapping[str | None, tuple[Whole, Whole]] = {
        bloc.id: _by_side(ballots, np.isin(ballots.voter, bloc.members), polls) for bloc in result.blocs
    } or {None: (np.zeros(polls, np.int64), np.zeros(polls, np.int64))}
    return [
        Effect(
            poll=poll,
            support=int(up[poll]),
            oppose=int(down[poll]),
            bloc_id=name,
            bloc_support=int(yes[poll]),
            bloc_oppose=int(no[poll]),
            margin_share=(yes[poll] - no[poll]) / margin if (margin := float(up[poll] - down[poll])) else None,
            outcome=outcome(int(up[poll]), int(down[poll]), threshold),
            outcome_without=outcome(int(up[poll] - yes[poll]), int(down[poll] - no[poll]), threshold),
        )
        for poll in range(polls)
        for name, (yes, no) in counted.items()
    ]


def outcome(support: int, oppose: int, threshold: float | None) -> str:
    """passed where the share of support reaches the threshold; unknown without a threshold or without sides."""
    if threshold is None or not support + oppose:
        return "unknown"
    return "passed" if support >= threshold * (support + oppose) - 1e-9 else "failed"


def _by_side(ballots: Ballots, chosen: np.ndarray, polls: int) -> tuple[Whole, Whole]:
    return tuple(  # type: ignore[return-value]
        np.bincount(ballots.poll[chosen & (ballots.side == side)], minlength=polls) for side in (1, -1)
    )
