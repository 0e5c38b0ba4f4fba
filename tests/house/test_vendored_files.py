"""What the console serves of others is what the locked packages hold, byte by byte."""

import json
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
VENDOR = ROOT / "src" / "holdfast" / "web" / "console" / "static" / "vendor"
FROM = {
    "codex.style.css": "@wikimedia/codex/dist/codex.style.css",
    "codex.style-rtl.css": "@wikimedia/codex/dist/codex.style-rtl.css",
    "htmx.min.js": "htmx.org/dist/htmx.min.js",
}


@pytest.mark.parametrize("name", FROM)
def test_a_vendored_file_is_the_one_of_the_locked_package(name: str) -> None:
    package = ROOT / "node_modules" / FROM[name]
    assert package.exists(), "the packages of package-lock.json are missing: scripts/setup test installs them"
    assert (VENDOR / name).read_bytes() == package.read_bytes()


def test_nothing_else_is_vendored_and_each_is_named_with_its_version() -> None:
    source = (VENDOR / "SOURCE.md").read_text()
    assert {path.name for path in VENDOR.iterdir()} == {*FROM, "SOURCE.md"}
    wanted = json.loads((ROOT / "package.json").read_text())["devDependencies"]
    for package in ("@wikimedia/codex", "htmx.org"):
        assert f"{package} | {wanted[package]}" in source
