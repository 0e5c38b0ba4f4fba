"""Which part of the decided elections the candidate won."""

from holdfast.measures._measure import Measure, Null
from holdfast.measures._shares import share

MINIMUM = {"decided elections": 10}
_COUNTS = """COUNT(*) AS polls,
  CAST(SUM(CASE WHEN e.outcome = 'passed' THEN 1 ELSE 0 END) AS BIGINT) AS passed,
  CAST(SUM(CASE WHEN e.outcome IN ('passed', 'failed') THEN 1 ELSE 0 END) AS BIGINT) AS decided,
  CAST(SUM(CASE WHEN e.outcome IN ('passed', 'failed') THEN 0 ELSE 1 END) AS BIGINT) AS undecided"""

MEASURE = Measure(
    name="election_success",
    title="Success of candidates",
    question="Which part of the decided elections did the candidate win?",
    area="elections",
    unit="share",
    window_months=12,
    minimum=MINIMUM,
    nulls=(Null.OWN_PAST, Null.PEERS),
    null="own past and peers of like size",
    reference="0.40 on the English Wikipedia, February to July 2006 (183 of 459)",
    source="an editor's table of 459 requests for adminship, February to July 2006; minimum: the project's own",
    innocent=(
        "hopeless candidates were advised not to stand, so more of the others pass",
        "many stood too early, after a call for candidates",
    ),
    cannot_tell="who did not stand; withdrawn and unknown outcomes are left out",
    alarming="low",
    needs=("elections|votes",),
    sql=f"""
SELECT e.wiki, p.period_start, p.period_end, {_COUNTS}
FROM polls AS e
INNER JOIN period_months_12 AS p ON p.month = e.month
GROUP BY 1, 2, 3
UNION ALL
SELECT e.wiki, CAST(NULL AS DATE) AS period_start, CAST(NULL AS DATE) AS period_end, {_COUNTS}
FROM polls AS e WHERE e.month IS NULL
GROUP BY 1
""",
    finish=share(
        "passed",
        "decided",
        least=MINIMUM["decided elections"],
        what="decided elections",
        left_out="undecided",
        left_out_as="withdrawn or of unknown outcome",
    ),
    steady="arcsine root",
)
