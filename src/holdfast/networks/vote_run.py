"""What one look at the votes of a wiki came to, with what is needed to write it down."""

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from holdfast.accounts.labels import Labels
from holdfast.networks.poll import Check
from holdfast.networks.votes import Effect, VoteResult


@dataclass(frozen=True, kw_only=True)
class VoteRun:
    """A result with what is needed to write it down."""

    result: VoteResult
    effects: tuple[Effect, ...]
    labels: Labels
    threshold: float | None
    seed: int
    source: str
    """What was read, as the page's command names it: a file, or a lake with its wiki."""
    notes: tuple[str, ...]
    is_simulated: bool
    checks: tuple[tuple[int, Check], ...] = ()
    """What each election shows by itself, as far as the input can tell: the election's position, and the check."""


def flagged_pairs(run: VoteRun) -> NDArray[np.bool_]:
    """Which pairs are flagged: none where the run's gate does not let it publish."""
    gate = run.result.gate
    flagged = run.result.agreement.flagged
    return flagged if gate is not None and gate.published else np.zeros_like(flagged)


def election_label(run: VoteRun, poll: int) -> str:
    """An election's title where its candidate is named, else its number in the order of elections.

    The counts of an election are public and tell which it was; a pseudonym in its title would then be no pseudonym.
    """
    election, candidate = run.result.ballots.polls[poll]
    return run.labels.within(election, candidate) if run.labels.shows(candidate) else f"election {poll + 1:04d}"


def calibration_of(run: VoteRun) -> dict[str, Any]:
    """What `calibration.json` holds; with too little data only why."""
    found, gate = run.result.agreement, run.result.gate
    pairs = {
        "tested": len(found.z),
        "flagged": int(flagged_pairs(run).sum()),
        "flagged_if_assumed_normal": found.flagged_if_assumed_normal,
        "null_centre": _finite(found.centre),
        "null_spread": _finite(found.spread),
    }
    common = {"pairs": pairs, "seed": run.seed, "notes": [*run.result.notes, *run.notes]}
    if gate is None:
        return {"status": "not_enough_data", "published": False, "replicates": 0, **common}
    return {"status": "ok", **asdict(gate), **common}


def _finite(value: float) -> float | None:
    return value if value == value else None
