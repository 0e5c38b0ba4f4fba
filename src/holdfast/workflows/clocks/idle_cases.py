"""A case on which nobody works falls idle; it is then renewed with reasons, or closed (2.17).

The clock closes only a case that owes nobody anything. Where a person of the case is still owed something, it stays
idle and people are called: what is owed does not end because nobody did it.
"""

from collections.abc import Sequence
from datetime import datetime

from holdfast.access.rules.console_rules import Because
from holdfast.audit import Alarm, AlarmKind
from holdfast.cases.case import fold
from holdfast.cases.course import due_at
from holdfast.cases.people import Before
from holdfast.facts import SYSTEM
from holdfast.store.office.vault import Reader
from holdfast.workflows.cases.case import KIND, stream_of, write_as_clock
from holdfast.workflows.clocks._clock import Clock
from holdfast.workflows.office.opening import Office


def _run(office: Office, now: datetime) -> Sequence[str]:
    fallen = closed = called = 0
    after: str | None = None
    due: list[str] = []
    while True:
        page = office.vault.list_page(
            Reader.of_the_office(Because.CLOCK), KIND, purpose="idle cases looked for", due_before=now, after=after
        )
        due += [line.stream.id for line in page.lines]
        after = page.after
        if after is None:
            break
    for case_id in due:
        with office.vault.transaction():
            facts = office.vault.read(
                Reader.of_the_office(Because.CLOCK), stream_of(case_id), purpose="idle case looked at"
            )
            case = fold(facts)
            at = due_at(case)
            if at is None or at > now:
                continue
            if case.course.idle_since is None:
                write_as_clock(office, case_id, facts, "fell idle", {}, by=SYSTEM)
                fallen += 1
            elif any(person.outstanding(Before.CLOSING) for person in case.people.values()):
                alarm = Alarm(kind=AlarmKind.CLOCK_DUE, at=now, object=stream_of(case_id))
                called += office.vault.audit.alarm(alarm)
            else:
                why = {"why": "idle, and not renewed in time"}
                write_as_clock(office, case_id, facts, "closed", why, by=SYSTEM)
                closed += 1
    return [
        text
        for count, text in (
            (fallen, f"{fallen} cases fell idle"),
            (closed, f"{closed} idle cases closed"),
            (called, f"{called} idle cases owe something to people: people are called"),
        )
        if count
    ]


CLOCK = Clock(
    means="A case on which nobody works falls idle; when nobody renews it, it is closed, or people are called where "
    "somebody is owed something.",
    run=_run,
)
