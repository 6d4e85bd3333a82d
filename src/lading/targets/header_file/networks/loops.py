"""Loops over tensors: element by element with broadcasting, and copies between strides."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from .asking import Asking
from .lengths import Length, product
from .values import Shape, Value

__all__ = ["Loops"]


class Loops(Asking):
    """Loops that share their neighbours where they can be one."""

    def elementwise(self, result: Value, operands: Sequence[Value], formula: Callable[..., str]) -> None:
        """result = formula(operands), element by element; operands are broadcast."""
        loops = self.broadcast(result.shape, [result.shape, *(each.shape for each in operands)])
        with self.loops([(variable, length) for variable, length, _ in loops]):
            places = [self.place(loops, i) for i in range(len(operands) + 1)]
            elements = [self.element(each, at) for each, at in zip(operands, places[1:], strict=True)]
            self.line(f"{result.text}[{places[0]}] = {formula(*elements)};")

    def place(self, loops: Sequence[tuple[str, Length, Sequence[Length]]], which: int) -> str:
        """Where operand ``which`` is in the innermost loop."""
        parts = []
        for variable, length, strides in loops:
            stride = strides[which]
            if length.number == 1 or stride.number == 0:
                continue
            parts.append(variable if stride.number == 1 else f"{variable} * {stride.factor(self.axes)}")
        return " + ".join(parts) or "0"

    def broadcast(self, shape: Shape, shapes: Sequence[Shape]) -> list[tuple[str, Length, list[Length]]]:
        """Loops over ``shape``: (variable, length, stride of each operand), neighbours joined where they can be."""
        strides = [self._strides(shape, own) for own in shapes]
        joined: list[tuple[Length, list[Length]]] = []
        for axis in reversed(range(len(shape))):
            length, own = shape[axis], [each[axis] for each in strides]
            if length.number == 1:
                continue
            if joined and all(a == joined[-1][0] * b for a, b in zip(own, joined[-1][1], strict=True)):
                joined[-1] = (length * joined[-1][0], joined[-1][1])
            else:
                joined.append((length, own))
        return [(f"i{i}", length, own) for i, (length, own) in enumerate(reversed(joined))]

    def _strides(self, shape: Shape, own: Shape) -> list[Length]:
        """From one element of an operand to the next along each axis of ``shape``; 0 where it is broadcast."""
        result, step = [], Length.of(1)
        missing = len(shape) - len(own)
        for axis in reversed(range(len(shape))):
            length = own[axis - missing] if axis >= missing else Length.of(1)
            if length != shape[axis] and length.number != 1:
                self.refuse(f"its operands of lengths {self.text(length)} and {self.text(shape[axis])} meet, which "
                            "broadcast only if one of them happens to be 1")
            result.append(step if length.number != 1 else Length.of(0))
            step = step * length
        return result[::-1]

    def strides(self, shape: Shape) -> list[Length]:
        """From one element to the next along each axis."""
        return [product(shape[axis + 1 :]) for axis in range(len(shape))]

    def move(self, shape: Shape, result: Value, to: tuple[Length, Sequence[Length]], source: Value,
             from_: tuple[Length, Sequence[Length]]) -> None:  # fmt: skip
        """Copies ``shape`` elements; ``to`` and ``from_`` are the first one's place and the strides on both sides."""
        joined: list[tuple[Length, Length, Length]] = []
        for length, a, b in reversed(list(zip(shape, to[1], from_[1], strict=True))):
            if length.number == 1:
                continue
            if joined and a == joined[-1][0] * joined[-1][1] and b == joined[-1][0] * joined[-1][2]:
                joined[-1] = (length * joined[-1][0], *joined[-1][1:])
            else:
                joined.append((length, a, b))
        loops = [(f"i{i}", length, [a, b]) for i, (length, a, b) in enumerate(reversed(joined))]
        with self.loops([(variable, length) for variable, length, _ in loops]):
            places = [_sum(self.place(loops, i), self.text(at[0])) for i, at in enumerate((to, from_))]
            self.line(f"{result.text}[{places[0]}] = {self.element(source, places[1])};")

    def around(self, value: Value, axis: int, axes: int = 1) -> tuple[Length, Length, Length]:
        """How many stand before, along and behind ``axes`` neighbouring axes."""
        shape = value.shape
        return product(shape[:axis]), product(shape[axis : axis + axes]), product(shape[axis + axes :])


def _sum(*parts: str) -> str:
    return " + ".join(part for part in parts if part != "0").replace("+ -", "- ") or "0"
