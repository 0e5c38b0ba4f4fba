"""What the three measures of concentrated admin work share: who is counted, the minimum, the interval."""

from collections.abc import Callable, Sequence

import numpy as np

from holdfast.measures._measure import Computed, Row, below, not_enough
from holdfast.measures._statistics import BOOTSTRAP, Counts, Numbers, bootstrap_people, histogram

MINIMUM = {"admins": 5, "actions": 200}

SQL = """
SELECT wiki, period_start, period_end, has_rights, months_held, actions, admins
FROM admin_loads
"""


def loads(rows: Sequence[Row]) -> tuple[Counts, Counts]:
    """Logged actions, ascending, and how many admins made so many: holders who did nothing count as zeros."""
    return histogram([(row["actions"], row["admins"]) for row in rows])


def concentration(statistic: Callable[[Counts, Counts], Numbers]) -> Callable[..., Computed]:
    """A `finish` for one statistic of the admins' loads."""

    def finish(rows: Sequence[Row], rng: np.random.Generator) -> Computed:
        values, how_many = loads(rows)
        admins, actions = int(how_many.sum()), int((values * how_many).sum())
        short = below(MINIMUM, {"admins": admins, "actions": actions})
        if short:
            return not_enough(admins, short)
        low, high = bootstrap_people(values, how_many, statistic, rng)
        idle = int(how_many[values == 0].sum())
        acting_only = any(not row["has_rights"] for row in rows)
        counted = "accounts seen acting, no rights history" if acting_only else f"holders, {idle} without an action"
        return Computed(
            value=float(statistic(values, how_many)),
            low=low,
            high=high,
            interval=f"{BOOTSTRAP} over admins",
            n=admins,
            status="acting_only" if acting_only else "ok",
            detail=f"{admins} {counted}; {actions} actions",
        )

    return finish
