"""A traced function (a jaxpr) as nodes of ONNX's operators: one rule for each primitive, in the tables beside."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from ...errors import UnsupportedError
from ..wiring import Wiring

#: Where primitives that call another function keep it.
_CALLED = ("jaxpr", "call_jaxpr", "fun_jaxpr")


_LOOP = "a loop (scan, while) has no counterpart here; recurrent networks come from PyTorch or Keras, or ONNX files"
_WHY = {
    "scan": _LOOP, "while": _LOOP,
    "cond": "what it does depends on the numbers it is given: compute both cases and choose with jnp.where",
    "random_seed": "random numbers are drawn in it (Flax's RNN does; pass what it draws from as arguments)",
}  # fmt: skip


class Lowering:
    """Nodes of a function so far; ``values`` has the name or the number of each of its variables."""

    def __init__(self, wiring: Wiring, names: list[str], inputs: list[Any], where: str):
        self.wiring, self.where = wiring, where
        self._counts: Counter[str] = Counter()
        self.lengths: dict[str, tuple[str, int]] = {}  # of open lengths, by symbol: the input and its axis
        for name, var in zip(names, inputs, strict=True):
            for i, length in enumerate(var.aval.shape):
                if not isinstance(length, int):
                    self.lengths.setdefault(str(length), (name, i))

    def program(self, closed: Any, weights: Mapping[str, np.ndarray], inputs: list[str]) -> list[Any]:
        """The values of the outputs of a whole function."""
        named = [self.wiring.weight(name, np.asarray(array)) for name, array in weights.items()]
        return self.called(closed, [*named, *inputs])

    def called(self, closed: Any, operands: list[Any]) -> list[Any]:
        """The values of the outputs of a function that is called."""
        jaxpr, constants = getattr(closed, "jaxpr", closed), getattr(closed, "consts", ())
        values: dict[Any, Any] = dict(zip(jaxpr.invars, operands, strict=True))
        values |= {var: self.constant(self._array(each))
                   for var, each in zip(jaxpr.constvars, constants, strict=True)}  # fmt: skip
        for equation in jaxpr.eqns:
            results = self.equation(equation, [self.operand(values, atom) for atom in equation.invars])
            values |= dict(zip(equation.outvars, results, strict=True))
        return [self.operand(values, atom) for atom in jaxpr.outvars]

    def equation(self, equation: Any, operands: list[Any]) -> list[Any]:
        """The values that a primitive gives."""
        from .rules import RULES

        name = equation.primitive.name
        rule: Callable[..., Any] | None = RULES.get(name)
        if rule is not None:
            made = rule(self, equation, *operands)
            return made if isinstance(made, list) else [made]
        function = next((equation.params[key] for key in _CALLED if key in equation.params), None)
        if function is None or name in ("scan", "while", "cond", "custom_root", "custom_linear_solve"):
            why = _WHY.get(name, f"the primitive '{name}' has no counterpart here: write it in terms of others")
            raise self.refused(equation, why)
        return self.called(function, operands[len(operands) - len(getattr(function, "jaxpr", function).invars) :])

    def operand(self, values: Mapping[Any, Any], atom: Any) -> Any:
        """The value of a variable, or a number that is written in place: Python's own has the type of its use."""
        return self.constant(np.asarray(atom.val, atom.aval.dtype)) if hasattr(atom, "val") else values[atom]

    def _array(self, constant: Any) -> np.ndarray:
        try:
            return np.asarray(constant)
        except TypeError as error:
            raise UnsupportedError(f"{self.where}: one of its constants is no array of numbers ({error}); random "
                                   "numbers are drawn outside of it") from None

    def constant(self, array: np.ndarray) -> Any:
        """A number in place, an array among the weights."""
        return array if array.ndim == 0 else self.wiring.weight("constant", array)

    def add(self, operator: str, *operands: Any, **attributes: Any) -> str:
        """Appends a node and gives the name of its result, a number behind it, which says that nobody chose it."""
        stem = operator.lower()
        self._counts[stem] += 1
        name = self.wiring.name(f"{stem}_{self._counts[stem]}")
        return self.wiring.add(operator, *operands, gives=name, **attributes)

    def with_new_axes(self, value: Any, axes: list[int]) -> Any:
        """A value with new axes of length 1; a weight keeps its name."""
        if isinstance(value, str) and value in self.wiring.model.weights:
            array = np.expand_dims(self.wiring.model.weights[value], tuple(axes))
            return self.wiring.weight(f"{value.partition(':')[0]}:1", array)
        return self.add("Unsqueeze", value, np.array(axes, np.int64))

    def give(self, name: str, value: Any) -> None:
        """Lets a value be an output."""
        self.wiring.add("Identity", value, gives=name)

    # ---------------------------------------------------------------------------------------- lengths

    def shape(self, lengths: Any) -> Any:
        """A shape as a vector."""
        if all(isinstance(n, int) for n in lengths):
            return np.array([int(n) for n in lengths], np.int64)
        parts = [self.length(n) for n in lengths]
        return self.add("Concat", *parts, axis=0) if len(parts) > 1 else parts[0]

    def length(self, length: Any) -> Any:
        """A length as a vector of one number."""
        if isinstance(length, int):
            return np.array([length], np.int64)
        text = str(length)
        if text in self.lengths:
            name, at = self.lengths[text]
            return self.add("Shape", name, start=at, end=at + 1)
        return self._arithmetic(ast.parse(re.sub(r"\^", "**", text), mode="eval").body, text)

    def _arithmetic(self, tree: ast.expr, text: str) -> Any:
        if isinstance(tree, ast.Constant):
            return np.array([tree.value], np.int64)
        if isinstance(tree, ast.Name) and tree.id in self.lengths:
            name, at = self.lengths[tree.id]
            return self.add("Shape", name, start=at, end=at + 1)
        if isinstance(tree, ast.UnaryOp) and isinstance(tree.op, ast.USub):
            return self.add("Neg", self._arithmetic(tree.operand, text))
        operators = {ast.Add: "Add", ast.Sub: "Sub", ast.Mult: "Mul"}
        if isinstance(tree, ast.BinOp) and type(tree.op) in operators:
            left, right = self._arithmetic(tree.left, text), self._arithmetic(tree.right, text)
            return self.add(operators[type(tree.op)], left, right)
        raise UnsupportedError(f"{self.where}: a length of it is {text}, which is more than sums and products of the "
                               "lengths of inputs")

    def refused(self, equation: Any, why: str) -> UnsupportedError:
        """An error that names the author's line."""
        return UnsupportedError(f"{self.where}: {why}{_line(equation)}")


def _line(equation: Any) -> str:
    try:
        from jax._src import source_info_util

        line = source_info_util.summarize(equation.source_info)
        return f" ({line})" if line else ""
    except Exception:  # of a part of JAX that comes and goes
        return ""
