"""One step of every clock: idempotent, called by a timer and by the running console.

A clock that fails raises an alarm and keeps no other clock from running.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from holdfast.audit import Alarm, AlarmKind, Verb
from holdfast.errors import HoldfastError
from holdfast.facts import SYSTEM, StreamId
from holdfast.registry import kinds_in
from holdfast.store.office.leases import lease
from holdfast.workflows import clocks
from holdfast.workflows.clocks._clock import Clock
from holdfast.workflows.office.opening import Office

_LOG = logging.getLogger("holdfast.tick")
_LONGEST = timedelta(minutes=10)


@dataclass(frozen=True, kw_only=True)
class Ticked:
    """What one clock did, or the code of the error that stopped it."""

    clock: str
    done: Sequence[str]
    failed: str = ""


def all_clocks() -> dict[str, Clock]:
    """Every clock, by name."""
    return kinds_in(clocks, "CLOCK")


def tick(office: Office) -> tuple[Ticked, ...]:
    """Let every clock do what is due. Nothing when another process is in the middle of it."""
    with lease("tick", office.clock(), _LONGEST) as mine:
        if not mine:
            return ()
        return tuple(_one(office, name, clock) for name, clock in all_clocks().items())


def _one(office: Office, name: str, clock: Clock) -> Ticked:
    audit, now = office.vault.audit, office.clock()
    stream = StreamId(kind="clock", id=name.replace("_", "-"))
    try:
        done = tuple(clock.run(office, now))
    except Exception as error:
        # whatever it was: the other clocks still run, and somebody is told; texts may hold names, codes do not
        code = error.code if isinstance(error, HoldfastError) else type(error).__name__
        _LOG.error("a clock failed", exc_info=(type(error), error, error.__traceback__))
        audit.alarm(Alarm(kind=AlarmKind.CLOCK_FAILED, at=now, object=stream))
        return Ticked(clock=name, done=(), failed=code)
    if done:
        audit.write([audit.event(SYSTEM, Verb.TICK, stream.kind, stream.id, purpose=f"clock ran, {len(done)} done")])
    return Ticked(clock=name, done=done)
