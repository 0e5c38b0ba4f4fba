"""A promise of the version before: rights taken or given back from a proposal. Kept on the road of all plans."""

from holdfast.facts import StreamId
from holdfast.workflows.acting.follows import keep_plan_of
from holdfast.workflows.office.opening import Office
from holdfast.workflows.outbox_tasks import sweep


def _carry_out(office: Office, stream: StreamId, part: str) -> None:
    identity = keep_plan_of(office, stream)
    if identity:
        sweep.TASK(office, StreamId(kind="sweep", id=identity), part)


TASK = _carry_out
