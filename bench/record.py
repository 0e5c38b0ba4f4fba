"""The log under load: appending, proving and verifying, beside Go's sumdb/tlog on the same files in the same run.

    .venv/bin/python bench/record.py [--small]

One process and one thread each; seconds are CPU seconds of that process (user and system), so that a busy machine
does not blur them, with the wall clock beside them where the disk takes part.
"""

import argparse
import base64
import os
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from itertools import islice
from pathlib import Path

from holdfast.clock import system_clock
from holdfast.record import create_log, open_log
from holdfast.record.check_tree import check_tree
from holdfast.record.disk import FolderDisk
from holdfast.record.lines import read_drafts
from holdfast.record.proof import prove
from holdfast.record.verify import verify

ROOT = Path(__file__).parents[1]
GOPATH = "/usr/share/gocode"
WANTED = {"append": 25_000, "hashes": 150_000, "proof_ms": 10}
_BATCH = 4096


class Spent:
    """CPU and wall seconds of a block."""

    def __enter__(self) -> "Spent":
        self._cpu, self._wall = time.process_time(), time.perf_counter()
        return self

    def __exit__(self, *error: object) -> None:
        self.cpu = time.process_time() - self._cpu
        self.wall = time.perf_counter() - self._wall


def lines(count: int) -> list[bytes]:
    text = (
        b'{"kind":"note","payload":{"number":%d,"text":"An ordinary note, as long as such notes are in practice."}}\n'
    )
    return [text % number for number in range(count)]


def judge(place: Path) -> Path | None:
    """Go's judge, built without network; None where Debian's packages are not installed."""
    if shutil.which("go") is None or not Path(GOPATH, "src/golang.org/x/mod").is_dir():
        return None
    environment = os.environ | {"GO111MODULE": "off", "GOPATH": GOPATH, "GOCACHE": str(place / "cache")}
    source = ROOT / "tests" / "judges" / "tlogcheck" / "main.go"
    subprocess.run(["go", "build", "-o", place / "tlogcheck", source], env=environment, check=True)
    return place / "tlogcheck"


def say(what: str, measured: str, wanted: str, *, met: bool) -> None:
    print(f"{what:<34}{measured:<52}{wanted:<24}{'met' if met else 'MISSED'}", flush=True)


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--small", action="store_true", help="50,000 entries in place of 1,000,000")
    count = 50_000 if options.parse_args().small else 1_000_000
    with tempfile.TemporaryDirectory(dir=os.environ.get("HOLDFAST_BENCH_DIR")) as scratch:
        return run(Path(scratch), count)


def run(scratch: Path, count: int) -> int:
    folder, met = scratch / "log", []
    create_log(folder, origin="example.org/bench").close()
    source = lines(count)
    with open_log(folder) as log:
        drafts = read_drafts(source, name="bench")
        with Spent() as append:
            while batch := list(islice(drafts, _BATCH)):
                log.append_many(batch)
        with Spent() as publish:
            log.checkpoint()
        key, head = log.verifier_key, log.checkpoint().head
    rate = count / append.cpu
    met.append(rate >= WANTED["append"])
    measured = f"{rate:,.0f}/s CPU, {count / append.wall:,.0f}/s wall, {_BATCH} a batch, each flushed"
    say(f"append {count:,} entries", measured, f"{WANTED['append']:,}/s", met=met[-1])
    both = count / (append.cpu + publish.cpu)
    met.append(both >= WANTED["append"])
    measured = f"{both:,.0f}/s CPU, {count / (append.wall + publish.wall):,.0f}/s wall"
    say("append and publish with tiles", measured, f"{WANTED['append']:,}/s", met=met[-1])

    fetch = FolderDisk(folder / "public").read
    note, choose, taken = fetch("checkpoint"), random.Random(1), []
    for _ in range(300):
        with Spent() as one:
            prove(fetch, choose.randrange(count), key, note, system_clock())
        taken.append(one)
    median = statistics.median(each.cpu for each in taken) * 1000
    worst = max(each.cpu for each in taken) * 1000
    met.append(median < WANTED["proof_ms"])
    say(
        "one proof, made and checked",
        f"median {median:.2f} ms CPU, slowest of 300 {worst:.2f} ms",
        "10 ms",
        met=met[-1],
    )

    with Spent() as hashes:
        check_tree(fetch, head)
    rate = count / hashes.cpu
    met.append(rate >= WANTED["hashes"])
    say("hashes of the whole log", f"{rate:,.0f}/s CPU, tiles compared", f"{WANTED['hashes']:,}/s", met=met[-1])
    with Spent() as whole:
        verify(fetch, key=key)
    print(f"{'verify: hashes, entries, texts':<34}{count / whole.cpu:,.0f}/s CPU")

    program = judge(scratch)
    if program is None:
        print("Go's judge is not installed (golang-go, golang-golang-x-mod-dev): no comparison")
    else:
        done = subprocess.run([program, "hash", folder / "public"], capture_output=True, text=True, check=True)
        size, root, spent_ns = done.stdout.split()
        assert (int(size), base64.b64decode(root)) == (head.size, head.root), "Go finds another root"
        go = int(spent_ns) / 1e9
        print(
            f"{'Go sumdb/tlog, same root':<34}{count / go:,.0f}/s CPU; ours takes {hashes.cpu / go:.2f} times as long"
        )
    return 0 if all(met) else 1


if __name__ == "__main__":
    sys.exit(main())
