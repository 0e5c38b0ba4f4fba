"""A sweep of 200 targets beside the wiki's own pace: the same writes by a bare client on the same wiki, in one run.

    .venv/bin/python bench/sweep.py [--targets 200] [--lanes 4] [--rounds 2]

Three copies of one wiki (Debian's MediaWiki on PHP's own server): a bare client, the executor, a bare client again.
The bare client reads nothing; the executor looks before and after, journals every write with a flush, and confirms
the whole at the end. Wanted: at least 0.90 of the bare client's writes a second. The same share by CPU time (wiki and
client together) is printed beside it: on a machine that is busy with other things it wavers less.
"""

import argparse
import os
import statistics
import sys
import tempfile
import time
from datetime import timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
sys.path.insert(0, str(Path(__file__).parent))

from wiki_write_rate import OPERATORS, Clocks, Rate, ban_writes, bare_rate, prepare

from actions.sweeping import HEAD, group, made, signed, signed_off
from holdfast.actions.sweeps.crew import Crew
from holdfast.actions.sweeps.executor import Ending, run
from holdfast.actions.sweeps.journal import FileJournal
from holdfast.actions.sweeps.means import Means
from holdfast.clock import system_clock
from holdfast.ids import WikiName
from holdfast.wiki.operators import Operators, read_operators
from mediawiki.throwaway import ThrowawayWiki
from mediawiki.two_wikis import write_wikis_toml

WANTED = 0.90
WIKI = WikiName("benchwiki")


def swept(address: str, logins: list[tuple[str, str]], folder: Path, *, targets: int, lanes: int) -> Rate:
    """The executor's pace: from its start, logging in and checking included, to the plan read back as a whole."""
    folder.mkdir()
    write_wikis_toml(folder / "keys", {WIKI: address}, {WIKI: logins})
    known: Operators = read_operators(folder / "keys")
    names = [f"Target {number:03}" for number in range(1, targets + 1)]
    head = HEAD.replace("eastwiki", WIKI).replace('[[wiki]]\nname = "westwiki"\nlanguage = "fa"\n', "")
    plan = made(head + group("global_ban", names, '{ reason = "r" }'), {WIKI: known.hands_for(WIKI)[0]})
    now = system_clock()
    plan = type(plan).from_json({**plan.to_json(), "valid_until": (now + timedelta(days=1)).isoformat()})
    means = Means(
        crew=Crew({WIKI: known.openers_for(WIKI)}),
        journal=FileJournal(folder / "journal"),
        clock=system_clock,
        sleep=time.sleep,
        alarm=lambda code, what, detail: print("ALARM", code, what),
        lanes=lanes,
    )
    approved, offs = signed("plan", plan, at=now), signed_off(plan, at=now)
    clocks = Clocks(address)
    outcome = run(approved, means, sign_offs=offs)
    rate = clocks.rate(3 * targets)
    if outcome.ending is not Ending.FINISHED:
        raise RuntimeError(f"the sweep ended as {outcome.ending}")
    return rate


def one_round(
    wiki: ThrowawayWiki, logins: list[tuple[str, str]], folder: Path, *, targets: int, lanes: int
) -> tuple[float, float]:
    """The executor's pace as a share of the bare client's, which runs before and after it: by wall clock, by CPU."""
    folder.mkdir()
    rates: list[Rate] = []
    for place, name in enumerate(("bare", "sweep", "bare again")):
        copy = wiki.clone(folder / f"copy-{place}")
        with copy.serving(workers=4) as address:
            if place == 1:
                rate = swept(address, logins, folder / "office", targets=targets, lanes=lanes)
            else:
                rate = bare_rate(f"{address}/api.php", logins[0], ban_writes(targets), lanes=lanes)
        pace = f"{rate.seconds:6.1f} s   {rate.per_second:5.1f}/s   {rate.cpu_seconds:6.1f} CPU-s"
        print(f"  {name:<12}{rate.writes} writes in {pace}", flush=True)
        rates.append(rate)
    bare = (rates[0], rates[2])
    return (
        rates[1].per_second / statistics.mean(rate.per_second for rate in bare),
        rates[1].per_cpu_second / statistics.mean(rate.per_cpu_second for rate in bare),
    )


def main() -> int:
    """Print the shares; 1 when their median is below what is wanted."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--targets", type=int, default=200)
    options.add_argument("--lanes", type=int, default=4)
    options.add_argument("--rounds", type=int, default=2)
    given = options.parse_args()
    shares = []
    with tempfile.TemporaryDirectory(dir=os.environ.get("HOLDFAST_BENCH_DIR")) as scratch:
        wiki, logins = prepare(Path(scratch) / "wiki", given.targets)
        print(f"{given.targets} targets, {given.lanes} lanes, operators {', '.join(OPERATORS)}", flush=True)
        for number in range(given.rounds):
            folder = Path(scratch) / f"round-{number}"
            wall, cpu = one_round(wiki, logins, folder, targets=given.targets, lanes=given.lanes)
            shares.append((wall, cpu))
            print(f"round {number + 1}: {wall:.2f} of the wiki's own write rate, {cpu:.2f} by CPU time", flush=True)
    share, cpu = (statistics.median(each[place] for each in shares) for place in (0, 1))
    verdict = "met" if share >= WANTED else "MISSED"
    print(f"sweep / bare client: {share:.2f} (wanted {WANTED:.2f}) {verdict}; by CPU time {cpu:.2f}")
    return 0 if share >= WANTED else 1


if __name__ == "__main__":
    raise SystemExit(main())
