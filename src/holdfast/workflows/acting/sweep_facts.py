"""A sweep as the office keeps it: its facts, its journal, how far it is, and what people order about it.

sweep_status(office, reader, identity)       action by action
propose_decision, propose_undoing            put before two people, and `order`: what they decided, for the next run
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from holdfast.access.rules.console_rules import Because
from holdfast.actions.plans.orders import Choice, Decision, UndoOrder
from holdfast.actions.plans.plan import REQUEST_KIND, plan_sha256
from holdfast.actions.sweeps.course import SWEEP_FACTS, Order, SweepCourse, fold_sweep
from holdfast.actions.sweeps.executor import Ending, Outcome
from holdfast.actions.sweeps.journal import JournalRow
from holdfast.actions.sweeps.reconcile import done_counts
from holdfast.actions.sweeps.status import Status, status
from holdfast.actions.sweeps.sweep import action_of
from holdfast.approval import Approved
from holdfast.approval.request import Request
from holdfast.audit import Alarm, AlarmKind
from holdfast.errors import CheckFailedError
from holdfast.facts import SYSTEM, StreamId
from holdfast.store.office.journal import SealedJournal
from holdfast.store.office.streams import LogEntry, Summary
from holdfast.store.office.vault import ListPage, Reader
from holdfast.workflows.acting.approved_plan import DECISION, UNDO, note_where_it_was_asked
from holdfast.workflows.acting.plan import OpenPlan, read_plan
from holdfast.workflows.acting.surroundings import SWEEP, run_soon, sweep_stream
from holdfast.workflows.office.opening import Office
from holdfast.workflows.office.propose import propose
from holdfast.workflows.office.shown import Shown

RETRY_AFTER = timedelta(hours=1)
"""When what could not be taken back from a person is tried again."""


def sweep_course(office: Office, identity: str) -> SweepCourse:
    """The facts of a sweep that was opened, as the clocks read them."""
    return fold_sweep(
        office.vault.read(Reader.of_the_office(Because.APPROVED), sweep_stream(identity), purpose="sweep carried on")
    )


def journal_of(office: Office, identity: str, reader: Reader | None = None) -> SealedJournal:
    """A plan's journal, which lies with its sweep, or where the version before began it. Raises as `Vault.read`."""
    reader, stream = reader or Reader.of_the_office(Because.APPROVED), sweep_stream(identity)
    kind, _, number = sweep_course(office, identity).journal.partition("/")
    if kind:
        office.vault.require(reader, "read_sealed", SWEEP, stream, purpose="journal of a sweep")
        reader, stream = Reader.of_the_office(Because.APPROVED), StreamId(kind=kind, id=number)
    return office.vault.journal(reader, stream, identity, purpose="journal of a sweep")


def propose_decision(
    office: Office, reader: Reader, identity: str, *, action: str, choice: Choice, reason: str, new_plan: str = ""
) -> StreamId:
    """Put before two people what becomes of a held action. Raises InputRefusedError `plan.no_action`."""
    plan = read_plan(office, reader, identity, purpose="decision on a held target").plan
    wish = Decision(
        plan=identity,
        plan_sha256=plan_sha256(plan),
        action=plan.action(action).id,
        choice=choice,
        reason=reason,
        new_plan=new_plan,
    )
    return propose(office, reader, DECISION, wish.to_json())


def propose_undoing(
    office: Office, reader: Reader, identity: str, *, reason: str, actions: Sequence[str] = ()
) -> StreamId:
    """Put before two people that what a plan did is undone, all or some actions: for a decider, an end, an appeal."""
    plan = read_plan(office, reader, identity, purpose="undoing put before deciders").plan
    wish = UndoOrder(plan=identity, plan_sha256=plan_sha256(plan), reason=reason, actions=tuple(actions))
    return propose(office, reader, UNDO, wish.to_json())


def order(office: Office, approved: Approved[Request]) -> Shown:
    """Keep what two people ordered about a sweep, with their signatures; the next run does it. Gives the plan's page.

    Raises CheckFailedError `plan.moved` for an order about an earlier form of the plan.
    """
    identity = str(approved.value.what["plan"])
    plan = read_plan(office, Reader.of_the_office(Because.APPROVED), identity, purpose="order about a sweep").plan
    if plan_sha256(plan) != approved.value.what["plan_sha256"]:
        raise CheckFailedError("plan.moved", "the order is about an earlier form of the plan")
    body = {
        "kind": approved.value.kind,
        "content": approved.content.decode(),
        "signatures": [each.to_json() for each in approved.signatures],
    }
    _write(office, identity, sweep_course(office, identity), "ordered", body, state="ordered")
    run_soon(office, identity)
    return Shown(kind="plan", id=identity)


