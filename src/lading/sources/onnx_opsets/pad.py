"""Pad 11: the widths and the value became inputs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...graph import Node
from .operands import integers, number

if TYPE_CHECKING:
    from . import Values


def to_11(node: Node, values: Values) -> list[Node]:
    """``pads`` and ``value`` become inputs; a value of 0 is the default and left out."""
    pads = node.attributes.pop("pads", None)
    value = node.attributes.pop("value", 0.0)
    if pads is not None:
        node.inputs = [node.inputs[0], integers(pads)]
        if isinstance(value, (int, float)) and value != 0:
            node.inputs.append(number(value, node, values, "value"))
    return [node]
