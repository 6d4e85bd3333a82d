"""Where not all lengths can be tried: which operators make polynomials of lengths from polynomials of lengths.

A formula that is right for some lengths is then right for all. A step such as n > 7 or n / 2 could hide between them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ....graph import Node
    from .lengths import Length

__all__ = ["first_step"]

#: Whole numbers made from lengths.
OF_NUMBERS = {"Shape", "Size", "Add", "Sub", "Mul", "Neg", "Sum", "Gather", "Concat", "Reshape", "Squeeze", "Unsqueeze",
              "Flatten", "Identity", "Transpose", "ConstantOfShape", "Expand", "Tile", "Cast"}  # fmt: skip

#: Operators with windows, or parts of equal size: how many there are is a quotient.
OF_WINDOWS = {"Conv", "ConvTranspose", "MaxPool", "AveragePool", "Split", "Range"}

NEAR, FAR = 1, 1 << 30


def first_step(nodes: list[Node], moving: set[str], shapes: Mapping[str, tuple[Length, ...]],
               constant: Callable[[str], np.ndarray | None]) -> Node | None:  # fmt: skip
    """The first node that lengths reach and that may not keep polynomials; None if there is none."""

    def varies(name: str) -> bool:
        """Its shape or numbers depend on lengths."""
        shape = shapes.get(name, ())
        return any(length.number is None for length in shape) or (name not in moving and constant(name) is None)

    def simple(node: Node) -> bool:
        if node.operator == "Slice":
            return _cuts_simply(node, shapes, constant)
        if moving & set(node.reads()):
            return node.operator not in OF_WINDOWS
        return node.operator in OF_NUMBERS and not _looks_up(node, varies)

    reached = (node for node in nodes if any(map(varies, [*node.reads(), *filter(None, node.outputs)])))
    return next((node for node in reached if not simple(node)), None)


def _looks_up(node: Node, varies: Callable[[str], bool]) -> bool:
    """A table is asked at a place that follows from lengths."""
    return node.operator == "Gather" and isinstance(place := node.inputs[1], str) and varies(place)


def _cuts_simply(node: Node, shapes: Mapping[str, tuple[Length, ...]],
                 constant: Callable[[str], np.ndarray | None]) -> bool:  # fmt: skip
    """An axis of fixed length is cut, or the first or the last element is taken or left out."""
    operands = [each if not isinstance(each, str) else constant(each) for each in node.inputs[1:] if not _empty(each)]
    if len(operands) < len(node.inputs) - 1 or any(each is None for each in operands):
        return False
    starts, ends, *rest = ([int(each) for each in np.asarray(operand).ravel()] for operand in operands)
    axes, steps = rest[0] if rest else range(len(starts)), rest[1] if len(rest) > 1 else [1]
    shape = shapes.get(str(node.inputs[0]), ())
    simple = all(abs(each) <= NEAR or abs(each) >= FAR for each in (*starts, *ends)) and set(steps) == {1}
    return simple or all(shape[axis].number is not None for axis in axes)


def _empty(operand: str | np.ndarray) -> bool:
    return isinstance(operand, str) and not operand
