"""How often a block is lifted by another admin."""

from holdfast.measures._measure import Measure, Null
from holdfast.measures._shares import share

MINIMUM = {"blocks": 30}

MEASURE = Measure(
    name="block_reversal_rate",
    title="Blocks lifted by another admin",
    question="Which part of the full blocks does another admin lift within 30 days?",
    area="use_of_power",
    unit="share",
    window_months=12,
    minimum=MINIMUM,
    nulls=(Null.OWN_PAST, Null.PEERS),
    null="own past; peers of like size. Whether some admins' blocks are lifted more often than others' is not "
    "tested, because admins who have unlike cases differ with nothing wrong",
    reference="none published; neither 0 nor a high share is good by itself",
    source="Holdfast's own definition: unblocks by another admin within 30 days over blocks",
    innocent=(
        "user-name blocks are lifted as soon as the name is changed",
        "a wiki that lifts blocks on appeal by rule has many reversals and healthy checks",
    ),
    cannot_tell="whether the block or its lifting was right; automatic ends are no reversals",
    alarming="low",
    needs=("blocks",),
    reads_around=(0, 1),
    sql="""
SELECT b.wiki, p.period_start, p.period_end, COUNT(*) AS blocks, CAST(SUM(b.is_reversed) AS BIGINT) AS reversed
FROM block_cases AS b
INNER JOIN period_months_12 AS p ON p.month = b.month
WHERE b.is_followed = 1
GROUP BY 1, 2, 3
""",
    finish=share("reversed", "blocks", least=MINIMUM["blocks"], what="blocks"),
    leaves_out_bots="blocks",
    steady="arcsine root",
)
