"""Which part of the voters is new to the wiki."""

from holdfast.measures._measure import Measure, Null
from holdfast.measures._voters import MINIMUM, turnout, turnout_sql

MEASURE = Measure(
    name="franchise_age",
    title="Voters new to the wiki",
    question="Which part of the voters registered less than 90 days before the election opened?",
    area="elections",
    unit="share",
    window_months=12,
    minimum=MINIMUM,
    nulls=(Null.OTHER_ELECTIONS,),
    null="each election against the wiki's others (beta-binomial, leaving it out)",
    reference="none published; rules of franchise differ",
    source=(
        "Holdfast's own definition: voters registered under 90 days before the opening over voters who can be judged"
    ),
    innocent=("a course or campaign brought newcomers in", "a young wiki has no old accounts"),
    cannot_tell="who asked them to come; where registration is not known the first edit stands for it",
    alarming="high",
    needs=("votes",),
    rests_on=("revisions",),
    reads_around=(3, 0),
    voters_with="is_new",
    sql=turnout_sql("is_new"),
    finish=turnout("registered less than 90 days before"),
)
