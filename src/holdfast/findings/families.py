"""One false-discovery family per assessment: everything that was tested counts, found or not."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

METHOD = "Benjamini-Hochberg over all hypotheses of this assessment"


def adjusted(p: Sequence[float]) -> NDArray[np.float64]:
    """The false-discovery-adjusted p of each hypothesis, in the order given (Benjamini and Hochberg 1995).

    Rejecting what lies at or under q keeps the expected share of false findings at q, when the p-values are
    valid and independent or positively dependent. No hypotheses: an empty array.
    """
    found = np.asarray(p, dtype=float)
    m = len(found)
    if m == 0:
        return found
    order = np.argsort(found, kind="stable")
    scaled = found[order] * m / np.arange(1, m + 1)
    result = np.empty(m)
    # the last factor, m/m, may round down
    result[order] = np.clip(np.minimum.accumulate(scaled[::-1])[::-1], found[order], 1.0)
    return result
