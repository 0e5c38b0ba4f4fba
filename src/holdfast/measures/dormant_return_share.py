"""Which part of the voters came back from silence to vote."""

from holdfast.measures._measure import Measure, Null
from holdfast.measures._voters import MINIMUM, turnout, turnout_sql

MEASURE = Measure(
    name="dormant_return_share",
    title="Voters back from silence",
    question="Which part of the voters made no edit in the 90 days before the election opened?",
    area="elections",
    unit="share",
    window_months=12,
    minimum=MINIMUM,
    nulls=(Null.OTHER_ELECTIONS,),
    null="each election against the wiki's others (beta-binomial, leaving it out)",
    reference="none published",
    source=(
        "Holdfast's own definition: voters with no edit in the 90 days before the opening over voters "
        "who can be judged"
    ),
    innocent=("a site-wide notice reached old hands", "voters known by another name on this wiki"),
    cannot_tell="who called them; reading without editing leaves no trace",
    alarming="high",
    needs=("votes", "revisions"),
    reads_around=(3, 0),
    voters_with="is_dormant",
    sql=turnout_sql("is_dormant"),
    finish=turnout("without an edit in the 90 days before"),
)
