"""The part of logged admin actions that the three busiest admins made."""

import numpy as np
from numpy.typing import NDArray

from holdfast.measures._concentration import MINIMUM, SQL, concentration
from holdfast.measures._measure import Measure, Null
from holdfast.measures._statistics import Counts, Numbers, share_of_busiest


def _top_three(values: Counts, how_many: Counts) -> Numbers:
    return share_of_busiest(values, how_many, 3)


def _of_drawn(drawn: NDArray[np.int64]) -> Numbers:
    found: Numbers = np.sort(drawn, axis=1)[:, -3:].sum(axis=1) / drawn.sum(axis=1)
    return found


MEASURE = Measure(
    name="top3_share",
    title="Share of the three busiest admins",
    question="What part of all logged admin actions did the three busiest admins make?",
    area="use_of_power",
    unit="share",
    window_months=12,
    minimum=MINIMUM,
    nulls=(Null.OWN_PAST, Null.PEERS),
    null="own past and peers of like size; a finding must also exceed what equal work per month of holding gives",
    reference="with n equally busy admins about 3 / n",
    source="Holdfast's own definition: logged actions of the three busiest over all logged admin actions",
    innocent=("three people keep the deletion queue by agreement", "a small wiki has few admins to share the work"),
    cannot_tell="whether the three agree with each other, or whether their actions were contested",
    alarming="high",
    needs=("log_events|blocks",),
    rests_on=("account_groups",),
    sql=SQL,
    finish=concentration(_top_three),
    equal_work=_of_drawn,
    least_memory=0.97,
    leaves_out_bots="actions",
    steady="arcsine root",
)
