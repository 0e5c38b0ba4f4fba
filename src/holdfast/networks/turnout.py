"""What would be expected of each voter in each poll, if nobody acted with anybody.

Turnout: within an epoch of about thirty polls, odds of coming are a voter's eagerness times the poll's pull, both
fitted so that every voter's and every poll's count is met (a bipartite configuration model per epoch: it knows
who was around when). Side: log odds of support are the poll's standing plus the voter's leniency (Rasch), shrunk.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse.linalg import ArpackError, svds
from scipy.special import expit

from holdfast.networks.ballots import CAME, Whole
from holdfast.networks.tuning import TUNING

Dense = NDArray[np.float32]

EPOCH_POLLS = TUNING.epoch_polls
MOST_EPOCHS = TUNING.most_epochs
_ROUNDS = TUNING.turnout_rounds
_CLOSE = TUNING.turnout_close


@dataclass(frozen=True, kw_only=True)
class Expectation:
    """Voters by polls. `turnout`: chance to come; `support`: chance to support, having taken a side."""

    outcomes: NDArray[np.int8]
    turnout: Dense
    support: Dense
    epoch: Whole
    """Each poll's epoch; a voter without any vote in an epoch says nothing about its polls."""
    around: NDArray[np.bool_]
    """Voters by epochs: voted at least once."""


def order_without_times(outcomes: NDArray[np.int8]) -> Whole:
    """Polls put in a line by the overlap of their voters: neighbours share voters, as neighbours in time do.

    The second singular vector of the normalised table of who came (correspondence analysis).
    """
    came = sparse.csr_array((outcomes != 0).astype(np.float64))
    rows, columns = (np.maximum(np.asarray(came.sum(axis)), 1) for axis in (1, 0))
    scaled = came.multiply(1 / np.sqrt(rows)[:, None]).multiply(1 / np.sqrt(columns)[None, :])
    try:  # a fixed start makes the answer the same each time
        _, values, vectors = svds(sparse.csr_array(scaled), k=2, v0=np.ones(min(outcomes.shape)))
    except ArpackError:  # no poll differs from another in who came: any order is as good
        return np.arange(outcomes.shape[1])
    return np.argsort(vectors[np.argsort(values)[0]] / np.sqrt(columns), kind="stable")


def expectation(outcomes: NDArray[np.int8], *, in_time_order: bool) -> Expectation:
    """Fit both models to a table of outcomes (see `Ballots.outcomes`)."""
    voters, polls = outcomes.shape
    epochs = int(np.clip(polls // EPOCH_POLLS, 1, MOST_EPOCHS))
    order = np.arange(polls) if in_time_order or epochs == 1 else order_without_times(outcomes)
    turnout = np.zeros((voters, polls), np.float32)
    epoch = np.zeros(polls, np.int64)
    around = np.zeros((voters, epochs), bool)
    for number, chosen in enumerate(np.array_split(order, epochs)):
        came = outcomes[:, chosen] != 0
        epoch[chosen] = number
        around[:, number] = came.any(1)
        turnout[:, chosen] = _fit_turnout(came)
    return Expectation(outcomes=outcomes, turnout=turnout, support=_fit_sides(outcomes), epoch=epoch, around=around)


def _fit_turnout(came: NDArray[np.bool_]) -> Dense:
    """Chances x y / (1 + x y) whose sums meet every row's and column's count (who always came: nearly)."""
    voters, polls = came.shape
    by_voter = np.minimum(came.sum(1), polls - 0.5).astype(np.float32)
    by_poll = np.minimum(came.sum(0), voters - 0.5).astype(np.float32)
    present = np.flatnonzero(by_voter > 0)
    if not len(present):
        return np.zeros((voters, polls), np.float32)
    need = by_voter[present]
    scale = np.sqrt(max(float(by_poll.sum()), 1.0))
    x, y = need / scale, by_poll / scale
    for _ in range(_ROUNDS):
        x = need / np.maximum((y / (1 + x[:, None] * y)).sum(1), 1e-9)
        odds = x[:, None] * y
        chance = odds / (1 + odds)
        met = chance.sum(0)
        y = by_poll / np.maximum((x[:, None] / (1 + odds)).sum(0), 1e-9)
        if np.abs(met - by_poll).max() < _CLOSE * max(float(by_poll.max()), 1.0):
            break
    odds = x[:, None] * y
    chance = np.zeros((voters, polls), np.float32)
    chance[present] = odds / (1 + odds)
    return chance


def _fit_sides(outcomes: NDArray[np.int8]) -> Dense:
    """Rasch model, normal priors (polls: s.d. 2 about their mean; voters: s.d. 1), by alternating Newton steps."""
    voter, poll = np.nonzero((outcomes != 0) & (outcomes != CAME))
    support = (outcomes[voter, poll] > 0).astype(float)
    voters, polls = outcomes.shape
    standing, leniency, middle = np.zeros(polls), np.zeros(voters), 0.0
    for _ in range(12):
        chance = expit(standing[poll] + leniency[voter])
        step = np.bincount(poll, support - chance, polls) - (standing - middle) / 4
        standing = standing + step / (np.bincount(poll, chance * (1 - chance), polls) + 0.25)
        middle = float(standing.mean()) if polls else 0.0
        chance = expit(standing[poll] + leniency[voter])
        step = np.bincount(voter, support - chance, voters) - leniency
        leniency = leniency + step / (np.bincount(voter, chance * (1 - chance), voters) + 1)
    return expit(standing[None, :].astype(np.float32) + leniency[:, None].astype(np.float32))
