"""`holdfast assess` against plain SQL for the same measures, on a generated lake of 20 M revisions in eight wikis.

The eight wikis are of like size, so the assessment of one measures all of them as peers; the plain statements group
by wiki. Holdfast computes intervals, tests and the report beside. Aim: at most 1.2 times the CPU, within 2 GiB.

    .venv/bin/python bench/assess.py [--small] [--lake DIR]
"""

import argparse
import json
import sys
import tempfile
from pathlib import Path

import pyarrow.compute as pc
import pyarrow.parquet as pq
from _generated_lake import generate
from _measured import measured

HERE = Path(__file__).parent


def main() -> None:
    """Generate, run both, compare values, print ratios."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--small", action="store_true", help="400,000 revisions instead of 20 M")
    parser.add_argument("--lake", type=Path, help="where the generated lake lies or is made; kept afterwards")
    given = parser.parse_args()
    revisions = 400_000 if given.small else 20_000_000
    with tempfile.TemporaryDirectory() as scratch:
        lake = given.lake or Path(scratch) / "lake"
        generate(lake, revisions)
        plain = measured([sys.executable, HERE / "_plain_measures.py", lake])
        out = Path(scratch) / "out"
        command = ["assess", "--lake", lake, "--wiki", "wiki0", "--out", out, "--label", "Simulated accounts"]
        ours = measured([sys.executable, "-m", "holdfast", *command])
        print(f"{revisions:,} revisions in 8 wikis; memory limit of the engine as set by HOLDFAST_MEMORY_MIB")
        print(f"plain SQL, 17 statements   {plain}")
        print(f"holdfast assess            {ours}")
        print(f"ratio of CPU time          {ours.cpu_seconds / plain.cpu_seconds:8.2f}   (aim: at most 1.20)")
        print(f"peak memory                {ours.peak_mib:8.0f} MiB (aim: at most 2,048)")
        compare(json.loads(plain.output), out / "measures.parquet")


def compare(plain: dict[str, dict[str, object] | None], measures: Path) -> None:
    """Print where the two ways differ in the newest value."""
    table = pq.read_table(measures)
    agreeing = 0
    for name, found in plain.items():
        rows = table.filter(pc.field("measure") == name).to_pylist()
        for row in rows:
            if found and str(row["period_end"]) == found["until"] and row["value"] is not None:
                same = abs(row["value"] - float(str(found["value"]))) <= 1e-9 * max(1, abs(row["value"]))
                agreeing += same
                if not same:
                    print(f"differs: {name} until {found['until']}: plain {found['value']}, holdfast {row['value']}")
    print(
        f"newest values that agree to nine digits: {agreeing} of {sum(found is not None for found in plain.values())}"
    )


if __name__ == "__main__":
    main()
