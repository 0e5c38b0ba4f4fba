"""Assess: from a lake to an assessment of one wiki."""

from pathlib import Path

from holdfast.findings.assessment import Assessment
from holdfast.tables.lake import Lake


def assess(lake: Lake | str | Path, *, wiki: str) -> Assessment:
    """The assessment of one wiki."""
    raise NotImplementedError
