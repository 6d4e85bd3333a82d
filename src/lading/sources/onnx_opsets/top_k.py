"""TopK 10: k became an input. (TopK 11 only adds ``largest`` and ``sorted``, true by default as before.)"""

from __future__ import annotations

from ...graph import Node
from .operands import integers


def to_10(node: Node, values: object) -> list[Node]:
    """``k`` becomes an input."""
    k = node.attributes.pop("k", None)
    if k is not None:
        node.inputs = [node.inputs[0], integers([k])]
    return [node]
