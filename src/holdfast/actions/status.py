"""How far a plan is, from its journal: action by action, step by step, with what is held and why."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from holdfast.actions.journal import JournalRow, Mark, states
from holdfast.actions.plan import Plan
from holdfast.actions.steps import Step
from holdfast.actions.sweep import undo_id


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
    if back is not None:
        found = State.UNDONE if back.mark is Mark.DONE else _STATES[back.mark]
        return StepStatus(step=step, state=found, why=str(back.detail.get("why", "")), at=back.at)
    if row is None:
        return StepStatus(step=step, state=State.PLANNED)
    return StepStatus(step=step, state=_STATES[row.mark], why=str(row.detail.get("why", "")), at=row.at)


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
