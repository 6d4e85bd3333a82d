"""The tensors of a run: what a node reads, constants as arrays of the header, and room for results."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, NoReturn

import numpy as np

from ....errors import UnsupportedError
from ....graph import Node
from ..names import comment
from .lengths import Length, product
from .literals import CPP, array_text, number
from .memory import Buffer
from .probing import MOST
from .text import Text

if TYPE_CHECKING:
    from ....model import Model
    from .passes import Plan
    from .probing import Probes

__all__ = ["Shape", "Value", "Values"]

Shape = tuple[Length, ...]


@dataclass(eq=False)
class Value:
    """A tensor: the pointer to its numbers, in C order, and its shape."""

    text: str
    type: str
    shape: Shape
    buffer: Buffer | None = None
    array: np.ndarray | None = None

    @property
    def rank(self) -> int:
        return len(self.shape)

    @property
    def size(self) -> Length:
        return product(self.shape)


class Values(Text):
    """The values that are there, by name. ``data`` collects the arrays of weights, ``buffers`` the memory."""

    def __init__(self, model: Model, plan: Plan, probes: Probes, names: Callable[[str, str], str], where: str):
        super().__init__({axis: names("n", axis) for axis in probes.capacity})
        self.kept = {axis: names("kept", axis) for axis in probes.capacity}  # how many there are without the padding
        self.model, self.plan, self.probes, self.where, self.names = model, plan, probes, where, names
        self.data: list[str] = []
        self.buffers: list[Buffer] = []
        self.values: dict[str, Value] = {}
        self.node = Node("", "", [], [])
        self._step = 0
        self._arrays: dict[tuple[bytes, str], str] = {}
        self._wanted: set[str] = set()

    def refuse(self, why: str) -> NoReturn:
        operator = self.node.operator.removeprefix("internal.")
        raise UnsupportedError(f"{self.where}: node '{self.node.name}' ({operator}) cannot be written as a header: "
                               f"{why}")

    def refuse_input(self, name: str, why: str) -> NoReturn:
        raise UnsupportedError(f"{self.where}: input '{name}' cannot be written as a header: {why}")

    def has(self, place: int) -> bool:
        operand = self.plan.operand(self.node, place)
        return isinstance(operand, np.ndarray) or bool(operand)

    def operand(self, place: int) -> Value:
        """What the node reads in this place, ready to be read."""
        operand = self.plan.operand(self.node, place)
        if isinstance(operand, np.ndarray):
            return self.constant_value(operand)
        if not operand:
            self.refuse(f"input {place} is left out")
        return self.value(operand)

    def value(self, name: str) -> Value:
        found = self.values.get(name)
        if found is None:
            array = self.plan.constants.get(name)
            array = self.probes.constant(name) if array is None and name not in self.probes.moving else array
            found = self.constant_value(array) if array is not None else self._of_lengths(name)
            self.values[name] = found
        if found.buffer is not None:
            found.buffer.last = max(found.buffer.last, self._step)
        return found

    def _of_lengths(self, name: str) -> Value:
        """A value that no entry changes but by its lengths."""
        type_, shape = self.probes.types[name], self.probes.shapes[name]
        value = self.new(name, type_, shape)
        if (filled := self.probes.filled(name)) is not None:
            with self.loops([("i", value.size)]):
                self.line(f"{value.text}[{self.variable('i', value.size)}] = {number(filled, type_)};")
            return value
        lengths = self.probes.lengths(name)
        if lengths is None:
            self.refuse(f"'{name}' holds numbers that depend on the length of a sequence in a way a header cannot tell")
        for i, length in enumerate(lengths):
            self.line(f"{value.text}[{i}] = static_cast<{CPP[type_]}>({self.text(length)});")
        return value

    @staticmethod
    def variable(name: str, length: Length) -> str:
        return "0" if length.number == 1 else name

    # -------------------------------------------------------------------------------------- constants

    def constant_value(self, array: np.ndarray) -> Value:
        shape = tuple(Length.of(length) for length in array.shape)
        return Value("", str(array.dtype), shape, array=array) if array.size == 1 else self.table(array)

    def table(self, array: np.ndarray) -> Value:
        """Constants as an array of the header, one for equal ones."""
        array = np.ascontiguousarray(array)
        key = (array.tobytes(), str(array.dtype))
        if str(array.dtype) not in CPP:
            self.refuse(f"it reads weights of {array.dtype}, for which C++17 has no type")
        if key not in self._arrays:
            self._arrays[key] = f"w{len(self._arrays)}"
            said = f"// {comment(self.node.name)}: {list(array.shape)}"
            self.data.append(f"{said}\n{array_text(self._arrays[key], array)}")
        shape = tuple(Length.of(length) for length in array.shape)
        return Value(f"detail::{self._arrays[key]}", str(array.dtype), shape, array=array)

    @staticmethod
    def scalar(value: Value) -> Value:
        """A value of one element without axes."""
        return Value(value.text, value.type, (), value.buffer, value.array)

    def pointer(self, value: Value) -> str:
        """The first number of a value, single constants included."""
        return value.text or self.table(np.asarray(value.array)).text

    def element(self, value: Value, at: str) -> str:
        """One number of a value, as an expression."""
        if not value.text:
            return number(np.asarray(value.array).ravel()[0], value.type)
        return f"{value.text}[{at}]"

    # ---------------------------------------------------------------------------------------- results

    def new(self, name: str, type_: str, shape: Shape) -> Value:
        """A buffer of the size that the longest sequences ask for."""
        size = product(shape).at(self.probes.capacity)
        if not self.probes.holds(product(shape)):
            self.refuse(f"it works on more than {MOST} numbers, which a header does not count")
        buffer = Buffer(self.names("v", name), type_, max(size, 0), self._step, self._step)
        self.buffers.append(buffer)
        return Value(buffer.name, type_, shape, buffer)

    def result(self, place: int = 0) -> Value:
        """Room for a result of the node."""
        name = self.node.outputs[place]
        value = self.new(name, self.probes.types[name], self.probes.shapes[name])
        self.values[name] = value
        return value

    def wants(self, place: int) -> bool:
        """Somebody reads this result."""
        return place < len(self.node.outputs) and self.node.outputs[place] in self._wanted

    def view(self, value: Value, place: int = 0) -> None:
        """The result is a value that is there already, with another shape."""
        name = self.node.outputs[place]
        self.values[name] = Value(value.text, value.type, self.probes.shapes[name], value.buffer, value.array)

    def scratch(self, type_: str, size: Length) -> Value:
        """Room that this node alone uses."""
        return self.new(f"{self.node.name} scratch", type_, (size,))
