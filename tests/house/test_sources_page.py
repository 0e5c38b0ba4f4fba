"""The page about sources says what the code does."""

import subprocess
import sys
from pathlib import Path

from holdfast.sources._choose import all_sources
from holdfast.sources._reasons import CATEGORIES

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "sources.md").read_text("utf-8")


def test_the_columns_on_the_page_are_those_of_the_schema() -> None:
    subprocess.run([sys.executable, ROOT / "scripts" / "sources_page", "--check"], check=True, timeout=60)


def test_every_source_and_category_has_its_place_on_the_page() -> None:
    formats = PAGE.split("## The formats")[1].split("\n## ")[0]
    assert not [name for name in all_sources() if f"`{name}`" not in formats]
    assert not [word for word in CATEGORIES if word not in PAGE]
