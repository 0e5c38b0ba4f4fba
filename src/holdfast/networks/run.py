"""A whole run: enough data or not, the look, the gate, and what may be published."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from holdfast.errors import UsageError
from holdfast.networks.calibration import REPLICATES, Calibration, calibrate
from holdfast.networks.coaction import Look, Settings, kinds_of, look
from holdfast.networks.counting import WEEK, Ordered, in_order
from holdfast.networks.tuning import TUNING
from holdfast.progress import Progress, silent

Ints = NDArray[np.int64]

MINIMUM = {"accounts": 20, "objects": 10, "actions": 500, "weeks": 8}
"""Below this no run is made: the folds, the epochs and the permutations would have nothing to work with."""
MOST_WINDOWS = TUNING.most_windows


@dataclass(frozen=True, kw_only=True)
class Run:
    """What came of a run. `look` is None when there are not enough data."""

    ordered: Ordered
    settings: Settings
    calibration: Calibration
    look: Look | None = None
    missing: str = ""
    """What there is too little of, and the minimum; empty when there is enough."""

    @property
    def status(self) -> str:
        """ok, not_enough_data, or not_published (the gate refused)."""
        if self.look is None:
            return "not_enough_data"
        return "ok" if self.calibration.published else "not_published"


def check_settings(settings: Settings, replicates: int) -> None:
    """Raises UsageError `coaction.…` for windows, level or replicates that cannot be."""
    windows = settings.windows
    if not windows or len(windows) > MOST_WINDOWS or list(windows) != sorted(set(windows)) or windows[0] < 1:
        raise UsageError(
            "coaction.windows",
            "these windows cannot be used",
            expected=f"one to {MOST_WINDOWS} different lengths of time, shortest first",
            got=", ".join(map(str, windows)) or "none",
        )
    if windows[-1] > WEEK:
        raise UsageError(
            "coaction.windows",
            "a window is too long",
            expected="at most 7 days, the length of an episode",
            got=f"{windows[-1]} seconds",
        )
    if not 0 < settings.q < 1:
        raise UsageError("coaction.q", "q is a share", expected="between 0 and 1", got=str(settings.q))
    if replicates < 1:
        raise UsageError(
            "coaction.replicates", "the gate needs replicates", expected="1 or more", got=str(replicates)
        )


def missing_from(ordered: Ordered) -> str:
    """What the data have too little of, in words with the minimum; empty when there is enough."""
    found = {
        "accounts": ordered.active,
        "objects": int(np.count_nonzero(np.bincount(ordered.object, minlength=1))),
        "actions": len(ordered.at) + ordered.runs_collapsed,
        "weeks": ordered.weeks,
    }
    short = [f"{found[name]} {name} (at least {least})" for name, least in MINIMUM.items() if found[name] < least]
    return "; ".join(short)


def run(
    account: Ints,
    thing: Ints,
    at: Ints,
    *,
    settings: Settings,
    replicates: int = REPLICATES,
    progress: Progress = silent,
) -> Run:
    """The run over actions (accounts and objects as numbers, seconds). Never raises for thin or strange data.

    Raises UsageError as `check_settings`. Cost: one look, and one for each replicate of each null.
    """
    check_settings(settings, replicates)
    ordered = in_order(account, thing, at)
    missing = missing_from(ordered)
    if missing:
        calibration = Calibration(published=False, reason=f"not enough data: {missing}", replicates=0)
        return Run(ordered=ordered, settings=settings, calibration=calibration, missing=missing)
    kinds = kinds_of(ordered, settings.seed)
    progress("looking", 0, 1)
    found = look(ordered, kinds, settings)
    progress("looking", 1, 1)
    calibration = calibrate(ordered, kinds, settings, replicates=replicates, progress=progress)
    if not calibration.published:
        pairs = replace(found.pairs, flagged=np.zeros_like(found.pairs.flagged))
        found = replace(found, groups=(), pairs=pairs)
    return Run(ordered=ordered, settings=settings, calibration=calibration, look=found)


@dataclass(frozen=True, kw_only=True)
class Joint:
    """One occasion on which members of a group acted on one object, each within the window of the one before."""

    object: int
    begin: int
    """Seconds since the first action."""
    end: int
    accounts: Ints


def joint_actions(ordered: Ordered, accounts: Ints, window: int) -> list[Joint]:
    """All such occasions of a group with two members or more, by time and object."""
    rows = np.flatnonzero(np.isin(ordered.account, accounts))
    if not len(rows):
        return []
    thing, at = ordered.object[rows], ordered.at[rows]
    breaks = np.flatnonzero((np.diff(thing) != 0) | (np.diff(at) > window)) + 1
    found = []
    for part in np.split(rows, breaks):
        who = np.unique(ordered.account[part]).astype(np.int64)
        if len(who) >= 2:
            found.append(
                Joint(
                    object=int(ordered.object[part[0]]),
                    begin=int(ordered.at[part[0]]),
                    end=int(ordered.at[part[-1]]),
                    accounts=who,
                )
            )
    return sorted(found, key=lambda each: (each.begin, each.object))
