"""Waves: steps that need not wait for one another, carried out by several lanes on each wiki at the same time."""

import threading
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field

from holdfast.actions.steps.step import Step
from holdfast.actions.sweeps.carry import Lane, carry_out
from holdfast.actions.sweeps.crew import OperatorsLostError
from holdfast.actions.sweeps.means import Means
from holdfast.actions.sweeps.run_state import RunState
from holdfast.errors import ServiceUnavailableError
from holdfast.ids import WikiName

_KEEP_SECONDS = 1.0  # seconds between two signs of life while lanes write; chosen
_SMALLEST_BATCH = 8  # targets; chosen, below it a shared look saves nothing


def carry_out_wave(state: RunState, steps: Sequence[Step]) -> None:
    """Bring these steps to done or held.

    Raises ServiceUnavailableError `sweep.busy`, OperatorsLostError, or what the journal raises. A wiki that cannot be
    worked on stops its own lanes; those of the other wikis finish, and the next run goes on.
    """
    wave = _Wave(state=state, total=len(steps))
    for step in steps:
        wave.waiting.setdefault(step.wiki, deque()).append(step)
    wave.sizes = {wiki: _batch_size(len(each), state.means) for wiki, each in wave.waiting.items()}
    threads = [
        threading.Thread(target=wave.work, args=(wiki, number), name=f"{wiki}-{number}", daemon=True)
        for wiki, waiting in wave.waiting.items()
        for number in range(min(state.means.lanes, len(waiting)))
    ]
    for thread in threads:
        thread.start()
    try:
        for thread in threads:
            while thread.is_alive():
                thread.join(_KEEP_SECONDS)
                state.means.journal.keep()
    except BaseException:
        # an interrupt, or a lost hold: no lane begins another write
        wave.stop_all()
        raise
    if wave.errors:
        raise wave.errors[0]


def _batch_size(count: int, means: Means) -> int:
    """Equal batches, as large as may be, so that the lanes end together and few looks are taken; not so small that
    the looks would cost more than the waiting."""
    rounds = -(-count // (means.lanes * means.batch))
    return min(means.batch, max(_SMALLEST_BATCH, -(-count // (means.lanes * rounds))))


@dataclass(kw_only=True)
class _Wave:
    state: RunState
    total: int
    waiting: dict[WikiName, "deque[Step]"] = field(default_factory=dict)
    sizes: dict[WikiName, int] = field(default_factory=dict)
    """How many steps share a look on each wiki."""
    stopped: set[WikiName] = field(default_factory=set)
    errors: list[BaseException] = field(default_factory=list)
    settled: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def stop_all(self) -> None:
        """No lane begins another write."""
        self.stopped.update(self.waiting)

    def work(self, wiki: WikiName, number: int) -> None:
        """One lane: batches until none is left."""
        lane = Lane(state=self.state, wiki=wiki, number=number, is_stopped=lambda: wiki in self.stopped)
        try:
            while wiki not in self.stopped and (batch := self._take(wiki)):
                carry_out(lane, batch)
                self._show(len(batch))
        except (ServiceUnavailableError, OperatorsLostError) as reason:
            self.stopped.add(wiki)
            self.errors.append(reason)
        except BaseException as reason:
            self.stop_all()
            self.errors.insert(0, reason)

    def _take(self, wiki: WikiName) -> list[Step]:
        """The next batch."""
        with self.lock:
            waiting = self.waiting[wiki]
            return [waiting.popleft() for _ in range(min(self.sizes[wiki], len(waiting)))]

    def _show(self, count: int) -> None:
        with self.lock:
            self.settled += count
            self.state.means.progress("steps", self.settled, self.total)
