"""The end that a person was told has come: what no wiki gives back by itself is put before two people."""

from collections.abc import Sequence
from datetime import datetime

from holdfast.store.office.tidying import mark, set_mark
from holdfast.workflows.acting.ends import propose_ends
from holdfast.workflows.clocks._clock import Clock
from holdfast.workflows.office.opening import Office

_MARK = "ends looked for at"
_EVERY_SECONDS = 3600  # seconds: once an hour


def _run(office: Office, now: datetime) -> Sequence[str]:
    # every plan that was carried out is opened for this, so not at every step
    if now.timestamp() < mark(_MARK) + _EVERY_SECONDS:
        return ()
    put = propose_ends(office, now)
    set_mark(_MARK, int(now.timestamp()))
    return [f"{put} actions whose end has come are to be undone by two people"] if put else []


CLOCK = Clock(
    means="The end of a removal of rights, a lock or a ban has come: two people are asked to give back.",
    run=_run,
)
