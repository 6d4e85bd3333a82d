"""Split 13: the sizes became an input. Split 18: their number must be said where the sizes are not."""

from __future__ import annotations

from ...graph import Node
from .operands import integers


def to_13(node: Node, values: object) -> list[Node]:
    """``split`` becomes an input."""
    sizes = node.attributes.pop("split", None)
    if sizes is not None:
        node.inputs = [node.inputs[0], integers(sizes)]
    return [node]


def to_18(node: Node, values: object) -> list[Node]:
    """Without sizes, ``num_outputs`` says into how many equal pieces."""
    if len(node.inputs) == 1:
        node.attributes["num_outputs"] = len(node.outputs)
    return [node]