def note_order(
    office: Office, opened: OpenPlan, order: Order, about: Sequence[str], rows: Sequence[JournalRow]
) -> None:
    """The order is done, unless something of what it is about (empty: all) is still not taken back."""
    left = status(opened.plan, rows).not_taken_back
    if not any(not about or action_of(one.step) in about for one in left):
        write_sweep(office, opened.id, "order done", {"order": order.number}, state="running")


def note_read_back(office: Office, opened: OpenPlan, rows: Sequence[JournalRow]) -> Status:
    """How far it is, kept by what the plan was signed with too. Gives it."""
    found = status(opened.plan, rows)
    note_where_it_was_asked(office, opened, found)
    return found


def note_run(office: Office, opened: OpenPlan, outcome: Outcome, rows: Sequence[JournalRow]) -> None:
    """Write how the run ended, once for each ending, and tell the log what a finished plan did, in counts."""
    now, left = office.clock(), note_read_back(office, opened, rows).not_taken_back
    again = now + RETRY_AFTER if left else None
    due = opened.plan.gate(outcome.phase).opens_at if outcome.phase is not None else again
    with office.vault.transaction():
        course = sweep_course(office, opened.id)
        if course.ending != outcome.ending.value or again or course.again_at:
            body = {"ending": outcome.ending.value, "held": len(outcome.held), "phase": outcome.phase}
            body |= {"again_at": again.isoformat()} if again else {}
            _write(office, opened.id, course, "run", body, state=outcome.ending.value, due_at=due)
            if outcome.ending is Ending.FINISHED and not course.was_finished:
                _tell_the_log(office, opened, rows)
    if outcome.held:
        stream = sweep_stream(opened.id)
        alarm = Alarm(kind=AlarmKind.WIKI_DIFFERS, at=now, object=stream, count=len(outcome.held))
        office.vault.audit.alarm(alarm)


def _tell_the_log(office: Office, opened: OpenPlan, rows: Sequence[JournalRow]) -> None:
    """In counts. What was signed with a freeze or a review is told by its own entry, at its own time."""
    counts = done_counts(opened.plan, rows) if opened.course.approved_as == REQUEST_KIND else {}
    for kind, count in counts.items():
        payload = {
            "action": kind,
            "reason": opened.plan.purpose.value,
            "count": count,
            "plan": plan_sha256(opened.plan),
            "decided_by": "two deciders",
        }
        entry = LogEntry(name=f"done {kind}"[:64], kind="action taken", payload=payload)
        office.vault.log_later(
            Reader.of_the_office(Because.APPROVED), sweep_stream(opened.id), entry, purpose="actions told to the log"
        )


def sweep_status(office: Office, reader: Reader, identity: str) -> tuple[OpenPlan, Status]:
    """How far a plan is, for who may read it. Raises as `Vault.read`."""
    opened = read_plan(office, reader, identity, purpose="status of a sweep")
    begun = office.vault.exists(sweep_stream(identity))
    return opened, status(opened.plan, journal_of(office, identity, reader).rows() if begun else ())


def read_sweep(office: Office, reader: Reader, identity: str) -> SweepCourse:
    """The sweep's facts; an empty course before the approval."""
    stream = sweep_stream(identity)
    if not office.vault.exists(stream):
        return SweepCourse()
    return fold_sweep(office.vault.read(reader, stream, purpose="sweep shown"))


def list_sweeps(office: Office, reader: Reader) -> ListPage:
    """How far the sweeps are: ids, states and counts, for who may see the list; nothing is opened."""
    asked = Reader(member=reader.member, roles=reader.roles, passkey_session=reader.passkey_session)
    return office.vault.list_page(asked, SWEEP, purpose="list of sweeps shown")


def write_sweep(office: Office, identity: str, kind: str, body: Mapping[str, Any], *, state: str) -> None:
    """Append one fact to a sweep, as it is now."""
    with office.vault.transaction():
        _write(office, identity, sweep_course(office, identity), kind, body, state=state)


def _write(
    office: Office,
    identity: str,
    course: SweepCourse,
    kind: str,
    body: Mapping[str, Any],
    *,
    state: str,
    due_at: Any = None,
) -> None:
    office.vault.append(
        Reader.of_the_office(Because.APPROVED),
        sweep_stream(identity),
        [SWEEP_FACTS.fact(kind, at=office.clock(), by=SYSTEM, body=body)],
        expect=course.facts,
        summary=Summary(state=state, due_at=due_at or (course.again_at if kind == "reconciled" else None)),
        purpose="sweep written",
    )
