"""Facts about tensors, and a node together with the facts of its inputs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from ...graph import Attribute, Node
from ..sizes import Size, same, symbol

Shape = tuple[Size, ...]

#: Integer tensors of more elements than this are not followed: shapes and indices are smaller.
FOLLOWED = 64


@dataclass(frozen=True)
class Fact:
    """What is known of one tensor: each part is None where it is not known.

    ``value`` is an object array of sizes (``int`` or polynomial), truth values, or None for elements that are
    not known; it is kept for integer and bool tensors of at most 64 elements.
    """

    type: str | None = None
    shape: Shape | None = None
    value: np.ndarray | None = None

    @property
    def rank(self) -> int | None:
        """The number of axes."""
        return None if self.shape is None else len(self.shape)

    @property
    def integers(self) -> list[int] | None:
        """The numbers in order, if they are integers known now."""
        if self.value is None or not all(type(number) in (int, bool) for number in self.value.flat):
            return None
        return [int(number) for number in self.value.flat]

    def with_shape(self, shape: Shape | None) -> Fact:
        """The same type in another shape, the value forgotten."""
        return replace(self, shape=shape, value=None)


NOTHING = Fact()


def of_array(array: np.ndarray) -> Fact:
    """All that is known of a constant."""
    value = None
    if str(array.dtype) in ("int64", "int32", "bool") and array.size <= FOLLOWED:
        value = array.astype(object)
    return Fact(str(array.dtype), tuple(array.shape), value)


@dataclass
class Call:
    """A node and the facts of its inputs, as the rules of inference see them."""

    node: Node
    inputs: list[Fact]

    def input(self, index: int) -> Fact:
        """What is known of an input; nothing if it is omitted."""
        return self.inputs[index] if index < len(self.inputs) else NOTHING

    def has(self, index: int) -> bool:
        """Whether an optional input is given."""
        inputs = self.node.inputs
        return index < len(inputs) and not (isinstance(inputs[index], str) and not inputs[index])

    def attribute(self, name: str, default: Attribute | None = None) -> Attribute | None:
        """An attribute, or its default."""
        return self.node.attributes.get(name, default)

    def integer(self, name: str, default: int) -> int:
        """An attribute that is one integer."""
        value = self.node.attributes.get(name, default)
        return int(value) if isinstance(value, (int, float)) else default

    def integers(self, name: str) -> list[int] | None:
        """An attribute that is a list of integers."""
        value = self.node.attributes.get(name)
        return [int(number) for number in value] if isinstance(value, (list, tuple)) else None

    def unknown(self, axis: int, output: int = 0) -> Size:
        """A size of its own for an axis of an output about which nothing is known."""
        return symbol(f"{self.node.outputs[output]}.{axis}")

    def axis(self, name: str = "axis", default: int = 0, rank: int | None = None) -> int | None:
        """An attribute that names an axis, counted from the front, None if it is out of range."""
        rank = self.input(0).rank if rank is None else rank
        return None if rank is None else counted(self.integer(name, default), rank)


#: What an operator gives, given what goes in.
Rule = Callable[[Call], Fact | list[Fact]]


def counted(axis: int, rank: int) -> int | None:
    """An axis counted from the front; None if there is no such axis."""
    axis = axis + rank if axis < 0 else axis
    return axis if 0 <= axis < rank else None


def broadcast(call: Call, shapes: list[Shape | None]) -> Shape | None:
    """The shape of the result of an elementwise operation, ONNX's multidirectional broadcasting."""
    known = [shape for shape in shapes if shape is not None]
    if len(known) != len(shapes):
        return None
    rank = max((len(shape) for shape in known), default=0)
    full = [(1,) * (rank - len(shape)) + shape for shape in known]
    return tuple(_joined(call, axis, [shape[axis] for shape in full]) for axis in range(rank))


def _joined(call: Call, axis: int, sizes: list[Size]) -> Size:
    """One axis of a broadcast: a size of 1 gives way, different sizes are not possible."""
    rest = [size for size in sizes if same(size, 1) is not True]
    if all(size == rest[0] for size in rest):
        return rest[0] if rest else 1
    static = [size for size in rest if isinstance(size, int)]
    return static[0] if static else call.unknown(axis)
