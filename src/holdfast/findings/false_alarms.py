"""How often an assessment finds something where nothing is wrong: measured on simulated wikis, quoted in each report.

The rates stand in a committed table that `bench/false_alarms.py --write` makes again. An assessment quotes the row
whose wikis are closest in size to its own, and says what such a row does not cover.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from math import log
from typing import Any

from scipy.stats import beta

from holdfast.canonical import parse_json
from holdfast.networks.tuning import TUNING

SIZED_BY = ("revisions", "log_events", "blocks", "votes")
"""By the first of these tables that a wiki has rows of, its size is compared."""
NOT_COVERED = (
    "Real wikis: the simulated ones are set by hand and fitted to none, and every table of theirs is whole.",
    "Comparison with wikis of like size, and findings on data quality and coordination, which have other controls.",
)
_FAR = TUNING.far_from_measured


@dataclass(frozen=True, kw_only=True)
class FalseAlarms:
    """The measured rate of one size of simulated wiki, beside the assessment of a real one."""

    size: str
    editors: int
    admins: int
    months: int
    wikis: int
    """Simulated wikis in which nothing is wrong, of the kind in which most was found: the worse counts."""
    with_finding: int
    rate: float
    """Share of them in which an assessment had a finding."""
    low: float
    high: float
    """Exact 95 % interval."""
    kinds: Mapping[str, Mapping[str, Any]]
    """What was measured of each kind, admins `alike` and mildly `unlike`: wikis, with_finding, hypotheses of one
    assessment on average, first_seed, measured_on, version."""
    q: float
    """The tolerated share of false findings at which it was measured."""
    times_as_large: float | None
    """How many times as many rows the assessed wiki has; null where it has none to compare."""
    not_covered: tuple[str, ...]
    """What the rate does not speak of."""


def false_alarms(rows: Mapping[str, int], q: float) -> FalseAlarms | None:
    """The row closest in size to a wiki with so many rows of each table; null where nothing was measured.

    Closest by the ratio of rows. A wiki more than three times as large or as small as any simulated one, or assessed
    at another `q`, is told so among what is not covered.
    """
    table = _table()
    sizes: Mapping[str, Any] = table["sizes"]
    if not sizes:
        return None
    by = next((name for name in SIZED_BY if rows.get(name)), None)

    def apart(name: str) -> float:
        there = sizes[name]["rows"].get(by, 0) if by else 0
        return abs(log(rows[by] / there)) if by and there else 0.0

    closest = min(sorted(sizes), key=lambda name: (apart(name), name != "middle"))
    found = sizes[closest]
    there = found["rows"].get(by, 0) if by else 0
    times = rows[by] / there if by and there else None
    worse = max(found["kinds"].values(), key=lambda kind: (kind["with_finding"] / kind["wikis"], -kind["wikis"]))
    wikis, hits = worse["wikis"], worse["with_finding"]
    return FalseAlarms(
        size=closest,
        editors=found["editors"],
        admins=found["admins"],
        months=found["months"],
        wikis=wikis,
        with_finding=hits,
        rate=hits / wikis,
        low=float(beta.ppf(0.025, hits, wikis - hits + 1)) if hits else 0.0,
        high=float(beta.ppf(0.975, hits + 1, wikis - hits)) if hits < wikis else 1.0,
        kinds=found["kinds"],
        q=table["q"],
        times_as_large=times,
        not_covered=_not_covered(times, q, table["q"]),
    )


def _not_covered(times: float | None, q: float, measured_q: float) -> tuple[str, ...]:
    more = []
    if times is None:
        more.append("The size of this wiki: it has no rows to compare.")
    elif not 1 / _FAR <= times <= _FAR:
        more.append(f"A wiki of this size: it has {times:.2g} times the rows of the closest simulated ones.")
    if q != measured_q:
        more.append(f"The tolerated share of false findings asked for, {q:g}: it was measured at {measured_q:g}.")
    return (*more, *NOT_COVERED)


@cache
def _table() -> Mapping[str, Any]:
    path = files("holdfast.findings") / "false_alarms.json"
    table: Mapping[str, Any] = parse_json(path.read_bytes(), place="false_alarms.json")
    return table
