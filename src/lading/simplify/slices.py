"""What a Slice takes."""

from __future__ import annotations

from ..graph import Node
from .inference.fact import Call
from .inference.selection import bounds_of
from .sizes import Size
from .view import View


def slice_bounds(view: View, node: Node) -> list[tuple[int, Size | None, Size | None, int]] | None:
    """(axis, start, end, step) of a Slice, None if its axes or steps are not known."""
    return bounds_of(Call(node, [view.fact(each) for each in node.inputs]))
