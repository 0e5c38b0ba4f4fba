"""The bipartite configuration model (Saracco 2017): pairs that share more objects than degrees explain, without time.

p_ia = x_i y_a / (1 + x_i y_a), with x and y such that every account and object keeps its degree on average. Shared
objects of a pair are then about Poisson with mean sum_a p_ia p_ja. Kept for comparison with other tools: it knows no
time and no interests, so it accuses whoever shares a hobby. It is never a finding.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammainc

from holdfast.errors import CheckFailedError
from holdfast.networks.strength import adjusted
from holdfast.networks.tuning import TUNING

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

_ROUNDS = TUNING.bipartite_rounds
_CLOSE = TUNING.bipartite_close


@dataclass(frozen=True, kw_only=True)
class SharedPairs:
    """Pairs that share an object: observed, expected, p, and Benjamini-Hochberg q over all pairs."""

    first: Ints
    second: Ints
    observed: Ints
    expected: Floats
    p: Floats
    q: Floats


def shared_objects(account: Ints, thing: Ints) -> SharedPairs:
    """The projection of who acted on what (numbers without gaps; repetitions do not count).

    Raises CheckFailedError `networks.bipartite` when the degrees cannot be matched. Cost: accounts squared times
    objects, so for some thousands of accounts at most.
    """
    matrix = np.zeros((int(account.max()) + 1, int(thing.max()) + 1))
    matrix[account, thing] = 1
    chance = _chances(matrix.sum(axis=1), matrix.sum(axis=0))
    observed, expected = matrix @ matrix.T, chance @ chance.T
    first, second = np.triu_indices(len(matrix), 1)
    seen, mean = observed[first, second], expected[first, second]
    some = seen > 0
    p = gammainc(seen[some], mean[some])
    return SharedPairs(
        first=first[some].astype(np.int64),
        second=second[some].astype(np.int64),
        observed=seen[some].astype(np.int64),
        expected=mean[some],
        p=p,
        q=adjusted(p, len(first)),
    )


def _chances(rows: Floats, columns: Floats) -> Floats:
    """p_ia with these expected degrees, by fixed-point rounds over the distinct degrees."""
    row_degree, row_place, row_many = np.unique(rows, return_inverse=True, return_counts=True)
    column_degree, column_place, column_many = np.unique(columns, return_inverse=True, return_counts=True)
    total = rows.sum()
    x, y = row_degree / np.sqrt(total), column_degree / np.sqrt(total)
    for _ in range(_ROUNDS):
        x = row_degree / (column_many * y / (1 + np.outer(x, y))).sum(axis=1)
        y = column_degree / (row_many[:, None] * x[:, None] / (1 + np.outer(x, y))).sum(axis=0)
        product = np.outer(x, y)
        small = product / (1 + product)
        off = np.abs(small @ column_many - row_degree).max() / max(row_degree.max(), 1)
        if off < _CLOSE:
            found: Floats = small[row_place][:, column_place]
            return found
    raise CheckFailedError(
        "networks.bipartite",
        "the degrees of these data cannot be matched",
        expected=f"a difference below {_CLOSE:g}",
        got=f"{off:.2g} after {_ROUNDS} rounds",
        hint="leave out accounts that act on every object, and objects that every account acts on",
    )
