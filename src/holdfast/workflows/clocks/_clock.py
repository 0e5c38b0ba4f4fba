"""What a clock is: something due by the calendar, done once, by whoever calls `tick`."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from holdfast.workflows.office.opening import Office


@dataclass(frozen=True, kw_only=True)
class Clock:
    """A file in this folder declares one as `CLOCK`. Run twice at one moment, it does nothing the second time."""

    means: str
    """One sentence: what becomes due, and what is then done."""
    run: Callable[[Office, datetime], Sequence[str]]
    """Do what is due now; gives one line for each thing done, with ids and counts alone."""
