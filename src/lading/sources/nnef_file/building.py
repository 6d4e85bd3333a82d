"""The graph that grows while a file is read: every tensor has its shape, for NNEF fixes all lengths."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NoReturn

import numpy as np

from ...errors import FormatError, UnsupportedError
from ...graph import Attribute
from ..wiring import Wiring

#: Numbers that one tensor may have.
LARGEST = 1 << 28

#: Types of NNEF, and those of tensors that hold them.
TYPES = {"scalar": "float32", "integer": "int64", "logical": "bool"}


@dataclass(frozen=True, eq=False)
class Tensor:
    """A value of the graph; one with an ``array`` is known, and becomes a weight where a node reads it."""

    name: str
    shape: tuple[int, ...]
    type: str = "float32"
    array: np.ndarray | None = None

    @property
    def rank(self) -> int:
        return len(self.shape)


#: What parameters of operations take; a tensor, or a number that stands for one, is an operand.
Operand = Tensor | int | float | bool
Tensors = list[Tensor]
Ints = Sequence[int]
Pairs = Sequence[Sequence[int]]


class Builder:
    """Appends nodes for the assignment that is read; ``target`` names it, ``place`` says where it stands."""

    def __init__(self, wiring: Wiring):
        self.wiring = wiring
        self.target, self.place = "", ""
        self._weights: dict[int, tuple[Tensor, str]] = {}

    def fail(self, why: str) -> NoReturn:
        raise FormatError(f"{self.place}: {why}")

    def unsupported(self, why: str) -> NoReturn:
        raise UnsupportedError(f"{self.place}: {why}")

    # ------------------------------------------------------------------------------------ values

    def add(self, operator: str, *inputs: Operand | np.ndarray | None, shape: Sequence[int], type: str = "float32",
            **attributes: Attribute) -> Tensor:
        """A node with one result, of this shape and type. A number becomes a tensor in place, None is left out."""
        return self.several(operator, inputs, [shape], type, **attributes)[0]

    def several(self, operator: str, inputs: Sequence[Operand | np.ndarray | None], shapes: Sequence[Sequence[int]],
                type: str = "float32", **attributes: Attribute) -> list[Tensor]:
        """A node with several results."""
        for shape in shapes:
            self._check_size(shape)
        read = [self._read(each) for each in inputs]
        names = [self.wiring.name(f"{self.target}/{operator}") for _ in shapes]
        self.wiring.add(operator, *read, gives=names[0], **attributes)
        self.wiring.nodes[-1].outputs = names
        return [Tensor(name, tuple(shape), type) for name, shape in zip(names, shapes, strict=True)]

    def _check_size(self, shape: Sequence[int]) -> None:
        if any(length < 1 for length in shape):
            self.fail(f"gives a tensor of shape {list(shape)}; every length is at least 1")
        if math.prod(shape) > LARGEST:
            self.unsupported(f"gives a tensor of {math.prod(shape)} numbers; at most {LARGEST} are read")

    def _read(self, value: Operand | np.ndarray | None) -> str | np.ndarray:
        if value is None:
            return ""
        if isinstance(value, np.ndarray):
            return value
        if not isinstance(value, Tensor):
            return self.number(value)
        if value.array is None:
            return value.name
        if id(value) not in self._weights:
            self._weights[id(value)] = value, self.wiring.weight(value.name or f"{self.target}/constant", value.array)
        return self._weights[id(value)][1]

    def number(self, value: int | float | bool) -> np.ndarray:
        """A number of the file as a tensor in place."""
        kind = np.bool_ if isinstance(value, bool) else np.int64 if isinstance(value, int) else np.float32
        with np.errstate(over="ignore"):
            made = np.asarray(value, kind)
        if made.dtype.kind == "f" and not np.isfinite(made):
            self.fail(f"the number {value!r} is beyond float32")
        return made

    def known(self, array: np.ndarray, name: str = "") -> Tensor:
        return Tensor(name, array.shape, str(array.dtype), array)

    # ------------------------------------------------------------------------------ shapes and types

    def as_float(self, value: Operand) -> Operand:
        """``value``, whole numbers of the file as real ones; refuses tensors of other types."""
        if isinstance(value, Tensor):
            if value.type != "float32":
                self.fail(f"takes scalars, the tensor '{value.name.partition('/')[0]}' is {value.type}")
            return value
        return float(value)

    def aligned(self, *values: Operand) -> tuple[list[Operand], tuple[int, ...]]:
        """Operands of one rank, for shapes are joined from the first axis on, and the shape of the result."""
        rank = max((each.rank for each in values if isinstance(each, Tensor)), default=0)
        made = [self.with_rank(each, rank) if isinstance(each, Tensor) else each for each in values]
        shapes = [each.shape for each in made if isinstance(each, Tensor)]
        try:
            joined = tuple(np.broadcast_shapes(*shapes))
            is_open = any(isinstance(each, Tensor) and each.array is None and each.rank == rank for each in made)
            return [self._plain(each) if is_open and isinstance(each, Tensor) else each for each in made], joined
        except ValueError:
            self.fail(f"tensors of shapes {', '.join(str(list(shape)) for shape in shapes)} do not fit together")

    def _plain(self, value: Tensor) -> Tensor:
        """A known tensor without axes of length 1 before its own, which ONNX does not need."""
        first = next((axis for axis, length in enumerate(value.shape) if length > 1), value.rank - 1)
        return value if value.array is None or first < 1 else self.reshaped(value, value.shape[first:])

    def with_rank(self, value: Tensor, rank: int) -> Tensor:
        """``value`` with axes of length 1 behind its own."""
        if value.rank in (0, rank):
            return value
        return self.reshaped(value, (*value.shape, *[1] * (rank - value.rank)))

    def reshaped(self, value: Tensor, shape: Sequence[int], written: Sequence[int] | None = None) -> Tensor:
        """The numbers in another shape; ``written`` has 0 and -1 as the file has. A first axis that stays is a 0."""
        shape = tuple(shape)
        if shape == value.shape:
            return value
        if value.array is not None:
            return self.known(value.array.reshape(shape), value.name)
        target = list(written if written is not None else shape)
        if value.rank and shape and shape[0] == value.shape[0]:
            target[0] = 0
        return self.add("Reshape", value, np.asarray(target, np.int64), shape=shape, type=value.type)

    def transposed(self, value: Tensor, axes: Sequence[int]) -> Tensor:
        if list(axes) == list(range(value.rank)):
            return value
        if value.array is not None:
            return self.known(np.ascontiguousarray(value.array.transpose(axes)), value.name)
        shape = [value.shape[axis] for axis in axes]
        return self.add("Transpose", value, shape=shape, type=value.type, perm=list(axes))

    def axes(self, axes: Ints, rank: int) -> list[int]:
        """``axes``, refused where a tensor of this rank has none of the number, or has it twice."""
        if any(not 0 <= axis < rank for axis in axes) or len(set(axes)) < len(axes):
            self.fail(f"axes are {list(axes)}; those of a tensor of {rank} axes are 0 to {rank - 1}, each once")
        return list(axes)

    def vector(self, value: Operand, length: int) -> Tensor | None:
        """One number a channel, from ``[1, n]``, ``[n]`` or a number; None where that is not known before it runs."""
        if not isinstance(value, Tensor):
            return self.known(np.full(length, float(value), np.float32))
        flat = value.array is not None and value.shape in ((1, length), (length,), (1, 1), (1,), ())
        if value.array is None or not (flat or (value.shape[:2] == (1, length) and math.prod(value.shape) == length)):
            return None
        return self.known(np.ascontiguousarray(np.broadcast_to(value.array.reshape(-1), (length,))), value.name)
