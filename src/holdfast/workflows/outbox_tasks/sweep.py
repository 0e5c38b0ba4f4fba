"""Carry a plan's sweep on; a wiki that stays busy is tried again later."""

from holdfast.actions.sweeps.means import Patience
from holdfast.facts import StreamId
from holdfast.workflows.acting.sweep import run_sweep
from holdfast.workflows.office.opening import Office

# the outbox tries again by itself, so a busy wiki need not hold up the other clocks for long
_PATIENCE = Patience(busy_longest=60)


def _run(office: Office, stream: StreamId, part: str) -> None:
    run_sweep(office, stream.id, patience=_PATIENCE)


TASK = _run
