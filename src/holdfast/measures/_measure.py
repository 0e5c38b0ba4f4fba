"""What every indicator declares. A new indicator is one file in this folder with a `MEASURE`."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from holdfast.errors import CheckFailedError

Row = Mapping[str, Any]
"""One row of a measure's SQL: counts or sufficient statistics, with period_start and period_end."""


class Null(StrEnum):
    """A named null model that a value can be tested against; how is said in `holdfast.findings.nulls`."""

    OWN_PAST = "own past"
    PEERS = "peers of like size"
    PERMUTATION = "permutation"
    OTHER_ELECTIONS = "the wiki's other elections"


class Picture(StrEnum):
    """A figure of its own that a measure has on the report's page, beside its series."""

    NONE = ""
    LORENZ = "lorenz"
    """How logged admin actions are shared out over the holders of the flag (`admin_loads`)."""


Drawn = Callable[[NDArray[np.int64]], NDArray[np.float64]]
"""A statistic of each row of a matrix: rows are draws, columns people, values their admin actions."""


@dataclass(frozen=True, kw_only=True)
class Computed:
    """What `finish` makes of the rows of one period; `status` as in holdfast.findings.finding.Status."""

    value: float | None
    low: float | None
    high: float | None
    interval: str
    n: int
    status: str = "ok"
    detail: str = ""
    compared: float | None = None
    """What the tests compare, where it is not the value itself; null: the value."""
    is_comparable: bool = True
    """False: tests leave this period out, because it was watched for less time than others."""


@dataclass(frozen=True, kw_only=True)
class Permuted:
    """What PERMUTATION asks: whom an admin's block found, had targets fallen on them by chance within one day."""

    relation: str
    """The relation (log_id, account) that says which admins would have been concerned by which block."""
    claim: str
    """What a finding says after the measure's title."""
    caption: str
    """The heading of its evidence."""
    seed: str
    """The word that its random draws follow from, besides wiki and period."""


@dataclass(frozen=True, kw_only=True)
class Measure:
    """One indicator: a declaration, portable SQL, and a pure `finish` for value and interval.

    The SQL sees the canonical tables, the relations of `holdfast.measures._derived` (each with a column `wiki`)
    and the calendar: `periods_N` (period_start, period_end) and `period_months_N` (also month), N being the
    window in months. It returns any number of rows per wiki and period; a row whose period is null rests on
    data without times and stands for all that the lake holds.
    """

    name: str
    title: str
    question: str
    area: str
    """A value of holdfast.findings.finding.Area."""
    unit: str
    window_months: int
    """1, 12 or 36: the length of the windows. Windows of 12 months end with every calendar month."""
    minimum: Mapping[str, int]
    """Below one of these counts the value is `not_enough_data`."""
    nulls: tuple[Null, ...]
    """What the measure is tested against; empty: it is described, never found."""
    null: str
    """The same in words, or why there is none."""
    reference: str
    source: str
    innocent: tuple[str, ...]
    cannot_tell: str
    alarming: str
    """high, low or neither."""
    needs: tuple[str, ...]
    """Canonical tables without which there is nothing to say."""
    sql: str
    finish: Callable[[Sequence[Row], np.random.Generator], Computed]
    """From all SQL rows of one wiki and one period, in any order; no rows: not_enough_data."""
    rests_on: tuple[str, ...] = ()
    """Further tables that its value rests on where they have rows: what they lack spoils it too."""
    reads_around: tuple[int, int] = (0, 0)
    """How many months before and after its window a value reads too."""
    leaves_out_bots: str = ""
    """`edits`, `actions` or `blocks`: of which each value's detail counts what was left out, as no person's (bots,
    temporary accounts …) or, of blocks, as holding for some pages only."""
    least_memory: float = 0.0
    """How much of a deviation own past expects to last from one month to the next, at the least, in [0, 1). Values
    that hang on who is there change by steps as people come and go over years, with nothing wrong (decision 32)."""
    equal_work: Drawn | None = None
    """The value as a statistic of drawn loads: a finding must also exceed what equal work per month of holding gives
    (decision 31). Every measure over `admin_loads` has one; null: the value is no statistic of admins' loads."""
    voters_with: str = ""
    """The column of `poll_voters` that says which voters the value counts: what OTHER_ELECTIONS compares."""
    permuted: Permuted | None = None
    """What PERMUTATION asks; null: it is not asked."""
    picture: Picture = Picture.NONE
    steady: str = "as measured"
    """How own past makes the spread even before it looks for a change: arcsine root, logarithm or as measured."""

    def __post_init__(self) -> None:
        """Refuse a declaration that would be tested by nothing, or by another measure's test.

        Raises CheckFailedError `measure.declaration`.
        """
        promised = (
            (self.alarming in {"high", "low", "neither"}, "alarming: high, low or neither"),
            (bool(self.equal_work) or "admin_loads" not in self.sql, "equal_work, for its SQL reads admin_loads"),
            ((Null.PERMUTATION in self.nulls) == bool(self.permuted), "permuted with PERMUTATION, and only then"),
            ((Null.OTHER_ELECTIONS in self.nulls) == bool(self.voters_with), "voters_with with OTHER_ELECTIONS"),
        )
        lacks = [told for is_kept, told in promised if not is_kept]
        if lacks:
            raise CheckFailedError(
                "measure.declaration", "the measure does not say all that follows from it", expected="; ".join(lacks),
                place=self.name, hint="declare it in the measure's own file",
            )  # fmt: skip

    @property
    def reads(self) -> frozenset[str]:
        """Every table that a value rests on."""
        return frozenset(self.rests_on).union(*(need.split("|") for need in self.needs))


def not_enough(n: int, detail: str) -> Computed:
    """The answer below a minimum: no value, and why."""
    return Computed(value=None, low=None, high=None, interval="", n=n, status="not_enough_data", detail=detail)


def below(minimum: Mapping[str, int], found: Mapping[str, float]) -> str:
    """What falls short of its minimum, in words; empty when nothing does."""
    short = [
        f"{name} {found[name]:g}, at least {least} needed" for name, least in minimum.items() if found[name] < least
    ]
    return "; ".join(short)
