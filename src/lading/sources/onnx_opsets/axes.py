"""Squeeze and Unsqueeze (13), ReduceSum (13) and the other reductions (18): axes became an input."""

from __future__ import annotations

import numpy as np

from ...graph import Node


def to_input(node: Node, values: object) -> list[Node]:
    """``axes = [1]`` becomes the second input."""
    axes = node.attributes.pop("axes", None)
    if axes is not None:
        node.inputs = [node.inputs[0], np.array(axes, np.int64)]
    return [node]
