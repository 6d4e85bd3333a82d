"""Several nodes in the place of one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ..graph import Attribute, Node

if TYPE_CHECKING:
    from .onnx_opsets import Values

Operand = str | np.ndarray


class Replacement:
    """The nodes that stand for ``node``, in order; each ``add`` gives the name of the value that it makes."""

    def __init__(self, node: Node, values: Values):
        self.node, self.values, self.nodes = node, values, list[Node]()

    def add(self, operator: str, *inputs: Operand, to: str = "", **attributes: Attribute) -> str:
        """A node; its value is called ``to``, or gets a name of its own."""
        made = to or self.values.fresh(f"{self.node.outputs[-1] or self.node.outputs[0]}.{operator.lower()}")
        place = self.node.name.rpartition("/")[0]
        name = f"{place}/{operator}" if place else ""
        self.nodes.append(Node(name, operator, list(inputs), [made], dict(attributes)))
        return made

    def operand(self, array: np.ndarray, name: str) -> Operand:
        """An array that a node reads: in place if it is short, else a weight."""
        small = array.ndim <= 1 and array.size <= 16
        return array if small else self.values.weight(array, f"{self.node.outputs[-1] or self.node.outputs[0]}.{name}")

    def as_floats(self, x: str) -> tuple[str, str]:
        """``x`` as real numbers, and their type: what is float64 stays it, whole numbers become float32."""
        kind = self.values.type(x)
        if kind in ("float32", "float64"):
            return x, kind
        return self.cast(x, "float32"), "float32"

    def cast(self, x: str, kind: str, to: str = "") -> str:
        """``x`` in another type."""
        made = to or self.values.fresh(f"{self.node.outputs[-1] or self.node.outputs[0]}.{kind}")
        self.nodes.append(Node("", "Cast", [x], [made], {"to": kind}))
        return made


def whole(node: Node, name: str, usual: int) -> int:
    """An attribute that is a whole number."""
    value = node.attributes.get(name, usual)
    return value if isinstance(value, int) else usual
