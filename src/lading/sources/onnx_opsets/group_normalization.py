"""GroupNormalization 21: one scale and bias for each channel; before, for each group."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ...graph import Node
from .refused import Refused

if TYPE_CHECKING:
    from . import Values


def to_21(node: Node, values: Values) -> list[Node]:
    """Every channel gets the scale and bias of its group."""
    shape, groups = values.shape(node.inputs[0]), node.attributes["num_groups"]
    channels = shape[1] if shape is not None and len(shape) > 1 else None
    if channels is None or not isinstance(groups, int) or channels % groups:
        raise Refused("the number of channels of its input is not known; export it with opset 21 or more")
    before = []
    for i, what in ((1, "scale"), (2, "bias")):
        per_group = values.constant(node.inputs[i])
        name = f"{node.outputs[0]}.{what}"
        if per_group is not None:
            node.inputs[i] = values.weight(np.repeat(per_group, channels // groups), name)
            continue
        each = np.repeat(np.arange(groups), channels // groups)
        made = values.fresh(name)
        before.append(Node(f"{node.name}/{what}", "Gather", [node.inputs[i], values.weight(each, f"{name}.groups")],
                           [made], {"axis": 0}))
        node.inputs[i] = made
    return [*before, node]
