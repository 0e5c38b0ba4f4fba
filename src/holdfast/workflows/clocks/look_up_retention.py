"""Months of look-ups are forgotten on their day (1.15), their key destroyed; not while somebody is owed a notice."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from holdfast.access.exposure.telling import may_be_forgotten_at
from holdfast.access.rules.console_rules import Because
from holdfast.clock import parse_at
from holdfast.store.office.vault import Reader
from holdfast.workflows.clocks._clock import Clock
from holdfast.workflows.exposure.months import quiet_months, read_month, telling_policy
from holdfast.workflows.office.opening import Office


def _run(office: Office, now: datetime) -> Sequence[str]:
    system, policy, forgotten = Reader.of_the_office(Because.CLOCK), telling_policy(office), 0
    for stream, month in quiet_months(office):
        # nothing is opened that cannot be due yet
        if parse_at(f"{month}-01") + timedelta(days=policy.keep_days) > now:
            continue
        kept = read_month(office, system, stream, purpose="look-ups due to be forgotten")
        free = may_be_forgotten_at(kept.state, policy, now)
        if free is not None and free <= now:
            office.vault.forget(system, stream, purpose="look-ups forgotten")
            forgotten += 1
    return [f"{forgotten} months of look-ups forgotten"] if forgotten else []


CLOCK = Clock(means="Look-ups are forgotten when they have been kept for their time.", run=_run)
