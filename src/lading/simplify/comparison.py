"""When two nodes compute the same."""

from __future__ import annotations

import numpy as np

from ..graph import Node, Subgraph

#: Operators that give something else each time.
RANDOM = {"RandomNormal", "RandomNormalLike", "RandomUniform", "RandomUniformLike", "Bernoulli", "Multinomial"}


def computation(node: Node) -> object:
    """Operator, inputs and attributes in a form that is equal for nodes that compute the same.

    For a node that draws random numbers or holds graphs it is equal to nothing else.
    """
    if node.operator in RANDOM or any(isinstance(value, Subgraph) for value in node.attributes.values()):
        return object()
    inputs = tuple(bits(operand) for operand in node.inputs)
    return node.operator, inputs, tuple((name, bits(node.attributes[name])) for name in sorted(node.attributes))


def bits(value: object) -> object:
    """A value in a form that is equal only for the same type and the same bits."""
    if isinstance(value, np.ndarray):
        return str(value.dtype), value.shape, value.tobytes()
    return type(value).__name__, repr(value)
