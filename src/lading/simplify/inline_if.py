"""Take the branch that is always taken.

1. An If whose condition is known is replaced by the nodes of the branch it takes.

Exact: the other branch never runs. A condition counts as known if it is constant, or the same for all lengths
(an exporter asks whether an axis that has 64 elements has 1).
"""

from __future__ import annotations

from ..graph import Node, Subgraph
from .view import View


def apply(view: View, node: Node) -> str | None:
    """Replaces an If by one of its branches."""
    truth = view.integers(node.inputs[0]) if node.operator == "If" else None
    if truth is None or len(truth) != 1:
        return None
    branch = "then_branch" if truth[0] else "else_branch"
    held = node.attributes[branch]
    if not isinstance(held, Subgraph):
        return None
    count = len(view.move_in(held, node))
    for outer, inner in zip(node.outputs, held.outputs, strict=True):
        view.place_copy(inner, outer, node)
    view.remove(node)
    return f"{branch}, {count} nodes"
