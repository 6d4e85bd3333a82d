"""Reading arithmetic with scalars as formulas, and the nodes it is made of."""

from __future__ import annotations

import math
from collections.abc import Iterator

from ..graph import Node
from .view import Operand, View

#: A polynomial in one tensor: its coefficients by power.
Coefficients = dict[int, float]

#: Constants are compared as the float32 numbers that exporters write.
TOLERANCE = 1e-6


class Match:
    """A part of a graph that is recognised as a formula: collects the nodes it is made of."""

    def __init__(self, view: View):
        self.view = view
        self.nodes: list[Node] = []

    def take(self, operand: Operand, *operators: str) -> Node | None:
        """The node that makes ``operand``, if it is one of ``operators``; it becomes part of the formula."""
        node = self.view.producer(operand, *operators)
        if node is not None and not any(node is each for each in self.nodes):
            self.nodes.append(node)
        return node

    def is_closed(self, root: Node) -> bool:
        """Whether nobody outside sees a value inside, so that all nodes go when ``root`` is replaced."""
        inside = {id(root), *map(id, self.nodes)}
        names = [name for node in self.nodes if node is not root for name in node.outputs]
        return not any(
            self.view.is_output(name) or any(id(reader) not in inside for reader in self.view.readers(name))
            for name in names
        )

    def number(self, operand: Operand, value: float) -> bool:
        """Whether this is a constant of one element near ``value``."""
        scalar = self.view.scalar(operand)
        return scalar is not None and math.isclose(scalar, value, rel_tol=TOLERANCE)

    def plus(self, operand: Operand, value: float) -> Operand | None:
        """The other operand of an Add of ``value``."""
        node = self.take(operand, "Add")
        if node is None:
            return None
        return next((a for a, b in either(node) if self.number(b, value)), None)

    def factors(self, operand: Operand, depth: int = 6) -> tuple[float, list[Operand]]:
        """A product: its scalar factors multiplied, and the others."""
        scalar = self.view.scalar(operand)
        if scalar is not None:
            return scalar, []
        node = self.view.producer(operand, "Mul", "Div")
        divisor = self.view.scalar(node.inputs[1]) if node is not None and node.operator == "Div" else 1.0
        if node is None or not divisor or not depth:
            return 1.0, [operand]
        self.take(operand, "Mul", "Div")
        parts = [self.factors(each, depth - 1) for each in node.inputs[: 1 if node.operator == "Div" else 2]]
        return math.prod(number for number, _ in parts) / divisor, [each for _, rest in parts for each in rest]

    def polynomial(self, operand: Operand, x: Operand, depth: int = 8) -> Coefficients | None:
        """``operand`` as a polynomial in ``x``, None if it is none."""
        if isinstance(operand, str) and isinstance(x, str) and operand == x:
            return {1: 1.0}
        scalar = self.view.scalar(operand)
        if scalar is not None:
            return {0: scalar}
        node = self.take(operand, "Add", "Sub", "Mul", "Div", "Pow", "Neg") if depth else None
        if node is None:
            return None
        parts = [self.polynomial(each, x, depth - 1) for each in node.inputs]
        known = [part for part in parts if part is not None]
        return _combined(node.operator, known) if len(known) == len(parts) else None


def either(node: Node) -> Iterator[tuple[Operand, Operand]]:
    """The two operands of a node, both ways round."""
    yield node.inputs[0], node.inputs[1]
    yield node.inputs[1], node.inputs[0]


def is_near(found: Coefficients | None, wanted: Coefficients) -> bool:
    """Whether two polynomials are the same but for the rounding of their coefficients."""
    if found is None:
        return False
    kept = {power: value for power, value in found.items() if value}
    return kept.keys() == wanted.keys() and all(
        math.isclose(kept[power], value, rel_tol=TOLERANCE) for power, value in wanted.items()
    )


def _combined(operator: str, parts: list[Coefficients]) -> Coefficients | None:
    a, b = parts[0], parts[-1]
    if operator in ("Add", "Sub"):
        sign = 1 if operator == "Add" else -1
        return {power: a.get(power, 0.0) + sign * b.get(power, 0.0) for power in {*a, *b}}
    if operator == "Neg":
        return {power: -value for power, value in a.items()}
    if operator == "Mul":
        return _product(a, b)
    if set(b) != {0}:
        return None
    if operator == "Div":
        return {power: value / b[0] for power, value in a.items()} if b[0] else None
    return _power(a, b[0])


def _product(a: Coefficients, b: Coefficients) -> Coefficients:
    total: Coefficients = {}
    for left, x in a.items():
        for right, y in b.items():
            total[left + right] = total.get(left + right, 0.0) + x * y
    return total


def _power(a: Coefficients, exponent: float) -> Coefficients | None:
    if exponent not in (1, 2, 3, 4):
        return None
    total: Coefficients = {0: 1.0}
    for _ in range(int(exponent)):
        total = _product(total, a)
    return total
