"""The text of graph.nnef: assignments, and the tensors that they name."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NoReturn

import numpy as np

from ...errors import UnsupportedError
from ...graph import Node, free_name

if TYPE_CHECKING:
    from ...model import Model

#: Words that the syntax keeps for itself.
KEYWORDS = ("version", "extension", "graph", "fragment", "tensor", "integer", "scalar", "logical", "string", "true",
            "false", "for", "in", "if", "else", "yield", "length_of", "shape_of", "range_of")  # fmt: skip

#: NNEF's type of a tensor, by NumPy's kind.
KINDS = {"f": "scalar", "i": "integer", "u": "integer", "b": "logical"}


@dataclass(eq=False)
class Value:
    """A tensor of the graph: its name there; or numbers that are known, and become text or a tensor file when read."""

    text: str
    shape: tuple[int, ...]
    kind: str = "scalar"
    array: np.ndarray | None = None
    name: str = ""  # what a known one is called

    @property
    def rank(self) -> int:
        return len(self.shape)


class Writer:
    """Writes a model node by node. Shapes are those of a run of one entry."""

    def __init__(self, model: Model, where: str):
        self.model, self.where = model, where
        self.variables: dict[str, np.ndarray] = {}
        self._lines: list[tuple[list[str], str]] = []
        self._taken: set[str] = {*KEYWORDS}
        names = [*(each.name for each in model.input_list), *(each.name for each in model.output_list)]
        self._ids = {name: self._identifier(name) for name in names}
        self._declared: dict[tuple[str, tuple[int, ...]], str] = {}
        self._declarations: list[str] = []
        self.node = Node("", "", [], [])
        self._values: dict[str, Value] = {}
        self.ran: dict[str, np.ndarray] = {}  # all values of a run of one entry

    # ------------------------------------------------------------------------------------- the file

    def text(self) -> str:
        """graph.nnef. Raises UnsupportedError, naming the first node that NNEF cannot express."""
        from .operators import OPERATORS
        from .run import values_of

        self.ran = values_of(self.model, self.where)
        for given in self.model.input_list:
            array = self.ran[given.name]
            self._values[given.name] = Value(self._ids[given.name], array.shape, KINDS[array.dtype.kind])
        for node in self.model.graphs["main"].nodes:
            self.node = node
            function = OPERATORS.get(node.operator)
            if function is None:
                self.refuse("NNEF has no such operation")
            self._check_types()
            self._take(function(self, node))
        return self._assembled()

    def papers(self) -> bytes:
        """lading.json."""
        from ...bundle import canonical
        from ...bundle.papers import papers_json
        from ...bundle.strict_json import parse_json

        said = parse_json(papers_json(self.model), self.where)
        for kind in ("inputs", "outputs"):
            said[kind] = [({} if self._ids[each["name"]] == each["name"] else {"of": self._ids[each["name"]]}) | each
                          for each in said[kind]]
        return canonical.to_bytes(said, free=("names", "record", *self.model.extra))

    def _assembled(self) -> str:
        name = re.sub(r"\W", "_", self.model.name, flags=re.A) or "model"
        name = f"_{name}" if name[0].isdigit() or name in KEYWORDS else name
        inputs, outputs = ([self._ids[each.name] for each in listed]
                           for listed in (self.model.input_list, self.model.output_list))
        body = [f"{', '.join(targets) if len(targets) == 1 or text.startswith('moments') else self._list(targets)}"
                f" = {text};" for targets, text in self._lines]  # fmt: skip
        externals = [f"{value.text} = external<{value.kind}>(shape = {list(value.shape)});"
                     for value in (self._values[each.name] for each in self.model.input_list)]  # fmt: skip
        lines = "".join(f"    {line}\n" for line in [*externals, *self._declarations, *body])
        return f"version 1.0;\n\ngraph {name}( {', '.join(inputs)} ) -> ( {', '.join(outputs)} )\n{{\n{lines}}}\n"

    def _list(self, names: Sequence[str]) -> str:
        return f"[{', '.join(names)}]"

    def _identifier(self, name: str) -> str:
        wish = re.sub(r"\W", "_", name, flags=re.A)
        return free_name(f"_{wish}" if not wish or wish[0].isdigit() else wish, self._taken)

    # ------------------------------------------------------------------------------------- the nodes

    def refuse(self, why: str) -> NoReturn:
        raise UnsupportedError(f"{self.where}: node '{self.node.name}' ({self.node.operator}) cannot be written as "
                               f"NNEF: {why}")

    def _check_types(self) -> None:
        for name in (*self.node.reads(), *filter(None, self.node.outputs)):
            type_ = str(self.ran[name].dtype) if name in self.ran else ""
            if type_.startswith("float") and type_ != "float32":
                self.refuse(f"'{name}' is {type_}, and NNEF's readers compute in float32")
            if type_ and np.dtype(self.ran[name].dtype).kind not in KINDS:
                self.refuse(f"'{name}' is {type_}, which NNEF has not")
            if type_ and self.ran[name].size == 0:
                self.refuse(f"'{name}' has no numbers, and NNEF's lengths are at least 1")

    def _take(self, results: Value | list[Value]) -> None:
        """Gives the results of a node the names of its outputs."""
        results = results if isinstance(results, list) else [results]
        for result, output in zip(results, self.node.outputs, strict=False):
            if not output:
                continue
            expected = self.ran[output]
            if result.shape != expected.shape:
                self.refuse(f"it gives {list(expected.shape)}, its operation in NNEF {list(result.shape)}")
            wanted = self._ids.get(output) or self._identifier(output)
            if not self._rename(result.text, wanted):
                result = self.call("copy", self.read(result), shape=result.shape, kind=result.kind)
                self._rename(result.text, wanted)
            self._values[output] = Value(wanted, result.shape, result.kind)
        missing = [output for output in self.node.outputs[len(results) :] if output]
        if missing:
            self.refuse(f"its result '{missing[0]}' has no place in NNEF")

    def _rename(self, old: str, new: str) -> bool:
        """Calls what the last line gives otherwise; False if it is not the last line's."""
        if not self._lines or old not in self._lines[-1][0] or old in self._ids.values():
            return False
        targets = self._lines[-1][0]
        if old != new:
            self._taken.discard(old)
        targets[targets.index(old)] = new
        return not any(value.text == old for value in self._values.values())

    # ------------------------------------------------------------------------------- what nodes read

    def operand(self, index: int) -> Value | None:
        """What the node reads in this place; None if it is left out."""
        given = self.node.inputs[index] if index < len(self.node.inputs) else ""
        if isinstance(given, np.ndarray):
            return Value("", given.shape, KINDS[given.dtype.kind], given, f"{self.node.name}.{index}")
        if given in self.model.weights:
            array = self.model.weights[given]
            return Value("", array.shape, KINDS[array.dtype.kind], array, given)
        return self._values[given] if given else None

    def tensor(self, index: int) -> Value:
        value = self.operand(index)
        if value is None:
            self.refuse(f"its input {index} is left out")
        return value

    def scalar(self, index: int) -> Value:
        """A tensor of real numbers: NNEF computes with no others."""
        value = self.tensor(index)
        if value.kind != "scalar":
            self.refuse(f"NNEF takes scalars there, input {index} is {value.kind}")
        return value

    def ints(self, index: int) -> list[int] | None:
        """Integers that are known; None if they are left out."""
        value = self.operand(index)
        if value is None:
            return None
        if value.array is None:
            self.refuse(f"its input {index} is known only when the graph runs, and NNEF fixes it")
        return [int(number) for number in value.array.reshape(-1)]

    def attribute(self, name: str, default: Any) -> Any:
        return self.node.attributes.get(name, default)

    def read(self, value: Value) -> str:
        """A value as it stands in the text: a name, or a number."""
        if value.array is None:
            return value.text
        if value.array.size == 1 and value.rank == 0 and (text := number_text(value.array.reshape(-1)[0])):
            return text
        return self._declare(value)

    def _declare(self, value: Value) -> str:
        """A variable with its tensor file, once for each name and shape."""
        assert value.array is not None
        key = value.name, value.shape
        if key not in self._declared:
            label = base = re.sub(r"[^\w.-]", "_", value.name).strip(".") or "tensor"
            number = 1
            while label.lower() in {other.lower() for other in self.variables}:
                number += 1
                label = f"{base}_{number}"
            self.variables[label] = _storable(value.array)
            name = self._declared[key] = self._identifier(label)
            shape = list(value.shape)
            self._declarations.append(f"{name} = variable<{value.kind}>(shape = {shape}, label = '{label}');")
        return self._declared[key]

    # ---------------------------------------------------------------------------------- what is written

    def call(self, operation: str, *inputs: str, shape: Sequence[int], kind: str = "scalar", **named: Any) -> Value:
        """A line with one result."""
        return self.several(operation, inputs, [shape], kind, **named)[0]

    def several(self, operation: str, inputs: Sequence[str], shapes: Sequence[Sequence[int]], kind: str = "scalar",
                **named: Any) -> list[Value]:
        """A line with several results."""
        names = [self._identifier(f"{self.node.name}_{operation.partition('<')[0]}") for _ in shapes]
        arguments = [*inputs, *(f"{name.strip('_')} = {argument_text(value)}" for name, value in named.items())]
        self._lines.append((names, f"{operation}({', '.join(arguments)})"))
        return [Value(name, tuple(shape), kind) for name, shape in zip(names, shapes, strict=True)]

    def aligned(self, *values: Value) -> tuple[list[Value], tuple[int, ...]]:
        """Values of one rank: NNEF joins shapes from the first axis on, ONNX from the last."""
        rank = max(value.rank for value in values)
        shape = np.broadcast_shapes(*(value.shape for value in values))
        return [self.with_rank(value, rank) for value in values], tuple(shape)

    def with_rank(self, value: Value, rank: int) -> Value:
        """``value`` with axes of length 1 before its own."""
        more = rank - value.rank
        if value.array is not None:
            if value.array.size == 1 and number_text(value.array.reshape(-1)[0]):
                return Value("", (), value.kind, value.array.reshape(()), value.name)
            return self.shaped(value, (*[1] * more, *value.shape))
        if not more or not value.rank:
            return value
        return self.call("unsqueeze", value.text, shape=(*[1] * more, *value.shape), kind=value.kind,
                         axes=list(range(more)))

    def shaped(self, value: Value, shape: Sequence[int]) -> Value:
        """A known value in another shape."""
        assert value.array is not None
        return Value("", tuple(shape), value.kind, value.array.reshape(tuple(shape)), value.name)


def number_text(number: Any) -> str:
    """A number as NNEF writes it; "" for what it cannot write."""
    if isinstance(number, (bool, np.bool_)):
        return "true" if number else "false"
    if isinstance(number, (int, np.integer)):
        return str(int(number)) if abs(int(number)) < 1 << 31 else ""
    if not np.isfinite(number):
        return ""
    text = str(np.float32(number)) if np.isfinite(np.float32(number)) else ""
    return text if not text or any(mark in text for mark in ".e") else f"{text}.0"


def argument_text(value: Any) -> str:
    if isinstance(value, str):
        return f"'{value}'"
    if isinstance(value, (list, tuple)):
        inside = ", ".join(argument_text(item) for item in value)
        return f"[{inside}]" if isinstance(value, list) else f"({inside})"
    return number_text(value)


def _storable(array: np.ndarray) -> np.ndarray:
    """Integers of 32 bits where that is enough: readers expect those."""
    if array.dtype.kind in "iu":
        info = np.iinfo(np.int32)
        return array.astype(np.int32 if array.min() >= info.min and array.max() <= info.max else np.int64)
    return np.ascontiguousarray(array)
