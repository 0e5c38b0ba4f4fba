"""One election looked at by itself, against the wiki's other elections: who came, when, and who had called them.

    rare_voters      share of voters who came to at most a tenth of the other elections held while they were around
    dormant_return   share of voters without an edit in the 90 days before the opening
    single_purpose   share of voters at least half of whose edits in the last 90 days were votes
    franchise_age    share of voters registered less than 90 days before the opening
    arrival_burst    the most votes within one hour, against arrivals drawn from the other elections' days and hours
    canvass          voters who had a talk page message from one same sender in the 7 days before their vote

The first four give the rank of the election among all (a conformal p: valid if elections are exchangeable), the
last two a permutation p. Each says nothing of why; each has its innocent explanation beside it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np

from holdfast.networks.ballots import Ballots, Real, Whole
from holdfast.networks.tuning import TUNING

DAY = 86_400  # seconds of a day
MINIMUM_VOTERS = TUNING.poll_voters
MINIMUM_OTHERS = TUNING.poll_others
_DRAWS = TUNING.poll_draws
_HOUR = 3600  # seconds of an hour

INNOCENT: Mapping[str, str] = {
    "rare_voters": "a candidate whom many know who otherwise do not vote",
    "dormant_return": "a site-wide notice reached old hands",
    "single_purpose": "retired writers who still care for governance",
    "franchise_age": "a course or campaign brought newcomers in",
    "arrival_burst": "the notice went out at that hour",
    "canvass": "a neutral newsletter to all subscribers",
}
"""One innocent explanation of a high value for each check."""


@dataclass(frozen=True, kw_only=True)
class History:
    """What the lake knows of the voters beyond their votes. Times are seconds UTC, ascending."""

    edits: Mapping[str, Whole] = field(default_factory=dict)
    registered: Mapping[str, float] = field(default_factory=dict)
    message_at: Real = field(default_factory=lambda: np.zeros(0))
    message_sender: tuple[str, ...] = ()
    message_recipient: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Check:
    """One check of one election. `value` is a share in [0, 1], or a count for arrival_burst and canvass."""

    name: str
    status: str
    """ok, no_times or not_enough_data."""
    value: float | None = None
    usual: float | None = None
    """Median of the other elections, or of the draws."""
    p: float | None = None
    n: int = 0
    detail: str = ""

    @property
    def innocent(self) -> str:
        """What would look the same."""
        return INNOCENT[self.name]


def examine(
    ballots: Ballots, poll: int, rng: np.random.Generator, history: History | None = None
) -> tuple[Check, ...]:
    """All six checks of one election (a position in `ballots.polls`)."""
    known = history or History()
    shares = share_checks(ballots, known)
    return (
        *(_ranked(name, values, ballots, poll) for name, values in shares.items()),
        arrival_burst(ballots, poll, rng),
        canvass(ballots, poll, known, rng),
    )


def share_checks(ballots: Ballots, history: History) -> dict[str, Real | str]:
    """For each check by share its value in every election; NaN below 20 voters; a word where it cannot be told."""
    makers: dict[str, tuple[Callable[[Ballots, History], Real], bool]] = {
        "rare_voters": (_rare, True),
        "dormant_return": (_dormant, bool(history.edits)),
        "single_purpose": (_single_purpose, bool(history.edits)),
        "franchise_age": (_young, bool(history.registered)),
    }
    found: dict[str, Real | str] = {}
    for name, (make, has_data) in makers.items():
        if name != "rare_voters" and np.isnan(_openings(ballots)).all():
            found[name] = "no_times"
        elif not has_data:
            found[name] = "not_enough_data"
        else:
            found[name] = make(ballots, history)
    return found


def _ranked(name: str, values: Real | str, ballots: Ballots, poll: int) -> Check:
    voters = int((ballots.poll == poll).sum())
    if isinstance(values, str):
        lacks = "times of the elections" if values == "no_times" else "edits or registrations of the voters"
        return Check(name=name, status=values, n=voters, detail=f"the input does not hold {lacks}")
    others = np.delete(values, poll)
    others = others[~np.isnan(others)]
    if np.isnan(values[poll]) or len(others) < MINIMUM_OTHERS:
        return Check(
            name=name,
            status="not_enough_data",
            n=voters,
            detail=f"needed: {MINIMUM_VOTERS} voters here, and {MINIMUM_OTHERS} other elections with as many; "
            f"there are {voters} and {len(others)}",
        )
    return Check(
        name=name,
        status="ok",
        value=float(values[poll]),
        usual=float(np.median(others)),
        p=float((1 + (others >= values[poll]).sum()) / (1 + len(others))),
        n=voters,
    )


def _openings(ballots: Ballots) -> Real:
    """Opening of each election, or its first vote; NaN where neither is known."""
    if ballots.at is None:
        return ballots.opened
    first = np.full(len(ballots.polls), np.inf)
    np.minimum.at(first, ballots.poll, ballots.at)
    return np.where(np.isnan(ballots.opened), np.where(np.isinf(first), np.nan, first), ballots.opened)


def _share(ballots: Ballots, marked: np.ndarray) -> Real:
    polls = len(ballots.polls)
    count = np.bincount(ballots.poll, minlength=polls)
    share = np.bincount(ballots.poll, marked.astype(float), polls) / np.maximum(count, 1)
    return np.where(count >= MINIMUM_VOTERS, share, np.nan)


def _rare(ballots: Ballots, history: History) -> Real:
    """Rare: at most a tenth of the elections from the voter's first to the last, this one not counted."""
    voters = len(ballots.voters)
    count = np.bincount(ballots.voter, minlength=voters)
    if not ballots.in_time_order:
        span = np.full(voters, len(ballots.polls))
    else:
        first, last = np.full(voters, len(ballots.polls)), np.zeros(voters, np.int64)
        np.minimum.at(first, ballots.voter, ballots.poll)
        np.maximum.at(last, ballots.voter, ballots.poll)
        span = np.maximum(last - first + 1, 10)
    return _share(ballots, ((count - 1) <= 0.1 * (span - 1))[ballots.voter])


