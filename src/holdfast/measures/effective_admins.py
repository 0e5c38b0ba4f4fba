"""How many equally busy admins would give the same concentration."""

import numpy as np
from numpy.typing import NDArray

from holdfast.measures._concentration import MINIMUM, SQL, concentration
from holdfast.measures._measure import Measure, Null
from holdfast.measures._statistics import Numbers, effective


def _of_drawn(drawn: NDArray[np.int64]) -> Numbers:
    found: Numbers = drawn.sum(axis=1).astype(float) ** 2 / (drawn.astype(float) ** 2).sum(axis=1)
    return found


MEASURE = Measure(
    name="effective_admins",
    title="Effective number of admins",
    question="How many equally busy admins would do the work as concentrated as it is?",
    area="use_of_power",
    unit="admins",
    window_months=12,
    minimum=MINIMUM,
    nulls=(Null.OWN_PAST, Null.PEERS),
    null="own past and peers of like size; a finding must also exceed what equal work per month of holding gives",
    reference="between 1 and the number of admins; 1 / sum of squared shares of actions",
    source=(
        "Holdfast's own definition over holders of the flag: 1 / sum of squared shares, the inverse of "
        "the Herfindahl-Hirschman index"
    ),
    innocent=("the others hold the flag for rare technical work", "a short wave of vandalism met whoever was awake"),
    cannot_tell="whether few act because few are let, or because few are needed",
    alarming="low",
    needs=("log_events|blocks",),
    rests_on=("account_groups",),
    sql=SQL,
    finish=concentration(effective),
    equal_work=_of_drawn,
    least_memory=0.97,
    leaves_out_bots="actions",
    steady="logarithm",
)
