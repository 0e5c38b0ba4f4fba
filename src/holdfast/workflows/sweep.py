"""Sweeps: an approved plan carried out on the wikis, with its orders, its status, and what the log is told.

run_sweep(office, identity)                  until done, held or at a gate; goes on where it was
sweep_status(office, reader, identity)       action by action
order(office, identity, kind, approved)      what two people decided, for the next run
"""

import os
import socket
import time
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from holdfast.actions.course import SWEEP_FACTS, Order, SweepCourse, fold_sweep
from holdfast.actions.crew import Crew
from holdfast.actions.executor import Ending, Outcome, decide, run, run_undo
from holdfast.actions.journal import Mark
from holdfast.actions.means import Means, Patience
from holdfast.actions.orders import Decision, UndoOrder
from holdfast.actions.plan import Plan, plan_sha256
from holdfast.actions.reconcile import done_counts
from holdfast.actions.status import Status, status
from holdfast.actions.sweep import action_of
from holdfast.approval import Approved
from holdfast.approval.request import Request
from holdfast.audit import Alarm, AlarmKind
from holdfast.errors import CheckFailedError
from holdfast.facts import SYSTEM, MemberId
from holdfast.progress import Progress, silent
from holdfast.store.office.journal import SealedJournal
from holdfast.store.office.streams import LogEntry, Summary
from holdfast.store.office.vault import ListPage, Reader
from holdfast.wiki.operators import Operators
from holdfast.workflows.acting import SWEEP, operators_of, run_soon, sweep_stream
from holdfast.workflows.appeal import put_in_force
from holdfast.workflows.case_plan import check_care
from holdfast.workflows.no_appeal import begin_for_plan
from holdfast.workflows.office import Office
from holdfast.workflows.plan import OpenPlan, approved_plan, barred_members, read_plan, signed_off, verified

RETRY_AFTER = timedelta(hours=1)
"""When what could not be taken back from a person is tried again."""


def run_sweep(
    office: Office,
    identity: str,
    *,
    known: Operators | None = None,
    patience: Patience | None = None,
    sleep: Callable[[float], None] = time.sleep,
    progress: Progress = silent,
) -> Outcome:
    """Carry a plan on: its open orders first, then its steps. One process at a time.

    Raises CheckFailedError `plan.standing`, `approval.…`, `sweep.…`, `case.people.duty_first`;
    UsageError `journal.busy`;
    ServiceUnavailableError `sweep.busy` and OperatorsLostError when the plan stays open and is to be run again.
    """
    opened = read_plan(office, Reader.system(), identity, purpose="plan carried out")
    approved = approved_plan(office, opened)
    means = _means(office, opened, known or operators_of(office), patience or Patience(), sleep, progress)
    if _has_begun(office, opened):
        _open_appeals(office, opened)
    ordered: Outcome | None = None
    for each in [each for each in _course(office, identity).orders if not each.is_done]:
        ordered = _carry_out_order(office, opened, each, means)
    _check_care(office, opened)
    try:
        outcome = run(approved, means, sign_offs=signed_off(office, opened), conditions=opened.course.conditions)
    except CheckFailedError as reason:
        # long after its time a plan begins nothing more; what two people ordered about it is done all the same
        if ordered is None or reason.code != "sweep.expired":
            raise
        return ordered
    _open_appeals(office, opened)
    _note_run(office, opened, outcome)
    return outcome


def _check_care(office: Office, opened: OpenPlan) -> None:
    """Return when nothing is owed first to those whom the phases touch that have not begun (D16).

    A phase that has begun is not left half done. Raises CheckFailedError `case.people.duty_first`.
    """
    rows = _journal(office, opened.id).rows()
    begun = {int(row.detail["phase"]) for row in rows if row.mark is Mark.PHASE}
    if not rows or _course(office, opened.id).ending == Ending.WAITING.value:
        check_care(office, opened.plan, [each for each in opened.plan.actions if each.phase not in begun])


def _has_begun(office: Office, opened: OpenPlan) -> bool:
    return bool(_journal(office, opened.id).rows())


def _open_appeals(office: Office, opened: OpenPlan) -> None:
    """What was done can be appealed from now on; where the plan says no, that holds until its day."""
    apart, approval = _part_in_decision(office, opened), opened.course.approval
    put_in_force(office, opened.id, apart)
    signers = frozenset(MemberId(each["member"]) for each in (approval.signatures if approval else ()))
    begin_for_plan(office, opened.plan, signers, apart)


def _part_in_decision(office: Office, opened: OpenPlan) -> dict[Any, str]:
    """Who may not decide on an appeal: those who approved, and those who must stand aside anyway."""
    approval = opened.course.approval
    signers = {each["member"]: "approved the plan" for each in (approval.signatures if approval else ())}
    return barred_members(office, opened.plan) | signers


def _course(office: Office, identity: str) -> SweepCourse:
    return fold_sweep(office.vault.read(Reader.system(), sweep_stream(identity), purpose="sweep carried on"))


def _journal(office: Office, identity: str, reader: Reader | None = None) -> SealedJournal:
    return office.vault.journal(
        reader or Reader.system(), sweep_stream(identity), identity, purpose="journal of a sweep"
    )


