"""What an outcome asks for: an overturned action undone by its plan, questions answered, a new measure in force.

Nothing here is believed because somebody says so: an appeal is closed by what the wikis show and the journals hold.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from holdfast.access.rules.console_rules import Because
from holdfast.accounts.names import account_as_compared
from holdfast.actions.plans.plan import PlannedAction, plan_id
from holdfast.actions.steps.kind import TargetType, kind_of
from holdfast.actions.steps.ports import INFINITY, HandLostError
from holdfast.actions.steps.severity import Measure, is_more_severe, measure_of, ranks
from holdfast.actions.steps.step import Step, is_past, look_at
from holdfast.actions.sweeps.given_back import still_gone
from holdfast.actions.sweeps.status import State, StepStatus
from holdfast.appeals import steps
from holdfast.appeals.appeal import STREAM_KIND, Appeal, Ineligible, Outcome, Route, Standing, Text
from holdfast.audit import Alarm, AlarmKind
from holdfast.errors import CheckFailedError, InputRefusedError, ServiceUnavailableError
from holdfast.facts import StreamId
from holdfast.store.office.vault import Reader
from holdfast.wiki.operators import Operators
from holdfast.workflows.acting.plan import read_plan
from holdfast.workflows.acting.surroundings import plan_stream, sweep_stream
from holdfast.workflows.acting.sweep_facts import propose_undoing, read_sweep, sweep_status
from holdfast.workflows.appeals import appeal
from holdfast.workflows.office.opening import Office
from holdfast.workflows.office.operators import operators_of


@dataclass(frozen=True, kw_only=True)
class Questions:
    """What a reader of appeals sent back, for those who have to answer it. It holds no word of the person."""

    stream: StreamId
    kind: str
    asked_back: Text
    files: tuple[str, ...]
    answered: bool


@dataclass(frozen=True, kw_only=True)
class WayBack:
    """How far it is with giving back what an overturned or changed action took."""

    gone: tuple[str, ...]
    """What is not given back by the journal, as `WIKI: STEP (why)`."""
    again_at: datetime | None
    """When what was held is tried again."""
    ordered: bool
    """Whether two people have ordered the undoing."""


def decide(
    office: Office,
    reader: Reader,
    stream: StreamId,
    outcome: Outcome,
    message: Text,
    *,
    measure: Mapping[str, str] | None = None,
    **more: Any,
) -> StreamId | None:
    """Decide, and for an overturned action put its restoration before deciders; gives that proposal.

    `measure` is what a change puts in place: `kind`, and `expiry` where it ends; whether that is worse is computed
    (D4). Raises as `appeal.decide`, InputRefusedError `appeal.measure`. Without the plan in this office nothing can
    be undone from here: then there is no proposal, and the appeal stays open.
    """
    if outcome is Outcome.CHANGE:
        more |= {"measure": measure or {}, "is_worse": _is_worse(office, reader, stream, measure or {})}
    with office.vault.transaction():
        appeal.decide(office, reader, stream, outcome, message, **more)
        return propose_restoration(office, stream) if outcome is Outcome.OVERTURN else None


def refuse(office: Office, reader: Reader, stream: StreamId, code: Ineligible, message: Text) -> None:
    """Not taken up; that an action has run out is said only when nothing of it stands.

    Raises as `appeal.refuse`, CheckFailedError `appeal.code`.
    """
    if code is Ineligible.RAN_OUT:
        route = appeal.read_appeal(office, reader, stream).state.route
        now = office.clock()
        left = [each.step for each in _steps_of(office, route) if each.stands and not _has_ended(each.step, now)]
        if left:
            raise CheckFailedError(
                "appeal.code",
                "the person would be told that nothing of the action remains",
                got=", ".join(f"{step.wiki}: {step.name}" for step in left),
                hint="take it up, or give another reason",
            )
    appeal.refuse(office, reader, stream, code, message)


def _has_ended(step: Step, now: datetime) -> bool:
    """Whether what a step did is over by itself. A notice takes nothing."""
    ends = step.intent.get("to") or {}
    return step.name == "message" or (step.name == "block" and is_past(ends["expiry"], now))


def _is_worse(office: Office, reader: Reader, stream: StreamId, measure: Mapping[str, str]) -> bool:
    """Whether what holds instead is harder than what was appealed. Raises InputRefusedError `appeal.measure`."""
    state = appeal.read_appeal(office, reader, stream).state
    held = _held(office, state)
    new = _instead(held, measure)
    if not new.kind:
        raise InputRefusedError(
            "appeal.measure", "say of which kind what holds instead is", expected=", ".join(ranks())
        )
    return is_more_severe(new, held)


def _instead(held: Measure, measure: Mapping[str, str]) -> Measure:
    """The measure that was decided, as far as it was said: of another kind or end than what held."""
    return replace(held, kind=measure.get("kind", ""), expiry=measure.get("expiry") or INFINITY)


def _held(office: Office, state: Appeal) -> Measure:
    """The measure under appeal. Where its plan is not in this office, its end is not known."""
    route = state.route
    if not office.vault.exists(plan_stream(route.plan)):
        return Measure(kind=route.kind, wikis=frozenset(route.wikis), expiry=None)
    plan = read_plan(office, Reader.of_the_office(Because.RULE), route.plan, purpose="measures compared").plan
    return measure_of(plan.action(route.action))


def propose_restoration(office: Office, stream: StreamId) -> StreamId | None:
    """Put the order to undo an overturned or changed action before deciders, over the plan as it is (3.14)."""
    state = appeal.read_appeal(office, Reader.of_the_office(Because.RULE), stream).state
    decided = state.decided
    if decided is None or decided.outcome not in (Outcome.OVERTURN, Outcome.CHANGE):
        raise CheckFailedError("appeal.standing", "this action was neither overturned nor changed")
    wish = decided.restoration or steps.restoration_order(state, "changed on appeal")
    if not office.vault.exists(plan_stream(wish["plan"])):
        return None
    return propose_undoing(
        office, Reader.of_the_office(Because.APPROVED), wish["plan"], reason=wish["reason"], actions=wish["actions"]
    )


def put_undoing(office: Office, reader: Reader, stream: StreamId) -> StreamId | None:
    """A reader puts the undoing before deciders: for a change, or when a proposal ran out unsigned."""
    office.vault.require(reader, "write", STREAM_KIND, stream, purpose="undoing put before deciders")
    if appeal.read_appeal(office, reader, stream).state.restored_by:
        raise CheckFailedError("appeal.standing", "what the outcome asks for is done")
    return propose_restoration(office, stream)


def note_restored(office: Office, *, known: Operators | None = None) -> int:
    """The clock: every overturned action whose undoing is read back from the wikis counts as restored. How many.

    A wiki that cannot be read now is asked again with the next tick. What the journal says is back and the wiki does
    not show raises an alarm.
    """
    count = 0
    for line in office.vault.plain_lines(STREAM_KIND, state=Standing.DECIDED.value, limit=100_000):
        state = appeal.read_appeal(office, Reader.of_the_office(Because.RULE), line.stream).state
        decided = state.decided
        if decided is None or decided.outcome is not Outcome.OVERTURN or state.restored_by:
            continue
        if _is_undone(office, state.route, known):
            appeal.note_carried_out(office, line.stream, f"sweep/{state.route.plan}")
            count += 1
    return count


def way_back(office: Office, state: Appeal) -> WayBack | None:
    """How far the way back is, by the journal; null where nothing is asked for, or the plan is not in this office."""
    decided, route = state.decided, state.route
    if decided is None or decided.outcome not in (Outcome.OVERTURN, Outcome.CHANGE):
        return None
    if not office.vault.exists(plan_stream(route.plan)):
        return None
    found = _steps_of(office, route)
    course = read_sweep(office, Reader.of_the_office(Because.RULE), route.plan)
    return WayBack(
        gone=tuple(
            f"{each.step.wiki}: {each.step.name}" + (f" ({each.why})" if each.back_held else "")
            for each in found
            if each.stands and (each.step.name != "message" or each.step.intent.get("withdrawal"))
        ),
        again_at=course.again_at if any(each.back_held for each in found) else None,
        ordered=any(each.state is State.UNDONE or each.back_held for each in found),
    )


def _steps_of(office: Office, route: Route) -> tuple[StepStatus, ...]:
    if not office.vault.exists(plan_stream(route.plan)):
        return ()
    _, found = sweep_status(office, Reader.of_the_office(Because.RULE), route.plan)
    return tuple(step for each in found.actions if each.id == route.action for step in each.steps)


def _is_undone(office: Office, route: Route, known: Operators | None) -> bool:
    if not office.vault.exists(plan_stream(route.plan)):
        return False
    found = _steps_of(office, route)
    if not found or any(each.state in (State.PLANNED, State.UNDER_WAY) for each in found):
        return False
    now, gone = office.clock(), 0
    for wiki in sorted({each.step.wiki for each in found}):
        mine = [each for each in found if each.step.wiki == wiki]
        try:
            (hand, *_) = [opened() for opened in (known or operators_of(office)).openers_for(wiki)[:1]]
            seen = look_at(hand, [each.step for each in mine])
        except (ServiceUnavailableError, HandLostError, InputRefusedError):
            return False  # not read is not given back
        gone += len(still_gone(mine, seen, now=now))
    ours = all(not each.stands or each.step.name == "message" for each in found)
    if gone and ours:
        stream = sweep_stream(route.plan)
        office.vault.audit.alarm(Alarm(kind=AlarmKind.WIKI_DIFFERS, at=now, object=stream, count=gone))
    return not gone


def remand_questions(office: Office, member: Reader, stream: StreamId) -> Questions:
    """The questions of an appeal that was sent back, for those who may write in cases, and for readers of appeals.

    Raises CheckFailedError `access.refused`, `appeal.standing` when it was not sent back.
    """
    if not office.vault.may(member, "read_sealed", STREAM_KIND, stream).allowed:
        office.vault.require(member, "write", "case", purpose="questions of an appeal shown")
    state = appeal.read_appeal(office, Reader.of_the_office(Because.RULE), stream).state
    if state.decided is None or state.decided.outcome is not Outcome.REMAND:
        raise CheckFailedError("appeal.standing", "this appeal was not sent back")
    return Questions(
        stream=stream,
        kind=state.route.kind,
        asked_back=state.decided.asked_back,
        files=state.route.files,
        answered=state.answered,
    )


def note_new_measure(office: Office, reader: Reader, stream: StreamId, plan: str) -> None:
    """A reader names the plan by which what holds instead is in force; it is held against what was decided.

    The plan is finished, was approved after the decision, acts on the person, is not harder than what was decided
    and what was appealed, and nothing of the appealed action stands beside it. An overturned appeal is closed by the
    clock alone. Raises CheckFailedError `appeal.standing`, `appeal.worse`, `appeal.not_in_force`,
    `appeal.still_stands`; InputRefusedError `appeal.plan`, `plan.id`.
    """
    office.vault.require(reader, "write", STREAM_KIND, stream, purpose="outcome carried out")
    state = appeal.read_appeal(office, reader, stream).state
    if state.decided is None or state.decided.outcome is not Outcome.CHANGE or state.restored_by:
        raise CheckFailedError(
            "appeal.standing",
            "this outcome waits for no other measure",
            hint="an overturned action counts as given back when the wikis show it; the clock looks",
        )
    name = plan.strip().removeprefix("plan/")
    acts = _acts_of(office, state, name)
    held = _held(office, state)
    decided = state.decided
    promised = _instead(held, decided.measure) if decided.measure else None
    for each in acts:
        found = measure_of(each)
        if is_more_severe(found, held) and not decided.is_worse:
            raise CheckFailedError(
                "appeal.worse", "this plan is harder than the action that was appealed", place=name
            )
        if promised is not None and is_more_severe(replace(found, limits=promised.limits), promised):
            raise CheckFailedError("appeal.worse", "this plan is harder than what was decided", place=name)
    _check_nothing_beside(office, state.route, name)
    appeal.note_carried_out(office, stream, f"plan/{name}")


def _acts_of(office: Office, state: Appeal, name: str) -> list[PlannedAction]:
    """What a plan does to the person of an appeal. Raises InputRefusedError `appeal.plan`, `appeal.not_in_force`."""

    def refuse(what: str) -> InputRefusedError:
        return InputRefusedError(
            "appeal.plan", what, expected="another plan of this office, about this account", got=repr(name[:80])
        )

    if plan_id(name) == state.route.plan or not office.vault.exists(plan_stream(name)):
        raise refuse("there is no such plan, or it is the one that was appealed")
    opened = read_plan(office, Reader.of_the_office(Because.RULE), name, purpose="outcome carried out")
    account = account_as_compared(state.route.account)
    acts = [
        each
        for each in opened.shown.actions
        if kind_of(each.action).target is TargetType.ACCOUNT and account_as_compared(each.action.target) == account
    ]
    if not acts:
        raise refuse("the plan does nothing to this account")
    approval, decided = opened.course.approval, state.decided
    course = read_sweep(office, Reader.of_the_office(Because.RULE), name)
    if approval is None or decided is None or course.ending != "finished":
        raise CheckFailedError(
            "appeal.not_in_force",
            "this plan is not carried out to its end",
            expected="finished",
            got=course.ending or opened.course.standing.value,
            place=name,
            hint="name it again when its sweep is finished",
        )
    if approval.at < decided.at:
        raise refuse("this plan was approved before the appeal was decided")
    return acts


def _check_nothing_beside(office: Office, route: Route, name: str) -> None:
    """Return when every part of the appealed action is undone, or was set anew by the other plan."""
    if not office.vault.exists(plan_stream(route.plan)):
        return
    _, other = sweep_status(office, Reader.of_the_office(Because.RULE), name)
    anew = {
        (step.step.name, step.step.wiki, account_as_compared(step.step.target))
        for each in other.actions
        for step in each.steps
        if step.stands
    }
    left = [
        each.step
        for each in _steps_of(office, route)
        if each.stands
        and each.step.name != "message"
        and (each.step.name, each.step.wiki, account_as_compared(each.step.target)) not in anew
    ]
    if left:
        raise CheckFailedError(
            "appeal.still_stands",
            "the action that was changed still stands beside what was to hold instead",
            got=", ".join(f"{step.wiki}: {step.name}" for step in left),
            hint="put its undoing before the deciders on the page of the appeal",
        )
