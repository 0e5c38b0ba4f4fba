"""Sweeps: the one road from signed bytes to the wikis, for every plan, with its orders, its status and its log entry.

begin(office, approved)                      what two people signed is kept as a plan, and a run is promised
run_sweep(office, identity)                  until done, held or at a gate; goes on where it was
sweep_status(office, reader, identity)       action by action
propose_decision, propose_undoing            put before two people, and `order`: what they decided, for the next run
"""

import os
import socket
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from holdfast.actions.course import Order, SignedBytes, Standing, SweepCourse, check_standing, fold_sweep
from holdfast.actions.crew import Crew
from holdfast.actions.executor import Ending, Outcome, decide, run, run_undo
from holdfast.actions.journal import JournalRow, Mark
from holdfast.actions.means import Means, Patience
from holdfast.actions.orders import Choice, Decision, UndoOrder
from holdfast.actions.plan import REQUEST_KIND, plan_sha256, signed_plan
from holdfast.actions.reconcile import done_counts
from holdfast.actions.status import Status, status
from holdfast.actions.sweep import action_of
from holdfast.approval import Approved, Signature, check_approved
from holdfast.approval.request import Request, parse_request
from holdfast.audit import Alarm, AlarmKind
from holdfast.errors import CheckFailedError
from holdfast.facts import SYSTEM, Fact, MemberId, StreamId
from holdfast.progress import Progress, silent
from holdfast.store.office.journal import SealedJournal
from holdfast.store.office.streams import LogEntry, Summary
from holdfast.store.office.vault import ListPage, Reader
from holdfast.wiki.operators import Operators
from holdfast.workflows.acting import FOLLOWS, PLAN, SWEEP, operators_of, run_soon, sweep_stream
from holdfast.workflows.appeal import put_in_force
from holdfast.workflows.case_plan import check_care
from holdfast.workflows.no_appeal import begin_for_plan
from holdfast.workflows.office import Office
from holdfast.workflows.plan import OpenPlan, barred_members, read_plan, signed_off, summary_of, write_plan
from holdfast.workflows.propose import approvers, kind_named, propose

DECISION, UNDO = "sweep-decision", "sweep-undo"
"""The kinds of proposals by which two people order something about a sweep."""
RETRY_AFTER = timedelta(hours=1)
"""When what could not be taken back from a person is tried again."""


def begin(office: Office, approved: Approved[Request]) -> str:
    """Keep the plan that two people signed, open its sweep and promise a run, inside the proposal's transaction.

    Whatever it was signed as, from here on it is a plan. Gives its id; empty where nothing could be planned.
    """
    signed = SignedBytes(
        content=approved.content.decode(),
        signatures=tuple(each.to_json() for each in approved.signatures),
        at=office.clock(),
    )
    identity = keep_approved(office, signed)
    if identity:
        run_soon(office, identity)
    return identity


def keep_approved(office: Office, signed: SignedBytes, **more: str) -> str:
    """Keep an approved plan and open its sweep; `more` is what else the sweep knows from its beginning."""
    system, request = Reader.system(), parse_request(signed.content.encode())
    plan, kind = signed_plan(request), kind_named(request.kind)
    if plan is None:
        return ""
    body = {"content": signed.content, "signatures": list(signed.signatures)}
    summary, concerns = summary_of(Standing.APPROVED, plan, rules=kind.ruled_as), list[MemberId]()
    if request.kind == REQUEST_KIND:
        opened = read_plan(office, system, plan.id, purpose="plan approved")
        write_plan(office, system, opened, "approved", body, Standing.APPROVED, plan)
    else:
        concerns = sorted(kind.barred(office, request.what))
        office.vault.create(
            system,
            PLAN,
            [Fact(type="approved", at=signed.at, by=SYSTEM, body=body)],
            summary=summary,
            purpose="plan approved",
            stream_id=plan.id,
            tokens={FOLLOWS: [plan.reference]},
            concerns=concerns,
        )
    if not office.vault.exists(sweep_stream(plan.id)):
        office.vault.create(
            system,
            SWEEP,
            [Fact(type="opened", at=signed.at, by=SYSTEM, body={"plan": plan_sha256(plan), **more})],
            summary=Summary(state="approved", tags=summary.tags),
            purpose="sweep opened",
            stream_id=plan.id,
            concerns=concerns,
        )
    return str(plan.id)


def verified(office: Office, signed: SignedBytes, value: Any) -> Approved[Any]:
    """A value with the signatures kept for it, each verified again by the rules of what was signed, as of its hour.

    Raises CheckFailedError `approval.…` (a signer has lost the role or the passkey since).
    """
    request = parse_request(signed.content.encode())
    kind = kind_named(request.kind)
    return check_approved(
        value,
        content=request.content(),
        signatures=[Signature.from_json(each) for each in signed.signatures],
        approvers=approvers(office),
        now=signed.at,
        rp_id=office.config.rp_id,
        origins=frozenset({office.config.origin}),
        max_age=timedelta(hours=office.config.approval_hours),
        role=kind.roles,
        barred=kind.barred(office, request.what),
        needed=kind.needed,
    )


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
    signed, course = _approval(opened), _course(office, identity)
    approved = verified(office, signed, opened.plan)
    means = _means(office, opened, known or operators_of(office), patience or Patience(), sleep, progress)
    if rows := means.journal.rows():
        _open_appeals(office, opened)
    ordered: Outcome | None = None
    for each in [each for each in course.orders if not each.is_done]:
        ordered = _carry_out_order(office, opened, each, means)
        rows = means.journal.rows()
    if not rows or course.ending == Ending.WAITING.value:
        # what is owed first to those whom a phase touches is asked before it begins; begun, it is not left half done
        begun = {int(row.detail["phase"]) for row in rows if row.mark is Mark.PHASE}
        check_care(office, opened.plan, [each for each in opened.plan.actions if each.phase not in begun])
    try:
        outcome = run(approved, means, sign_offs=signed_off(office, opened), conditions=opened.course.conditions)
    except CheckFailedError as reason:
        # long after its time a plan begins nothing more; what two people ordered about it is done all the same
        if ordered is None or reason.code != "sweep.expired":
            raise
        _note_where_it_was_asked(office, opened, means.journal.rows())
        return ordered
    _open_appeals(office, opened)
    _note_run(office, opened, outcome, means.journal.rows())
    return outcome


