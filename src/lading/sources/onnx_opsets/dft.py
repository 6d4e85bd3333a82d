"""DFT 20: the axis became an input, and counts from the end if nothing is said."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ...graph import Node
from .refused import Refused

if TYPE_CHECKING:
    from . import Values


def to_20(node: Node, values: Values) -> list[Node]:
    """``axis``, 1 if it was not given, becomes an input. One side of a spectrum back to numbers is new in form, too."""
    axis = node.attributes.pop("axis", 1)
    if not isinstance(axis, int):
        raise Refused(f"its axis is {axis}, which is no integer")
    node.inputs = [*node.inputs, *[""] * (2 - len(node.inputs)), np.array(axis)]
    return [node]
