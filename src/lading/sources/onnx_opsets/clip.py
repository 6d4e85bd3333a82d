"""Clip 11: the limits became inputs, and none by default."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ...graph import Node
from .operands import number

if TYPE_CHECKING:
    from . import Values

#: The limits of Clip 6 where none are given.
LARGEST = float(np.finfo(np.float32).max)


def to_11(node: Node, values: Values) -> list[Node]:
    """``min`` and ``max`` become inputs. Those at the end of float32 were the default, and are none."""
    low, high = (node.attributes.pop(name, None) for name in ("min", "max"))
    limits: list[str | np.ndarray] = ["", ""]
    if isinstance(low, float) and low > -LARGEST:
        limits[0] = number(low, node, values, "min")
    if isinstance(high, float) and high < LARGEST:
        limits[1] = number(high, node, values, "max")
    while limits and isinstance(limits[-1], str) and not limits[-1]:
        limits.pop()
    node.inputs = [*node.inputs[:1], *(limits or node.inputs[1:])]
    return [node]
