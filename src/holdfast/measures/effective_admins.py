"""How many equally busy admins would give the same concentration."""

from holdfast.measures._concentration import MINIMUM, SQL, concentration
from holdfast.measures._measure import Measure, Null
from holdfast.measures._statistics import effective

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
    source="detection page, indicator 2",
    innocent=("the others hold the flag for rare technical work", "a short wave of vandalism met whoever was awake"),
    cannot_tell="whether few act because few are let, or because few are needed",
    alarming="low",
    needs=("log_events|blocks",),
    rests_on=("account_groups",),
    sql=SQL,
    finish=concentration(effective),
    least_memory=0.97,
    leaves_out_bots="actions",
    steady="logarithm",
)
