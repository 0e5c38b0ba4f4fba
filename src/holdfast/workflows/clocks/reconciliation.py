"""Every plan that was carried out and is not closed is held against the wikis once a day."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from holdfast.access.rules.console_rules import Because
from holdfast.errors import HoldfastError
from holdfast.store.office.vault import Reader
from holdfast.workflows.acting.follows import close_when_over
from holdfast.workflows.acting.reconcile import reconcile_plan, to_reconcile
from holdfast.workflows.acting.sweep_facts import read_sweep
from holdfast.workflows.clocks._clock import Clock
from holdfast.workflows.office.opening import Office

_EVERY = timedelta(days=1)


def _run(office: Office, now: datetime) -> Sequence[str]:
    lines = []
    for identity in to_reconcile(office):
        last = read_sweep(office, Reader.of_the_office(Because.CLOCK), identity).reconciled_at
        if last is not None and now - last < _EVERY:
            continue
        try:
            found = reconcile_plan(office, Reader.of_the_office(Because.CLOCK), identity)
        except HoldfastError as reason:
            lines.append(f"{identity} could not be reconciled: {reason.code}")
            continue
        lines.append(f"{identity} reconciled: {len(found)} differences")
        if not found:
            close_when_over(office, identity)
    return lines


CLOCK = Clock(means="A plan that was carried out is held against the wikis, the log and its journal.", run=_run)
