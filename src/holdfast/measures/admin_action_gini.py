"""How unequally logged admin actions are spread over the admins."""

from holdfast.measures._concentration import MINIMUM, SQL, concentration
from holdfast.measures._measure import Measure, Null
from holdfast.measures._statistics import gini

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
    source="detection page, indicator 1; factor as in WikiChron",
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
    least_memory=0.97,
    leaves_out_bots="actions",
)
