"""What each part costs: packages and MB installed, and the time of `--help` and `record verify`, cold and whole.

Each part is installed into an empty environment from its lock (network, or a cache of wheels). Times are the median
of nine runs in processes of their own; the peer is an interpreter that does nothing.
"""

import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parent.parent
UV = ROOT / ".cache/setup/uv/bin/uv"
LOCKS = {"base": "base", "analysis": "analysis", "office": "office", "all": "run"}
RUNS = 9


def took(*command: object) -> tuple[float, float]:
    """Wall and CPU seconds of a command, the median of all runs."""
    found = []
    for _ in range(RUNS):
        before, begun = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
        subprocess.run([*map(str, command)], check=True, capture_output=True)
        wall, after = time.perf_counter() - begun, resource.getrusage(resource.RUSAGE_CHILDREN)
        found.append((wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime))
    return statistics.median(each[0] for each in found), statistics.median(each[1] for each in found)


def install(lock: str, place: Path, wheel: Path) -> Path:
    """An empty environment with a part in it."""
    python = ["--python", str(place / "bin/python")]
    for command in (
        ["venv", "-q", "--python", sys.executable, str(place)],
        ["pip", "sync", "-q", "--compile-bytecode", *python, "--require-hashes", f"{ROOT}/requirements/{lock}.txt"],
        ["pip", "install", "-q", "--compile-bytecode", *python, "--no-deps", str(wheel)],
    ):
        subprocess.run([str(UV), *command], check=True, env=os.environ | {"UV_LINK_MODE": "hardlink"})
    return place


def log_in(folder: Path, holdfast: Path) -> Path:
    """A log of 1,000 notes."""
    lines, log = folder / "lines.jsonl", folder / "log"
    lines.write_text("".join(json.dumps({"kind": "note", "payload": {"text": f"{n}"}}) + "\n" for n in range(1000)))
    for words in (("init", log, "--origin", "example.org/log"), ("append", log, lines), ("checkpoint", log)):
        subprocess.run([str(holdfast), "record", *map(str, words)], check=True, capture_output=True)
    return log


def main() -> None:
    """Print one row for each part."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", name]
        subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
        (wheel,) = folder.glob("*.whl")
        print(
            "part      packages   MB, no bytecode   --help wall/CPU   record verify wall/CPU   python -c '' wall/CPU"
        )
        for part, lock in LOCKS.items():
            place = install(lock, folder / part, wheel)
            packages = next(place.glob("lib/python*/site-packages"))
            size = sum(
                each.stat().st_size for each in packages.rglob("*") if each.is_file() and each.suffix != ".pyc"
            )
            (folder / f"{part}-log").mkdir()
            log = log_in(folder / f"{part}-log", place / "bin/holdfast")
            times = (
                took(place / "bin/holdfast", "--help"),
                took(place / "bin/holdfast", "record", "verify", log),
                took(place / "bin/python", "-c", ""),
            )
            shown = "   ".join(f"{wall:.2f}/{cpu:.2f} s" for wall, cpu in times)
            count = len(list(packages.glob("*.dist-info"))) - 1
            print(f"{part:9} {count:8} {size / 1e6:6.0f}   {shown}", flush=True)


if __name__ == "__main__":
    main()