def _means(
    office: Office,
    opened: OpenPlan,
    known: Operators,
    patience: Patience,
    sleep: Callable[[float], None],
    progress: Progress,
) -> Means:
    journal, stream = _journal(office, opened.id), sweep_stream(opened.id)

    def alarm(code: str, what: str, detail: Mapping[str, Any]) -> None:
        raised = Alarm(kind=AlarmKind.WIKI_DIFFERS, at=office.clock(), object=stream)
        journal.tell(lambda: office.vault.audit.alarm(raised))

    wikis = {wiki for each in opened.plan.actions for wiki in each.action.wikis}
    return Means(
        crew=Crew({wiki: known.openers_for(wiki) for wiki in wikis}),
        journal=journal,
        clock=office.clock,
        sleep=sleep,
        alarm=alarm,
        patience=patience,
        progress=progress,
        runner=f"{socket.gethostname()} {os.getpid()}",
    )


def order(office: Office, identity: str, kind: str, approved: Approved[Request]) -> None:
    """Keep what two people ordered about a sweep, with their signatures; the next run does it."""
    course = _course(office, identity)
    body = {
        "kind": kind,
        "content": approved.content.decode(),
        "signatures": [each.to_json() for each in approved.signatures],
    }
    _write(office, identity, course, "ordered", body, state="ordered")
    run_soon(office, identity)


def check_order_fits(office: Office, identity: str, sha256: str) -> None:
    """Return when an order is about the plan as it is. Raises CheckFailedError `plan.moved`."""
    plan = read_plan(office, Reader.system(), identity, purpose="order about a sweep").plan
    if plan_sha256(plan) != sha256:
        raise CheckFailedError("plan.moved", "the order is about an earlier form of the plan")


def _carry_out_order(office: Office, opened: OpenPlan, each: Order, means: Means) -> Outcome:
    what = _what(each)
    barred = barred_members(office, opened.plan)
    if each.kind == "sweep-decision":
        outcome = decide(verified(office, each.signed, Decision.from_json(what), barred), opened.plan, means)
        actions = frozenset({str(what["action"])})
    else:
        outcome = run_undo(verified(office, each.signed, UndoOrder.from_json(what), barred), opened.plan, means)
        actions = frozenset(map(str, what["actions"]))
    left = status(opened.plan, _journal(office, opened.id).rows()).not_taken_back
    if not any(not actions or action_of(one.step) in actions for one in left):
        write_sweep(office, opened.id, "order done", {"order": each.number}, state="running")
    # else the order stays open, and the next run tries again
    return outcome


def _what(each: Order) -> Mapping[str, Any]:
    from holdfast.approval import parse_request

    return parse_request(each.signed.content.encode()).what


def _note_run(office: Office, opened: OpenPlan, outcome: Outcome) -> None:
    """Write how the run ended, once for each ending, and tell the log what a finished plan did, in counts."""
    now = office.clock()
    left = status(opened.plan, _journal(office, opened.id).rows()).not_taken_back
    again = now + RETRY_AFTER if left else None
    due = opened.plan.gate(outcome.phase).opens_at if outcome.phase is not None else again
    with office.vault.transaction():
        course = _course(office, opened.id)
        if course.ending != outcome.ending.value or again or course.again_at:
            body = {"ending": outcome.ending.value, "held": len(outcome.held), "phase": outcome.phase}
            body |= {"again_at": again.isoformat()} if again else {}
            _write(office, opened.id, course, "run", body, state=outcome.ending.value, due_at=due)
            if outcome.ending is Ending.FINISHED and not course.was_finished:
                _tell_the_log(office, opened.plan)
    if outcome.held:
        alarm = Alarm(
            kind=AlarmKind.WIKI_DIFFERS, at=office.clock(), object=sweep_stream(opened.id), count=len(outcome.held)
        )
        office.vault.audit.alarm(alarm)


def _tell_the_log(office: Office, plan: Plan) -> None:
    rows = _journal(office, plan.id).rows()
    for kind, count in done_counts(plan, rows).items():
        payload = {
            "action": kind,
            "reason": plan.purpose.value,
            "count": count,
            "plan": plan_sha256(plan),
            "decided_by": "two deciders",
        }
        entry = LogEntry(name=f"done {kind}"[:64], kind="action taken", payload=payload)
        office.vault.log_later(Reader.system(), sweep_stream(plan.id), entry, purpose="actions told to the log")


def sweep_status(office: Office, reader: Reader, identity: str) -> tuple[OpenPlan, Status]:
    """How far a plan is, for who may read it. Raises as `Vault.read`."""
    opened = read_plan(office, reader, identity, purpose="status of a sweep")
    if not office.vault.exists(sweep_stream(identity)):
        return opened, status(opened.plan, ())
    return opened, status(opened.plan, _journal(office, identity, reader).rows())


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
        _write(office, identity, _course(office, identity), kind, body, state=state)


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
        Reader.system(),
        sweep_stream(identity),
        [SWEEP_FACTS.fact(kind, at=office.clock(), by=SYSTEM, body=body)],
        expect=course.facts,
        summary=Summary(state=state, due_at=due_at or (course.again_at if kind == "reconciled" else None)),
        purpose="sweep written",
    )