def _before(ballots: Ballots, history: History) -> tuple[Whole, Whole]:
    """For each vote: the voter's edits, and votes, in the 90 days before the election's opening."""
    openings = _openings(ballots)[ballots.poll]
    edits, votes = np.zeros(len(ballots.poll), np.int64), np.zeros(len(ballots.poll), np.int64)
    order = np.argsort(ballots.voter, kind="stable")
    begins = np.searchsorted(ballots.voter[order], np.arange(len(ballots.voters) + 1))
    for voter, name in enumerate(ballots.voters):
        rows = order[begins[voter] : begins[voter + 1]]
        to, own = openings[rows], np.sort(openings[rows])
        made = history.edits.get(name, np.zeros(0, np.int64))
        edits[rows] = np.searchsorted(made, to) - np.searchsorted(made, to - 90 * DAY)
        votes[rows] = np.searchsorted(own, to) - np.searchsorted(own, to - 90 * DAY)
    return edits, votes


def _dormant(ballots: Ballots, history: History) -> Real:
    return _share(ballots, _before(ballots, history)[0] == 0)


def _single_purpose(ballots: Ballots, history: History) -> Real:
    edits, votes = _before(ballots, history)
    return _share(ballots, (votes > 0) & (2 * votes >= edits))


def _young(ballots: Ballots, history: History) -> Real:
    registered = np.array([history.registered.get(name, np.nan) for name in ballots.voters])
    return _share(ballots, registered[ballots.voter] > _openings(ballots)[ballots.poll] - 90 * DAY)


def _most_within_an_hour(at: Real) -> int:
    at = np.sort(at)
    return int((np.searchsorted(at, at + _HOUR) - np.arange(len(at))).max(initial=0))


