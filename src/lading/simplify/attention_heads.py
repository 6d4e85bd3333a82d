"""Let Attention part the heads itself.

1. An Attention whose queries, keys and values are made of tensors [batch, length, heads * width] by cutting the last
   axis into heads and moving these forward: Attention of these tensors with ``q_num_heads``. What comes
   out is cut and moved back behind it, which the rule ``layout`` then finds to be nothing in the usual case.
2. Where all three come out of one tensor [batch, length, 3 * heads * width], they are slices of its last axis.

Exact: the same numbers meet; only elements are moved.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from ..graph import Node
from .axes import Axes, Axis, scalar_pick
from .layout import COST
from .view import Operand, View


@dataclass
class Trace:
    """Where a tensor comes from: a source, how it lies in it, and which elements of which parts were picked."""

    source: Operand
    axes: Axes
    picked: dict[int, int] = field(default_factory=dict)


def apply(view: View, node: Node) -> str | None:
    """Replaces an Attention of rank 4 by one of rank 3."""
    shape = view.shape(node.outputs[0])
    if node.operator != "Attention" or shape is None or len(shape) != 4 or "q_num_heads" in node.attributes:
        return None
    heads = shape[1]
    found = [_three_axes(view, operand) for operand in node.inputs[:3]]
    if not isinstance(heads, int) or not isinstance(shape[3], int) or any(each is None for each in found):
        return None
    inputs = [_build(view, node, *each) for each in found if each is not None]
    attributes = {**node.attributes, "q_num_heads": heads, "kv_num_heads": heads}
    joined = view.insert(node, "Attention", [*inputs, *node.inputs[3:]], attributes)
    parted = view.insert(node, "Reshape", [joined, np.array([0, 0, heads, shape[3]])])
    view.replace(node, "Transpose", [parted], {"perm": [0, 2, 1, 3]})
    return f"{heads} heads"


def _three_axes(view: View, operand: Operand) -> tuple[Trace, list[int]] | None:
    """A source that holds [batch, length, heads * width], and the places of these three in it."""
    for trace in _traces(view, operand):
        batch, heads, length, width = trace.axes.result
        wanted = [batch, length, heads + width]
        source = [[part for part in axis if part not in trace.picked] for axis in trace.axes.source]
        if len(source) == 3 and all(_leads(axis, trace) for axis in trace.axes.source):
            order = _places(source, wanted)
            if order is not None:
                return trace, order
    return None


def _leads(axis: Axis, trace: Trace) -> bool:
    """Whether what was picked of an axis, if anything was, is a block of it: its first part is picked, no other."""
    return not any(part in trace.picked for part in axis[1:])


def _places(source: list[Axis], wanted: list[Axis]) -> list[int] | None:
    left, order = list(range(len(source))), []
    for axis in wanted:
        place = next((place for place in left if source[place] == axis), None)
        if place is None:
            return None
        left.remove(place)
        order.append(place)
    return order


def _traces(view: View, operand: Operand) -> list[Trace]:
    """What is upstream of an operand, through nodes that move elements or pick one of an axis; nearest first."""
    chain: list[Node] = []
    traces = []
    maker = view.producer(operand)
    while maker is not None and maker.operator in {*COST, "Gather"}:
        chain.append(maker)
        trace = _follow(view, chain)
        if trace is None:
            break
        traces.append(trace)
        maker = view.producer(maker.inputs[0])
    return traces


def _follow(view: View, chain: list[Node]) -> Trace | None:
    source = chain[-1].inputs[0]
    shape = view.shape(source)
    if shape is None:
        return None
    trace = Trace(source, Axes.of(shape))
    for node in reversed(chain):
        if node.operator == "Gather":
            pick = scalar_pick(view, node, len(trace.axes.result))
            axis = trace.axes.result[pick[0]] if pick is not None else []
            if pick is None or len(axis) != 1 or not isinstance(trace.axes.sizes[axis[0]], int):
                return None
            trace.picked[axis[0]] = pick[1]
            del trace.axes.result[pick[0]]
        elif not trace.axes.follow(view, node):
            return None
    return trace


def _build(view: View, node: Node, trace: Trace, order: list[int]) -> Operand:
    """The three axes in order, cut out of the source where something was picked."""
    value = trace.source
    for place, axis in enumerate(trace.axes.source):
        if axis and axis[0] in trace.picked:
            block = trace.axes.size(axis[1:])
            count = trace.axes.sizes[axis[0]]
            index = trace.picked[axis[0]] % count  # type: ignore[operator]
            bounds = [np.array([bound]) for bound in (index * block, (index + 1) * block, place)]
            value = view.insert(node, "Slice", [value, *bounds])
    return value if order == [0, 1, 2] else view.insert(node, "Transpose", [value], {"perm": list(order)})
