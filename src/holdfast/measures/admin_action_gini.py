"""How unequally logged admin actions are spread over the admins."""

import numpy as np
from numpy.typing import NDArray

from holdfast.measures._concentration import MINIMUM, SQL, concentration
from holdfast.measures._measure import Measure, Null, Picture
from holdfast.measures._statistics import Numbers, gini


def _of_drawn(drawn: NDArray[np.int64]) -> Numbers:
    ordered = np.sort(drawn, axis=1).astype(float)
    n = ordered.shape[1]
    plain: Numbers = 2 * (ordered * np.arange(1, n + 1)).sum(axis=1) / (n * ordered.sum(axis=1)) - (n + 1) / n
    fair: Numbers = plain * n / (n - 1)
    return fair


MEASURE = Measure(
    name="admin_action_gini",
    title="Gini index of admin actions",
    question="How unequally are logged admin actions spread over those who hold the flag?",
    area="use_of_power",
    unit="index",
    window_months=12,
    minimum=MINIMUM,
    nulls=(Null.OWN_PAST, Null.PEERS),
    null="own past and peers of like size; a finding must also exceed what equal work per month of holding gives",
    reference="0: all did the same; 1: one did all. Small-sample factor n/(n-1)",
    source=(
        "Holdfast's own definition over holders of the flag: 2 sum(i y_i) / (n sum y) - (n+1)/n with the "
        "actions y ascending; the small-sample factor n/(n-1) as in the code of WikiChron"
    ),
    innocent=(
        "one volunteer runs the routine queue with a script",
        "several admins hold the flag for rare technical work",
    ),
    cannot_tell="whether the busiest act well or badly, or whether others were free to act",
    alarming="high",
    needs=("log_events|blocks",),
    rests_on=("account_groups",),
    sql=SQL,
    finish=concentration(gini),
    equal_work=_of_drawn,
    picture=Picture.LORENZ,
    least_memory=0.97,
    leaves_out_bots="actions",
)
