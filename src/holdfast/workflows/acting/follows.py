"""Plans that follow from a freeze or a review: found from there, closed with it, and kept from the version before.

The version before carried them out from the proposal in whose bytes they were signed. `keep_plan_of` keeps such a one
as a plan like every other; bytes, signatures and journal stay where they are.
"""

from holdfast.access.freezes.freeze import FreezeState
from holdfast.access.rules.console_rules import Because
from holdfast.actions.plans.plan import REQUEST_KIND, signed_plan
from holdfast.actions.steps.kind import Purpose
from holdfast.actions.sweeps.course import SignedBytes, Standing
from holdfast.actions.sweeps.executor import Ending
from holdfast.actions.sweeps.status import status
from holdfast.facts import StreamId
from holdfast.store.office.streams import Listed
from holdfast.store.office.tidying import mark, set_mark
from holdfast.store.office.vault import Reader
from holdfast.workflows.acting.approved_plan import keep_approved
from holdfast.workflows.acting.plan import read_plan, write_plan
from holdfast.workflows.acting.surroundings import FOLLOWS, PLAN, SWEEP, plan_stream
from holdfast.workflows.acting.sweep_facts import journal_of, read_sweep, write_sweep
from holdfast.workflows.office.opening import Office
from holdfast.workflows.office.proposal_kind import nothing_to_note
from holdfast.workflows.office.propose import PREFIX, kinds, read_proposal

_MARK = "plans of freezes kept as plans"
_ALL = 100_000  # plans read at once; chosen, above any office's number


def lines_of(office: Office, followed: StreamId) -> tuple[tuple[Listed, Listed | None], ...]:
    """The plans that follow from something and how far their sweeps are, newest change first; nothing is opened."""
    found = {stream for stream in office.vault.holding(FOLLOWS, str(followed)) if stream.kind == PLAN}
    sweeps = {line.stream.id: line for line in office.vault.plain_lines(SWEEP, limit=_ALL)}
    lines = [line for line in office.vault.plain_lines(PLAN, limit=_ALL) if line.stream in found]
    return tuple((line, sweeps.get(line.stream.id)) for line in lines)


def close_plans_of(office: Office, followed: StreamId) -> None:
    """Close what a protection has taken, because it ended: from here on nobody looks whether it still stands."""
    system = Reader.of_the_office(Because.APPROVED)
    for line, _ in lines_of(office, followed):
        opened = read_plan(office, system, line.stream.id, purpose="freeze lifted")
        if opened.course.standing is Standing.APPROVED and opened.plan.purpose is Purpose.PROTECTIVE:
            write_plan(office, system, opened, "closed", {}, Standing.CLOSED, opened.plan)


def close_when_over(office: Office, identity: str) -> None:
    """Close what was given back with a review or an end of a freeze, whole, when the plan's own time is over: it was
    looked after until then, and nobody has anything to fill in for it."""
    with office.vault.transaction():
        opened = read_plan(office, Reader.of_the_office(Because.CLOCK), identity, purpose="plan closed")
        course, plan = opened.course, opened.plan
        is_given_back = course.approved_as != REQUEST_KIND and plan.purpose is Purpose.RESTORATION
        is_over = plan.valid_until is not None and plan.valid_until <= office.clock()
        is_whole = read_sweep(office, Reader.of_the_office(Because.CLOCK), identity).ending == Ending.FINISHED.value
        if is_given_back and is_whole and is_over and course.standing is Standing.APPROVED:
            write_plan(office, Reader.of_the_office(Because.CLOCK), opened, "closed", {}, Standing.CLOSED, plan)


def keep_plans_of_before(office: Office) -> int:
    """Keep every plan that the version before carried out beside the road of plans, once; how many."""
    if mark(_MARK):
        return 0
    holding = [PREFIX + name for name, kind in kinds().items() if kind.noted is not nothing_to_note]
    executed = [line for kind in holding for line in office.vault.plain_lines(kind, state="executed", limit=_ALL)]
    count = sum(bool(keep_plan_of(office, line.stream)) for line in executed)
    with office.vault.transaction():
        for line in office.vault.plain_lines("freeze", state=FreezeState.LIFTED.value, limit=_ALL):
            close_plans_of(office, line.stream)
        set_mark(_MARK, 1)
    return count


def keep_plan_of(office: Office, proposal: StreamId) -> str:
    """The id of the plan in an executed proposal, kept with its journal where it lies; empty where it holds none."""
    system = Reader.of_the_office(Because.APPROVED)
    with office.vault.transaction():
        found = read_proposal(office, system, proposal, purpose="plan of a freeze kept")
        plan = signed_plan(found.request)
        if plan is None or found.state != "executed" or found.closed_at is None:
            return ""
        if office.vault.exists(plan_stream(plan.id)):
            return str(plan.id)
        signatures = tuple(each.to_json() for each in found.signatures if each.at <= found.closed_at)
        signed = SignedBytes(content=found.request.content().decode(), signatures=signatures, at=found.closed_at)
        keep_approved(office, signed, journal=str(proposal))
        so_far = status(plan, journal_of(office, plan.id).rows())
        if so_far.begun_at is not None:
            ending = so_far.ending or (Ending.HELD if so_far.held else Ending.OPEN).value
            body = {"ending": ending, "held": len(so_far.held), "phase": None}
            write_sweep(office, plan.id, "run", body, state=ending)
    return str(plan.id)
