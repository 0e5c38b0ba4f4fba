"""What a run of the executor works with: operators, journal, clock, and how patient it is."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from holdfast.actions.sweeps.crew import Crew
from holdfast.actions.sweeps.journal import Journal
from holdfast.clock import Clock
from holdfast.progress import Progress, silent

Alarm = Callable[[str, str, Mapping[str, Any]], None]
"""Called as `alarm(code, what, detail)` for what people must see; `detail` may name accounts."""


@dataclass(frozen=True, kw_only=True)
class Patience:
    """How long the executor waits, in seconds, and how often it repeats."""

    busy: tuple[float, ...] = (5, 10, 20, 40, 60)
    """Waits while a wiki lags, is read-only, limits the rate or is away; the last one repeats."""
    busy_longest: float = 1800
    """A wiki that was busy for so long in one go stops the run; the plan stays open."""
    settle: float = 90
    """How long a write whose effect is not seen may still arrive: lost answers, lagging replicas."""
    poll: tuple[float, ...] = (0.5, 1, 2, 4, 8, 15)
    """Waits between two looks while a write settles; the last one repeats."""
    tries: int = 3
    """Writes of one step that the wiki answered and did not make, before the step is held. After so many in
    one run that it did not answer, each further one is waited for as for a wiki that is away."""
    redo: int = 2
    """How often a step is done again when somebody changes it back while the plan is running."""

    def busy_waits(self) -> Iterator[float]:
        """The waits for a busy wiki, until patience ends."""
        return _until(self.busy, self.busy_longest)

    def lost_waits(self) -> Iterator[float]:
        """The waits before writes whose answers were lost are repeated; each has had its time to settle already."""
        return _until(self.busy, self.busy_longest, beside=self.settle)

    def settle_waits(self, waited: float = 0) -> Iterator[float]:
        """The waits between looks until a write has settled that was sent `waited` seconds ago."""
        return _until(self.poll, max(0.0, self.settle - waited), whole=True)


def _until(waits: tuple[float, ...], longest: float, *, whole: bool = False, beside: float = 0.0) -> Iterator[float]:
    """Waits whose sum is at most `longest`; with `whole` a shorter last one makes it exactly that.

    `beside` is what passes with each of them anyway, and counts too."""
    total, number = 0.0, 0
    while total < longest:
        wait = waits[min(number, len(waits) - 1)]
        if total + beside + wait > longest:
            if not whole:
                return
            wait = longest - total
        total += beside + wait
        number += 1
        yield wait


@dataclass(frozen=True, kw_only=True)
class Means:
    """What a run works with."""

    crew: Crew
    journal: Journal
    clock: Clock
    sleep: Callable[[float], None]
    alarm: Alarm
    patience: Patience = Patience()
    progress: Progress = silent
    runner: str = "holdfast"
    """Who runs it, as the journal's hold shows it: host and process."""
    lanes: int = 4
    """Connections that work on one wiki at the same time."""
    batch: int = 25
    """At most so many steps share one look."""
