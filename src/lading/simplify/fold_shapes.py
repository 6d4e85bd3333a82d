"""Fold arithmetic with shapes.

1. An integer or bool tensor all of whose elements are known is a constant: the width of a layer, the
   comparison of a length with -1.
2. The target of a Reshape that was put together from lengths is a constant like [0, 0, 8, 24] if one serves
   for all lengths; so is that of an Expand, where 1 stands for "as it is".
3. A Slice that ends at the length of its axis ends at the largest integer, one that ends (or starts) one
   before it at -1; a Gather of the last element is a Gather of -1.

Exact: sizes are compared as expressions of the lengths of the inputs, of which nothing is assumed but that
they are not negative, so what is proven holds for empty axes too, and no length is written down. For a
Reshape that means: the shape is the one the arithmetic gives. (Computed targets fail in some runtimes where a
length is 0, since 0 also means "copy"; the constant does not.) For rule 3 only one before the end will do:
with a length of 3, "4 before" computed as -1 is not the same as -4.
"""

from __future__ import annotations

import numpy as np

from ..graph import Node
from .reshape_target import constant_target
from .sizes import Size
from .slices import slice_bounds
from .view import View

END = np.iinfo(np.int64).max


def apply(view: View, node: Node) -> str | None:
    """Writes down what is the same for all lengths."""
    if any(view.constant(each) is None for each in node.inputs) and _is_known(view, node):
        return _known(view, node)
    rule = RULES.get(node.operator)
    return rule(view, node) if rule else None


def _is_known(view: View, node: Node) -> bool:
    return len(node.outputs) == 1 and view.integers(node.outputs[0]) is not None and node.operator != "Identity"


def _known(view: View, node: Node) -> str | None:
    fact = view.fact(node.outputs[0])
    if fact.type is None or fact.value is None:
        return None
    view.settle(node, [fact.value.astype(fact.type)], node.outputs[0])
    return f"{node.operator} of what is the same for all lengths"


def _reshape(view: View, node: Node) -> str | None:
    before, after = view.shape(node.inputs[0]), view.shape(node.outputs[0])
    if view.constant(node.inputs[1]) is not None or before is None or after is None:
        return None
    if view.fact(node.inputs[1]).value is None:  # the target may come from data
        return None
    target = constant_target(before, after)
    if target is None or max(map(abs, target), default=0) >= 1 << 63:
        return None
    node.attributes.pop("allowzero", None)
    view.set_input(node, 1, np.array(target, np.int64))
    return f"the target is {target} for all lengths"


def _expand(view: View, node: Node) -> str | None:
    before, after = view.shape(node.inputs[0]), view.shape(node.outputs[0])
    if view.constant(node.inputs[1]) is not None or before is None or after is None:
        return None
    full = (1,) * (len(after) - len(before)) + before
    target = [1 if old == new else new for old, new in zip(full, after, strict=True)]
    if not all(isinstance(size, int) for size in target):
        return None
    view.set_input(node, 1, np.array(target, np.int64))
    return f"the target is {target} for all lengths"


def _slice(view: View, node: Node) -> str | None:
    bounds, shape = slice_bounds(view, node), view.shape(node.inputs[0])
    constant = all(view.constant(each) is not None for each in node.inputs[1:3])
    if bounds is None or shape is None or constant or any(step != 1 for *_, step in bounds):
        return None
    starts = [_from_end(start, shape[axis], as_end=False) for axis, start, _, _ in bounds]
    ends = [_from_end(end, shape[axis], as_end=True) for axis, _, end, _ in bounds]
    if None in starts or None in ends:
        return None
    view.set_input(node, 1, np.array(starts, np.int64))
    view.set_input(node, 2, np.array(ends, np.int64))
    return f"it starts at {starts} and ends at {ends} for all lengths"


def _from_end(bound: Size | None, size: Size, as_end: bool) -> int | None:
    """A bound of a slice of an axis of ``size`` as a number, None if it is none."""
    if bound is None or isinstance(bound, int):
        return bound
    if bound == size - 1:
        return -1
    return END if bound == size and as_end else None


def _gather(view: View, node: Node) -> str | None:
    shape, index = view.shape(node.inputs[0]), view.fact(node.inputs[1]).value
    axis = node.attributes.get("axis", 0)
    if shape is None or index is None or index.size != 1 or view.integers(node.inputs[1]) is not None:
        return None
    if index.flat[0] is None or index.flat[0] != shape[int(axis)] - 1:  # type: ignore[arg-type]
        return None
    view.set_input(node, 1, np.full(index.shape, -1, np.int64))
    return "the last element"


RULES = {"Reshape": _reshape, "Expand": _expand, "Slice": _slice, "Gather": _gather}
