"""What was kept long enough is forgotten: by itself where policy alone decides, else two people are called.

Forgetting destroys the stream's key (1.15). A case, a person in the register, a freeze or a plan is never destroyed
by a clock: somebody who could change `office.toml` would destroy it alone. An alarm names it, and two people do it.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from holdfast.access.rules.console_rules import Because
from holdfast.audit import Alarm, AlarmKind
from holdfast.store.office.tidying import unchanged_since
from holdfast.store.office.vault import Reader
from holdfast.workflows.clocks._clock import Clock
from holdfast.workflows.office.opening import Office

FORGOTTEN_BY_THE_CLOCK = frozenset({"question"})
"""Kinds of which age alone decides; months of look-ups have a clock of their own."""
OWED = frozenset({"proven"})
"""States of theirs in which somebody still waits for an answer: an alarm calls people, and nothing is forgotten."""
OVER = frozenset({"closed", "destroyed", "decided", "executed", "withdrawn", "lifted", "left", "done"})
"""States in which nothing more is to be done with a thing of the other kinds."""
_AT_ONCE = 2000  # things forgotten in one turn; chosen, the next turn goes on


def _run(office: Office, now: datetime) -> Sequence[str]:
    said = []
    for kind, days in sorted(office.config.retention_days.items()):
        forgotten = 0
        for stream, state in unchanged_since(kind, now - timedelta(days=days)):
            if kind in FORGOTTEN_BY_THE_CLOCK and state not in OWED:
                office.vault.forget(Reader.of_the_office(Because.CLOCK), stream, purpose="kept long enough")
                forgotten += 1
            elif state in OVER | OWED:
                office.vault.audit.alarm(Alarm(kind=AlarmKind.KEPT_LONG_ENOUGH, at=now, object=stream))
            if forgotten >= _AT_ONCE:
                break
        said += [f"{forgotten} of the kind {kind} forgotten"] if forgotten else []
    return said


CLOCK = Clock(means="What was kept for the retention days is forgotten, or an alarm calls two people.", run=_run)
