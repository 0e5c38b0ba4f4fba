"""The calibration gate: a run repeats itself on data without the effect, and on data with effects of known size.

It prints what it saw beside the result, and publishes only where that shows a rate at or under the target.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import ceil, log
from typing import Any

import numpy as np
from scipy.stats import beta

from holdfast.networks.coaction import Kinds, Settings, look
from holdfast.networks.counting import Ordered
from holdfast.networks.gate import TARGET, may_publish, verdict
from holdfast.networks.nulls import NULLS, injected, subsample
from holdfast.networks.tuning import TUNING
from holdfast.progress import Progress, silent

REPLICATES = TUNING.gate_replicates
MOST_ACTIONS = TUNING.gate_actions
_REPLICATES_PER_INJECTION = TUNING.replicates_per_injection
_LEVEL = TUNING.interval_level


@dataclass(frozen=True, kw_only=True)
class Rate:
    """False groups per run under one kind of null, and what the replicates can show."""

    replicates: int
    with_groups: int
    """Replicates in which anything would have been published."""
    false_groups: float
    """Per run, on average; scaled to the whole when replicates were subsamples."""
    upper_bound: float
    """95 % (exact binomial for runs with groups, times the groups that such a run had)."""


@dataclass(frozen=True, kw_only=True)
class Recall:
    """How much of planted groups of one size and pace was found."""

    size: int
    pace_seconds: int
    planted: int
    found: int


@dataclass(frozen=True, kw_only=True)
class Calibration:
    """What a run may say of itself."""

    published: bool
    reason: str
    """Why nothing is published, or why it may be, in words."""
    target: float = TARGET
    replicates: int = 0
    rates: Mapping[str, Rate] = field(default_factory=dict)
    recalls: tuple[Recall, ...] = ()
    share: float = 1.0
    """The share of the actions that each replicate had."""

    @property
    def realised_false_groups(self) -> float | None:
        """Of the worst kind of null; None when nothing was run."""
        return max((each.false_groups for each in self.rates.values()), default=None)

    @property
    def upper_bound(self) -> float | None:
        """Of the worst kind of null; None when nothing was run."""
        return max((each.upper_bound for each in self.rates.values()), default=None)

    def to_json(self) -> dict[str, Any]:
        """The content of `calibration.json`."""
        sizes = sorted({each.size for each in self.recalls})
        by_size = {size: [each for each in self.recalls if each.size == size] for size in sizes}
        return {
            "published": self.published,
            "reason": self.reason,
            "target": self.target,
            "realised_false_groups": self.realised_false_groups,
            "upper_bound": self.upper_bound,
            "replicates": self.replicates,
            "share_of_actions_in_each_replicate": self.share,
            "nulls": {
                name: {
                    "replicates": rate.replicates,
                    "replicates_with_groups": rate.with_groups,
                    "false_groups": rate.false_groups,
                    "upper_bound": rate.upper_bound,
                }
                for name, rate in self.rates.items()
            },
            "recall": {
                str(size): sum(each.found for each in found) / sum(each.planted for each in found)
                for size, found in by_size.items()
            },
            "recall_by_pace": [
                {
                    "size": each.size,
                    "pace_seconds": each.pace_seconds,
                    "members_planted": each.planted,
                    "members_found": each.found,
                    "low": low,
                    "high": high,
                }
                for each in self.recalls
                for low, high in (interval(each.found, each.planted),)
            ],
        }


def interval(found: int, total: int) -> tuple[float, float]:
    """95 % Clopper-Pearson interval of a share. (0, 1) for nothing."""
    low = float(beta.ppf((1 - _LEVEL) / 2, found, total - found + 1)) if found else 0.0
    high = float(beta.ppf((1 + _LEVEL) / 2, found + 1, total - found)) if found < total else 1.0
    return low, high


def upper_share(found: int, total: int) -> float:
    """One-sided 95 % bound of a share: 0 of 20 proves no less than 0.139, 0 of 60 no less than 0.049."""
    return float(beta.ppf(_LEVEL, found + 1, total - found)) if found < total else 1.0


def replicates_needed(share: float) -> int:
    """The fewest replicates of a share of the data that can show the target, when nothing is found in any."""
    return ceil(log(1 - _LEVEL) / log(1 - TARGET * share))


def rate_of(counts: list[int], share: float) -> Rate:
    """What null replicates with these numbers of groups show."""
    affected = [each for each in counts if each]
    per_affected = max(1.0, float(np.mean(affected))) if affected else 1.0
    return Rate(
        replicates=len(counts),
        with_groups=len(affected),
        false_groups=float(np.mean(counts)) / share,
        upper_bound=upper_share(len(affected), len(counts)) * per_affected / share,
    )


def calibrate(
    ordered: Ordered,
    kinds: Kinds,
    settings: Settings,
    *,
    replicates: int = REPLICATES,
    progress: Progress = silent,
) -> Calibration:
    """Run the gate: `replicates` of each kind of null, and one injection run for every six.

    The kinds of objects use no times and stay as they are. Above `MOST_ACTIONS` each replicate is a subsample
    of whole kinds, its rate scaled to the whole. Cost: one look for each replicate of each kind.
    """
    injections = max(3, replicates // _REPLICATES_PER_INJECTION)
    total = replicates * len(NULLS) + injections
    done = 0
    share = 1.0
    rates = {}
    for place, (name, null) in enumerate(NULLS.items()):
        counts = []
        for number in range(replicates):
            rng = np.random.default_rng([settings.seed, 17, place, number])
            smaller, share = subsample(ordered, kinds[0], MOST_ACTIONS, rng)
            counts.append(len(look(null(smaller, rng), kinds, settings).groups))
            done += 1
            progress("calibrating", done, total)
        rates[name] = rate_of(counts, share)
    recalls = _recalls(ordered, kinds, settings, injections, progress, (done, total))
    worst = rates[max(rates, key=lambda name: rates[name].upper_bound)]
    needed = replicates_needed(share)
    return Calibration(
        published=may_publish(worst.upper_bound),
        reason=verdict(worst.false_groups, worst.upper_bound, replicates=replicates, needed=needed),
        replicates=replicates,
        rates=rates,
        recalls=recalls,
        share=share,
    )


def _recalls(
    ordered: Ordered,
    kinds: Kinds,
    settings: Settings,
    runs: int,
    progress: Progress,
    count: tuple[int, int],
) -> tuple[Recall, ...]:
    """Members found of groups planted into timelines moved by weeks, so that nothing real is counted."""
    found: dict[tuple[int, int], list[int]] = {}
    for number in range(runs):
        rng = np.random.default_rng([settings.seed, 19, number])
        smaller, _share = subsample(ordered, kinds[0], MOST_ACTIONS, rng)
        planted, groups = injected(NULLS["weeks"](smaller, rng), kinds[0], rng)
        if groups:
            seen = look(planted, kinds, settings).groups
            accounts = np.unique(np.concatenate([each.accounts for each in seen])) if seen else np.zeros(0)
            for group in groups:
                entry = found.setdefault((group.size, group.pace_seconds), [0, 0])
                entry[0] += group.size
                entry[1] += int(np.isin(group.members, accounts).sum())
        progress("calibrating", count[0] + number + 1, count[1])
    return tuple(
        Recall(size=size, pace_seconds=pace, planted=planted, found=seen)
        for (size, pace), (planted, seen) in sorted(found.items())
    )
