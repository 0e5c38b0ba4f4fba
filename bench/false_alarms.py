"""How often an assessment finds something on wikis where nothing is wrong, and on captured ones.

Runs every measure and every test of an assessment on simulated communities (worlds/governed.py). In a healthy one
each statistical finding is false. Prints for each measure and null the share with p <= .05 and the share kept by the
family, with exact 95 % bounds, and the share of healthy wikis with any finding.

    .venv/bin/python bench/false_alarms.py [--small]
"""

import argparse
import sys
from collections import Counter
from pathlib import Path

from scipy import stats

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from holdfast.findings.testing import Judged, hypotheses, judge
from holdfast.measures._running import run
from holdfast.worlds.governed import Governed, governed
from small_wikis import MEASURES, WIKI, prepared

Q = 0.05


def assessed(world: Governed) -> Judged:
    """All tests of one community, judged as an assessment does."""
    connection, days = prepared(governed(world))
    measured = {name: run(each, connection, wiki=WIKI, days=days) for name, each in MEASURES.items()}
    found = hypotheses(connection, measured, {}, wiki=WIKI, days=days, label=lambda account: account)
    connection.close()
    return judge(found, wiki=WIKI, q=Q)


def bounds(hits: int, of: int) -> str:
    """A share with its exact bounds (Clopper and Pearson)."""
    found = stats.binomtest(hits, of).proportion_ci(method="exact")
    return f"{hits:4} of {of:4}  {hits / of:.3f} [{found.low:.3f}, {found.high:.3f}]"


def report(title: str, results: list[Judged]) -> None:
    """Print one kind of community."""
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
    print(
        f"  wikis with any finding at q = {Q}: {bounds(sum(each.family.kept > 0 for each in results), len(results))}"
    )


def main() -> None:
    """Healthy and captured communities."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--small", action="store_true", help="a few wikis only")
    healthy, captured = (10, 4) if parser.parse_args().small else (150, 30)
    report("healthy", [assessed(Governed(seed=1_000 + n)) for n in range(healthy)])
    report(
        "captured from month 36 of 60",
        [assessed(Governed(seed=5_000 + n, captured_from=36)) for n in range(captured)],
    )


if __name__ == "__main__":
    main()
