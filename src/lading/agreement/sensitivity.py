"""How far an answer moves when inputs, or weights, change in their last bit.

Networks that select (the nearest neighbours of a graph network) jump at near-ties, and a deep network may amplify
rounding. Where the oracle itself jumps as far between two inputs that no measurement tells apart, a difference of
that size says nothing about the conversion.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import numpy as np

from ..copying import copy_of
from ..evaluation import evaluator

if TYPE_CHECKING:
    from ..model import Model

Tensors = Mapping[str, np.ndarray]

#: How often the inputs are changed. Of several tries one meets a near-tie that another misses.
TRIES = 8


def movement(run: Callable[[Tensors], dict[str, np.ndarray]], tensors: Tensors, output: str, entry: int | None
             ) -> np.ndarray:
    """The largest movement of ``output`` in each entry (along its axis ``entry``; None: in all of it).

    Its shape is that of the output with every other axis of length 1, so that it compares with any number of it.
    """
    before = run(tensors)[output].astype(np.float64)
    others = tuple(axis for axis in range(before.ndim) if axis != entry)
    moved = np.zeros([n if axis == entry else 1 for axis, n in enumerate(before.shape)])
    random = np.random.default_rng(11)
    for _ in range(TRIES):
        after = run({name: _nudged(array, random) for name, array in tensors.items()})[output].astype(np.float64)
        with np.errstate(invalid="ignore"):
            change = np.where(after == before, 0.0, np.abs(after - before))
        moved = np.maximum(moved, change.max(axis=others, keepdims=True, initial=0.0))
    return moved


def movement_of_weights(model: Model, tensors: Tensors, output: str) -> float:
    """The largest movement of any number of ``output``, by the NumPy evaluator; 0 where a graph has no such weights."""
    def run(weights: Tensors) -> dict[str, np.ndarray]:
        changed = copy_of(model)
        changed.weights = dict(weights)
        return evaluator(changed)(tensors)

    return float(movement(run, model.weights, output, None).max(initial=0.0))


def _nudged(array: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Each number as it is, or the next one below or above."""
    if array.dtype.kind != "f":
        return array
    step = random.integers(-1, 2, array.shape)
    nearby = np.where(step > 0, np.nextafter(array, np.inf, dtype=array.dtype),
                      np.nextafter(array, -np.inf, dtype=array.dtype))
    return np.asarray(np.where(step == 0, array, nearby), array.dtype)
