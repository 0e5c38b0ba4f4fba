"""The end that a person was told comes: what no wiki gives back by itself is put before two people.

A removal of rights, a lock, and the groups of a ban do not come back on their day. The clock `ends` proposes the
undoing of exactly those actions, by the road on which every undoing goes, and raises an alarm until it is done.
"""

from collections.abc import Iterator
from datetime import datetime

from holdfast.access.rules.console_rules import Because
from holdfast.actions.plans.plan import Plan, PlannedAction
from holdfast.actions.steps.kind import End, kind_of
from holdfast.actions.steps.step import is_past
from holdfast.actions.sweeps.course import fold_plan
from holdfast.actions.sweeps.journal import JournalRow, Mark, states
from holdfast.actions.sweeps.sweep import undo_id
from holdfast.audit import Alarm, AlarmKind
from holdfast.errors import InputRefusedError
from holdfast.facts import StreamId
from holdfast.store.office.vault import Reader
from holdfast.workflows.acting.approved_plan import UNDO
from holdfast.workflows.acting.surroundings import SWEEP, plan_stream, sweep_stream
from holdfast.workflows.acting.sweep_facts import journal_of, propose_undoing, read_sweep
from holdfast.workflows.office.opening import Office
from holdfast.workflows.office.propose import PREFIX, read_proposal

REASON = "The time for which this was decided is over"
"""For the wikis' logs."""
_ALL = 10_000  # sweeps or ends read at once; chosen, above any office's number


def propose_ends(office: Office, now: datetime) -> int:
    """Put before two people what is to be given back because its end has come; how many actions are put anew."""
    put = 0
    for plan, rows in carried_out(office):
        due = tuple(each.id for each in plan.actions if is_due(each, rows, now))
        if not due:
            continue
        stream = sweep_stream(plan.id)
        office.vault.audit.alarm(Alarm(kind=AlarmKind.CLOCK_DUE, at=now, object=stream, count=len(due)))
        left = tuple(each for each in due if each not in _before_people(office, plan))
        if left:
            propose_undoing(office, Reader.of_the_office(Because.CLOCK), plan.id, reason=REASON, actions=left)
            put += len(left)
    return put


def carried_out(office: Office) -> Iterator[tuple[Plan, tuple[JournalRow, ...]]]:
    """Every plan of which something was carried out, closed ones too, with its journal."""
    system, purpose = Reader.of_the_office(Because.CLOCK), "ends looked for"
    for line in office.vault.plain_lines(SWEEP, limit=_ALL):
        if line.state == "approved":
            continue
        try:
            plan = fold_plan(office.vault.read(system, plan_stream(line.stream.id), purpose=purpose)).plan
            rows = journal_of(office, line.stream.id).rows()
        except InputRefusedError as reason:
            if reason.code != "office.stream.erased":
                raise
            continue  # two people destroyed it: what it took can no longer be known from here
        if plan is not None and rows:
            yield plan, tuple(rows)


def is_due(each: PlannedAction, rows: tuple[JournalRow, ...], now: datetime) -> bool:
    """Whether the end of an action has come and groups or a lock stand that this plan took itself."""
    if kind_of(each.action).end not in (End.PEOPLE, End.WIKI) or not is_past(each.expiry, now):
        return False
    last = states(rows)
    return any(
        (row := last.get(step.id)) is not None
        and row.mark is Mark.DONE
        and not row.detail.get("already")
        and undo_id(step) not in last
        for step in each.steps()
        if step.name in ("rights", "lock")
    )


def _before_people(office: Office, plan: Plan) -> frozenset[str]:
    """The actions whose undoing is proposed now, or was ordered and is on its way."""
    found: set[str] = set()
    if any(
        each.kind == UNDO and not each.is_done
        for each in read_sweep(office, Reader.of_the_office(Because.CLOCK), plan.id).orders
    ):
        return frozenset(each.id for each in plan.actions)
    for line in office.vault.plain_lines(PREFIX + UNDO, state="open", limit=_ALL):
        stream = StreamId(kind=PREFIX + UNDO, id=line.stream.id)
        proposal = read_proposal(office, Reader.of_the_office(Because.CLOCK), stream, purpose="ends looked for")
        if proposal.state == "open" and proposal.request.what["plan"] == plan.id:
            found.update(proposal.request.what["actions"] or (each.id for each in plan.actions))
    return frozenset(found)
