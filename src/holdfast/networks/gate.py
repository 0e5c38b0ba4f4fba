"""When a run may publish: where what it can *show* about its own errors is at or under the target.

One rule for co-action, votes and link. An estimate is no bound: no false group in one run of a null shows no rate
below 0.95, and publishes nothing.
"""

from holdfast.networks.tuning import TUNING

TARGET = TUNING.false_groups_per_run


def may_publish(bound: float | None, target: float = TARGET) -> bool:
    """Whether the upper 95 % bound of a run's false groups is at or under the target; never where there is none."""
    return bound is not None and 0 <= bound <= target


def verdict(estimate: float, bound: float, *, replicates: int, needed: int) -> str:
    """The decision in words: what was seen, what that can show, and what it would have needed."""
    fits = may_publish(bound)
    said = (
        f"{estimate:.3f} false groups per run without the effect; {replicates} replicates show no rate below"
        f" {bound:.3f} (95 %), {'within' if fits else 'above'} the target of {TARGET}"
    )
    return said if fits or replicates >= needed else f"{said}; it takes {needed} of each kind in which none is found"
