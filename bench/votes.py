"""Votes: time on wiki-RfA and its pair counts; affinity against planted truth; false blocs on healthy twins.

    .venv/bin/python bench/votes.py [--small] [--seeds N] [--first-seed S] [--world NAME] [--without-times]

Everything but wiki-RfA is simulated. The default seeds had been looked at when the length of the search was set;
`--first-seed` takes others.
"""

import argparse
import os
import resource
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np
from scipy.stats import rankdata

from holdfast.networks.ballots import Ballots, ballots_from
from holdfast.networks.bloc_gate import upper_bound
from holdfast.networks.bloc_test import enough, search
from holdfast.networks.blocs import judged, of_voters, table_of
from holdfast.networks.turnout import expectation
from holdfast.networks.votes import searched
from holdfast.worlds.election_world import STRONG, WEAK, ElectionWorld
from holdfast.worlds.elections import simulate

DEMO = Path(__file__).parents[1] / "data/demo/enwiki-rfa/wiki_rfa_edges.csv.gz"
WORLDS = {
    "200 voters, 60 elections": ElectionWorld(voters=200, elections=60, turnout=0.2),
    "600 voters, 100 elections": ElectionWorld(voters=600, elections=100, turnout=0.1),
    "2,000 voters, 200 elections": ElectionWorld(voters=2000, elections=200, turnout=0.05),
}
SIZES = (5, 10, 20, 40, 60)


def rfa() -> None:
    """The whole command on wiki-RfA, and what other nulls would flag."""
    from holdfast.cli import main
    from holdfast.networks.agreement import agreement, degree_only
    from holdfast.workflows.analysis.votes import _from_file

    before = time.process_time()
    with tempfile.TemporaryDirectory() as out:
        assert main(["votes", str(DEMO), "--out", out, "--threshold", "0.7"]) == 0
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"wiki-RfA, whole run: {time.process_time() - before:.1f} CPU-s (must: under 60), peak {peak:.0f} MiB")
    ballots, _, _ = _from_file(DEMO, "votes", None, lambda *_: None)
    pairs = agreement(ballots)
    candidates, flagged = degree_only(ballots, 1)
    print("without the nameless voter (published, with it: 58,039; 38; 3):")
    print(f"  degree-only null, support: {flagged:,} of {candidates:,} candidate pairs")
    print(f"  conditioned, N(0, 1): {pairs.flagged_if_assumed_normal} of {len(pairs.z):,} pairs")
    print(f"  conditioned, empirical null (ours): {int(pairs.flagged.sum())}")


def area(score: np.ndarray, truth: np.ndarray) -> float:
    """Area under the ROC curve."""
    inside, outside = int(truth.sum()), int((~truth).sum())
    return float((rankdata(score)[truth].sum() - inside * (inside + 1) / 2) / inside / outside)


def one(world: ElectionWorld, seed: int, *, times: bool) -> tuple[Ballots, set[str], list[float], int, float]:
    """Ballots, the planted, the strongest group's evidence, published groups, share of the planted in them."""
    drawn = simulate(world, seed)
    votes = drawn.tables["votes"]
    ballots = ballots_from(votes, drawn.tables["elections"])
    planted = {
        account
        for account, role in zip(*(drawn.truth.column(name).to_pylist() for name in ("account", "role")), strict=True)
        if role == "bloc"
    }
    whole = table_of(expectation(ballots.outcomes, in_time_order=times))
    people = searched(ballots)
    table = of_voters(whole, people)
    found = search(table, np.random.default_rng(seed)) if enough(table) else []
    published = [each for each in found if each.is_significant]
    names = {ballots.voters[int(people[each])] for group in published for each in group.fit.members}
    best = max(published or found, key=lambda each: each.held_out_gain) if found else None
    evidence = judged(whole, people[best.fit.members]).evidence if best else np.zeros(len(ballots.voters))
    return ballots, planted, list(evidence), len(published), len(names & planted) / max(len(planted), 1)


def blocs(seeds: range, *, times: bool, names: list[str], sizes: tuple[int, ...]) -> None:
    """The table of the docs: by world, strength and size."""
    print(f"planted blocs (simulated), {len(seeds)} seeds from {seeds.start}, {'with' if times else 'without'} times")
    print("| world | strength | members | AUC of affinity | blocs published | members in them | CPU-s |")
    print("|---|---|---|---|---|---|---|")
    for name in names:
        for strength, bloc in (("weak", WEAK), ("strong", STRONG)):
            for size in sizes:
                before = time.process_time()
                areas, found, shares = [], 0, []
                for seed in seeds:
                    world = replace(WORLDS[name], blocs=(replace(bloc, size=size),))
                    ballots, planted, evidence, published, share = one(world, seed, times=times)
                    truth = np.array([voter in planted for voter in ballots.voters])
                    areas.append(area(np.array(evidence), truth))
                    found += published > 0
                    shares.append(share)
                cpu = (time.process_time() - before) / len(seeds)
                print(
                    f"| {name} | {strength} | {size} | {np.mean(areas):.3f} | {found} of {len(seeds)} "
                    f"| {np.mean(shares):.2f} | {cpu:.1f} |",
                    flush=True,
                )


def healthy(seeds: range, *, times: bool, names: list[str]) -> None:
    """False blocs on twins with friendship, herding, camps and projects, and nothing planted."""
    print("| healthy twins | worlds | false blocs | upper 95 % bound per world |")
    print("|---|---|---|---|")
    for name in names:
        count = sum(one(WORLDS[name], seed, times=times)[3] for seed in seeds)
        print(f"| {name} | {len(seeds)} | {count} | {upper_bound(count, len(seeds)):.3f} |", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--small", action="store_true", help="one world, two sizes, three seeds")
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--first-seed", type=int, default=1000)
    parser.add_argument("--without-times", action="store_true")
    parser.add_argument("--world", choices=list(WORLDS), help="this one alone")
    parser.add_argument("--only", choices=("rfa", "blocs", "healthy"))
    given = parser.parse_args()
    names = [given.world] if given.world else list(WORLDS)[:1] if given.small else list(WORLDS)
    seeds = range(given.first_seed, given.first_seed + (3 if given.small else given.seeds))
    times = not given.without_times
    if given.only in (None, "rfa"):
        rfa()
    if given.only in (None, "blocs"):
        blocs(seeds, times=times, names=names, sizes=(10, 40) if given.small else SIZES)
    if given.only in (None, "healthy"):
        healthy(range(seeds.start, seeds.start + 2 * len(seeds)), times=times, names=names)


if __name__ == "__main__":
    sys.exit(main())
