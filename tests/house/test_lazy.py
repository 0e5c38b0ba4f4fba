"""Importing one room does not import the house."""

import subprocess
import sys

import pytest

HEAVY = {"duckdb", "pyarrow", "altair", "numba", "igraph", "mwclient", "jinja2", "scipy"}


def loaded_after(statement: str) -> set[str]:
    code = f"{statement}\nimport sys\nprint(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(done.stdout.splitlines()[-1].split())


def test_the_package_alone_loads_no_room() -> None:
    loaded = loaded_after("import holdfast")
    assert not loaded & HEAVY
    assert not [name for name in loaded if name.startswith("holdfast.") and name != "holdfast.version"]


def test_help_loads_no_heavy_part() -> None:
    assert not loaded_after("from holdfast.cli import main; main(['--help'])") & HEAVY


@pytest.mark.parametrize("room", ["record", "elections", "crypto"])
def test_a_public_room_alone_loads_no_confidential_one(room: str) -> None:
    loaded = loaded_after(f"import holdfast.{room}")
    forbidden = ("holdfast.findings", "holdfast.workflows", "holdfast.networks", "holdfast.sources")
    assert not [name for name in loaded if name.startswith(forbidden)]
