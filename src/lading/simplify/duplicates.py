"""Compute, and keep, the same thing once.

1. Of two nodes of the same operator, inputs and attributes in one graph the later one goes.
2. Of weights of the same type, shape and bits one is kept.

Exact: operators are functions of their inputs. Nodes that draw random numbers or hold graphs are left alone.
"""

from __future__ import annotations

from ..graph import Node
from .comparison import bits
from .view import View


def apply(view: View, node: Node) -> str | None:
    """Lets the readers of a node read an earlier one that computes the same."""
    twin = view.twin(node, node) if node.operator != "Identity" else None
    if twin is None or len(twin.outputs) < len(node.outputs) or not view.merge(node, twin):
        return None
    return f"the same {node.operator} as {twin.name}"


def merge_weights(view: View) -> list[str]:
    """Keeps one of each set of equal weights; gives the names of those that went."""
    first: dict[object, str] = {}
    gone = []
    for name, array in list(view.model.weights.items()):
        kept = first.setdefault(bits(array), name)
        if kept != name:
            view.redirect(name, kept)
            gone.append(name)
    return gone
