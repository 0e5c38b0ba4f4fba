"""Kinds of objects that the same people tend to act on, from who acts on what and never from when.

Accounts with like interests meet by themselves. A test that does not know interests calls that coordination,
so the group test compares people with others who act on the same kind of object in the same week. Kinds are
found by a spectral embedding of objects (normalised account-object matrix, randomised SVD) and spherical
k-means; then each object goes to the kind that its accounts' other objects speak for most, which puts right
what few dimensions cannot tell, above all for the most popular objects. Times take no part: a group cannot
explain itself away by acting together.
"""

import numpy as np
import scipy.sparse as sparse
from numpy.typing import NDArray

from holdfast.networks.counting import Ordered
from holdfast.networks.tuning import TUNING

_DIMENSIONS = TUNING.interest_dimensions
_OVERSAMPLING = TUNING.interest_oversampling
_POWERS = TUNING.interest_powers
_ROUNDS = TUNING.interest_rounds
_LEAST_ACCOUNTS = TUNING.interest_accounts
_REFINEMENTS = TUNING.interest_refinements
VISITS_PER_KIND = TUNING.visits_per_kind
MOST_KINDS = TUNING.most_kinds
_SEEDS_FROM = TUNING.interest_seeds_from

Ints = NDArray[np.int64]
Floats32 = NDArray[np.float32]


def kinds_wanted(visits: int) -> int:
    """How many kinds of objects a data set of this many account-object-week visits can carry."""
    return int(np.clip(visits // VISITS_PER_KIND, 1, MOST_KINDS))


def object_kinds(ordered: Ordered, wanted: tuple[int, ...], seed: int) -> tuple[Ints, ...]:
    """For each number of kinds wanted, the kind of every object. Objects of fewer than three accounts share one.

    The result has numbers from 0 to the number wanted (the last one is for the rare objects). Cost: linear in
    the distinct account-object pairs times the dimensions.
    """
    shape = (ordered.accounts, ordered.objects)
    ones = np.ones(len(ordered.account), np.float32)
    matrix = sparse.csr_matrix((ones, (ordered.account, ordered.object)), shape)
    matrix.data[:] = 1
    popularity = np.asarray(matrix.sum(axis=0)).ravel()
    usable = np.flatnonzero(popularity >= _LEAST_ACCOUNTS)
    if len(usable) <= max(wanted, default=1) or min(wanted, default=1) <= 1:
        return tuple(np.where(popularity >= _LEAST_ACCOUNTS, 0, each).astype(np.int64) for each in wanted)
    rng = np.random.default_rng([seed, 11])
    weight = popularity[usable]
    places = _embedding(matrix[:, usable], weight, rng)
    found = []
    for each in wanted:
        kinds = np.full(ordered.objects, each, np.int64)
        kinds[usable] = _refined(matrix[:, usable].tocsr(), _nearest_centres(places, weight, each, rng), each)
        found.append(kinds)
    return tuple(found)


def _embedding(matrix: sparse.csr_matrix, weight: Floats32, rng: np.random.Generator) -> Floats32:
    """Objects as unit vectors: close when the same accounts act on them. Popularity is taken out."""
    activity = np.asarray(matrix.sum(axis=1)).ravel()
    scaled = sparse.diags((activity + 5) ** -0.5) @ matrix @ sparse.diags((weight + 5) ** -0.5)
    scaled = scaled.tocsr().astype(np.float32)
    turned = scaled.T.tocsr()
    width = min(_DIMENSIONS + _OVERSAMPLING, min(scaled.shape))
    basis = rng.standard_normal((scaled.shape[1], width)).astype(np.float32)
    for _ in range(_POWERS):
        basis, _upper = np.linalg.qr(turned @ (scaled @ basis))
    _left, values, right = np.linalg.svd(scaled @ basis, full_matrices=False)
    # the first direction is popularity itself
    places = ((basis @ right.T) * values)[:, 1 : _DIMENSIONS + 1]
    lengths = np.linalg.norm(places, axis=1, keepdims=True)
    unit: Floats32 = (places / np.maximum(lengths, 1e-9)).astype(np.float32)
    return unit


def _nearest_centres(places: Floats32, weight: Floats32, wanted: int, rng: np.random.Generator) -> Ints:
    """Spherical k-means, objects weighted by their accounts, begun from popular objects."""
    popular = np.argsort(-weight, kind="stable")[: max(_SEEDS_FROM, wanted)]
    centres = places[rng.choice(popular, wanted, replace=False)]
    nearest = np.zeros(len(places), np.int64)
    for _ in range(_ROUNDS):
        nearest = (places @ centres.T).argmax(axis=1)
        sums = sparse.csr_matrix((weight, (nearest, np.arange(len(places)))), (wanted, len(places))) @ places
        lengths = np.linalg.norm(sums, axis=1, keepdims=True)
        # a centre that lost all its objects stays where it was
        centres = np.where(lengths > 0, sums / np.maximum(lengths, 1e-9), centres).astype(np.float32)
    return nearest


def _refined(matrix: sparse.csr_matrix, kinds: Ints, wanted: int) -> Ints:
    """Kinds after a few rounds in which each object takes the kind that stands out among its accounts.

    For object o and kind k the score is (n_ok - d_o b_k) / sqrt(d_o b_k + 1/2): n_ok adds up the share of k among
    each account's *other* objects, d_o is the number of accounts and b_k the kind's share of everything.
    """
    turned = matrix.T.tocsr()
    popularity = np.asarray(matrix.sum(axis=0)).ravel()
    activity = np.maximum(np.asarray(matrix.sum(axis=1)).ravel(), 1).astype(np.float32)
    own = np.asarray(turned @ (1 / activity)).ravel()
    places = np.arange(len(kinds))
    for _ in range(_REFINEMENTS):
        member = sparse.csr_matrix((np.ones(len(kinds), np.float32), (places, kinds)), (len(kinds), wanted))
        counts = (matrix @ member).toarray()
        base = counts.sum(axis=0) / max(float(counts.sum()), 1.0)
        near = np.asarray(turned @ (counts / activity[:, None]))
        near[places, kinds] -= own
        expected = popularity[:, None] * base[None, :]
        kinds = ((near - expected) / np.sqrt(expected + 0.5)).argmax(axis=1)
    return kinds
