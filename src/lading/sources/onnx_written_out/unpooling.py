"""MaxUnpool: the largest numbers of a MaxPool back where they were, zeros elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ...graph import Node, dtype_of
from ..onnx_opsets import Refused
from ..replacement import Replacement

if TYPE_CHECKING:
    from ..onnx_opsets import Values


def max_unpool(node: Node, values: Values) -> list[Node]:
    """The places count in the whole tensor that was pooled, whose shape follows from that of the first input; another
    shape that is asked for has more, or fewer, elements at the ends of its axes."""
    to, (x, places, *asked) = Replacement(node, values), node.inputs
    kernel = _numbers(node, "kernel_shape")
    if kernel is None:
        raise Refused("it has no kernel_shape")
    strides, pads = _numbers(node, "strides", len(kernel)), _numbers(node, "pads", 2 * len(kernel))
    step = np.ones_like(kernel) if strides is None else strides
    cut = np.zeros_like(kernel) if pads is None else pads.reshape(2, -1).sum(0)
    kind = values.type(x)
    if kind is None:
        raise Refused("the element type of its input is not known")
    last = np.array([np.iinfo(np.int64).max])
    lengths = to.add("Slice", to.add("Shape", x), np.array([2]), last)
    lengths = to.add("Add", to.add("Mul", lengths, step), kernel - step - cut)
    shape = to.add("Concat", to.add("Shape", x, start=0, end=2), lengths, axis=0)
    zeros = to.add("ConstantOfShape", to.add("ReduceProd", shape), value=np.zeros(1, dtype_of(kind)))
    flat = [to.add("Reshape", each, np.array([-1])) for each in (places, x)]
    image = to.add("Reshape", to.add("ScatterElements", zeros, *flat), shape, to="" if asked else node.outputs[0])
    if asked:
        more = to.add("Sub", asked[0], shape)
        pad = to.add("Concat", np.zeros(len(kernel) + 2, np.int64), more, axis=0)
        to.add("Pad", image, pad, to=node.outputs[0])
    return to.nodes


def _numbers(node: Node, name: str, count: int | None = None) -> np.ndarray | None:
    """A list of integers, ``count`` of them if that is known; None if there is no such attribute."""
    value = node.attributes.get(name)
    if value is None:
        return None
    if not isinstance(value, list) or not all(isinstance(each, int) for each in value) or (
            count is not None and len(value) != count) or not value:  # fmt: skip
        raise Refused(f"its attribute '{name}' is {value}, which does not fit the kernel")
    return np.array(value, np.int64)
