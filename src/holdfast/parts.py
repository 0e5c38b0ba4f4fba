"""The parts in which Holdfast is installed: what each needs, and the error that names a missing one.

pip install holdfast               the record, election counting, access checks
pip install 'holdfast[analysis]'   lakes, measures, networks, reports with charts
pip install 'holdfast[office]'     the console, cases, plans, appeals
"""

from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from functools import cache
from importlib.util import find_spec

from holdfast.errors import UsageError


class Part(StrEnum):
    """What may be installed for itself."""

    BASE = "base"
    ANALYSIS = "analysis"
    OFFICE = "office"
    ALL = "all"


_NEEDS = {
    Part.BASE: frozenset(),
    Part.ANALYSIS: frozenset({
        "altair", "duckdb", "igraph", "leidenalg", "numba", "numpy", "pyarrow", "requests", "scipy", "sqlglot",
        "vl_convert", "zstandard",
    }),
    Part.OFFICE: frozenset({
        "allauth", "django", "fido2", "psycopg", "pyrage", "requests", "shamir_mnemonic", "waitress", "whitenoise",
    }),
}  # fmt: skip
NEEDS = {**_NEEDS, Part.ALL: _NEEDS[Part.ANALYSIS] | _NEEDS[Part.OFFICE]}
"""The packages that a part needs beyond the base, as they are imported."""


def install(part: Part) -> str:
    """The command that installs a part."""
    return "pip install holdfast" if part is Part.BASE else f"pip install 'holdfast[{part}]'"


@cache
def is_installed(part: Part) -> bool:
    """Whether every package of a part can be found. Nothing is imported."""
    try:
        return all(find_spec(package) is not None for package in NEEDS[part])
    except ModuleNotFoundError:
        return False


def missing_part(error: ModuleNotFoundError, *, wanted: Part = Part.BASE) -> UsageError | None:
    """The error that names the part whose package was missing; None when the package is of no part: that is a fault.

    `wanted` is the part that the command says it belongs to; it is named where several parts hold the package.
    """
    package = (error.name or "").split(".")[0]
    holding = [part for part in (wanted, *Part) if package in NEEDS[part]]
    if not holding:
        return None
    return UsageError(
        "install.part",
        "this needs a part of Holdfast that is not installed here",
        expected=f"holdfast[{holding[0]}]",
        got=f"no package {package}",
        hint=install(holding[0]),
    )


@contextmanager
def named_when_missing(wanted: Part = Part.BASE) -> Iterator[None]:
    """A package that is missing inside becomes UsageError `install.part`."""
    try:
        yield
    except ModuleNotFoundError as error:
        found = missing_part(error, wanted=wanted)
        if found is None:
            raise
        raise found from None
