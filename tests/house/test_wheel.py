"""What is handed out: code and what the code needs, no data."""

import subprocess
import sys
import zipfile
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_the_wheel_holds_the_whole_package_and_no_data(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(command, cwd=ROOT, capture_output=True, check=True)
    names = set(zipfile.ZipFile(next(tmp_path.glob("*.whl"))).namelist())
    outside = [name for name in names if not name.startswith(("holdfast/", "holdfast-"))]
    assert not outside
    heavy = (".gz", ".bz2", ".xz", ".zst", ".csv", ".parquet")
    assert not [name for name in names if name.endswith(heavy)]
    listed = subprocess.run(["git", "ls-files", "src"], cwd=ROOT, capture_output=True, text=True, check=True)
    missing = [name for name in listed.stdout.split() if name.removeprefix("src/") not in names]
    assert not missing
