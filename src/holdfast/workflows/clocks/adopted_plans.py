"""Plans of freezes and reviews that the version before carried out become plans like every other, once."""

from collections.abc import Sequence
from datetime import datetime

from holdfast.workflows.acting.follows import keep_plans_of_before
from holdfast.workflows.clocks._clock import Clock
from holdfast.workflows.office.opening import Office


def _run(office: Office, now: datetime) -> Sequence[str]:
    count = keep_plans_of_before(office)
    return [f"{count} plans of freezes and reviews kept as plans"] if count else []


CLOCK = Clock(
    means="Plans that an earlier version carried out from a freeze or a review are kept as plans, once.", run=_run
)
