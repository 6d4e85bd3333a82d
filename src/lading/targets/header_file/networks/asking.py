"""What a node says: attributes, and operands that a header wants fixed."""

from __future__ import annotations

import numpy as np

from .lengths import Length
from .values import Value, Values

__all__ = ["Asking"]


class Asking(Values):
    """What an operator asks of its node."""

    def constant(self, place: int) -> np.ndarray | None:
        """The numbers of an operand that is the same for all entries; None if there is none."""
        operand = self.plan.operand(self.node, place)
        found = self.plan.array(operand)
        if found is None and isinstance(operand, str) and operand:
            return self.probes.constant(operand)
        return found

    def numbers(self, place: int) -> list[int] | None:
        """Whole numbers of a constant operand; None if it is left out."""
        if not self.has(place):
            return None
        array = self.constant(place)
        if array is None:
            self.refuse(f"input {place} is computed, and a header wants it fixed")
        return [int(each) for each in array.ravel()]

    def lengths(self, place: int) -> list[Length] | None:
        """The same, of numbers that may follow from lengths."""
        if not self.has(place):
            return None
        array, operand = self.constant(place), self.plan.operand(self.node, place)
        if array is not None:
            return [Length.of(int(each)) for each in array.ravel()]
        found = self.probes.lengths(operand) if isinstance(operand, str) else None
        if found is None:
            self.refuse(f"input {place} is computed, and a header wants it fixed")
        return found

    def attribute(self, name: str, otherwise: object = None) -> object:
        return self.node.attributes.get(name, otherwise)

    def integer(self, name: str, otherwise: int) -> int:
        return int(str(self.attribute(name, otherwise)))

    def real(self, name: str, otherwise: float) -> float:
        """A real attribute, which is a float32."""
        return float(np.float32(str(self.attribute(name, otherwise))))

    def integers(self, name: str) -> list[int]:
        return [int(each) for each in self.attribute(name) or ()]  # type: ignore[attr-defined]

    def axis(self, value: Value, otherwise: int = -1) -> int:
        return self.integer("axis", otherwise) % max(value.rank, 1)

    @staticmethod
    def whole(number_of: int) -> Length:
        return Length.of(number_of)
