"""What was withheld from a person is told on its day: the clock drafts the plan, two people sign it as any other.

A notice names a withheld field with the day until which it is withheld. On that day a plan is drafted that leaves
exactly this field on the person's talk page; it is tried on the wikis, approved and carried out like every plan. An
alarm stands until it is. Given up, it is drafted again: no single person can withhold without end.
"""

from collections.abc import Sequence
from datetime import date, datetime

from holdfast.access.rules.console_rules import Because
from holdfast.actions.plans.plan import Plan, PlannedAction, plan_sha256
from holdfast.actions.plans.planning import Wish, draft_of
from holdfast.actions.plans.telling import notice_kind, withheld_until
from holdfast.actions.steps.kind import Purpose
from holdfast.actions.sweeps.course import Standing
from holdfast.actions.sweeps.journal import JournalRow, Mark, states
from holdfast.audit import Alarm, AlarmKind
from holdfast.errors import HoldfastError
from holdfast.notices.kinds import NoticeKind
from holdfast.notices.wording import ORIGINAL, is_checked, wording
from holdfast.store.office.vault import Reader
from holdfast.workflows.acting.ends import carried_out
from holdfast.workflows.acting.plan import keep_draft
from holdfast.workflows.acting.surroundings import PLAN, plan_stream
from holdfast.workflows.office.opening import Office

_LONGEST_OWN_ID = 40  # characters, so that the id with its ending fits in an id; chosen


def draft_what_is_due(office: Office, now: datetime) -> Sequence[str]:
    """Draft a plan for each day on which something withheld is to be told; gives a line for each that is new."""
    lines = []
    for plan, rows in carried_out(office):
        days = {one.until for each in plan.actions for one in each.withheld if one.until <= now.date()}
        for day in sorted(days):
            told = [each for each in plan.actions if _was_told(each, rows) and withheld_until(each, day)]
            if told:
                lines += _draft(office, plan, told, day, now)
    return lines


def _was_told(each: PlannedAction, rows: Sequence[JournalRow]) -> bool:
    """Whether the notice that withheld something was left anywhere."""
    last = states(rows)
    return any(
        (row := last.get(step.id)) is not None and row.mark is Mark.DONE
        for step in each.steps()
        if step.name == "message"
    )


def _draft(office: Office, plan: Plan, told: Sequence[PlannedAction], day: date, now: datetime) -> list[str]:
    """Draft it once; an alarm while it waits for people, and none once they have approved it."""
    identity, standing = _next_id(office, plan, day)
    lines = []
    if standing is None:
        try:
            keep_draft(office, Reader.of_the_office(Because.CLOCK), _plan(plan, identity, told, day))
            lines = [f"{identity} drafted: what was withheld is to be told"]
        except HoldfastError as reason:
            identity = str(plan.id)
            lines = [f"what {plan.id} withheld is to be told, and cannot be drafted: {reason.code}"]
    if standing in (None, Standing.DRAFT, Standing.PREPARED):
        alarm = Alarm(kind=AlarmKind.CLOCK_DUE, at=now, object=plan_stream(identity))
        # the same line at each step would say nothing new
        if not office.vault.audit.alarm(alarm) and standing is None and identity == plan.id:
            return []
    return lines


def _next_id(office: Office, plan: Plan, day: date) -> tuple[str, Standing | None]:
    """The id of the plan that tells, and where it stands: null when it is still to be drafted."""
    own = str(plan.id)
    if len(own) > _LONGEST_OWN_ID:
        own = f"{own[: _LONGEST_OWN_ID - 9].rstrip('-')}-{plan_sha256(plan)[:8]}"
    first = f"{own}-told-{day:%Y%m%d}"
    known = {line.stream.id: line.state for line in office.vault.plain_lines(PLAN, limit=10_000)}
    identity, number = first, 1
    while known.get(identity) == Standing.GIVEN_UP.value:
        number += 1
        identity = f"{first}-{number}"
    return identity, Standing(known[identity]) if identity in known else None


def _plan(plan: Plan, identity: str, told: Sequence[PlannedAction], day: date) -> Plan:
    """The telling of what these actions of a plan withheld until this day."""
    unchecked = {each.language for each in told if not is_checked(each.language, NoticeKind.TELLING)}
    return draft_of(
        identity,
        Purpose.RESTORATION,
        f"plan/{plan.id}",
        [_wish(each, day) for each in told],
        {each.name: each.language for each in plan.wikis},
        accepts_unchecked_texts=sorted(unchecked | set(plan.accepts_unchecked_texts)),
    )


def _wish(each: PlannedAction, day: date) -> Wish:
    kind = notice_kind(each)
    about = {} if kind is None else {name: wording(kind, name).subject for name in sorted({each.language, ORIGINAL})}
    return Wish(
        kind=NoticeKind.TELLING.value,
        target=each.action.target,
        wikis=each.notice_on,
        params={"about": about, "fields": withheld_until(each, day)},
        language=each.language,
        decider_role=each.decider_role,
    )
