"""What the repository may not hold."""

import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[2]
LIMIT_BYTES = 20_000_000


def tracked() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True)
    return [ROOT / name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()]


def test_the_data_in_the_repository_stay_under_twenty_megabytes() -> None:
    data = [
        path for path in tracked() if path.is_relative_to(ROOT / "data") or path.is_relative_to(ROOT / "tests/data")
    ]
    assert sum(path.stat().st_size for path in data) < LIMIT_BYTES


def test_each_folder_of_data_says_where_it_comes_from() -> None:
    folders = {
        path.parent
        for path in tracked()
        if path.is_relative_to(ROOT / "data" / "demo") and path.parent != ROOT / "data" / "demo"
    }
    assert not [folder for folder in folders if not (folder / "SOURCE.md").is_file()]


def test_the_project_reads_nothing_beside_itself() -> None:
    # written apart, so that this file holds no such path itself
    outside = re.compile("|".join([r"\.\./" + "shared", "/" + "work/", "/" + "root/"]))
    found = [
        str(path.relative_to(ROOT))
        for path in tracked()
        if path.suffix in {"", ".py", ".sh", ".toml", ".json", ".md", ".txt", ".cfg", ".go", ".js", ".html"}
        and outside.search(path.read_text("utf-8", "replace"))
    ]
    assert not found


def test_no_two_test_files_have_one_name() -> None:
    # pytest imports test files by their name alone
    names = [path.name for path in (ROOT / "tests").rglob("test_*.py") if path.parent.name != "laws"]
    assert len(names) == len(set(names))


def test_locked_requirements_name_no_host() -> None:
    locks = [*(ROOT / "requirements").glob("*.txt"), *ROOT.glob("package-lock.json")]
    named = [
        path.name
        for path in locks
        if re.search(r"https?://(?!github\.com|opencollective|tidelift)", path.read_text())
    ]
    assert not named
