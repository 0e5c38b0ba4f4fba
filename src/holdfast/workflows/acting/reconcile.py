"""Reconciliation of one plan: its journal, the public list, the log, and the wikis as they are now."""

from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta
from typing import Any

from holdfast.access.rules.console_rules import Because
from holdfast.actions.plans.plan import REQUEST_KIND, Plan
from holdfast.actions.sweeps.course import fold_plan
from holdfast.actions.sweeps.journal import JournalRow, Mark
from holdfast.actions.sweeps.reconcile import Difference, observe, reconcile
from holdfast.audit import Alarm, AlarmKind
from holdfast.canonical import parse_json
from holdfast.errors import CheckFailedError
from holdfast.facts import StreamId
from holdfast.record.texts import Shown
from holdfast.store.office.models import LogEntryRow
from holdfast.store.office.vault import Reader
from holdfast.wiki.operators import Operators
from holdfast.workflows.acting.follows import keep_plans_of_before
from holdfast.workflows.acting.plan import read_plan
from holdfast.workflows.acting.surroundings import PLAN, SWEEP, plan_stream, sweep_stream
from holdfast.workflows.acting.sweep_facts import journal_of, read_sweep, write_sweep
from holdfast.workflows.office.opening import Office
from holdfast.workflows.office.operators import first_hands, member_accounts, operator_names, operators_of

_ALL = 10_000  # plans read at once; chosen, above any office's number
_ON_ITS_WAY = timedelta(hours=3)
"""So long an entry that was promised to the public log may take to get there; the outbox tries it again meanwhile."""
PublicList = Mapping[str, Collection[str]]
"""What was published: kind of action to accounts."""


def reconcile_plan(
    office: Office,
    reader: Reader,
    identity: str,
    *,
    public: PublicList | None = None,
    known: Operators | None = None,
) -> tuple[Difference, ...]:
    """Every difference; each raises an alarm, and the sweep keeps what was found.

    Raises CheckFailedError `reconcile.not_begun` before the sweep; BusyError when a wiki cannot be read.
    """
    opened = read_plan(office, reader, identity, purpose="plan reconciled")
    operators = known or operators_of(office)
    rows = _rows(office, identity)
    if not rows:
        raise CheckFailedError("reconcile.not_begun", "nothing of this plan was carried out yet", place=identity)
    hands = first_hands(operators, [each.name for each in opened.plan.wikis])
    found = reconcile(
        opened.plan,
        rows,
        observe(opened.plan, hands, since=rows[0].at),
        now=office.clock(),
        watched=operator_names(operators) | member_accounts(office),
        others=_others(office, identity),
        public=public,
        logged=_logged(office, identity, rows) if opened.course.approved_as == REQUEST_KIND else None,
    )
    _keep(office, identity, found)
    return found


def _rows(office: Office, identity: str) -> tuple[JournalRow, ...]:
    return tuple(journal_of(office, identity).rows()) if office.vault.exists(sweep_stream(identity)) else ()


def _others(office: Office, identity: str) -> list[tuple[Plan, tuple[JournalRow, ...]]]:
    """Every other plan that was carried out: the same operators did it."""
    keep_plans_of_before(office)
    found = []
    for line in office.vault.plain_lines(SWEEP, limit=_ALL):
        other = line.stream.id
        rows = () if other == identity else _rows(office, other)
        plan = fold_plan(
            office.vault.read(Reader.of_the_office(Because.RULE), plan_stream(other), purpose="plans told apart")
        ).plan
        if rows and plan is not None:
            found.append((plan, rows))
    return found


def _logged(office: Office, identity: str, journal: Sequence[JournalRow]) -> list[Mapping[str, Any]] | None:
    """What the public log really holds of this plan: each entry fetched and proved, not what was meant for it.

    An entry that was promised a moment ago is on its way, and counts as told; null while a run that has ended a
    moment ago has promised nothing yet.
    """
    rows = LogEntryRow.objects.filter(stream__kind=SWEEP, stream__stream_id=identity, kind="action taken")
    young = office.clock() - _ON_ITS_WAY
    if not rows.exists() and any(row.mark is Mark.FINISHED and row.at > young for row in journal):
        return None
    found = []
    with office.log() as log:
        for row in rows:
            if row.index is None:
                if row.meant_at > young:
                    found.append(office.vault.meant_for_log(sweep_stream(identity), row.name)[1])
                continue
            line = log.prove(row.index).line
            if line.shown is Shown.TEXT:
                found.append(parse_json(line.text))
    return found


def _keep(office: Office, identity: str, found: tuple[Difference, ...]) -> None:
    told = [each.to_json() for each in found]
    with office.vault.transaction():
        course = read_sweep(office, Reader.of_the_office(Because.RULE), identity)
        if told != list(course.differences) or course.reconciled_at is None:
            write_sweep(office, identity, "reconciled", {"differences": told}, state=course.ending or "running")
    if found:
        stream: StreamId = sweep_stream(identity)
        alarm = Alarm(kind=AlarmKind.WIKI_DIFFERS, at=office.clock(), object=stream, count=len(found))
        office.vault.audit.alarm(alarm)


def to_reconcile(office: Office) -> tuple[str, ...]:
    """The plans that were carried out and are not closed: the clock looks at them once a day."""
    approved = {line.stream.id for line in office.vault.plain_lines(PLAN, state="approved", limit=_ALL)}
    swept = {line.stream.id for line in office.vault.plain_lines(SWEEP, limit=_ALL) if line.state != "approved"}
    return tuple(sorted(approved & swept))
