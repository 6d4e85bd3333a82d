"""Where a network expects the values of an input to lie, told by the normalisation that it begins with.

Standard normal numbers say little about a network that subtracts means of 1e5 and divides by 1e4 first: all
sigmoids saturate. So made-up inputs follow the numbers of a first BatchNormalization, or of Sub and Div.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from ..graph import Node

if TYPE_CHECKING:
    from ..model import Model


@dataclass
class Typical:
    """Mean and spread, as arrays that broadcast with the input."""

    center: np.ndarray = field(default_factory=lambda: np.array(0.0))
    scale: np.ndarray = field(default_factory=lambda: np.array(1.0))


def typical_values(model: Model) -> dict[str, Typical]:
    """By input, for those that are normalised before anything else; of folds, the first tells."""
    found = {}
    for given in model.input_list:
        readers = [node for node in _nodes(model) if given.name in node.reads()]
        typical = _of_readers(model, readers, given.name, len(given.axes)) if len(readers) == 1 else None
        if typical is not None and np.all(np.isfinite(typical.center)) and np.all(np.isfinite(typical.scale)):
            found[given.name] = typical
    return found


def _nodes(model: Model) -> list[Node]:
    return model.graphs[model.main_graphs[0]].nodes


def _of_readers(model: Model, readers: list[Node], name: str, rank: int) -> Typical | None:
    node = readers[0]
    if node.operator == "BatchNormalization" and node.inputs[0] == name:
        mean, variance = (_constant(model, node, i) for i in (3, 4))
        if mean is None or variance is None:
            return None
        shape = (-1,) + (1,) * (rank - 2)
        return Typical(mean.reshape(shape), np.sqrt(np.abs(variance)).reshape(shape))
    if node.operator in ("Sub", "Add") and node.inputs[0] == name:
        shift = _constant(model, node, 1)
        after = [each for each in _nodes(model) if node.outputs[0] in each.reads()]
        if shift is None or shift.ndim > rank or len(after) != 1 or after[0].operator not in ("Div", "Mul"):
            return None
        factor = _constant(model, after[0], 1)
        if factor is None or factor.ndim > rank or np.any(factor == 0):
            return None
        spread = np.abs(factor if after[0].operator == "Div" else 1 / factor.astype(np.float64))
        return Typical(shift if node.operator == "Sub" else -shift, spread)
    return None


def _constant(model: Model, node: Node, index: int) -> np.ndarray | None:
    if len(node.inputs) <= index:
        return None
    operand = node.inputs[index]
    array = operand if isinstance(operand, np.ndarray) else model.weights.get(operand)
    return None if array is None else array.astype(np.float64)
