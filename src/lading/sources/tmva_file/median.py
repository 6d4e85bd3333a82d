"""AdaBoostR2: the mean of the responses around their weighted median (``MethodBDT::GetRegressionValues``).

The responses of the n trees are sorted, equal ones in the order of the trees (``Tools::UsefulSortAscending``). The
first t of them are the fewest that weigh more than half of all. Those from t - n / 6 - 1 up to, but not including,
t + n / 6 are averaged, n / 6 a whole number. Where that begins below the first, TMVA converts a number that no unsigned
integer holds; on x86-64 it becomes 0, and so it does here.
"""

from __future__ import annotations

import numpy as np

from ...graph import Node
from ..wiring import Wiring

__all__ = ["weighted_median"]


def weighted_median(wiring: Wiring, responses: str, weights: np.ndarray) -> str:
    """One float64 number per entry from ``responses`` (entries, trees) of trees that weigh ``weights``."""
    trees, around = len(weights), len(weights) // 6
    half = np.cumsum(weights)[-1] / 2  # in the order of the trees
    values, places = wiring.name("sorted"), wiring.name("order")
    wiring.nodes.append(Node(values, "TopK", [responses, np.array([trees])], [values, places],
                             {"axis": 1, "largest": 0, "sorted": 1}))  # fmt: skip
    ordered = wiring.add("Gather", wiring.weight("weights", weights), places, axis=0)
    below = wiring.add("LessOrEqual", wiring.add("CumSum", ordered, np.asarray(1)), np.asarray(half))
    before = _count(wiring, below, keepdims=1)  # t - 1
    place = wiring.weight("places", np.arange(trees, dtype=np.float64)[None])
    first = wiring.add("Sub", before, np.asarray(float(around)))
    end = wiring.add("Add", before, np.asarray(around + 1.0))
    taken = wiring.add("And", wiring.add("GreaterOrEqual", place, first), wiring.add("Less", place, end))
    sums = wiring.add("CumSum", wiring.add("Where", taken, values, np.asarray(0.0)), np.asarray(1))
    total = wiring.add("Gather", sums, np.asarray(trees - 1), axis=1)
    return wiring.add("Div", total, _count(wiring, taken, keepdims=0))


def _count(wiring: Wiring, true: str, keepdims: int) -> str:
    """How many of a row are true."""
    return wiring.add("ReduceSum", wiring.add("Cast", true, to="float64"), np.array([1]), keepdims=keepdims)
