"""How far a plan is, from its journal: action by action, step by step, with what is held and why."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from holdfast.actions.plans.plan import Plan
from holdfast.actions.steps.step import Step
from holdfast.actions.sweeps.journal import JournalRow, Mark, states
from holdfast.actions.sweeps.sweep import undo_id


class State(StrEnum):
    """Where an action or a step is."""

    PLANNED = "planned"
    UNDER_WAY = "under way"
    DONE = "done"
    HELD = "held"
    SKIPPED = "skipped"
    UNDONE = "undone"


@dataclass(frozen=True, kw_only=True)
class StepStatus:
    """One step; `why` for one that is held, `at` of its last row."""

    step: Step
    state: State
    why: str = ""
    at: datetime | None = None
    stands: bool = False
    """Whether this plan has done it, or may have, and it is not taken back."""
    back_held: bool = False
    """Whether its way back was tried and is held."""


@dataclass(frozen=True, kw_only=True)
class ActionStatus:
    """One action and its steps."""

    id: str
    kind: str
    phase: int
    state: State
    steps: tuple[StepStatus, ...]

    @property
    def why(self) -> str:
        """Why it is held: of its first step that is held for a reason of its own."""
        reasons = [step.why for step in self.steps if step.state is State.HELD]
        return next((each for each in reasons if each != "earlier"), reasons[0] if reasons else "")


@dataclass(frozen=True, kw_only=True)
class Status:
    """The whole plan. `ending` is empty until the journal says that it is finished."""

    actions: tuple[ActionStatus, ...]
    phases_begun: tuple[int, ...]
    ending: str
    begun_at: datetime | None
    last_at: datetime | None
    alarms: tuple[JournalRow, ...]

    def counts(self) -> dict[str, int]:
        """Steps in each state."""
        found = dict.fromkeys((each.value for each in State), 0)
        for action in self.actions:
            for step in action.steps:
                found[step.state.value] += 1
        return found

    @property
    def not_taken_back(self) -> tuple[StepStatus, ...]:
        """The steps that were to be taken back and are not: what they took is still gone."""
        return tuple(step for each in self.actions for step in each.steps if step.back_held)

    @property
    def held(self) -> tuple[ActionStatus, ...]:
        """The actions on which two people have to decide."""
        return tuple(each for each in self.actions if each.state is State.HELD)


_STATES = {
    Mark.INTENDED: State.UNDER_WAY,
    Mark.SENT: State.UNDER_WAY,
    Mark.REOPENED: State.UNDER_WAY,
    Mark.RETURNED: State.UNDER_WAY,
    Mark.DONE: State.DONE,
    Mark.HELD: State.HELD,
    Mark.SKIPPED: State.SKIPPED,
}


def status(plan: Plan, rows: Sequence[JournalRow]) -> Status:
    """The status of a plan whose journal holds these rows."""
    last = states(rows)
    begun = [row for row in rows if row.mark is Mark.BEGUN]
    finished = [str(row.detail["ending"]) for row in rows if row.mark is Mark.FINISHED]
    actions = []
    for each in plan.actions:
        steps = tuple(_step(step, last) for step in each.steps())
        actions.append(
            ActionStatus(id=each.id, kind=each.action.kind, phase=each.phase, state=_together(steps), steps=steps)
        )
    return Status(
        actions=tuple(actions),
        phases_begun=tuple(int(row.detail["phase"]) for row in rows if row.mark is Mark.PHASE),
        ending=finished[-1] if finished else "",
        begun_at=begun[0].at if begun else None,
        last_at=rows[-1].at if rows else None,
        alarms=tuple(row for row in rows if row.mark is Mark.ALARM),
    )


def _step(step: Step, last: dict[str, JournalRow]) -> StepStatus:
    row, back = last.get(step.id), last.get(undo_id(step))
    stands = is_standing(step, last)
    if back is not None:
        found = State.UNDONE if back.mark is Mark.DONE else _STATES[back.mark]
        why, held = str(back.detail.get("why", "")), back.mark is Mark.HELD
        return StepStatus(step=step, state=found, why=why, at=back.at, stands=stands, back_held=held)
    if row is None:
        return StepStatus(step=step, state=State.PLANNED)
    why = str(row.detail.get("why", ""))
    return StepStatus(step=step, state=_STATES[row.mark], why=why, at=row.at, stands=stands)


def is_standing(step: Step, last: Mapping[str, JournalRow]) -> bool:
    """Whether a step was done by this plan, or may have been, and is not taken back. `last` is as `states` gives it.

    What somebody else had done is not this plan's, and is not taken back by it.
    """
    row, back = last.get(step.id), last.get(undo_id(step))
    if back is not None:
        return back.mark is not Mark.DONE
    return row is not None and _STATES[row.mark] in (State.DONE, State.UNDER_WAY) and not row.detail.get("already")


def _together(steps: tuple[StepStatus, ...]) -> State:
    """The state of an action: what is held counts most, then what is open; without steps there was nothing to do."""
    found = {step.state for step in steps}
    for state in (State.HELD, State.UNDER_WAY):
        if state in found:
            return state
    if not found or found == {State.DONE}:
        return State.DONE
    if found == {State.PLANNED}:
        return State.PLANNED
    if State.PLANNED in found:
        return State.UNDER_WAY
    return State.UNDONE if State.UNDONE in found else State.SKIPPED
