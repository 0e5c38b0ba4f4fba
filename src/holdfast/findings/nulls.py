"""The named nulls that values are tested against: own past, peers of like size, other elections, equal work."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date

import numpy as np
from numpy.typing import NDArray

from holdfast.findings.change_points import LEAST_POINTS, find_change
from holdfast.findings.finding import Evidence, Innocent
from holdfast.findings.hypothesis import Hypothesis
from holdfast.measures._measure import Measure
from holdfast.measures._running import Measured, generator
from holdfast.networks.tuning import TUNING

Numbers = NDArray[np.float64]

LEAST_PEERS = TUNING.least_peers
_CHECKS = TUNING.explanation_replicates

STEADY: Mapping[str, Callable[[Numbers], Numbers]] = {
    "arcsine root": lambda x: np.arcsin(np.sqrt(np.clip(x, 0.0, 1.0))),
    "logarithm": lambda x: np.log(x + 0.5),
    "as measured": lambda x: x,
}


def comparable(measured: Sequence[Measured]) -> list[Measured]:
    """What the own past is made of: whole windows that do not overlap, with a value, in order of time."""
    wanted = [
        each
        for each in measured
        if each.is_whole
        and each.period is not None
        and each.compared is not None
        and (each.is_quarter or each.measure.window_months == 1)
    ]
    return sorted(wanted, key=lambda each: each.period or (date.min, date.min))


def own_past(measure: Measure, measured: Sequence[Measured], wiki: str, floor: float = 0.0) -> Hypothesis | None:
    """Whether the level changed at some time; None with fewer than 16 months or quarters that can be compared.

    `floor`: a p below which this hypothesis may not go (another null that must be beaten as well).
    """
    series = comparable(measured)
    if len(series) < LEAST_POINTS:
        return None
    periods = [each.period for each in series if each.period is not None]
    raw = np.array([each.compared for each in series], dtype=float)
    steady = STEADY[measure.steady](raw)
    rng = generator(wiki, f"own past {measure.name}", (periods[0][0], periods[-1][1]))
    memory = measure.least_memory if measure.window_months == 1 else measure.least_memory**3
    change = find_change(steady, rng, least_memory=memory)
    if change is None:
        return None
    before, after = float(raw[: change.index].mean()), float(raw[change.index :].mean())
    first = periods[change.index][0]
    unit = "months" if measure.window_months == 1 else "quarters"
    rows = tuple(
        (period[0].isoformat(), period[1].isoformat(), float(value), each.computed.n)
        for period, value, each in zip(periods, raw, series, strict=True)
    )
    return Hypothesis(
        measure=measure,
        null="own past",
        period_start=periods[0][0],
        period_end=periods[-1][1],
        p=max(change.p, floor),
        claim=f"{measure.title}: from {first.isoformat()} on the level is another than before, "
        f"{_way(measure, after - before)}.",
        effect=f"mean of {change.index} {unit} before: {before:.3g}; of {len(raw) - change.index} after: {after:.3g} "
        f"({measure.unit})",
        evidence=(
            Evidence(
                caption=f"{measure.title} in {unit} that do not overlap",
                columns=("period_start", "period_end", f"value ({measure.unit})", "n"),
                rows=rows,
            ),
        ),
        tested=_innocent_changes(steady, change.index, rng, memory),
        change=(first, before, after),
        details={"compared": len(raw), "p_change": change.p, **({"p_equal_work": floor} if floor else {})},
    )


def _way(measure: Measure, difference: float) -> str:
    word = "higher" if difference > 0 else "lower"
    if measure.alarming == "neither":
        return word
    alarming = word == {"high": "higher", "low": "lower"}[measure.alarming]
    return f"{word}, {'which deserves a look' if alarming else 'which is the open direction'}"


def _innocent_changes(steady: Numbers, index: int, rng: np.random.Generator, memory: float) -> tuple[Innocent, ...]:
    sides = np.concatenate(
        [np.full(index, steady[:index].mean()), np.full(len(steady) - index, steady[index:].mean())]
    )
    odd = int(np.abs(steady - sides).argmax())
    without = find_change(np.delete(steady, odd), rng, _CHECKS, memory)
    time = np.arange(len(steady), dtype=float)
    trend = steady - np.polyval(np.polyfit(time, steady, 1), time)
    straight = find_change(trend, rng, _CHECKS, memory)
    return (
        Innocent(
            text="one odd month or quarter makes the difference",
            tested="too few values" if without is None else f"without the oddest value: p = {without.p:.3g}",
        ),
        Innocent(
            text="a slow trend over the whole time, and no change at one moment",
            tested="too few values"
            if straight is None
            else f"after taking out a straight trend: p = {straight.p:.3g}",
        ),
    )


def against_peers(measure: Measure, newest: Measured, peers: Mapping[str, Measured], wiki: str) -> Hypothesis | None:
    """Whether the newest value is extreme among wikis of like size in the same period; None with under 4 peers.

    p = (1 + peers at least as extreme) / (1 + peers), which is right whenever the wiki is one like the others;
    it cannot go below 1 / (1 + peers). One-sided in the alarming direction, two-sided where there is none.
    """
    value = newest.compared
    found = {name: each.compared for name, each in sorted(peers.items()) if each.compared is not None}
    if value is None or newest.period is None or len(found) < LEAST_PEERS:
        return None
    others = np.array(list(found.values()), dtype=float)
    high = (1 + int((others >= value).sum())) / (1 + len(others))
    low = (1 + int((others <= value).sum())) / (1 + len(others))
    p = {"high": high, "low": low, "neither": min(1.0, 2 * min(high, low))}[measure.alarming]
    start, end = newest.period
    rows = [(name, float(each), peers[name].computed.n) for name, each in found.items() if each is not None]
    rows.append((wiki, value, newest.computed.n))
    return Hypothesis(
        measure=measure,
        null="peers of like size",
        period_start=start,
        period_end=end,
        p=p,
        claim=f"{measure.title}: {value:.3g} is {'higher' if value > np.median(others) else 'lower'}"
        " than in wikis of like size.",
        effect=f"median of {len(others)} peers {np.median(others):.3g} ({measure.unit}); "
        f"the smallest p that so many peers allow is {1 / (1 + len(others)):.3g}",
        evidence=(
            Evidence(
                caption=f"{measure.title}, the same period in wikis of like size",
                columns=("wiki", f"value ({measure.unit})", "n"),
                rows=tuple(sorted(rows)),
            ),
        ),
        details={"peers": len(others)},
    )


def equal_work(
    months_held: NDArray[np.int64], actions: NDArray[np.int64], statistic: Callable[[NDArray[np.int64]], Numbers],
    rng: np.random.Generator, *, low: bool = False, draws: int = 999,
) -> tuple[float, float]:  # fmt: skip
    """The p of a concentration if every month of holding brought equal work, and its mean under that null.

    Actions are dealt out (multinomial) in proportion to the months that each person held the flag in the window.
    `statistic` takes draws by people. Nearly every real community rejects this null, so it decides no finding
    alone: it is a bar that a finding from another null must clear too.
    """
    share = months_held / months_held.sum()
    dealt = rng.multinomial(int(actions.sum()), share, size=draws)
    found, observed = statistic(dealt), float(statistic(actions[None, :])[0])
    beaten = int((found <= observed).sum()) if low else int((found >= observed).sum())
    return (1 + beaten) / (1 + draws), float(found.mean())
