"""How often an admin blocks somebody whom they had met on a page in the week before."""

from holdfast.measures._measure import Measure, Null, Permuted
from holdfast.measures._shares import share

MINIMUM = {"blocks": 30}

MEASURE = Measure(
    name="involved_admin_rate",
    title="Blocks by an involved admin",
    question="In which part of the full blocks had admin and target both edited one page in the 7 days before?",
    area="use_of_power",
    unit="share",
    window_months=12,
    minimum=MINIMUM,
    nulls=(Null.OWN_PAST, Null.PEERS, Null.PERMUTATION),
    null="own past; peers of like size; targets permuted among the blocks of the same day",
    reference="none published",
    source=(
        "Holdfast's own definition: blocks where both edited one page in the 7 days before, over the admins' blocks"
    ),
    innocent=(
        "who patrols a page meets the vandal there first",
        "both edited a busy noticeboard, the admin to answer a report",
    ),
    cannot_tell="whether admin and target were in dispute: meeting on a page is not a quarrel",
    alarming="high",
    needs=("blocks", "revisions"),
    reads_around=(1, 0),
    permuted=Permuted(
        relation="block_encounters",
        claim="admins block people whom they met on a page more often than their colleagues of the same day would "
        "have met them.",
        caption="Blocks in which admin and target had edited one page in the 7 days before",
        seed="involved",
    ),
    sql="""
SELECT b.wiki, p.period_start, p.period_end, COUNT(*) AS blocks,
  CAST(SUM(CASE WHEN e.account IS NULL THEN 0 ELSE 1 END) AS BIGINT) AS involved
FROM block_cases AS b
INNER JOIN period_months_12 AS p ON p.month = b.month
LEFT JOIN block_encounters AS e ON e.wiki = b.wiki AND e.log_id = b.log_id AND e.account = b.actor
WHERE b.target_kind IN ('account', 'address')
GROUP BY 1, 2, 3
""",
    finish=share("involved", "blocks", least=MINIMUM["blocks"], what="blocks of accounts and addresses"),
    leaves_out_bots="blocks",
    steady="arcsine root",
)