def arrival_burst(ballots: Ballots, poll: int, rng: np.random.Generator) -> Check:
    """The most votes within one hour, against as many arrivals with the other elections' days and hours of day.

    The hours are the wiki's, not a person's: they say when notices go out and people are awake.
    """
    here = ballots.poll == poll
    count = int(here.sum())
    if ballots.at is None:
        return Check(name="arrival_burst", status="no_times", n=count, detail="the votes have no times")
    openings = _openings(ballots)
    days = np.floor((ballots.at - openings[ballots.poll]) / DAY)[~here]
    hours = (ballots.at % DAY)[~here]
    if count < MINIMUM_VOTERS or len(days) < 5 * MINIMUM_VOTERS:
        return Check(
            name="arrival_burst",
            status="not_enough_data",
            n=count,
            detail=f"needed: {MINIMUM_VOTERS} votes here and {5 * MINIMUM_VOTERS} elsewhere; there are {count} and "
            f"{len(days)}",
        )
    seen = _most_within_an_hour(ballots.at[here])
    drawn = rng.choice(days, (_DRAWS, count)) * DAY
    drawn += (rng.choice(hours, (_DRAWS, count)) + rng.uniform(-1800, 1800, (_DRAWS, count))) % DAY
    drawn.sort(axis=1)
    # as many as were seen within an hour: the first and last of some neighbours are no further apart
    reached = ((drawn[:, seen - 1 :] - drawn[:, : count - seen + 1]) <= _HOUR).any(axis=1)
    return Check(
        name="arrival_burst",
        status="ok",
        value=float(seen),
        usual=float(np.median([_most_within_an_hour(each) for each in drawn[:25]])),
        p=float((1 + reached.sum()) / (1 + _DRAWS)),
        n=count,
    )


def canvass(ballots: Ballots, poll: int, history: History, rng: np.random.Generator) -> Check:
    """Voters whom one sender wrote to in the 7 days before; recipients permuted among the messages of those days."""
    here = ballots.poll == poll
    count, opening = int(here.sum()), float(_openings(ballots)[poll])
    if np.isnan(opening):
        return Check(name="canvass", status="no_times", n=count, detail="the election has no time")
    close = ballots.closed[poll] if not np.isnan(ballots.closed[poll]) else opening + 7 * DAY
    near = np.flatnonzero((history.message_at >= opening - 7 * DAY) & (history.message_at <= close))
    if count < MINIMUM_VOTERS or len(near) < MINIMUM_VOTERS:
        return Check(
            name="canvass",
            status="not_enough_data",
            n=count,
            detail=f"needed: {MINIMUM_VOTERS} voters and {MINIMUM_VOTERS} talk page messages in these days; "
            f"there are {count} and {len(near)}",
        )
    came = {ballots.voters[int(voter)] for voter in ballots.voter[here]}
    _, sender = np.unique([history.message_sender[int(each)] for each in near], return_inverse=True)
    names, recipient = np.unique([history.message_recipient[int(each)] for each in near], return_inverse=True)
    voted = np.array([name in came for name in names])

    def most(recipients: np.ndarray) -> int:
        pairs = np.unique(sender * len(names) + recipients)
        return int(np.bincount(pairs // len(names), voted[pairs % len(names)]).max())

    seen = most(recipient)
    drawn = np.array([most(rng.permutation(recipient)) for _ in range(_DRAWS)])
    return Check(
        name="canvass",
        status="ok",
        value=float(seen),
        usual=float(np.median(drawn)),
        p=float((1 + (drawn >= seen).sum()) / (1 + _DRAWS)),
        n=count,
    )


def all_checks(ballots: Ballots, rng: np.random.Generator, history: History | None = None) -> list[tuple[int, Check]]:
    """Every check of every election that can be made, in order; the shares are counted once for all."""
    known = history or History()
    shares = share_checks(ballots, known)
    found: list[tuple[int, Check]] = []
    for poll in np.flatnonzero(np.bincount(ballots.poll, minlength=len(ballots.polls)) >= MINIMUM_VOTERS).tolist():
        found += [(poll, _ranked(name, values, ballots, poll)) for name, values in shares.items()]
        if ballots.at is not None:
            found.append((poll, arrival_burst(ballots, poll, rng)))
            found.append((poll, canvass(ballots, poll, known, rng)))
    return found
