"""What tests of sources share."""

from collections.abc import Callable
from datetime import date

import pytest

from holdfast.tables.lake import Lake

# the authors' rule: events with a target that is not who acted
FIGURES = """
WITH counted AS (
  SELECT CAST(DATE_TRUNC('month', "at") AS DATE) AS month,
    COUNT(*) AS n_log_all,
    COUNT(*) FILTER (action <> 'unblock') AS n_log_all_block,
    COUNT(*) FILTER (action = 'unblock') AS n_log_all_unblock,
    COUNT(DISTINCT actor) AS n_admin_all,
    COUNT(DISTINCT actor) FILTER (action <> 'unblock') AS n_admin_all_block,
    COUNT(DISTINCT actor) FILTER (action = 'unblock') AS n_admin_all_unblock,
    COUNT(DISTINCT target) AS n_editor_all
  FROM blocks WHERE target IS NOT NULL AND target IS DISTINCT FROM actor GROUP BY 1
), long AS (UNPIVOT counted ON COLUMNS(* EXCLUDE month) INTO NAME figure VALUE counted_value)
SELECT month, published.figure, counted_value, CAST(published.value AS BIGINT)
FROM long JOIN published_figures AS published
  ON published.figure = long.figure AND published.period_start = month
"""


@pytest.fixture(scope="session")
def compared_figures() -> Callable[[Lake, str], list[tuple[date, str, int, int]]]:
    """For each month and figure: what the lake's blocks give by the authors' rule, and what was published."""

    def compare(lake: Lake, wiki: str) -> list[tuple[date, str, int, int]]:
        found: list[tuple[date, str, int, int]] = lake.connect(wiki).sql(FIGURES).fetchall()
        return found

    return compare