def _approval(opened: OpenPlan) -> SignedBytes:
    check_standing(opened.course, Standing.APPROVED, Standing.CLOSED)
    if opened.course.approval is None:
        raise AssertionError
    return opened.course.approval


def _open_appeals(office: Office, opened: OpenPlan) -> None:
    """What was done can be appealed from now on; where the plan says no, that holds until its day.

    Who approved, and who must stand aside anyway, decides on no appeal.
    """
    signers = frozenset(MemberId(each["member"]) for each in _approval(opened).signatures)
    apart = barred_members(office, opened.plan) | dict.fromkeys(signers, "approved the plan")
    put_in_force(office, opened.id, apart)
    begin_for_plan(office, opened.plan, signers, apart)


def _course(office: Office, identity: str) -> SweepCourse:
    return fold_sweep(office.vault.read(Reader.system(), sweep_stream(identity), purpose="sweep carried on"))


def journal_of(office: Office, identity: str, reader: Reader | None = None) -> SealedJournal:
    """A plan's journal, which lies with its sweep, or where the version before began it. Raises as `Vault.read`."""
    reader, stream = reader or Reader.system(), sweep_stream(identity)
    kind, _, number = _course(office, identity).journal.partition("/")
    if kind:
        office.vault.require(reader, "read_sealed", SWEEP, stream, purpose="journal of a sweep")
        reader, stream = Reader.system(), StreamId(kind=kind, id=number)
    return office.vault.journal(reader, stream, identity, purpose="journal of a sweep")


def _means(
    office: Office,
    opened: OpenPlan,
    known: Operators,
    patience: Patience,
    sleep: Callable[[float], None],
    progress: Progress,
) -> Means:
    journal, stream = journal_of(office, opened.id), sweep_stream(opened.id)

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


def order(office: Office, approved: Approved[Request]) -> str:
    """Keep what two people ordered about a sweep, with their signatures; the next run does it. Gives the plan's page.

    Raises CheckFailedError `plan.moved` for an order about an earlier form of the plan.
    """
    identity = str(approved.value.what["plan"])
    plan = read_plan(office, Reader.system(), identity, purpose="order about a sweep").plan
    if plan_sha256(plan) != approved.value.what["plan_sha256"]:
        raise CheckFailedError("plan.moved", "the order is about an earlier form of the plan")
    body = {
        "kind": approved.value.kind,
        "content": approved.content.decode(),
        "signatures": [each.to_json() for each in approved.signatures],
    }
    _write(office, identity, _course(office, identity), "ordered", body, state="ordered")
    run_soon(office, identity)
    return f"/plans/{identity}/"


def _carry_out_order(office: Office, opened: OpenPlan, each: Order, means: Means) -> Outcome:
    what = parse_request(each.signed.content.encode()).what
    if each.kind == DECISION:
        outcome = decide(verified(office, each.signed, Decision.from_json(what)), opened.plan, means)
        actions = frozenset({str(what["action"])})
    else:
        outcome = run_undo(verified(office, each.signed, UndoOrder.from_json(what)), opened.plan, means)
        actions = frozenset(map(str, what["actions"]))
    left = status(opened.plan, means.journal.rows()).not_taken_back
    if not any(not actions or action_of(one.step) in actions for one in left):
        write_sweep(office, opened.id, "order done", {"order": each.number}, state="running")
    # else the order stays open, and the next run tries again
    return outcome


def _note_run(office: Office, opened: OpenPlan, outcome: Outcome, rows: Sequence[JournalRow]) -> None:
    """Write how the run ended, once for each ending, and tell the log what a finished plan did, in counts."""
    now, left = office.clock(), _note_where_it_was_asked(office, opened, rows).not_taken_back
    again = now + RETRY_AFTER if left else None
    due = opened.plan.gate(outcome.phase).opens_at if outcome.phase is not None else again
    with office.vault.transaction():
        course = _course(office, opened.id)
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


def _note_where_it_was_asked(office: Office, opened: OpenPlan, rows: Sequence[JournalRow]) -> Status:
    """What reading back said, kept by what the plan was signed with: a freeze, a review. Gives it."""
    found, request = status(opened.plan, rows), parse_request(_approval(opened).content.encode())
    kind_named(request.kind).noted(office, request.what, opened.plan, found)
    return found


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
        office.vault.log_later(Reader.system(), sweep_stream(opened.id), entry, purpose="actions told to the log")


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
        [Fact(type=kind, at=office.clock(), by=SYSTEM, body=body)],
        expect=course.facts,
        summary=Summary(state=state, due_at=due_at or (course.again_at if kind == "reconciled" else None)),
        purpose="sweep written",
    )
