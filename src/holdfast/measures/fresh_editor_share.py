"""Which part of the active editors was not active in the month before."""

from holdfast.measures._derived import ACTIVE_EDITS
from holdfast.measures._measure import Measure, Null
from holdfast.measures._shares import share

MINIMUM = {"active editors": 50}

MEASURE = Measure(
    name="fresh_editor_share",
    title="Share of fresh editors",
    question="Which part of the active editors was not active in the month before?",
    area="renewal",
    unit="share",
    window_months=1,
    minimum=MINIMUM,
    nulls=(Null.OWN_PAST, Null.PEERS),
    null="own past and peers of like size",
    reference="0.30 to 0.40",
    source="Miquel-Ribé, Consonni and Laniado 2022 (Community Vital Signs), target T2",
    innocent=("a writing contest this month", "a wiki of one season: the same people come back each year"),
    cannot_tell="newcomers from people who return after a month away",
    alarming="low",
    needs=("revisions",),
    reads_around=(1, 0),
    sql=f"""
WITH active AS (
  SELECT wiki, editor, month FROM editor_months WHERE edits >= {ACTIVE_EDITS}
)
SELECT a.wiki, c.month AS period_start, c.next_month AS period_end, COUNT(*) AS active,
  CAST(SUM(CASE WHEN b.editor IS NULL THEN 1 ELSE 0 END) AS BIGINT) AS fresh
FROM active AS a
INNER JOIN months AS c ON c.month = a.month
INNER JOIN months AS d ON d.month = c.previous_month
LEFT JOIN active AS b ON b.wiki = a.wiki AND b.editor = a.editor AND b.month = c.previous_month
GROUP BY 1, 2, 3
""",
    finish=share("fresh", "active", least=MINIMUM["active editors"], what="active editors"),
    leaves_out_bots="edits",
    steady="arcsine root",
)
