"""Leave out what LSTM, GRU and RNN assume anyway.

1. An initial state of zeros, which exporters build from the shape of the input.
2. Sequence lengths that are all the length of the input's sequence axis.

Exact: an omitted initial state is zero and omitted lengths are the full one. (The state must be +0: with
-0 a sum might come out as -0.)
"""

from __future__ import annotations

from ..graph import Node
from .uniform import is_zero, uniform
from .view import View

LENGTHS = 4
STATES = {"LSTM": (5, 6), "GRU": (5,), "RNN": (5,)}


def apply(view: View, node: Node) -> str | None:
    """Omits optional inputs that say what holds without them."""
    if node.operator not in STATES:
        return None
    omitted = [i for i in (*STATES[node.operator], LENGTHS) if _says_nothing(view, node, i)]
    for index in sorted(omitted, reverse=True):
        view.set_input(node, index, "")
    what = ["sequence lengths" if i == LENGTHS else "initial state" for i in omitted]
    return " and ".join(sorted(set(what))) + " that hold anyway" if omitted else None


def _says_nothing(view: View, node: Node, index: int) -> bool:
    given = node.inputs[index] if index < len(node.inputs) else ""
    if isinstance(given, str) and not given:
        return False
    if index != LENGTHS:
        return is_zero(view, given)
    shape = view.shape(node.inputs[0])
    steps = shape[1 if node.attributes.get("layout", 0) else 0] if shape else None
    return steps is not None and uniform(view, given) == steps
