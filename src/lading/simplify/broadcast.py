"""Leave to broadcasting what an exporter spelled out.

1. An elementwise operator reads a tensor before it was expanded, if its result has the same shape so.
2. One that reads a tensor full of one number (a ConstantOfShape of the shape of another) reads the number,
   if the other operands give the result its shape.

Exact: each element of the result is computed from the same numbers. Shapes count as the same only if they are
the same expressions of the lengths.
"""

from __future__ import annotations

import numpy as np

from ..graph import Node
from .inference import infer
from .inference.fact import NOTHING, Fact
from .sizes import Polynomial
from .uniform import uniform
from .view import Operand, View

ELEMENTWISE = {"Add", "Sub", "Mul", "Div", "Pow", "Max", "Min", "Where", "Equal", "Greater", "GreaterOrEqual", "Less",
               "LessOrEqual", "And", "Or", "Mod"}


def apply(view: View, node: Node) -> str | None:
    """Replaces operands that broadcasting makes again."""
    if node.operator not in ELEMENTWISE or view.shape(node.outputs[0]) is None:
        return None
    for index, operand in enumerate(node.inputs):
        maker = view.producer(operand)
        if maker is None:
            continue
        expands = maker.operator == "Expand" and view.is_only_for(maker.outputs[0], node)
        if expands and _serves(view, node, index, maker.inputs[0]):
            view.set_input(node, index, maker.inputs[0])
            return "reads a tensor before it is expanded"
        number = _number(view, operand)
        if number is not None and _serves(view, node, index, number):
            view.set_input(node, index, number)
            return "reads a number instead of a tensor full of it"
    return None


def _serves(view: View, node: Node, index: int, operand: Operand) -> bool:
    """Whether the result has the same shape and type if ``operand`` is read at ``index``."""
    facts = [view.fact(operand if i == index else each) for i, each in enumerate(node.inputs)]
    (found,) = infer(node, [NOTHING if fact is None else fact for fact in facts])
    now = view.fact(node.outputs[0])
    return Fact(found.type, found.shape) == Fact(now.type, now.shape)


def _number(view: View, operand: Operand) -> np.ndarray | None:
    """The number that a computed tensor is full of, if it is known now."""
    number, kind = uniform(view, operand), view.fact(operand).type
    if number is None or isinstance(number, Polynomial) or kind is None:
        return None
    return np.array(number, dtype=kind)
