"""The part of all edits that the busiest tenth of the editors made."""

from collections.abc import Sequence

import numpy as np

from holdfast.measures._measure import Computed, Measure, Null, Row, below, not_enough
from holdfast.measures._statistics import histogram, share_of_busiest

MINIMUM = {"editors": 20, "edits": 500}


def finish(rows: Sequence[Row], rng: np.random.Generator) -> Computed:
    """The share, with an interval linearised at the busiest tenth's threshold (delta method)."""
    values, how_many = histogram([(row["edits"], row["editors"]) for row in rows])
    editors, edits = int(how_many.sum()), int((values * how_many).sum())
    short = below(MINIMUM, {"editors": editors, "edits": edits})
    if short:
        return not_enough(editors, short)
    busiest = -(-editors // 10)
    value = float(share_of_busiest(values, how_many, busiest))
    from_top = np.cumsum(how_many[::-1])
    threshold = float(values[::-1][int(np.searchsorted(from_top, busiest))])
    over = np.maximum(values - threshold, 0.0)
    # what one editor moves the share by, with the threshold t itself estimated: (y - t)+ + t/10 - share y
    moved = (over + threshold * busiest / editors - value * values) * editors / edits
    half = 1.96 * float(np.sqrt((how_many * moved**2).sum())) / editors
    return Computed(
        value=value,
        low=max(0.0, value - half),
        high=min(1.0, value + half),
        interval="linearised 95 % over editors",
        n=editors,
        detail=f"the busiest {busiest} of {editors} editors; {edits} edits",
    )


MEASURE = Measure(
    name="top_editor_share",
    title="Share of the busiest tenth of editors",
    question="Which part of all edits by accounts did the busiest tenth of them make?",
    area="renewal",
    unit="share",
    window_months=12,
    minimum=MINIMUM,
    nulls=(Null.OWN_PAST, Null.PEERS),
    null="own past and peers of like size",
    reference="about 0.90 on the ten largest Wikipedias in 2006",
    source="Ortega 2007, read in a secondary page; the form is the project's own",
    innocent=("a few people do large routine clean-ups", "a young wiki is written by its founders"),
    cannot_tell="the size or worth of an edit",
    alarming="high",
    needs=("revisions",),
    sql="""
SELECT wiki, period_start, period_end, edits, COUNT(*) AS editors
FROM (
  SELECT m.wiki, p.period_start, p.period_end, m.editor, CAST(SUM(m.edits) AS BIGINT) AS edits
  FROM editor_months AS m
  INNER JOIN period_months_12 AS p ON p.month = m.month
  GROUP BY 1, 2, 3, 4
) AS loads
GROUP BY 1, 2, 3, 4
""",
    finish=finish,
    leaves_out_bots="edits",
    steady="arcsine root",
)
