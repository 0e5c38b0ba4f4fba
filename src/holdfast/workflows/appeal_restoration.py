"""What an outcome asks for: an overturned action undone by its plan, questions answered, a new measure in force."""

from dataclasses import dataclass
from typing import Any

from holdfast.actions.appeals import STREAM_KIND, Outcome, Standing, Text
from holdfast.actions.orders import UndoOrder
from holdfast.actions.plan import plan_sha256
from holdfast.actions.status import State
from holdfast.errors import CheckFailedError, InputRefusedError
from holdfast.facts import StreamId
from holdfast.store.office.vault import Reader
from holdfast.workflows import appeal
from holdfast.workflows.acting import plan_stream
from holdfast.workflows.office import Office
from holdfast.workflows.plan import read_plan
from holdfast.workflows.propose import propose
from holdfast.workflows.sweep import sweep_status

UNDO = "sweep-undo"


@dataclass(frozen=True, kw_only=True)
class Questions:
    """What a reader of appeals sent back, for those who have to answer it. It holds no word of the person."""

    stream: StreamId
    kind: str
    asked_back: Text
    files: tuple[str, ...]
    answered: bool


def decide(
    office: Office, reader: Reader, stream: StreamId, outcome: Outcome, message: Text, **more: Any
) -> StreamId | None:
    """Decide, and for an overturned action put its restoration before deciders; gives that proposal.

    Raises as `appeal.decide`. Without the plan in this office nothing can be undone from here: then there is no
    proposal, and the appeal stays open until somebody says that it is restored.
    """
    with office.vault.transaction():
        appeal.decide(office, reader, stream, outcome, message, **more)
        return propose_restoration(office, stream) if outcome is Outcome.OVERTURN else None


def propose_restoration(office: Office, stream: StreamId) -> StreamId | None:
    """Put the order to undo an overturned action before deciders, over the plan as it is (3.14)."""
    decided = appeal.read_appeal(office, Reader.system(), stream).state.decided
    if decided is None or decided.outcome is not Outcome.OVERTURN:
        raise CheckFailedError("appeal.standing", "this action was not overturned")
    wish = decided.restoration
    if not office.vault.exists(plan_stream(wish["plan"])):
        return None
    plan = read_plan(office, Reader.system(), wish["plan"], purpose="restoration after an appeal").plan
    order = UndoOrder(
        plan=wish["plan"], plan_sha256=plan_sha256(plan), reason=wish["reason"], actions=tuple(wish["actions"])
    )
    return propose(office, Reader.system(), UNDO, order.to_json())


def note_restored(office: Office) -> int:
    """The clock: every overturned action whose undoing is read back counts as restored. How many."""
    count = 0
    for line in office.vault.plain_lines(STREAM_KIND, state=Standing.DECIDED.value, limit=100_000):
        state = appeal.read_appeal(office, Reader.system(), line.stream).state
        decided = state.decided
        if decided is None or decided.outcome is not Outcome.OVERTURN or state.restored_by:
            continue
        if _is_undone(office, state.route.plan, state.route.action):
            appeal.note_carried_out(office, line.stream, f"sweep/{state.route.plan}")
            count += 1
    return count


def _is_undone(office: Office, plan: str, action: str) -> bool:
    if not office.vault.exists(plan_stream(plan)):
        return False
    _, found = sweep_status(office, Reader.system(), plan)
    # what is written on a talk page stays; everything that took something away must be back
    steps = [
        step for each in found.actions if each.id == action for step in each.steps if step.step.name != "message"
    ]
    return bool(steps) and all(step.state is State.UNDONE for step in steps)


def remand_questions(office: Office, member: Reader, stream: StreamId) -> Questions:
    """The questions of an appeal that was sent back, for those who may write in cases, and for readers of appeals.

    Raises CheckFailedError `access.refused`, `appeal.standing` when it was not sent back.
    """
    if not office.vault.may(member, "read_sealed", STREAM_KIND, stream).allowed:
        office.vault.require(member, "write", "case", purpose="questions of an appeal shown")
    state = appeal.read_appeal(office, Reader.system(), stream).state
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
    """A reader notes that what holds instead is in force, by which plan.

    Raises CheckFailedError `appeal.standing`, InputRefusedError `appeal.plan`.
    """
    state = appeal.read_appeal(office, reader, stream).state
    if state.decided is None or state.decided.outcome not in (Outcome.CHANGE, Outcome.OVERTURN):
        raise CheckFailedError("appeal.standing", "this outcome asks for no other measure")
    if not plan.strip() or len(plan) > 200:
        raise InputRefusedError("appeal.plan", "name what carried it out", expected="such as plan/ID")
    office.vault.require(reader, "write", STREAM_KIND, stream, purpose="outcome carried out")
    appeal.note_carried_out(office, stream, plan.strip())
