"""How often an assessment finds something on wikis where nothing is wrong, and on captured ones.

Runs every measure and every test of an assessment on simulated communities (worlds/governed.py). In a healthy one
each statistical finding is false. Prints for each measure and null the share with p <= .05 and the share kept by the
family, with exact 95 % bounds, and the share of healthy wikis with any finding. With --write the last goes into the
table that each assessment quotes (src/holdfast/findings/false_alarms.json); what was not run stays as it is.

    .venv/bin/python bench/false_alarms.py [--size small|middle|large] [--kind alike|unlike] [--wikis N]
        [--captured N] [--write]
"""

import argparse
import json
import sys
from collections import Counter
from dataclasses import dataclass, field, replace
from pathlib import Path

from scipy import stats

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from holdfast import __version__
from holdfast.clock import system_clock
from holdfast.findings.testing import Judged, hypotheses, judge
from holdfast.measures._running import run
from holdfast.worlds.governed import Governed, governed
from small_wikis import MEASURES, WIKI, prepared

Q = 0.05
TABLE = Path(__file__).parents[1] / "src/holdfast/findings/false_alarms.json"
FIRST_SEED = 1_000
SIZES = {
    "small": Governed(seed=0, editors=100, admins=8, blocks=15.0, deletions=30.0, elections=0.5),
    "middle": Governed(seed=0),
    "large": Governed(seed=0, editors=1_600, admins=40, blocks=240.0, deletions=480.0, elections=3.0),
}
KINDS = {"alike": 0.0, "unlike": 0.35}
"""How far admins differ for good reasons (`Governed.unlike`): not at all, or mildly, as in any community."""


@dataclass
class Farm:
    """What came of the wikis of one kind."""

    results: list[Judged] = field(default_factory=list)
    rows: Counter[str] = field(default_factory=Counter)

    def add(self, world: Governed) -> None:
        """All tests of one community, judged as an assessment does."""
        tables = governed(world)
        self.rows.update({name: table.num_rows for name, table in tables.items()})
        connection, days = prepared(tables)
        measured = {name: run(each, connection, wiki=WIKI, days=days) for name, each in MEASURES.items()}
        found = hypotheses(connection, measured, {}, wiki=WIKI, days=days, label=lambda account: account)
        connection.close()
        self.results.append(judge(found, wiki=WIKI, q=Q))

    @property
    def with_finding(self) -> int:
        return sum(each.family.kept > 0 for each in self.results)


def interval(hits: int, of: int) -> tuple[float, float]:
    """The exact 95 % interval of a share (Clopper and Pearson)."""
    found = stats.binomtest(hits, of).proportion_ci(method="exact")
    return float(found.low), float(found.high)


def bounds(hits: int, of: int) -> str:
    """A share with its exact bounds."""
    low, high = interval(hits, of)
    return f"{hits:4} of {of:4}  {hits / of:.3f} [{low:.3f}, {high:.3f}]"


def report(title: str, farm: Farm) -> None:
    """Print one kind of community."""
    results = farm.results
    print(f"\n{title}: {len(results)} wikis, {sum(each.family.looked_at for each in results)} hypotheses")
    tested: Counter[tuple[str, str]] = Counter()
    small: Counter[tuple[str, str]] = Counter()
    kept: Counter[tuple[str, str]] = Counter()
    for result in results:
        for test in result.tests:
            key = (test.measure, test.null.split(",")[0])
            tested[key] += 1
            small[key] += test.p <= 0.05
            kept[key] += test.found
    for key in sorted(tested):
        print(f"  {key[0]:24}{key[1]:28} p <= .05: {bounds(small[key], tested[key])}   found: {kept[key]}")
    print(f"  all hypotheses, p <= .05: {bounds(sum(small.values()), sum(tested.values()))}")
    print(f"  wikis with any finding at q = {Q}: {bounds(farm.with_finding, len(results))}", flush=True)


def write(size: str, kind: str, farm: Farm) -> None:
    """Put what was measured of one size and kind into the table."""
    table = json.loads(TABLE.read_text("utf-8")) if TABLE.exists() else {"q": Q, "sizes": {}}
    world, count = SIZES[size], len(farm.results)
    row = table["sizes"].setdefault(size, {"kinds": {}})
    row |= {
        "editors": world.editors,
        "admins": world.admins,
        "months": world.months,
        "rows": {name: round(rows / count) for name, rows in sorted(farm.rows.items())},
    }
    row["kinds"][kind] = {
        "wikis": count,
        "with_finding": farm.with_finding,
        "hypotheses": round(sum(each.family.looked_at for each in farm.results) / count, 1),
        "first_seed": FIRST_SEED,
        "measured_on": system_clock().date().isoformat(),
        "version": __version__,
    }
    TABLE.write_text(json.dumps(table, indent=1, sort_keys=True) + "\n", "utf-8")


def main() -> None:
    """Healthy and captured communities."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", choices=SIZES, default="middle")
    parser.add_argument("--kind", choices=KINDS, default="unlike")
    parser.add_argument("--wikis", type=int, default=150, help="healthy ones")
    parser.add_argument("--captured", type=int, default=0, help="wikis that are captured from month 36 of 60")
    parser.add_argument("--write", action="store_true")
    asked = parser.parse_args()
    world = replace(SIZES[asked.size], unlike=KINDS[asked.kind])
    healthy, captured = Farm(), Farm()
    for number in range(asked.wikis):
        healthy.add(replace(world, seed=FIRST_SEED + number))
    report(f"healthy, {asked.size}, admins {asked.kind}", healthy)
    if asked.write:
        write(asked.size, asked.kind, healthy)
    for number in range(asked.captured):
        captured.add(replace(world, seed=5_000 + number, captured_from=36))
    if captured.results:
        report(f"captured from month 36 of 60, {asked.size}", captured)


if __name__ == "__main__":
    main()
