"""Counting pairs in 9.2 million actions, one window of a day: time on one core and memory.

    .venv/bin/python bench/coaction_count.py [--small]

Wanted: under 4 CPU-seconds and 2 GiB. The prototype took 15 to 21. Compilation of the kernels is not counted: it
happens once and is kept on disk.
"""

import argparse
import resource
import time

import numpy as np

from holdfast.networks.counting import count_episodes, in_order, order_numbered
from holdfast.worlds.editing import crowds, joined, organic, set_stage
from holdfast.worlds.world import Size, World

DAY = 86400


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--small", action="store_true", help="a million actions")
    options = parser.parse_args()
    wanted = 1_000_000 if options.small else 10_000_000
    grown = (wanted / 1e6) ** 0.5
    size = Size(accounts=int(20_000 * grown), objects=int(100_000 * grown), actions=wanted)
    stage = set_stage(World(size=size), 301)
    actions = joined([organic(stage, 301), crowds(stage, 301)])
    account, thing = (
        np.unique(each, return_inverse=True)[1].astype(np.int32) for each in (actions.account, actions.object)
    )
    since = actions.at - actions.at.min()
    tiny = np.arange(50) % 5
    count_episodes(in_order(tiny, tiny, np.arange(50) * 100), (DAY,))  # compiled before the clock runs
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    start = time.process_time()
    ordered = order_numbered(account, thing, since)
    sorted_at = time.process_time()
    counted = count_episodes(ordered, (DAY,))
    done = time.process_time()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{actions.count:,} actions, {ordered.accounts:,} accounts, {ordered.objects:,} objects; simulated")
    print(
        f"sorting {sorted_at - start:.2f} + counting {done - sorted_at:.2f} = {done - start:.2f} CPU-s (wanted < 4)"
    )
    print(f"{int(counted.emitted[0]):,} episodes, {len(counted.first):,} candidate pairs,", end=" ")
    print(f"{int(counted.skipped[0]):,} anchors skipped as crowds")
    print(f"peak {peak:.0f} MB in all, {before:.0f} MB of it before counting (wanted < 2048)")
    print("prototype on a like world: 15.5 to 21.3 CPU-s, 1,725 MB")


if __name__ == "__main__":
    main()
