"""How the elements of one tensor lie in another that was made of it by reshaping and transposing.

The axes of both tensors are written as products of common parts: of a Reshape from [n, 192] to [n, 8, 24] the
source is (n) (ab) and the result (n) (a) (b) with a = 8, b = 24; a Transpose then only changes the order. An
axis of size 1 is an empty product, so putting one in or taking one out costs nothing.

This is what einops writes as ``n (a b) -> a n b``. It holds for every value of the lengths in it.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from ..graph import Node
from .inference.fact import counted
from .sizes import Size, divide, product
from .view import View

#: Parts by number; the parts of an axis multiply, the first varies slowest.
Axis = list[int]


@dataclass
class Axes:
    """The parts of each axis of the source, those of each axis of the result, and the sizes of the parts."""

    source: list[Axis]
    result: list[Axis]
    sizes: dict[int, Size] = field(default_factory=dict)

    @classmethod
    def of(cls, shape: tuple[Size, ...]) -> Axes:
        """A tensor and itself."""
        axes: list[Axis] = [[] if size == 1 else [part] for part, size in enumerate(shape)]
        sizes = {part: size for part, size in enumerate(shape) if size != 1}
        return cls(axes, [list(axis) for axis in axes], sizes)

    def size(self, axis: Axis) -> Size:
        """The size of a product of parts."""
        return product([self.sizes[part] for part in axis])

    def shape(self, axes: list[Axis]) -> tuple[Size, ...]:
        """The sizes of axes."""
        return tuple(map(self.size, axes))

    def follow(self, view: View, node: Node) -> bool:
        """Lets ``node`` work on the result; False (and nothing is to be relied on) if it is not of this kind."""
        if node.operator == "Transpose":
            return self._transpose(node)
        if node.operator in ("Squeeze", "Unsqueeze", "Reshape", "Flatten"):
            shape = view.shape(node.outputs[0])
            return shape is not None and self.reshape(shape)
        return False

    def _transpose(self, node: Node) -> bool:
        order = node.attributes.get("perm") or list(reversed(range(len(self.result))))
        if not isinstance(order, list) or sorted(order) != list(range(len(self.result))):
            return False
        self.result = [self.result[int(axis)] for axis in order]
        return True

    def reshape(self, shape: tuple[Size, ...]) -> bool:
        """Cuts the elements of the result into other axes, splitting parts where it must."""
        waiting = [part for axis in self.result for part in axis]
        result: list[Axis] = []
        for size in shape:
            axis = self._take(waiting, size)
            if axis is None:
                return False
            result.append(axis)
        self.result = result
        return not waiting

    def _take(self, waiting: list[int], size: Size) -> Axis | None:
        """Takes parts from the front that multiply to ``size``."""
        axis: Axis = []
        while size != 1:
            if not waiting:
                return None
            rest = divide(size, self.sizes[waiting[0]])
            if rest is None:
                if not self._split(waiting[0], size, waiting):
                    return None
                rest = 1
            axis.append(waiting.pop(0))
            size = rest
        return axis

    def _split(self, part: int, outer: Size, waiting: list[int]) -> bool:
        """Splits a part, everywhere, into one of size ``outer`` and what is left."""
        inner = divide(self.sizes[part], outer)
        if inner is None:
            return False
        new = max(self.sizes) + 1
        self.sizes[part], self.sizes[new] = outer, inner
        for axis in [*self.source, *self.result, waiting]:
            if part in axis:
                axis.insert(axis.index(part) + 1, new)
        return True


def scalar_pick(view: View, node: Node, rank: int) -> tuple[int, int] | None:
    """(axis, index) of a Gather that picks one element of an axis and drops the axis."""
    index = view.integers(node.inputs[1])
    if node.operator != "Gather" or index is None or view.shape(node.inputs[1]) != ():
        return None
    axis = node.attributes.get("axis", 0)
    place = counted(axis, rank) if isinstance(axis, int) else None
    return None if place is None else (place, index[0])
