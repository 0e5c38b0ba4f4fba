"""A permutation null: how often admins would have met whom they block, had targets fallen on them by chance.

Whether admins differ in the length of their blocks, or in how many are lifted, is not tested: permuting these among
like cases says that all admins are alike, and no healthy community is (docs/findings.md). They are measured and
shown.
"""

from dataclasses import dataclass
from datetime import date

import duckdb
import numpy as np
from numpy.typing import NDArray

from holdfast.findings.finding import Evidence
from holdfast.findings.hypothesis import Hypothesis
from holdfast.measures._measure import Measure
from holdfast.measures._running import generator
from holdfast.networks.tuning import TUNING

PERMUTATIONS = TUNING.block_permutations
MOST_BLOCKS = TUNING.tested_blocks
LEAST_BLOCKS = TUNING.least_blocks

Integers = NDArray[np.int64]


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
    names: tuple[str, ...]


def _blocks(
    connection: duckdb.DuckDBPyConnection, stratum: str, where: str, period: tuple[date, date],
    rng: np.random.Generator,
) -> _Blocks:  # fmt: skip
    found = connection.execute(
        f"SELECT log_id, {stratum} AS stratum, actor FROM block_cases"
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
        names=tuple(names),
    )


def admins_meet_targets(
    connection: duckdb.DuckDBPyConnection, measure: Measure, period: tuple[date, date], wiki: str
) -> Hypothesis | None:
    """Whether admins block whom they met on a page more often than their colleagues of the same day would."""
    asked = measure.permuted
    if asked is None:
        return None
    rng = generator(wiki, f"permutation {asked.seed}", period)
    where = "target_kind IN ('account', 'address')"
    blocks = _blocks(connection, 'CAST(CAST("at" AS DATE) AS VARCHAR)', where, period, rng)
    if len(blocks.log_ids) < LEAST_BLOCKS:
        return None
    number = {name: index for index, name in enumerate(blocks.names)}
    place = {int(log_id): index for index, log_id in enumerate(blocks.log_ids)}
    rows = connection.execute(
        f"SELECT e.log_id, e.account FROM {asked.relation} AS e"
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
        claim=f"{measure.title}: {asked.claim}",
        effect=f"{observed} of {n} blocks ({observed / n:.3g}); by chance {expected:.1f}",
        evidence=(
            Evidence(
                caption=asked.caption,
                columns=("counted", "blocks", "involved"),
                rows=(("observed", n, observed), ("targets permuted within the day, mean", n, round(expected, 2))),
            ),
        ),
        details={"blocks": n, "permutations": PERMUTATIONS},
    )
