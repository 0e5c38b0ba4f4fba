"""kill -9 at every row of the journal, on real wikis: started again, each step is done once."""

import itertools
import os
import signal
import threading
import zlib
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from actions.on_wikis import add_people, check_done_once, hands, operators, plan_text
from actions.sweeping import made, means, signed, signed_off
from holdfast.actions.plans.plan import Plan
from holdfast.actions.sweeps.executor import Ending, run
from holdfast.actions.sweeps.journal import Entry, FileJournal, Mark
from mediawiki.two_wikis import TwoWikis


class KillingJournal(FileJournal):
    """Kills its process with SIGKILL at the first row at which no process of this plan has been killed yet.

    `only` is (which, of how many): then it kills at that share of the rows alone.
    """

    def __init__(self, path: Path, killed: Path, *, before: bool, only: tuple[int, int] = (0, 1)) -> None:
        super().__init__(path)
        self._only = only
        self._killed = killed
        self._before = before
        self._one_at_a_time = threading.Lock()

    def append(self, entries: Sequence[Entry], **more: Any) -> None:
        at = "\n".join(f"{entry.step} {entry.mark}" for entry in entries)
        # the lanes of two wikis write at once: each row is noted as killed only where this kill really comes
        with self._one_at_a_time:
            mine = zlib.crc32(at.encode()) % self._only[1] == self._only[0]
            if mine and at not in self._killed.read_text().split("\n\n"):
                with self._killed.open("a") as stream:
                    stream.write(f"{at}\n\n")
                if not self._before:
                    super().append(entries, **more)
                os.kill(os.getpid(), signal.SIGKILL)
        super().append(entries, **more)


def in_a_process(work: Callable[[], None]) -> int:
    """Run it in a process of its own; gives the signal that ended it, 0 when it ended by itself."""
    child = os.fork()
    if child == 0:
        code = 1
        try:
            work()
            code = 0
        finally:
            os._exit(code)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status) or os.WEXITSTATUS(status) == 0
    return os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0


def sweep(two: TwoWikis, plan: Plan, journal: FileJournal, **more: Any) -> None:
    outcome = run(signed("plan", plan), means(journal, operators(two), **more), sign_offs=signed_off(plan))
    assert outcome.ending is Ending.FINISHED


@pytest.mark.requirement("3.3")
@pytest.mark.parametrize("before", [True, False])
def test_a_sweep_killed_at_every_row_in_turn_and_started_again_does_each_step_once(
    standing_wikis: TwoWikis, tmp_path: Path, before: bool
) -> None:
    """One plan with an action of each kind: its process dies at each row of the journal, one after another."""
    two, prefix = standing_wikis, f"Crash {before}"
    add_people(two, prefix)
    plan = made(plan_text(prefix, f"crash-{before}".lower()), hands(two))
    journal, killed = tmp_path / "journal", tmp_path / "killed"
    killed.touch()
    kills = 0
    while in_a_process(lambda: sweep(two, plan, KillingJournal(journal, killed, before=before))):
        kills += 1
        assert kills < 200
    check_done_once(two, prefix)
    marks = [row.mark for row in FileJournal(journal).rows()]
    steps = sum(len(each.steps()) for each in plan.actions)
    assert marks.count(Mark.DONE) == steps == 12
    assert kills > 2 * steps


class JournalKilledOnce(FileJournal):
    """Kills its process at its n-th row."""

    def __init__(self, path: Path, number: int, *, before: bool) -> None:
        super().__init__(path)
        self._number, self._before = number, before
        self._rows = itertools.count(1)

    def append(self, entries: Sequence[Entry], **more: Any) -> None:
        # each row has its own number, however many lanes write at once: none passes by the one that kills
        mine = next(self._rows) == self._number
        if mine and self._before:
            os.kill(os.getpid(), signal.SIGKILL)
        super().append(entries, **more)
        if mine:
            os.kill(os.getpid(), signal.SIGKILL)


@pytest.mark.long
@pytest.mark.parametrize("before", [True, False])
def test_a_sweep_killed_once_at_any_row_and_started_again_does_each_step_once(
    standing_wikis: TwoWikis, tmp_path: Path, before: bool
) -> None:
    """A plan of its own for each row, killed there alone."""
    for number in range(1, 200):
        prefix = f"Once {before} {number}"
        add_people(standing_wikis, prefix)
        plan = made(plan_text(prefix, f"once-{before}-{number}".lower()), hands(standing_wikis))
        first = partial(JournalKilledOnce, tmp_path / f"{number}", number, before=before)
        again = partial(FileJournal, tmp_path / f"{number}")
        killed = in_a_process(partial(sweep, standing_wikis, plan, first()))
        if killed:
            assert in_a_process(partial(sweep, standing_wikis, plan, again())) == 0
        check_done_once(standing_wikis, prefix)
        if not killed:
            assert number > 24
            return
