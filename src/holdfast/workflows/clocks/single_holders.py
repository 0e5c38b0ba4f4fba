"""Two holders or none: a last single holder is flagged, and the grant ends when the time is over."""

from collections.abc import Sequence
from datetime import datetime

from holdfast.access.moments import text_of
from holdfast.access.single_holder import single_holders
from holdfast.audit import Alarm, AlarmKind
from holdfast.facts import SYSTEM, Fact
from holdfast.store.office.vault import Reader
from holdfast.workflows.clocks._clock import Clock
from holdfast.workflows.office import Office
from holdfast.workflows.register import load, write_people

WHY = "two holders or none"


def _run(office: Office, now: datetime) -> Sequence[str]:
    register = load(office, Reader.system(), purpose="single holders looked for").register
    found = single_holders(register, now)
    for each in found:
        office.vault.audit.alarm(Alarm(kind=AlarmKind.NEEDS_TWO, at=now, object=each.person))
    lines = []
    for each in found:
        # while a freeze holds a colleague, the right waits with the freeze
        if each.is_due(now) and not each.beside_a_freeze:
            body = {"wiki": each.wiki, "right": each.right, "at": text_of(now), "why": WHY}
            fact = Fact(type="right ended", at=now, by=SYSTEM, body=body)
            write_people(office, Reader.system(), {each.person: [fact]}, purpose="single holder's time is over")
            lines.append(f"right of {each.person} ended: {WHY}")
    return lines


CLOCK = Clock(
    means="A last single holder of a right is flagged, and the grant ends after the days that the rule book says.",
    run=_run,
)
