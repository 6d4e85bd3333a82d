"""Recover Swish, HardSwish and Mish.

1. x * Sigmoid(alpha x): Swish.
2. x * HardSigmoid(x) with alpha 1/6 and beta 1/2, x * Clip(x + 3, 0, 6) / 6: HardSwish.
3. x * Tanh(Softplus(x)): Mish.

The functions are the same, the last bits may differ. All parts must be read by nobody else.
"""

from __future__ import annotations

import math

from ..graph import Attribute, Node
from .expression import Match, is_near
from .view import Operand, View

Function = tuple[str, dict[str, Attribute]]


def apply(view: View, node: Node) -> str | None:
    """Replaces the product."""
    if node.operator not in ("Mul", "Div"):
        return None
    match = Match(view)
    number, factors = match.factors(node.outputs[0])
    if len(factors) != 2:
        return None
    for x, gate in (factors, reversed(factors)):
        found = _sixth(match, gate, x) if number != 1 else _gate(match, gate, x)
        if found is not None and (number == 1 or math.isclose(number, 1 / 6, rel_tol=1e-6)) and match.is_closed(node):
            view.replace(node, found[0], [x], found[1])
            return f"{found[0]} in {len(match.nodes)} nodes"
    return None


def _gate(match: Match, gate: Operand, x: Operand) -> Function | None:
    node = match.take(gate, "Sigmoid", "HardSigmoid", "Tanh")
    if node is None:
        return None
    if node.operator == "Sigmoid":
        argument = match.polynomial(node.inputs[0], x)
        scale = (argument or {}).get(1)
        return ("Swish", {"alpha": scale}) if scale and is_near(argument, {1: scale}) else None
    if node.operator == "Tanh":
        inner = match.take(node.inputs[0], "Softplus")
        return ("Mish", {}) if inner is not None and inner.inputs[0] == x else None
    slope, offset = node.attributes.get("alpha", 0.2), node.attributes.get("beta", 0.5)
    sixth = math.isclose(slope, 1 / 6, rel_tol=1e-6) and offset == 0.5  # type: ignore[arg-type]
    return ("HardSwish", {}) if sixth and node.inputs[0] == x else None


def _sixth(match: Match, gate: Operand, x: Operand) -> Function | None:
    """The Clip of x + 3 from 0 to 6."""
    node = match.take(gate, "Clip")
    if node is None or len(node.inputs) != 3:
        return None
    bounds = [match.view.scalar(each) for each in node.inputs[1:]]
    known = bounds == [0, 6] and is_near(match.polynomial(node.inputs[0], x), {0: 3.0, 1: 1.0})
    return ("HardSwish", {}) if known else None
