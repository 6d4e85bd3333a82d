"""Places of the largest numbers, where some are equal: PyTorch's topk and sort give these in any order."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from ..copying import copy_of
from ..endpoints import Output
from ..evaluation import evaluator
from .measure import distance_of, scale_of

if TYPE_CHECKING:
    from ..graph import Node
    from ..model import Model

#: What hands places on as they are.
_COPIES = ("Identity", "Cast")


def equal_at(model: Model, tensors: Mapping[str, np.ndarray], output: str, ours: np.ndarray, theirs: np.ndarray,
             within: float) -> bool:
    """Whether an output is the places that a TopK finds, and the numbers there are equal to ``within`` of their scale.

    The places must all be different: one that stands twice is a mistake, whatever the numbers are.
    """
    node = _finding(model, output)
    if node is None or ours.dtype.kind not in "iu" or ours.shape != theirs.shape:
        return False
    numbers, said = _numbers(model, tensors, str(node.inputs[0])), node.attributes.get("axis", -1)
    axis = said if isinstance(said, int) else -1
    if numbers is None or numbers.ndim != ours.ndim:
        return False
    length = numbers.shape[axis]
    for places in (ours, theirs):
        ordered = np.sort(places, axis)
        if ((places < 0) | (places >= length)).any() or (np.diff(ordered, axis=axis) == 0).any():
            return False
    a, b = (np.take_along_axis(numbers, each.astype(np.int64), axis) for each in (ours, theirs))
    return distance_of(a, b, scale_of([numbers])) <= within


def _finding(model: Model, output: str) -> Node | None:
    """The TopK whose places an output is."""
    makers = {name: node for node in model.graphs["main"].nodes for name in node.outputs if name}
    name = output
    while (node := makers.get(name)) is not None and node.operator in _COPIES:
        name = str(node.inputs[0])
    return node if node is not None and node.operator == "TopK" and name == node.outputs[1] else None


def _numbers(model: Model, tensors: Mapping[str, np.ndarray], name: str) -> np.ndarray | None:
    """A value of the graph, by the NumPy evaluator."""
    if name in tensors:
        return tensors[name]
    asked = copy_of(model)
    asked.output_list = [Output(name, [])]
    return evaluator(asked)(tensors).get(name)
