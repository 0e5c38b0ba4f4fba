"""A sweep under way: the steps of a plan in their order, the read-back at the end, and the way back."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from holdfast.actions.plans.plan import IfAlready, Plan, plan_sha256
from holdfast.actions.steps.step import Step, is_done, undo
from holdfast.actions.sweeps.carry import Lane, find_out
from holdfast.actions.sweeps.journal import Mark
from holdfast.actions.sweeps.means import Means
from holdfast.actions.sweeps.run_state import RunState, Why
from holdfast.actions.sweeps.waves import carry_out_wave
from holdfast.errors import CheckFailedError
from holdfast.ids import WikiName

TRIED_AGAIN = "tried_again"
"""In a row `reopened`: it was never done, so that nothing was changed back."""


def action_of(step: Step) -> str:
    """The id of a step's action: the plan's id and a number."""
    return "/".join(step.id.split("/")[:2])


def undo_id(step: Step) -> str:
    """The id of the step that leads back from this one."""
    return f"{step.id}/undo"


def sweep_of(plan: Plan, means: Means) -> "Sweep":
    """The sweep of a plan as its journal has it. Raises CheckFailedError `sweep.other_plan` for another's journal."""
    sha256 = plan_sha256(plan)
    begun = next((row for row in means.journal.rows() if row.mark is Mark.BEGUN), None)
    if begun is not None and begun.detail.get("plan") != sha256:
        raise CheckFailedError(
            "sweep.other_plan",
            "this journal is of another plan with the same id",
            expected=str(begun.detail.get("plan")),
            got=sha256,
            hint="give the changed plan an id of its own",
        )
    steps = tuple(step for each in plan.actions for step in each.steps())
    accepts = {each.id for each in plan.actions if each.if_already is IfAlready.ACCEPT}
    state = RunState(
        plan_id=plan.id,
        means=means,
        accepts_already=frozenset(step.id for step in steps if action_of(step) in accepts),
    )
    return Sweep(plan=plan, state=state, steps=steps)


def begin(sweep: "Sweep") -> None:
    """Note which plan this journal is of, and look whether the operators are fit for all that is open.

    Raises OperatorsLostError before the first write.
    """
    state = sweep.state
    state.means.crew.tell(
        lambda wiki, place, reason: state.alarm(
            "sweep.operator_lost", f"operator {place} can no longer act", wiki=wiki, operator=place, why=reason.code
        )
    )
    state.event(Mark.BEGUN, plan=plan_sha256(sweep.plan), runner=state.means.runner)
    needs: dict[WikiName, set[str]] = {}
    for step in state.open(sweep.steps):
        needs.setdefault(step.wiki, set()).update(step.needs)
    for wiki, rights in needs.items():
        lane = Lane(state=state, wiki=wiki, number=0, is_stopped=lambda: False)
        lane.patiently(lambda hand, rights=rights: hand.check_ready(sorted(rights)))  # type: ignore[misc]


@dataclass(frozen=True, kw_only=True)
class Sweep:
    """A plan, its steps, and what the journal says of them."""

    plan: Plan
    state: RunState
    steps: tuple[Step, ...]

    def begun(self, phase: int) -> bool:
        """Whether this phase has begun, so that its gate is not asked again."""
        rows = self.state.means.journal.rows()
        return any(row.mark is Mark.PHASE and row.detail["phase"] == phase for row in rows)

    def held(self, *, undoing: bool = False) -> list[str]:
        """The ids of the steps that are held; with `undoing` those of the way back."""
        ids = {step.id for step in self.steps}
        return [
            step
            for step, row in self.state.last.items()
            if row.mark is Mark.HELD and (step not in ids if undoing else step in ids)
        ]

    def finished(self) -> str:
        """The ending that the journal has; empty while there is none."""
        rows = [row for row in self.state.means.journal.rows() if row.mark is Mark.FINISHED]
        return str(rows[-1].detail["ending"]) if rows else ""

    def carry_out(self, phase: int) -> None:
        """All steps of a phase, rank after rank."""
        actions = {each.id for each in self.plan.actions if each.phase == phase}
        self._in_ranks([step for step in self.steps if action_of(step) in actions])

    def _in_ranks(self, steps: Sequence[Step]) -> None:
        for rank in sorted({step.phase for step in steps}):
            wave = []
            held = [step for step in steps if self.state.mark(step) is Mark.HELD]
            for step in self.state.open(each for each in steps if each.phase == rank):
                if _waits_for_one_of(step, held):
                    self.state.hold(step, Why.EARLIER)
                else:
                    wave.append(step)
            carry_out_wave(self.state, wave)

    def confirm(self) -> None:
        """Read everything back once more: what somebody changed back meanwhile is done again, or held and told.

        Messages are not asked for again: one that was blanked was delivered.
        """
        redo = self.state.means.patience.redo
        for _ in range(redo + 1):
            changed = self._changed_back()
            for step in changed:
                self.state.write(Mark.REOPENED, [step])
                if self.state.redone[step.id] > redo:
                    self.state.hold(step, Why.FOUGHT_BACK)
                else:
                    self.state.alarm(
                        "sweep.changed_back",
                        "somebody changed a step back while the plan was running; it is done again",
                        step=step.id,
                        target=step.target,
                        wiki=step.wiki,
                    )
            if not changed:
                return
            self._in_ranks([step for step in changed if self.state.mark(step) is Mark.REOPENED])

    def _changed_back(self) -> list[Step]:
        done = [
            step
            for step in self.steps
            if step.name != "message"
            and self.state.mark(step) is Mark.DONE
            and self.state.mark(undo_id(step)) is None
        ]
        changed = []
        for wiki in sorted({step.wiki for step in done}):
            here = [step for step in done if step.wiki == wiki]
            seen = Lane(state=self.state, wiki=wiki, number=0, is_stopped=lambda: False).look(here)
            now = self.state.means.clock()
            changed += [step for step in here if not is_done(step, seen, now=now)]
        return changed

    def find_out(self, steps: Iterable[Step]) -> None:
        """Of writes whose answer is missing: those that were made are done; the others are left as they are."""
        by_wiki: dict[WikiName, list[Step]] = {}
        for step in steps:
            if self.state.mark(step) in (Mark.INTENDED, Mark.SENT):
                by_wiki.setdefault(step.wiki, []).append(step)
        for wiki, under_way in by_wiki.items():
            find_out(Lane(state=self.state, wiki=wiki, number=0, is_stopped=lambda: False), under_way)

    def undo(self, *, reason: str, actions: Collection[str] = ()) -> None:
        """Undo every step that this plan has done itself, of these actions (empty: of all), in the order back.

        A way back that was held is tried again, each time that this is called.
        """
        mine = [
            step
            for step in self.steps
            if self.state.mark(step) is Mark.DONE
            and not self.state.detail(step).get("already")
            and (not actions or action_of(step) in actions)
        ]
        ways = [back for step in mine for back in undo(step, reason=reason)]
        held = [back for back in ways if self.state.mark(back) is Mark.HELD]
        self.state.write(Mark.REOPENED, held, {TRIED_AGAIN: True})
        # what somebody gave back by hand is given back: that is what the way back is for
        self.state.accepts_already |= {back.id for back in ways}
        self._in_ranks(ways)


def _waits_for_one_of(step: Step, held: Iterable[Step]) -> bool:
    """A held step holds what comes after it on the same wiki; a message waits for the whole action."""
    return any(
        action_of(each) == action_of(step)
        and each.phase < step.phase
        and (each.wiki == step.wiki or step.name == "message")
        for each in held
    )
