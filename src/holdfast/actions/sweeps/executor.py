"""The executor: carries an approved plan out on the wikis, each step exactly once, and takes it back the same way.

    run(approved, means, sign_offs=..., conditions=...)     until done, held or at a gate
    decide(approved_decision, approved_plan, means)                              skip, amend or undo a held action
    run_undo(approved_order, plan, means)                                        what was done is undone

Over the whole of a phase rights come before locks, locks before blocks, blocks before protections, protections
before messages: an administrator who could undo the rest has lost the right to, and a public message comes last.
Started again after whatever happened, it goes on where the journal says.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum

from holdfast.actions.plans.orders import Choice, Decision, SignedOff, UndoOrder
from holdfast.actions.plans.plan import OnFailure, Plan
from holdfast.actions.sweeps.admission import check_may_run, check_order, check_still_valid, is_open
from holdfast.actions.sweeps.journal import Mark
from holdfast.actions.sweeps.means import Means
from holdfast.actions.sweeps.sweep import Sweep, action_of, begin, sweep_of, undo_id
from holdfast.approval import Approved
from holdfast.errors import CheckFailedError

UNDONE_AFTER_FAILURE = "Undone: the plan could not be carried out whole"
"""The reason in the wiki's log when a plan undoes itself."""


class Ending(StrEnum):
    """How a run ended."""

    FINISHED = "finished"
    """Every step is done or was skipped."""
    HELD = "held"
    """The rest is done; two people decide on what is held."""
    OPEN = "open"
    """Nothing is held; to be run on."""
    WAITING = "waiting"
    """The next phase is sealed."""
    UNDONE = "undone"
    """A step was held, and the plan says that all is undone then."""


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """The ending of a run, the steps that are held, and the phase whose gate is closed."""

    ending: Ending
    held: tuple[str, ...] = ()
    phase: int | None = None


def run(
    approved: Approved[Plan],
    means: Means,
    *,
    sign_offs: Sequence[SignedOff] = (),
    conditions: Collection[str] = (),
) -> Outcome:
    """Carry the plan out, as far as its gates are open, from where its journal stands.

    `conditions` are those that two people have said to hold. Raises CheckFailedError `sweep.…` before anything is
    touched when the approval, a sign-off or a notice is missing; UsageError `sweep.no_operator`, `journal.busy`;
    ServiceUnavailableError `sweep.busy` and OperatorsLostError when the plan stays open and is to be run again.
    """
    check_may_run(approved, means, sign_offs=sign_offs)
    plan = approved.value
    with means.journal.hold(means.runner):
        sweep = sweep_of(plan, means)
        if sweep.finished():
            return _outcome(sweep, Ending.HELD if sweep.held(undoing=True) else Ending(sweep.finished()))
        check_still_valid(plan, now=means.clock())
        begin(sweep)
        for phase in plan.phases:
            if not sweep.begun(phase):
                if not is_open(plan.gate(phase), now=means.clock(), conditions=conditions):
                    return _outcome(sweep, Ending.WAITING, phase=phase)
                sweep.state.event(Mark.PHASE, phase=phase)
            sweep.carry_out(phase)
            if plan.on_failure is OnFailure.UNDO and sweep.held():
                sweep.undo(reason=UNDONE_AFTER_FAILURE)
                return _finish(sweep, Ending.UNDONE)
        sweep.confirm()
        if sweep.held():
            return _outcome(sweep, Ending.HELD)
        return _finish(sweep, Ending.FINISHED)


def _outcome(sweep: Sweep, ending: Ending, *, phase: int | None = None) -> Outcome:
    held = tuple(sorted([*sweep.held(), *sweep.held(undoing=True)]))
    return Outcome(ending=ending, held=held, phase=phase)


def _finish(sweep: Sweep, ending: Ending) -> Outcome:
    """The journal's last word, unless the way back is held: then nothing is at its end."""
    if sweep.held(undoing=True):
        return _outcome(sweep, Ending.HELD)
    sweep.state.event(Mark.FINISHED, ending=ending.value)
    return _outcome(sweep, ending)


def decide(decision: Approved[Decision], plan: Plan, means: Means) -> Outcome:
    """Carry out what two people decided on a held action; `run` then finishes the rest.

    Raises CheckFailedError `sweep.approval`, `sweep.decision` when nothing of the action is held, and as `run`.
    """
    wish = decision.value
    check_order(decision, "sweep-decision", wish.to_json(), wish.plan_sha256, plan=plan)
    with means.journal.hold(means.runner):
        sweep = sweep_of(plan, means)
        mine = [step for step in sweep.steps if action_of(step) == plan.action(wish.action).id]
        held = [step for step in mine if sweep.state.mark(step) is Mark.HELD]
        again = wish.choice is Choice.UNDO and any(sweep.state.mark(undo_id(step)) is Mark.HELD for step in mine)
        if not held and not again:
            raise CheckFailedError("sweep.decision", "nothing of this action is held", place=wish.action)
        begin(sweep)
        if wish.choice is Choice.UNDO:
            sweep.undo(reason=wish.reason, actions=[wish.action])
        detail = {"choice": wish.choice.value, "decision": decision.sha256, "new_plan": wish.new_plan}
        for step in mine:
            if sweep.state.mark(step) not in (Mark.DONE, Mark.SKIPPED):
                sweep.state.write(Mark.SKIPPED, [step], detail)
        return _outcome(sweep, Ending.HELD if sweep.held() or sweep.held(undoing=True) else Ending.OPEN)


def run_undo(order: Approved[UndoOrder], plan: Plan, means: Means) -> Outcome:
    """Undo what the plan has done, by the same machinery; what is not done yet is skipped for good.

    What somebody else had done already is not undone. Raises CheckFailedError `sweep.approval`, and as `run`.
    """
    wish = order.value
    check_order(order, "sweep-undo", wish.to_json(), wish.plan_sha256, plan=plan)
    for each in wish.actions:
        plan.action(each)
    with means.journal.hold(means.runner):
        sweep = sweep_of(plan, means)
        begin(sweep)
        chosen = [step for step in sweep.steps if not wish.actions or action_of(step) in wish.actions]
        sweep.find_out(chosen)
        for step in sweep.state.open(chosen):
            sweep.state.write(Mark.SKIPPED, [step], {"undo": order.sha256})
        sweep.undo(reason=wish.reason, actions=wish.actions)
        if sweep.held(undoing=True):
            return _outcome(sweep, Ending.HELD)
        return _outcome(sweep, Ending.UNDONE) if wish.actions else _finish(sweep, Ending.UNDONE)
