"""What a run knows of its steps: the journal as read at the start, and every row that it adds."""

import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from holdfast.actions.steps.step import Step
from holdfast.actions.sweeps.journal import Entry, JournalRow, Mark, states
from holdfast.actions.sweeps.means import Means

SETTLED = frozenset({Mark.DONE, Mark.HELD, Mark.SKIPPED})
"""States in which the executor does nothing more with a step by itself."""


class Why(StrEnum):
    """Why a step is held."""

    MOVED = "moved"
    """The wiki is neither as the plan saw it nor as the plan wants it."""
    ALREADY = "already"
    """Somebody else has done it."""
    EARLIER = "earlier"
    """An earlier step of the same action is held."""
    REFUSED = "refused"
    """The wiki refuses the write for good."""
    NOT_MADE = "not made"
    """The wiki answered the write again and again, and did not make it."""
    FOUGHT_BACK = "fought back"
    """Somebody changed it back more often than the executor does it again."""


@dataclass(kw_only=True)
class RunState:
    """The run's memory; what it adds is in the journal before it is here."""

    plan_id: str
    means: Means
    accepts_already: frozenset[str] = frozenset()
    """Steps that somebody else may have done."""
    last: dict[str, JournalRow] = field(default_factory=dict)
    tries: dict[str, int] = field(default_factory=dict)
    """Writes of each step whose effect was never seen."""
    answered: dict[str, int] = field(default_factory=dict)
    """Those of them that the wiki answered."""
    unseen: dict[str, int] = field(default_factory=dict)
    """As `tries`, of this run alone."""
    redone: dict[str, int] = field(default_factory=dict)
    """How often each step was done and changed back."""
    refusals: dict[str, str] = field(default_factory=dict)
    """The code with which the wiki refused a step for good."""
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        rows = self.means.journal.rows()
        self.last = states(rows)
        for row in rows:
            self._count(row.step, row.mark)
        self.unseen = {}

    def _count(self, step: str, mark: Mark) -> None:
        if mark is Mark.INTENDED:
            self.tries[step] = self.tries.get(step, 0) + 1
            self.unseen[step] = self.unseen.get(step, 0) + 1
        elif mark is Mark.RETURNED:
            self.tries[step] -= 1
            self.unseen[step] = self.unseen.get(step, 1) - 1
        elif mark is Mark.SENT:
            self.answered[step] = self.answered.get(step, 0) + 1
        elif mark is Mark.REOPENED:
            self.tries[step] = self.answered[step] = self.unseen[step] = 0
            self.redone[step] = self.redone.get(step, 0) + 1

    def mark(self, step: Step | str) -> Mark | None:
        """The state of a step; null when nothing was written of it."""
        row = self.last.get(step if isinstance(step, str) else step.id)
        return None if row is None else row.mark

    def detail(self, step: Step) -> Mapping[str, Any]:
        """What the last row of a step says."""
        row = self.last.get(step.id)
        return {} if row is None else row.detail

    def open(self, steps: Iterable[Step]) -> list[Step]:
        """Those that are still to be carried out."""
        return [step for step in steps if self.mark(step) not in SETTLED]

    def write(
        self, mark: Mark, steps: Sequence[Step], detail: Mapping[str, Any] | None = None, *, flush: bool = True
    ) -> None:
        """Append one row for each of these steps, in the journal and then here."""
        if not steps:
            return
        at = self.means.clock()
        entries = [Entry(step=step.id, mark=mark, after=self.mark(step), detail=detail or {}) for step in steps]
        self.means.journal.append(entries, at=at, flush=flush)
        with self._lock:
            for entry in entries:
                self._count(entry.step, mark)
                # the number stands in the journal; nobody asks for it here
                self.last[entry.step] = JournalRow(number=0, step=entry.step, mark=mark, at=at, detail=entry.detail)

    def event(self, mark: Mark, **detail: Any) -> None:
        """Append an event of the plan."""
        self.means.journal.append([Entry(step=self.plan_id, mark=mark, detail=detail)], at=self.means.clock())

    def alarm(self, code: str, what: str, **detail: Any) -> None:
        """Tell the journal, and people."""
        self.event(Mark.ALARM, code=code, what=what, **detail)
        self.means.alarm(code, what, detail)

    def hold(self, step: Step, why: Why, **detail: Any) -> None:
        """Hold a step, and raise the alarm; a step that only waits for an earlier one raises none of its own."""
        self.write(Mark.HELD, [step], {"why": why.value, **detail})
        if why is not Why.EARLIER:
            what = f"a step is held: {why.value}"
            # the alarm has a code of its own
            told = {"answer" if name == "code" else name: value for name, value in detail.items()}
            self.alarm("sweep.held", what, step=step.id, target=step.target, wiki=step.wiki, why=why.value, **told)
