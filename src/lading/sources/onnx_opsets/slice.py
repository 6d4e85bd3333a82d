"""Slice 10: starts, ends and axes became inputs."""

from __future__ import annotations

from ...graph import Node
from .operands import integers


def to_10(node: Node, values: object) -> list[Node]:
    """``starts``, ``ends`` and ``axes`` become inputs."""
    starts, ends, axes = (node.attributes.pop(name, None) for name in ("starts", "ends", "axes"))
    if starts is not None:
        node.inputs = [node.inputs[0], integers(starts), integers(ends)]
        if axes is not None:
            node.inputs.append(integers(axes))
    return [node]
