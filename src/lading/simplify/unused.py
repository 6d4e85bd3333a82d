"""Drop what nobody needs.

1. A node none of whose outputs is read or leaves the model.
2. Names of optional outputs that nobody reads: at the end they go, in the middle they become "".

Exact: nodes have no effect but their outputs.
"""

from __future__ import annotations

from ..graph import Node
from .view import View

#: Operators some of whose outputs may be left out.
OPTIONAL = {"LSTM", "GRU", "RNN", "Dropout", "MaxPool", "LayerNormalization", "BatchNormalization", "Attention",
            "Unique"}  # fmt: skip


def apply(view: View, node: Node) -> str | None:
    """Removes a node that nobody reads, and with it those that fed only it; trims its outputs."""
    if not any(view.is_read(name) for name in node.outputs):
        return _remove(view, node)
    return "outputs that nobody reads" if _trim(view, node) else None


def _remove(view: View, node: Node) -> str:
    waiting = [node]
    count = 0
    while waiting:
        current = waiting.pop()
        if not view.holds(current) or any(view.is_read(name) for name in current.outputs):
            continue
        waiting += [maker for name in current.reads() if (maker := view.producer(name)) is not None]
        view.remove(current)
        count += 1
    return f"{node.operator} that nobody reads" + (f", and {count - 1} nodes before it" if count > 1 else "")


def _trim(view: View, node: Node) -> bool:
    if node.operator not in OPTIONAL:
        return False
    kept = [name if view.is_read(name) else "" for name in node.outputs]
    while kept and not kept[-1]:
        kept.pop()
    if kept == node.outputs:
        return False
    view.set_outputs(node, kept)
    return True
