"""TensorScatter: new keys and values put into a cache, for each entry where it has come to."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ...graph import Node
from ..onnx_opsets import Refused
from ..replacement import Replacement, whole

if TYPE_CHECKING:
    from ..onnx_opsets import Values


def tensor_scatter(node: Node, values: Values) -> list[Node]:
    """cache[b, ..., start[b] + s, ...] = update[b, ..., s, ...]; circular ones begin again at the end."""
    to, (cache, update, *starts) = Replacement(node, values), node.inputs
    shape = values.shape(cache)
    if shape is None:
        raise Refused("the number of axes of its cache is not known")
    rank, mode = len(shape), node.attributes.get("mode", "linear")
    axis = whole(node, "axis", -2) % rank if rank else 0
    if axis == 0:
        raise Refused("its axis is 0, which holds the entries")
    if mode not in ("linear", "circular"):
        raise Refused(f"its mode is '{mode}', not 'linear' or 'circular'")
    steps = to.add("Range", np.array(0), _length(to, update, axis), np.array(1))
    places = to.add("Unsqueeze", steps, np.array([0]))
    if starts:
        places = to.add("Add", places, to.add("Unsqueeze", starts[0], np.array([1])))
    if mode == "circular":
        places = to.add("Mod", places, _length(to, cache, axis))
    others = [each for each in range(1, rank) if each != axis]
    if others:
        places = to.add("Unsqueeze", places, np.array(others))
    places = to.add("Expand", places, to.add("Shape", update))
    to.add("ScatterElements", cache, places, update, to=node.outputs[0], axis=axis)
    return to.nodes


def _length(to: Replacement, x: str | np.ndarray, axis: int) -> str:
    """How long an axis is, as a single number."""
    return to.add("Squeeze", to.add("Shape", x, start=axis, end=axis + 1), np.array([0]))
