"""Permutation nulls: what would be seen if outcomes, lengths or targets fell on admins by chance among like cases."""

from dataclasses import dataclass
from datetime import date

import duckdb
import numpy as np
from numpy.typing import NDArray

from holdfast.findings.finding import Evidence
from holdfast.findings.hypothesis import Hypothesis
from holdfast.measures._measure import Measure
from holdfast.measures._running import generator

PERMUTATIONS = 999
MOST_BLOCKS = 20_000
"""Of more blocks a random part is tested, so that the cost stays bounded."""
LEAST_BLOCKS = 30

Integers = NDArray[np.int64]
Numbers = NDArray[np.float64]


def between_groups(groups: Integers, outcome: Numbers) -> float:
    """How far groups lie apart: sum over groups of (sum of outcomes)^2 / size, outcomes centred by stratum."""
    size = np.bincount(groups)
    total = np.bincount(groups, weights=outcome, minlength=len(size))
    return float((total[size > 0] ** 2 / size[size > 0]).sum())


def stratified_p(
    strata: Integers, groups: Integers, outcome: Numbers, rng: np.random.Generator, permutations: int = PERMUTATIONS
) -> float:
    """p of the differences between groups, outcomes being permuted among the cases of one stratum.

    Right whenever outcomes within a stratum do not depend on the group, whatever they depend on otherwise.
    """
    order = np.argsort(strata, kind="stable")
    strata, groups, outcome = strata[order], groups[order], outcome[order]
    means = np.bincount(strata, weights=outcome) / np.maximum(1, np.bincount(strata))
    centred = outcome - means[strata]
    observed = between_groups(groups, centred) * (1 - 1e-12)
    beaten = 0
    for _ in range(permutations):
        # a random number added to the stratum's: sorting shuffles inside each stratum
        shuffled = np.argsort(strata + rng.random(len(strata)))
        beaten += between_groups(groups, centred[shuffled]) >= observed
    return (1 + beaten) / (1 + permutations)


def meeting_p(
    days: Integers, actors: Integers, met: set[tuple[int, int]], rng: np.random.Generator,
    permutations: int = PERMUTATIONS,
) -> tuple[float, float]:  # fmt: skip
    """p of how many admins block whom they met, and how many would by chance; targets move within a day.

    `met` holds (block, actor): this actor would have been involved, had they made this block.
    """
    order = np.argsort(days, kind="stable")
    days, actors = days[order], actors[order]
    width = int(actors.max()) + 1
    place = np.empty(len(order), dtype=np.int64)
    place[order] = np.arange(len(order))
    keys = np.sort(np.array([place[block] * width + actor for block, actor in met], dtype=np.int64))

    def involved(who: Integers) -> int:
        wanted = np.arange(len(who)) * width + who
        at = np.searchsorted(keys, wanted)
        return int((keys[np.minimum(at, len(keys) - 1)] == wanted).sum()) if len(keys) else 0

    observed = involved(actors)
    found = [involved(actors[np.argsort(days + rng.random(len(days)))]) for _ in range(permutations)]
    return (1 + sum(each >= observed for each in found)) / (1 + permutations), float(np.mean(found))


@dataclass(frozen=True, kw_only=True)
class _Blocks:
    """The blocks of one window: strata and admins as numbers, admins in an order that says nothing."""

    log_ids: Integers
    strata: Integers
    actors: Integers
    outcome: Numbers
    names: tuple[str, ...]


def _blocks(
    connection: duckdb.DuckDBPyConnection, stratum: str, outcome: str, where: str, period: tuple[date, date],
    rng: np.random.Generator,
) -> _Blocks:  # fmt: skip
    found = connection.execute(
        f"SELECT log_id, {stratum} AS stratum, actor, CAST({outcome} AS DOUBLE) AS outcome FROM block_cases"
        f" WHERE {where} AND month >= ? AND month < ? ORDER BY log_id",
        list(period),
    ).fetchnumpy()
    log_ids = np.asarray(found["log_id"], dtype=np.int64)
    if len(log_ids) > MOST_BLOCKS:
        kept = np.sort(rng.choice(len(log_ids), MOST_BLOCKS, replace=False))
    else:
        kept = np.arange(len(log_ids))
    _, strata = np.unique(np.asarray(found["stratum"], dtype=str)[kept], return_inverse=True)
    names, actors = np.unique(np.asarray(found["actor"], dtype=str)[kept], return_inverse=True)
    return _Blocks(
        log_ids=log_ids[kept],
        strata=strata.astype(np.int64),
        actors=actors.astype(np.int64),
        outcome=np.asarray(found["outcome"], dtype=float)[kept],
        names=tuple(names),
    )


