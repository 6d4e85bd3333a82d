"""``external``, ``variable`` and ``constant``: the tensors of a graph that no operation makes."""

from __future__ import annotations

from typing import Any

import numpy as np

from .arguments import converted
from .building import TYPES, Builder, Tensor
from .container import Container
from .syntax import Assignment, Call, Name
from .tensor_file import read_tensor

__all__ = ["DECLARATIONS", "Declarations"]

DECLARATIONS = ("external", "variable", "constant")


class Declarations:
    """Tensors as they are declared; ``inputs`` are the external ones, ``types`` what is known of their types."""

    def __init__(self, build: Builder, files: Container, types: dict[str, str]):
        self.build, self.files, self._types = build, files, types
        self.inputs: dict[str, Tensor] = {}

    def tensor(self, call: Call, places: list[Any], names: dict[str, Any], assignment: Assignment | None) -> Tensor:
        """What an assignment declares: its shape by place or by name, and what it takes besides."""
        if assignment is None or not isinstance(assignment.target, Name):
            self.build.fail("stands alone on the right of '='")
        given = dict(zip(("shape", "label" if call.name == "variable" else "value"), places, strict=False)) | names
        wanted = {"external": {"shape"}, "variable": {"shape", "label"}, "constant": {"shape", "value"}}[call.name]
        if set(given) != wanted:
            self.build.fail(f"takes {' and '.join(sorted(wanted))}, is given {', '.join(sorted(given)) or 'nothing'}")
        kind = call.kind or "scalar"
        if kind not in TYPES:
            self.build.fail(f"tensors are of {', '.join(TYPES)}, not of {kind}")
        shape = tuple(converted(self.build, "shape", given["shape"], "Ints"))
        if any(length < 1 for length in shape):
            self.build.fail(f"has the shape {list(shape)}; every length is at least 1")
        name = assignment.target.name
        if call.name == "external":
            return self._external(name, shape, TYPES[kind])
        if call.name == "variable":
            return self._variable(name, shape, TYPES[kind], given["label"])
        return self._constant(name, shape, TYPES[kind], given["value"])

    def _external(self, name: str, shape: tuple[int, ...], type_: str) -> Tensor:
        if name in self.inputs:
            self.build.fail(f"'{name}' is external twice")
        self.inputs[name] = Tensor(name, shape, self._types.get(name, type_))
        if self.inputs[name].type.rstrip("0123468") != type_.rstrip("0123468"):
            self.build.fail(f"'{name}' is {type_} here, and {self.inputs[name].type} in lading.json")
        return self.inputs[name]

    def _variable(self, name: str, shape: tuple[int, ...], type_: str, label: Any) -> Tensor:
        if not isinstance(label, str) or not label:
            self.build.fail("its label is the name of a file, as text")
        data = self.files.tensor(label)
        where = self.files.named(label + ".dat")
        array = read_tensor(data, where)
        if array.shape != shape:
            self.build.fail(f"the variable '{label}' is {list(shape)} here, and {list(array.shape)} in {where}")
        if array.dtype.kind != np.dtype(type_).kind and not (array.dtype.kind == "u" and type_ == "int64"):
            self.build.fail(f"the variable '{label}' is {type_} here, and {array.dtype} in {where}")
        return Tensor(label.strip("/"), shape, type_, self._as_type(array, type_, label))

    def _as_type(self, array: np.ndarray, type_: str, what: str) -> np.ndarray:
        with np.errstate(over="ignore", invalid="ignore"):
            made = array.astype(type_)
        if type_ == "float32" and bool(np.any(np.isinf(made) & np.isfinite(array))):
            self.build.fail(f"'{what}' holds numbers beyond float32")
        if type_ == "int64" and array.dtype == np.uint64 and bool(np.any(array > np.iinfo(np.int64).max)):
            self.build.fail(f"'{what}' holds numbers beyond int64")
        return made

    def _constant(self, name: str, shape: tuple[int, ...], type_: str, value: Any) -> Tensor:
        numbers = value if isinstance(value, list) else [value]
        count = int(np.prod(shape, dtype=object)) if shape else 1
        self.build._check_size(shape)
        if not numbers or any(not isinstance(each, (int, float)) for each in numbers):
            self.build.fail("its value is a list of numbers")
        if len(numbers) not in (1, count):
            self.build.fail(f"{len(numbers)} numbers for the shape {list(shape)}: one, or {count}")
        array = self._as_type(np.asarray(numbers), type_, name)
        return Tensor(name, shape, type_, np.broadcast_to(array.reshape(-1), (count,)).reshape(shape).copy())
