"""Edits and talk messages around simulated elections, so that dormancy and canvassing leave their footprints."""

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from holdfast.worlds._electorate import Electorate

if TYPE_CHECKING:
    from holdfast.worlds._plants import Plants


def traces(plants: "Plants", electorate: Electorate, rng: np.random.Generator) -> dict[str, pa.Table]:
    return {}
