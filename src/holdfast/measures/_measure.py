"""What every indicator declares. A new indicator is one file in this folder with a `MEASURE`."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np

Row = Mapping[str, Any]
"""One row of a measure's SQL: counts or sufficient statistics, with period_start and period_end."""


@dataclass(frozen=True, kw_only=True)
class Computed:
    """What `finish` makes of the rows of one period; `status` as in holdfast.findings.finding.Status."""

    period_start: date
    period_end: date
    value: float | None
    low: float | None
    high: float | None
    interval: str
    n: int
    status: str
    detail: str = ""


@dataclass(frozen=True, kw_only=True)
class Measure:
    """One indicator: a declaration, portable SQL, and a pure `finish` for value and interval.

    The SQL sees the canonical tables (each with a column `wiki`), and the relation `periods(period_start,
    period_end)` with one row per window; it returns one or more rows per wiki and period.
    """

    name: str
    title: str
    question: str
    area: str
    unit: str
    window_months: int
    minimum: Mapping[str, int]
    null: str
    """The named null model; empty: the measure is described, never found."""
    reference: str
    source: str
    innocent: tuple[str, ...]
    cannot_tell: str
    alarming: str
    needs: tuple[str, ...]
    sql: str
    finish: Callable[[Sequence[Row], np.random.Generator], Computed]
    """From all SQL rows of one wiki and one period."""