_LIKE = "reason_category || '/' || target_kind"
_CASES = {
    "block_reversal_rate": (
        f"CAST(month AS VARCHAR) || '/' || {_LIKE}",
        "is_reversed",
        "is_followed = 1",
        "some admins' blocks are lifted by others more often than like blocks of the same month",
    ),
    "block_severity_excess": (
        f"{_LIKE} || '/' || target_age || '/' || target_edits || '/' || CAST(month AS VARCHAR)",
        "LN(seconds)",
        "seconds IS NOT NULL",
        "some admins block for longer than others in like cases of the same month",
    ),
}


def admins_differ(
    connection: duckdb.DuckDBPyConnection, measure: Measure, period: tuple[date, date], wiki: str
) -> Hypothesis | None:
    """Whether admins differ in reversals or in length of blocks, beyond chance among like cases."""
    stratum, outcome, where, claim = _CASES[measure.name]
    rng = generator(wiki, f"permutation {measure.name}", period)
    blocks = _blocks(connection, stratum, outcome, where, period, rng)
    size = np.bincount(blocks.actors) if len(blocks.actors) else np.zeros(0, dtype=np.int64)
    if (size >= LEAST_BLOCKS).sum() < 3 or np.ptp(blocks.outcome) == 0:
        return None
    p = stratified_p(blocks.strata, blocks.actors, blocks.outcome, rng)
    means = (np.bincount(blocks.actors, weights=blocks.outcome) / size)[size >= LEAST_BLOCKS]
    marks = [("lowest", 0.0), ("lower quarter", 0.25), ("middle", 0.5), ("upper quarter", 0.75), ("highest", 1.0)]
    what = "share lifted" if outcome == "is_reversed" else "mean log seconds"
    return Hypothesis(
        measure=measure,
        null="permutation, within like cases",
        period_start=period[0],
        period_end=period[1],
        p=p,
        claim=f"{measure.title}: {claim}.",
        effect=f"{len(means)} admins with {LEAST_BLOCKS} blocks or more lie between {means.min():.3g} and "
        f"{means.max():.3g} ({what})",
        evidence=(
            Evidence(
                caption=f"Spread over the admins with {LEAST_BLOCKS} blocks or more",
                columns=("place", what),
                rows=tuple((name, float(np.quantile(means, at))) for name, at in marks),
            ),
        ),
        details={"blocks": len(blocks.log_ids), "permutations": PERMUTATIONS},
    )


def admins_meet_targets(
    connection: duckdb.DuckDBPyConnection, measure: Measure, period: tuple[date, date], wiki: str
) -> Hypothesis | None:
    """Whether admins block whom they met on a page more often than their colleagues of the same day would."""
    rng = generator(wiki, "permutation involved", period)
    where = "target_kind IN ('account', 'address')"
    blocks = _blocks(connection, 'CAST(CAST("at" AS DATE) AS VARCHAR)', "1", where, period, rng)
    if len(blocks.log_ids) < LEAST_BLOCKS:
        return None
    number = {name: index for index, name in enumerate(blocks.names)}
    place = {int(log_id): index for index, log_id in enumerate(blocks.log_ids)}
    rows = connection.execute(
        "SELECT e.log_id, e.account FROM block_encounters AS e"
        " INNER JOIN block_cases AS b ON b.wiki = e.wiki AND b.log_id = e.log_id WHERE b.month >= ? AND b.month < ?",
        list(period),
    ).fetchall()
    met = {(place[log_id], number[account]) for log_id, account in rows if log_id in place and account in number}
    p, expected = meeting_p(blocks.strata, blocks.actors, met, rng)
    observed = sum((index, int(actor)) in met for index, actor in enumerate(blocks.actors))
    n = len(blocks.log_ids)
    return Hypothesis(
        measure=measure,
        null="permutation, targets among the blocks of the same day",
        period_start=period[0],
        period_end=period[1],
        p=p,
        claim=f"{measure.title}: admins block people whom they met on a page more often than their colleagues of the "
        "same day would have met them.",
        effect=f"{observed} of {n} blocks ({observed / n:.3g}); by chance {expected:.1f}",
        evidence=(
            Evidence(
                caption="Blocks in which admin and target had edited one page in the 7 days before",
                columns=("counted", "blocks", "involved"),
                rows=(("observed", n, observed), ("targets permuted within the day, mean", n, round(expected, 2))),
            ),
        ),
        details={"blocks": n, "permutations": PERMUTATIONS},
    )
