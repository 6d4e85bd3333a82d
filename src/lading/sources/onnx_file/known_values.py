"""What is known of the values of a file while it is read: their types and shapes, and the numbers of constants."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Iterable

import numpy as np

from ...bundle.evaluate import OPERATORS, BundleError
from ...graph import Node
from .scope import Names
from .types import SMALL, Shape, Types


class KnownValues:
    """Weights and types of the values of a file, as the rules that upgrade its nodes ask for them; ``taken`` are names
    that no new value may have."""

    def __init__(self, taken: Iterable[str]):
        self.weights: dict[str, np.ndarray] = {}
        self._values: dict[str, np.ndarray] = {}  # of nodes that compute with constants
        self.types = Types(ChainMap(self.weights, self._values))
        self.names = Names(taken)

    def fresh(self, name: str) -> str:
        """A name for a new value."""
        return self.names.take(name)

    def type(self, operand: str | np.ndarray) -> str | None:
        """The element type of what a node reads, if it is known."""
        return operand.dtype.name if isinstance(operand, np.ndarray) else self.types.type(operand)

    def shape(self, operand: str | np.ndarray) -> Shape | None:
        """The shape of what a node reads, as far as it is known."""
        return operand.shape if isinstance(operand, np.ndarray) else self.types.shape(operand)

    def constant(self, operand: str | np.ndarray) -> np.ndarray | None:
        """The numbers that a node reads, if they are in the file."""
        if isinstance(operand, np.ndarray):
            return operand
        return self.weights[operand] if operand in self.weights else self._values.get(operand)

    def weight(self, array: np.ndarray, name: str) -> str:
        """A new weight."""
        name = self.fresh(name)
        self.weights[name] = array
        return name

    def learn(self, node: Node) -> None:
        """What a node gives that computes with small constants: a shape, the condition of an If."""
        if node.outputs[0] in self._values or len(node.outputs) > 1 or node.operator not in OPERATORS:
            return
        if node.operator == "Shape" and (shape := self.shape(node.inputs[0])) is not None and None not in shape:
            inputs: list[np.ndarray | None] = [np.empty(tuple(length or 0 for length in shape), bool)]
        else:
            inputs = [None if isinstance(each, str) and not each else self.constant(each) for each in node.inputs]
            given = [array for operand, array in zip(node.inputs, inputs, strict=True) if not _is_omitted(operand)]
            if not given or any(array is None or array.size > SMALL for array in given):
                return
        try:
            result = np.asarray(OPERATORS[node.operator](*inputs, **node.attributes))
        except (BundleError, ArithmeticError, LookupError, MemoryError, TypeError, ValueError):
            return  # whoever runs the node will say why
        if result.size <= SMALL:
            self._values[node.outputs[0]] = result


def _is_omitted(operand: str | np.ndarray) -> bool:
    return isinstance(operand, str) and not operand
