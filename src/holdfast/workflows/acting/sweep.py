"""The one road from signed bytes to the wikis: an approved plan carried out, whatever it was signed with."""

import time
from collections.abc import Callable

from holdfast.access.rules.console_rules import Because
from holdfast.actions.sweeps.course import Order
from holdfast.actions.sweeps.executor import Ending, Outcome, decide, run, run_undo
from holdfast.actions.sweeps.journal import Mark
from holdfast.actions.sweeps.means import Means, Patience
from holdfast.errors import CheckFailedError
from holdfast.progress import Progress, silent
from holdfast.store.office.vault import Reader
from holdfast.wiki.operators import Operators
from holdfast.workflows.acting.approved_plan import DECISION, approved_order, approved_plan, open_appeals
from holdfast.workflows.acting.plan import OpenPlan, read_plan, signed_off
from holdfast.workflows.acting.surroundings import means_for
from holdfast.workflows.acting.sweep_facts import journal_of, note_order, note_read_back, note_run, sweep_course
from holdfast.workflows.cases.plan_check import check_care
from holdfast.workflows.office.opening import Office


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
    opened = read_plan(office, Reader.of_the_office(Because.APPROVED), identity, purpose="plan carried out")
    approved, course = approved_plan(office, opened), sweep_course(office, identity)
    journal = journal_of(office, identity)
    means = means_for(office, opened.plan, journal, known=known, patience=patience, sleep=sleep, progress=progress)
    if rows := means.journal.rows():
        open_appeals(office, opened)
    ordered: Outcome | None = None
    for each in [each for each in course.orders if not each.is_done]:
        ordered = _carry_out_order(office, opened, each, means) or ordered
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
        note_read_back(office, opened, means.journal.rows())
        return ordered
    open_appeals(office, opened)
    note_run(office, opened, outcome, means.journal.rows())
    return outcome


def _carry_out_order(office: Office, opened: OpenPlan, each: Order, means: Means) -> Outcome | None:
    """Null for a decision on what is not held any more: an earlier order, or another decision, has settled it."""
    approved, outcome = approved_order(office, each), None
    about = (approved.value.action,) if each.kind == DECISION else approved.value.actions
    try:
        outcome = (decide if each.kind == DECISION else run_undo)(approved, opened.plan, means)
    except CheckFailedError as reason:
        if reason.code != "sweep.decision":
            raise
    note_order(office, opened, each, about, means.journal.rows())
    return outcome
