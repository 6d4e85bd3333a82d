"""Dropout does nothing in a trained network; the mask that it gives beside is all true."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ...graph import Node
from .refused import Refused

if TYPE_CHECKING:
    from . import Values


def to_12(node: Node, values: object) -> list[Node]:
    """The ratio matters in training only."""
    node.attributes.pop("ratio", None)
    return [node]


def trained(node: Node, values: Values) -> list[Node]:
    """An Identity. Refused where the file wants it to train."""
    training = node.inputs[2] if len(node.inputs) > 2 else ""
    known = np.array(False) if isinstance(training, str) and not training else values.constant(training)
    if known is None or bool(np.any(known)):
        raise Refused("it drops values at random: call model.eval() before the export")
    nodes = [Node(node.name, "Identity", node.inputs[:1], node.outputs[:1])]
    if len(node.outputs) > 1 and node.outputs[1]:
        shape = values.fresh(f"{node.outputs[1]}.shape")
        nodes.append(Node(f"{node.name}/Shape", "Shape", node.inputs[:1], [shape]))
        nodes.append(Node(f"{node.name}/mask", "ConstantOfShape", [shape], [node.outputs[1]],
                          {"value": np.array([True])}))
    return nodes
