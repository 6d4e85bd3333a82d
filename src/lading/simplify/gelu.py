"""Recover Gelu.

1. x / 2 * (1 + erf(x / sqrt(2))), the factors in any order and grouping: Gelu.
2. x / 2 * (1 + tanh(sqrt(2 / pi) * (x + 0.044715 x^3))), the argument in any form: Gelu, approximate "tanh".

The function is the same; the order of its multiplications, so the last bits, may differ. All parts must be
read by nobody else.
"""

from __future__ import annotations

import math

from ..graph import Attribute, Node
from .expression import Match, is_near
from .view import Operand, View

ERF = {1: math.sqrt(0.5)}
TANH = {1: math.sqrt(2 / math.pi), 3: math.sqrt(2 / math.pi) * 0.044715}


def apply(view: View, node: Node) -> str | None:
    """Replaces the outermost product."""
    if node.operator not in ("Mul", "Div"):
        return None
    match = Match(view)
    number, factors = match.factors(node.outputs[0])
    if not math.isclose(number, 0.5, rel_tol=1e-6) or len(factors) != 2:
        return None
    for x, gate in (factors, reversed(factors)):
        attributes = _gate(match, gate, x)
        if attributes is not None and match.is_closed(node):
            view.replace(node, "Gelu", [x], attributes)
            return f"{len(match.nodes)} nodes"
    return None


def _gate(match: Match, gate: Operand, x: Operand) -> dict[str, Attribute] | None:
    """The attributes of the Gelu of ``x`` if this is its factor beside x / 2."""
    inner = match.plus(gate, 1.0)
    function = match.take(inner, "Erf", "Tanh") if inner is not None else None
    if function is None:
        return None
    argument = match.polynomial(function.inputs[0], x)
    if function.operator == "Erf":
        return {} if is_near(argument, ERF) else None
    return {"approximate": "tanh"} if is_near(argument, TANH) else None
