"""Roll: eligible accounts of a lake of 300,000 accounts and 20 million revisions, beside a one-off script.

    .venv/bin/python bench/election_roll.py [--small] [--lake DIR]

The peer is what clerks write today: one pass in Python over the same files with a dictionary of counts. Both apply
zh.wikipedia's rule for personnel votes (G1), the peer without groups, blocks, reasons or commitments. They must
find the same accounts. The lake is generated (simulated accounts) and kept in DIR, if one is named.
"""

import argparse
import json
import sys
import tempfile
from datetime import datetime, timedelta
from pathlib import Path

from _generated_lake import generate
from _measured import measured

from holdfast.tables.lake import open_lake

AS_OF = datetime(2022, 6, 1)  # noqa: DTZ001 - tables hold UTC without zone
RULES = "zhwiki-personnel-voters"
WIKI = "wiki0"


def peer(lake: Path) -> None:
    """The one-off script: prints the number of eligible accounts and a hash of their names."""
    import hashlib

    import pyarrow.parquet as pq

    early, late = AS_OF - timedelta(days=120), AS_OF - timedelta(days=90)
    before: dict[str, int] = {}
    recent: dict[str, int] = {}
    every: dict[str, int] = {}
    articles: dict[str, int] = {}
    for file in sorted((lake / "tables" / "revisions" / f"wiki={WIKI}").glob("*.parquet")):
        for batch in pq.ParquetFile(file).iter_batches(columns=["account", "at", "namespace", "is_address"]):
            columns = [column.to_pylist() for column in batch.columns]
            for account, at, namespace, is_address in zip(*columns, strict=True):
                if account is None or is_address or at >= AS_OF:
                    continue
                every[account] = every.get(account, 0) + 1
                if at < early:
                    before[account] = before.get(account, 0) + 1
                if at >= late and namespace != 2:
                    recent[account] = recent.get(account, 0) + 1
                if namespace == 0:
                    articles[account] = articles.get(account, 0) + 1
    found = sorted(
        account
        for account, count in every.items()
        if (before.get(account, 0) >= 500 and recent.get(account, 0) >= 1)
        or count >= 3000
        or articles.get(account, 0) >= 1500
    )
    digest = hashlib.sha256("\n".join(found).encode()).hexdigest()
    sys.stdout.write(json.dumps({"eligible": len(found), "names": digest}))


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--small", action="store_true", help="400,000 revisions")
    parser.add_argument("--lake", type=Path, help="keep the generated lake here")
    parser.add_argument("--peer", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--generate", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.peer:
        peer(options.peer)
        return
    total = 400_000 if options.small else 20_000_000
    if options.generate:
        generate(options.generate, total, wikis=1)
        return
    with tempfile.TemporaryDirectory() as scratch:
        place = options.lake or Path(scratch) / "lake"
        # in a process of its own: a child begins with the peak memory of its parent
        part = ["--small"] if options.small else []
        measured([sys.executable, __file__, "--generate", place, *part])
        lake = open_lake(place)
        held = lake.contents()["wikis"][WIKI]["tables"]
        print(f"{held['revisions']['rows']:,} revisions, {held['accounts']['rows']:,} accounts (simulated)")
        python = sys.executable
        out = Path(scratch) / "out"
        command = [
            python, "-m", "holdfast", "election", "roll", RULES, "--lake", place, "--wiki", WIKI,
            "--as-of", AS_OF.date().isoformat(), "--out", out, "--names-all", "--json",
        ]  # fmt: skip
        ours = measured(command)
        theirs = measured([python, __file__, "--peer", place])
        import csv
        import hashlib

        with (out / "roll.csv").open(encoding="utf-8") as stream:
            names = sorted(row["account"] for row in csv.DictReader(stream))
        found = json.loads(theirs.output)
        digest = hashlib.sha256("\n".join(names).encode()).hexdigest()
        print(f"holdfast {ours}")
        print(f"script   {theirs}")
        print(f"eligible: {len(names):,}; the same accounts: {digest == found['names']}")
        print(f"script / holdfast: {theirs.wall_seconds / ours.wall_seconds:.1f} in wall time,", end=" ")
        cpu, memory = theirs.cpu_seconds / ours.cpu_seconds, theirs.peak_mib / ours.peak_mib
        print(f"{cpu:.1f} in CPU time, {memory:.2f} in memory")
        if digest != found["names"]:
            raise SystemExit("the two rolls differ")


if __name__ == "__main__":
    main()
