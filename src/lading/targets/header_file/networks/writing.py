"""The run of a network as text: what each node reads, where its results stand, and the loops between."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, NoReturn

import numpy as np

from ....errors import UnsupportedError
from ....graph import Node
from ..names import comment
from .lengths import Length, product
from .literals import CPP, array_text, number
from .memory import Buffer

if TYPE_CHECKING:
    from ....model import Model
    from .passes import Plan
    from .probing import Probes

__all__ = ["Value", "Writer"]

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


class Writer:
    """Writes the body of ``run``, node by node.

    ``pieces`` collects which functions of C++ the header needs, ``data`` the arrays of weights, ``buffers`` the memory.
    """

    def __init__(self, model: Model, plan: Plan, probes: Probes, names: Callable[[str], str], where: str):
        self.model, self.plan, self.probes, self.where, self.names = model, plan, probes, where, names
        self.lines: list[str] = []
        self.pieces: dict[str, None] = {}
        self.data: list[str] = []
        self.buffers: list[Buffer] = []
        self.values: dict[str, Value] = {}
        self.axes = {axis: names(axis) for axis in probes.capacity}
        self.node = Node("", "", [], [])
        self._wanted = self._needed()
        self._indent, self._step = 1, 0
        self._arrays: dict[tuple[bytes, str], str] = {}

    def write(self) -> None:
        """All nodes that the outputs need. Raises UnsupportedError, naming the first that a header cannot hold."""
        from .operators import OPERATORS

        for node in self.plan.nodes:
            self._step += 1
            if not self._wanted & set(node.outputs):
                continue
            self.node = node
            function = OPERATORS.get(node.operator)
            if function is None:
                self.refuse("a header has no such operator; use the library")
            for name in node.outputs:
                if name and self.probes.types[name] not in CPP:
                    self.refuse(f"'{name}' is {self.probes.types[name]}, for which C++17 has no type")
            self.line(f"// {comment(node.name)} ({node.operator.removeprefix('internal.')})")
            function(self, node)
        self._step += 1
        for name in self.plan.outputs:
            self.value(name)

    def _needed(self) -> set[str]:
        """Names whose numbers are needed: outputs, and what nodes read that give such."""
        wanted = {name for name in self.plan.outputs if name in self.probes.moving}
        for node in reversed(self.plan.nodes):
            if wanted & set(node.outputs):
                wanted |= {name for name in node.reads() if name in self.probes.moving}
        return wanted

    # -------------------------------------------------------------------------------------------- text

    def line(self, text: str) -> None:
        self.lines.append("  " * self._indent + text)

    @contextmanager
    def block(self, head: str) -> Iterator[None]:
        """``head`` {, what is written within, }"""
        self.line(f"{head} {{".lstrip())
        self._indent += 1
        yield
        self._indent -= 1
        self.line("}")

    @contextmanager
    def loops(self, lengths: Sequence[tuple[str, Length]]) -> Iterator[None]:
        """A loop for each variable; none where the length is 1."""
        for variable, length in lengths:
            if length.number != 1:
                self.line(f"for (int {variable} = 0; {variable} < {self.text(length)}; ++{variable})")
                self._indent += 1
        start = self._indent
        yield
        self._indent = start - sum(length.number != 1 for _, length in lengths)

    def text(self, length: Length) -> str:
        return length.text(self.axes)

    def use(self, *pieces: str) -> None:
        self.pieces.update(dict.fromkeys(pieces))

    def refuse(self, why: str) -> NoReturn:
        operator = self.node.operator.removeprefix("internal.")
        raise UnsupportedError(f"{self.where}: node '{self.node.name}' ({operator}) cannot be written as a header: "
                               f"{why}")

    def refuse_input(self, name: str, why: str) -> NoReturn:
        raise UnsupportedError(f"{self.where}: input '{name}' cannot be written as a header: {why}")

    # ------------------------------------------------------------------------------------------ values

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
    def whole(number_of: int) -> Length:
        return Length.of(number_of)

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

    # ------------------------------------------------------------------------------------------ results

    def new(self, name: str, type_: str, shape: Shape) -> Value:
        """A buffer of the size that the longest sequences ask for."""
        size = product(shape).at(self.probes.capacity)
        buffer = Buffer(self.names(name), type_, max(size, 0), self._step, self._step)
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

    # ------------------------------------------------------------------------------------------- loops

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


def names_of(taken: Mapping[str, str] | None = None) -> Callable[[str], str]:
    """Gives every name an identifier of its own."""
    from ..names import identifiers

    given: dict[str, None] = dict.fromkeys(taken or {})

    def name(wish: str) -> str:
        base = identifiers([wish])[0]
        base = base if base[0].isalpha() else f"x_{base}"
        free, count = base, 1
        while free in given:
            count += 1
            free = f"{base}_{count}"
        given[free] = None
        return free

    return name
