"""Two holders or none: a last single holder is flagged, and when the time is over people are called.

The grant stands until people end it: the register may know fewer holders than the wiki has, and what it says of a
person must never be less than what the wiki shows.
"""

from collections.abc import Sequence
from datetime import datetime

from holdfast.access.register.single_holder import single_holders
from holdfast.access.rules.console_rules import Because
from holdfast.audit import Alarm, AlarmKind
from holdfast.store.office.vault import Reader
from holdfast.workflows.access.register import load
from holdfast.workflows.clocks._clock import Clock
from holdfast.workflows.office.opening import Office


def _run(office: Office, now: datetime) -> Sequence[str]:
    register = load(office, Reader.of_the_office(Because.CLOCK), purpose="single holders looked for").register
    called = 0
    for each in single_holders(register, now):
        office.vault.audit.alarm(Alarm(kind=AlarmKind.NEEDS_TWO, at=now, object=each.person))
        # while a freeze holds a colleague, the right waits with the freeze
        if each.is_due(now) and not each.beside_a_freeze:
            called += office.vault.audit.alarm(Alarm(kind=AlarmKind.CLOCK_DUE, at=now, object=each.person))
    return [f"{called} single holders are past their time: people are called"] if called else []


CLOCK = Clock(
    means="A last single holder of a right is flagged; after the days that the rule book says an alarm calls people.",
    run=_run,
)
