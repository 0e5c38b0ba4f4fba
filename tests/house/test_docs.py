"""The docs are true."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
LINK = re.compile(r"\]\((?!https?:|#|mailto:)([^)#\s]+)")


def test_no_link_between_the_pages_is_dead() -> None:
    pages = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").rglob("*.md")]
    dead = [
        f"{page.relative_to(ROOT)}: {target}"
        for page in pages
        for target in LINK.findall(page.read_text("utf-8"))
        if not (page.parent / target).exists()
    ]
    assert not dead


def test_no_page_talks_down_to_its_reader() -> None:
    words = re.compile(r"\b(simply|just|obviously)\b", re.IGNORECASE)
    found = [
        f"{page.relative_to(ROOT)}: {line}"
        for page in [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").rglob("*.md")]
        for line in page.read_text("utf-8").splitlines()
        if words.search(line)
    ]
    assert not found
