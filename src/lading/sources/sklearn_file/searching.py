"""Finding the place of numbers among sorted ones, and functions that are linear from knot to knot.

The search is a forest of one balanced tree for each column, whose leaves are places: exact, and fast in the engine.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ...trees import Tree, add_forest, grow
from ...trees.forest import MISSING_LEFT
from .columns import Growth, Table

__all__ = ["interpolated", "places_in"]


def places_in(growth: Growth, table: Table, edges: Sequence[np.ndarray]) -> str:
    """(entries, columns) int64: how many of the rising ``edges`` of a column are not above its value; 0 for NaN."""
    trees = [_search(column, each) for column, each in enumerate(edges)]
    forest = grow(trees, table.size, growth.where, left_if="x < t", input_type="float64", sum_type="float64",
                  link_type="float64")  # fmt: skip
    if len(edges) > 1:
        forest.tree_output = np.arange(len(edges), dtype=np.int32)
    wiring = growth.wiring
    found, unused = wiring.name("places"), ""
    add_forest(growth.model, wiring.nodes, forest, growth.value_of(table), (found, unused), wiring.name("search"))
    if len(edges) == 1:
        found = wiring.add("Unsqueeze", found, np.array([1]))
    return wiring.add("Cast", found, to="int64")


def _search(column: int, edges: np.ndarray) -> Tree:
    """The tree that finds a place: split k of n edges, the middle one, has the lower edges on its left."""
    left: list[int] = []
    right: list[int] = []
    threshold: list[float] = []
    value: list[float] = []

    def node(low: int, high: int) -> int:
        at = len(left)
        middle = (low + high) // 2
        leaf = low == high
        left.append(-1)
        right.append(-1)
        threshold.append(0.0 if leaf else float(edges[middle]))
        value.append(float(low) if leaf else 0.0)
        if not leaf:
            left[at] = node(low, middle)
            right[at] = node(middle + 1, high)
        return at

    node(0, len(edges))
    return Tree(np.array(left), np.array(right), np.full(len(left), column), np.array(threshold), np.array(value),
                np.full(len(left), MISSING_LEFT, np.uint8), column)  # fmt: skip


def interpolated(growth: Growth, table: Table, x: Sequence[np.ndarray], y: Sequence[np.ndarray]) -> Table:
    """Column by column, the function through the knots (x, y), as ``numpy.interp`` computes it; NaN stays NaN."""
    wiring = growth.wiring
    value = growth.typed(table, "float64")
    lowest, highest = (np.array([each[end] for each in x]) for end in (0, -1))
    inside = wiring.add("Min", wiring.add("Max", value, lowest), highest)
    places = places_in(growth, growth.of_value(inside, table.size, "float64"), x)
    slopes = [np.append(_slopes(a, b), 0.0) for a, b in zip(x, y, strict=True)]
    begins = np.cumsum([0, *(len(each) for each in x[:-1])]) - 1  # the knot below is one before the place
    knot = wiring.add("Max", wiring.add("Add", places, begins), begins + 1)
    at, height, slope = (wiring.add("Gather", np.concatenate(each), knot, axis=0) for each in (x, y, slopes))
    rise = wiring.add("Mul", slope, wiring.add("Sub", inside, at))
    return growth.of_value(wiring.add("Add", rise, height), table.size, "float64")


def _slopes(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """From each knot to the next; 0 between knots at one place, where nothing lies."""
    width = np.diff(x)
    slopes: np.ndarray = np.diff(y) / np.where(width == 0, 1.0, width)
    return np.where(width == 0, 0.0, slopes)
