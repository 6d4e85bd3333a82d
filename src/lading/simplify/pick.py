"""Write "this element of that axis" as one Gather.

1. A Slice of one element whose axis is then squeezed; a Split into single elements that are then squeezed.
2. A Gather of one element from a Transpose, if the axes that are left stand in their old order: from the
   source of the Transpose.

Exact: the same element is picked. Where the axis is too short the original fails, and so does the Gather.
"""

from __future__ import annotations

import numpy as np

from ..graph import Node
from .axes import scalar_pick
from .inference.fact import counted
from .inference.selection import FAR
from .slices import slice_bounds
from .view import View


def apply(view: View, node: Node) -> str | None:
    """Replaces the node that drops the axis, or the Gather behind a Transpose."""
    if node.operator == "Squeeze":
        return _squeezed(view, node)
    return _transposed(view, node) if node.operator == "Gather" else None


def _squeezed(view: View, node: Node) -> str | None:
    maker = view.producer(node.inputs[0], "Slice", "Split")
    shape = view.shape(maker.inputs[0]) if maker is not None else None
    axes = view.integers(node.inputs[1]) if len(node.inputs) > 1 else None
    if maker is None or shape is None or axes is None or len(axes) != 1:
        return None
    found = (_of_slice if maker.operator == "Slice" else _of_split)(view, maker, node)
    axis = counted(axes[0], len(shape))
    if found is None or found[0] != axis:
        return None
    view.replace(node, "Gather", [maker.inputs[0], np.array(found[1])], {"axis": found[0]})
    return f"one element of a {maker.operator}"


def _of_slice(view: View, maker: Node, node: Node) -> tuple[int, int] | None:
    """(axis, index) if the Slice takes one element, known by number, and serves nothing else."""
    bounds = slice_bounds(view, maker)
    if bounds is None or len(bounds) != 1 or not view.is_only_for(maker.outputs[0], node):
        return None
    axis, start, end, step = bounds[0]
    if step != 1 or not isinstance(start, int) or not isinstance(end, int):
        return None
    last = start == -1 and end >= FAR
    return (axis, start) if end == start + 1 != 0 or last else None


def _of_split(view: View, maker: Node, node: Node) -> tuple[int, int] | None:
    """(axis, index) if every output of the Split is one element and is only squeezed."""
    shape = view.shape(maker.inputs[0]) or ()
    axis = counted(int(maker.attributes.get("axis", 0)), len(shape))  # type: ignore[arg-type]
    readers = [reader for name in maker.outputs for reader in view.readers(name)]
    if axis is None or any(reader.operator != "Squeeze" for reader in readers):
        return None
    single = all((view.shape(name) or (0,) * len(shape))[axis] == 1 for name in maker.outputs)
    return (axis, maker.outputs.index(str(node.inputs[0]))) if single else None


def _transposed(view: View, node: Node) -> str | None:
    maker = view.producer(node.inputs[0], "Transpose")
    order = maker.attributes.get("perm") if maker is not None else None
    if maker is None or not isinstance(order, list) or not view.is_only_for(maker.outputs[0], node):
        return None
    pick = scalar_pick(view, node, len(order))
    if pick is None:
        return None
    rest = [axis for place, axis in enumerate(order) if place != pick[0]]
    if rest != sorted(rest):  # type: ignore[type-var]
        return None
    view.replace(node, "Gather", [maker.inputs[0], node.inputs[1]], {"axis": order[pick[0]]})
    return "one element of a Transpose"
