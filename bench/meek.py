"""Counting: Meek and Scottish STV on the largest case of the test data, beside pyrankvote and stvpoll.

    .venv/bin/python bench/meek.py [--small] [FILE ...]

No peer counts by Meek: pyrankvote counts a Gregory STV in floating point, stvpoll the Scottish one. Each counts
the same ballots as often as it can in about two seconds of CPU time, in this process, after reading. FILE may be any
ballot file; without one, the largest real case, the one with most different rankings and the longest are counted.
"""

import argparse
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from pyrankvote import Ballot, Candidate, single_transferable_vote
from stvpoll.scottish_stv import calculate_scottish_stv

from holdfast.elections.contest import Contest, Reading, ranking
from holdfast.elections.counts import contest_in, count_contest

DATA = Path(__file__).parents[1] / "tests" / "data" / "stv" / "securepoll"
LARGEST = "stackoverflow-com-2011-election-results_2.blt.json.gz"
MANY_RANKINGS = "20_6_5100_319413701.blt.json.gz"
LONGEST = "20_9_5000_468090402.blt.json.gz"


Prepare = Callable[[Contest, int], Callable[[], Sequence[str]]]
"""Gives a count of one contest that is ready to run, once: peers use their ballots up."""


def cpu_seconds(prepare: Prepare, contest: Contest, budget_seconds: float) -> tuple[float, Sequence[str]]:
    """CPU seconds of one count, the least of as many as fit into the budget, and the winners. Preparing is free."""
    best = float("inf")
    spent = 0.0
    winners: Sequence[str] = ()
    while spent < budget_seconds:
        count = prepare(contest, contest.seats or 1)
        begun = time.process_time()
        winners = count()
        took = time.process_time() - begun
        best, spent = min(best, took), spent + took
    return best, winners


def with_holdfast(method: str) -> Prepare:
    return lambda contest, seats: lambda: count_contest(contest, method, seats=seats).winners


def with_pyrankvote(contest: Contest, seats: int) -> Callable[[], Sequence[str]]:
    people = [Candidate(key) for key in contest.keys]
    papers = []
    for marks, count in contest.ballots:
        order = dict.fromkeys(ranking(marks, Reading.CLOSE_UP))
        papers += [Ballot(ranked_candidates=[people[index] for index in order])] * count
    return lambda: [who.name for who in single_transferable_vote(people, papers, number_of_seats=seats).get_winners()]


def with_stvpoll(contest: Contest, seats: int) -> Callable[[], Sequence[str]]:
    names = tuple(range(len(contest.candidates)))
    papers = [(ranking(marks, Reading.CLOSE_UP), count) for marks, count in contest.ballots]
    return lambda: [
        contest.keys[index]
        for index in calculate_scottish_stv(names, papers, seats, random_shuffle=False).elected_as_tuple()
    ]


METHODS: dict[str, Prepare] = {
    "holdfast meek-stv": with_holdfast("meek-stv"),
    "holdfast scottish-stv": with_holdfast("scottish-stv"),
    "stvpoll scottish": with_stvpoll,
    "pyrankvote stv": with_pyrankvote,
}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--small", action="store_true", help="one run each")
    parser.add_argument("files", nargs="*", type=Path)
    options = parser.parse_args()
    budget = 0.0001 if options.small else 2.0
    for path in options.files or [DATA / LARGEST, DATA / MANY_RANKINGS, DATA / LONGEST]:
        contest = contest_in(path)
        print(
            f"{path.name}: {contest.cast:,} ballots, {len(contest.ballots):,} different,"
            f" {len(contest.candidates)} candidates, {contest.seats} seats"
        )
        took = {}
        for name, prepare in METHODS.items():
            took[name], winners = cpu_seconds(prepare, contest, budget)
            print(f"  {name:24} {took[name] * 1000:10.1f} ms CPU   {' '.join(winners) or 'nobody'}")
        print(f"  stvpoll / holdfast scottish: {took['stvpoll scottish'] / took['holdfast scottish-stv']:.2f}")
        print(f"  pyrankvote / holdfast meek: {took['pyrankvote stv'] / took['holdfast meek-stv']:.2f}")


if __name__ == "__main__":
    main()
