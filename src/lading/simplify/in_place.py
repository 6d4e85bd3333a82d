"""Write small constants where they are read.

1. A number, or a list of at most 64 integers or truth values, stands in the node that reads it.
2. So does a list of one float that an elementwise operator reads; a bias of one stays a weight.

Exact: type, shape and bits are those of the weight.
"""

from __future__ import annotations

import numpy as np

from ..graph import Node
from .view import View

#: The longest list that stands in a node, and the types that may.
LONGEST = 64
TYPES = {"float32", "float64", "int64", "int32", "int16", "int8", "uint8", "uint32", "uint64", "bool"}

ELEMENTWISE = {"Add", "Sub", "Mul", "Div", "Pow", "Max", "Min", "Where", "Equal", "Greater", "GreaterOrEqual", "Less",
               "LessOrEqual", "Mod", "Expand", "Clip"}


def apply(view: View, node: Node) -> str | None:
    """Lets a node hold its small constants itself."""
    written = []
    for index, operand in enumerate(node.inputs):
        array = view.model.weights.get(operand) if isinstance(operand, str) else None
        if array is not None and _is_small(node, array):
            view.set_input(node, index, array)
            written.append(str(array.tolist()))
    return f"{' and '.join(written)} written in place" if written else None


def _is_small(node: Node, array: np.ndarray) -> bool:
    if str(array.dtype) not in TYPES or array.ndim > 1 or node.operator == "Identity":
        return False
    if array.ndim == 0:
        return True
    if array.dtype.kind == "f":
        return array.size == 1 and node.operator in ELEMENTWISE
    return array.size <= LONGEST
