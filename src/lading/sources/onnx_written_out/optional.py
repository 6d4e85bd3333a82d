"""Values that may be absent: in a file, an operand is there or it is not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ...graph import Node
from ..onnx_opsets import Refused

if TYPE_CHECKING:
    from ..onnx_opsets import Values


def has_element(node: Node, values: Values) -> list[Node]:
    """Whether there is an operand: a constant."""
    there = bool(node.inputs and node.inputs[0])
    if there:
        _check_tensor(node, values)
    return [Node(node.name, "Identity", [np.array(there)], node.outputs)]


def get_element(node: Node, values: Values) -> list[Node]:
    """A tensor is itself."""
    _check_tensor(node, values)
    return [Node(node.name, "Identity", node.inputs, node.outputs)]


def _check_tensor(node: Node, values: Values) -> None:
    if values.type(node.inputs[0]) is None:
        raise Refused("its input is not known to be a tensor; a network of format 1 has no values that may be absent")
