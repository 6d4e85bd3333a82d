"""A node of a model as a format of layers sees it: its constants and attributes, and how it is refused."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from ...errors import UnsupportedError
from ...graph import Node

__all__ = ["Operands"]


class Operands:
    """The constants among the operands of ``node``; ``format`` is what the format is called in messages."""

    def __init__(self, node: Node, weights: Mapping[str, np.ndarray], format: str):
        self.node, self.format, self._weights = node, format, weights

    def refuse(self, why: str) -> UnsupportedError:
        return UnsupportedError(f"node '{self.node.name}' ({self.node.operator}): {why}")

    def get(self, name: str, default: Any) -> Any:
        return self.node.attributes.get(name, default)

    def has(self, at: int) -> bool:
        return at < len(self.node.inputs) and not (isinstance(self.node.inputs[at], str) and not self.node.inputs[at])

    def gives(self, at: int) -> bool:
        """Whether somebody may read output ``at``."""
        return at < len(self.node.outputs) and bool(self.node.outputs[at])

    def constant(self, at: int) -> np.ndarray | None:
        """Operand ``at`` if it is a constant, float64 or integer."""
        if not self.has(at):
            return None
        operand = self.node.inputs[at]
        array = self._weights.get(operand) if isinstance(operand, str) else operand
        if array is None or array.dtype.kind not in "fiu":
            return None
        return array.astype(np.float64) if array.dtype.kind == "f" else array

    def need(self, at: int) -> np.ndarray:
        found = self.constant(at)
        if found is None:
            raise self.refuse(f"operand {at} is computed, where {self.format} has numbers of the file")
        return found

    def matrix(self) -> np.ndarray:
        """The weights (outputs, inputs) of Gemm and MatMul."""
        w = self.need(1)
        if w.ndim != 2 or self.get("transA", 0):
            raise self.refuse("is no product of a vector with a matrix of the file")
        return np.asarray((w if self.get("transB", 0) else w.T) * np.float64(self.get("alpha", 1.0)))
