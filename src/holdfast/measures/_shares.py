"""A `finish` for shares: successes out of n, with Wilson's interval and a minimum."""

from collections.abc import Callable, Sequence

import numpy as np

from holdfast.measures._measure import Computed, Row, below, not_enough
from holdfast.measures._statistics import WILSON, wilson


def share(
    successes: str, of: str, *, least: int, what: str, left_out: str = "", left_out_as: str = ""
) -> Callable[[Sequence[Row], np.random.Generator], Computed]:
    """The share of column `successes` in column `of`, at least `least` of them; `what` names what is counted.

    `left_out` is a column of what could not be judged, told as `left_out_as` in the detail.
    """

    def finish(rows: Sequence[Row], rng: np.random.Generator) -> Computed:
        hits, n = sum(int(row[successes]) for row in rows), sum(int(row[of]) for row in rows)
        aside = sum(int(row[left_out]) for row in rows) if left_out else 0
        told = f"; {aside} {left_out_as}" if aside else ""
        short = below({what: least}, {what: n})
        if short:
            return not_enough(n, short + told)
        low, high = wilson(hits, n)
        return Computed(
            value=hits / n, low=low, high=high, interval=WILSON, n=n, detail=f"{hits} of {n} {what}{told}"
        )

    return finish
