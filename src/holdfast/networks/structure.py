"""From a graph of pairs to groups: the k-truss, and Leiden communities with their stability."""

import igraph
import leidenalg
import numpy as np
import scipy.sparse as sparse
from numpy.typing import NDArray

from holdfast.networks.tuning import TUNING

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

TRUSS = TUNING.truss
REPEATS = TUNING.leiden_runs


def truss(first: NDArray[np.int32], second: NDArray[np.int32], k: int = TRUSS) -> NDArray[np.bool_]:
    """Which edges lie in the k-truss: the largest subgraph with every edge in k - 2 of its triangles."""
    kept = np.ones(len(first), dtype=bool)
    if not len(first):
        return kept
    size = int(max(first.max(), second.max())) + 1
    while kept.any():
        ones = np.ones(int(kept.sum()), np.int32)
        half = sparse.csr_matrix((ones, (first[kept], second[kept])), (size, size))
        both = (half + half.T).tocsr()
        triangles = np.asarray(both[first].multiply(both[second]).sum(axis=1)).ravel()
        fewer = kept & (triangles >= k - 2)
        if fewer.sum() == kept.sum():
            break
        kept = fewer
    return kept


def communities(
    first: NDArray[np.int32], second: NDArray[np.int32], weight: Floats, seed: int
) -> list[tuple[Ints, float]]:
    """Leiden communities of at least three accounts with their stability, ordered by smallest account.

    Stability is the mean over `REPEATS` runs of the best Jaccard overlap with a community of that run: 1 means
    that every run found the same accounts. The same input and seed give the same answer.
    """
    if not len(first):
        return []
    accounts, places = np.unique(np.concatenate([first, second]), return_inverse=True)
    edges = np.column_stack([places[: len(first)], places[len(first) :]])
    graph = igraph.Graph(n=len(accounts), edges=edges.tolist())
    runs = [_leiden(graph, weight, seed + run) for run in range(REPEATS)]
    best = max(runs, key=lambda run: (run[0], run[1].tolist()))[1]
    found = []
    for which in range(int(best.max()) + 1):
        inside = best == which
        if inside.sum() < 3:
            continue
        overlaps = []
        for _quality, run in runs:
            sizes = np.bincount(run)
            shared = np.bincount(run[inside], minlength=len(sizes))
            overlaps.append(float((shared / (sizes + inside.sum() - shared)).max()))
        found.append((accounts[inside].astype(np.int64), float(np.mean(overlaps))))
    return sorted(found, key=lambda each: int(each[0][0]))


def _leiden(graph: igraph.Graph, weight: Floats, seed: int) -> tuple[float, Ints]:
    partition = leidenalg.find_partition(
        graph, leidenalg.ModularityVertexPartition, weights=weight.tolist(), seed=seed, n_iterations=5
    )
    return float(partition.quality()), np.array(partition.membership, np.int64)
