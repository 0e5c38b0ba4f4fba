"""The head of the audit goes into the public log, so that no more than the last hour of it could be made anew."""

from collections.abc import Sequence
from datetime import datetime

from holdfast.audit import head_payload
from holdfast.store.office.tidying import mark, set_mark
from holdfast.workflows.clocks._clock import Clock
from holdfast.workflows.office.opening import Office

_MARK = "audit head committed at"


def _run(office: Office, now: datetime) -> Sequence[str]:
    # by the hour, however much was done: the log must not tell how busy the office is
    if now.timestamp() < mark(_MARK) + 60 * office.config.audit_head_minutes:
        return ()
    head = office.vault.audit.head()
    if not head.size:
        return ()
    with office.log() as log:
        log.append("audit head", head_payload(head))
    # it is in the log for good now, and the clock `log_published` publishes it: it is not taken a second time
    set_mark(_MARK, int(now.timestamp()))
    return ("the head of the audit is in the log",)


CLOCK = Clock(means="Every hour the audit's head is committed to the public log.", run=_run)
