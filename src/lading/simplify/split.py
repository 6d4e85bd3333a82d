"""Write slices that share out an axis as one Split.

1. Slices of one tensor along one axis that together are all of it, in equal or unequal pieces, each piece
   taken once.

Exact: the same elements.
"""

from __future__ import annotations

import numpy as np

from ..graph import Node
from .slices import slice_bounds
from .view import View


def apply(view: View, node: Node) -> str | None:
    """Replaces the slices of a tensor; found at the first of them."""
    source = node.inputs[0] if node.operator == "Slice" else ""
    shape = view.shape(source) if isinstance(source, str) and source else None
    piece = _piece(view, node)
    if shape is None or piece is None or not isinstance(source, str):
        return None
    axis, size = piece[0], shape[piece[0]]
    pieces = [(found[1], found[2], each) for each in view.readers(source)
              if (found := _piece(view, each)) is not None and found[0] == axis]
    pieces.sort(key=lambda each: each[:2])
    edges = [start for start, _, _ in pieces] + [pieces[-1][1]]
    shared = edges[0] == 0 and edges[-1] == size and all(end == edges[i + 1] for i, (_, end, _) in enumerate(pieces))
    if len(pieces) < 2 or not shared or any(each is not node and not view.is_before(node, each) for *_, each in pieces):
        return None
    view.join([each for _, _, each in pieces], "Split", [source, np.diff(edges)], {"axis": axis})
    return f"{len(pieces)} slices"


def _piece(view: View, node: Node) -> tuple[int, int, int] | None:
    """(axis, start, end) of a Slice along one axis of known size."""
    bounds, shape = (slice_bounds(view, node) if node.operator == "Slice" else None), view.shape(node.inputs[0])
    if bounds is None or shape is None or len(bounds) != 1:
        return None
    axis, start, end, step = bounds[0]
    size = shape[axis]
    if not isinstance(size, int) or not isinstance(start, int) or not isinstance(end, int) or step != 1:
        return None
    first, last, _ = slice(start, end).indices(size)
    return axis, first, last
