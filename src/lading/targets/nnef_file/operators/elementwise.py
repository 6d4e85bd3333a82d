"""Arithmetic, comparisons, logic and types."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from ..writing import KINDS, Value

if TYPE_CHECKING:
    from ....graph import Node
    from ..writing import Writer


def on(writer: Writer, operation: str, *values: Value, kind: str = "scalar", **named: Any) -> Value:
    """An operation on numbers that stand in the same place."""
    made, shape = writer.aligned(*values)
    return writer.call(operation, *(writer.read(each) for each in made), shape=shape, kind=kind, **named)


def number(value: float) -> Value:
    return Value("", (), "scalar", np.asarray(value, np.float32))


def _unary(operation: str) -> Callable[[Writer, Node], Value]:
    return lambda writer, node: on(writer, operation, writer.scalar(0))


def _binary(operation: str, kind: str = "scalar") -> Callable[[Writer, Node], Value]:
    return lambda writer, node: on(writer, operation, writer.scalar(0), writer.scalar(1), kind=kind)


def _chain(operation: str) -> Callable[[Writer, Node], Value]:
    def write(writer: Writer, node: Node) -> Value:
        total = writer.scalar(0)
        for index in range(1, len(node.inputs)):
            total = on(writer, operation, total, writer.scalar(index))
        return total

    return write


def _logic(operation: str) -> Callable[[Writer, Node], Value]:
    return lambda writer, node: on(writer, operation, *(writer.tensor(i) for i in range(len(node.inputs))),
                                   kind="logical")  # fmt: skip


def mean(writer: Writer, node: Node) -> Value:
    return on(writer, "div", _chain("add")(writer, node), number(len(node.inputs)))


def clip(writer: Writer, node: Node) -> Value:
    x, low, high = writer.scalar(0), writer.operand(1), writer.operand(2)
    if low is not None and high is not None:
        return on(writer, "clamp", x, low, high)
    if low is not None:
        return on(writer, "max", x, low)
    return x if high is None else on(writer, "min", x, high)


def where(writer: Writer, node: Node) -> Value:
    condition, yes, no = (writer.tensor(i) for i in range(3))
    return on(writer, "select", condition, yes, no, kind=yes.kind)


def identity(writer: Writer, node: Node) -> Value:
    return writer.tensor(0)


def cast(writer: Writer, node: Node) -> Value:
    """Between NNEF's types; the widths of integers are only in lading.json."""
    x, to = writer.tensor(0), str(node.attributes["to"])
    kind = KINDS.get(np.dtype(to).kind, "") if to != "bfloat16" else ""
    if not kind or (kind == "scalar" and to != "float32"):
        writer.refuse(f"NNEF has no {to}")
    if kind == x.kind:
        return x
    if x.kind == "logical" and kind == "scalar":
        return on(writer, "select", x, number(1), number(0))
    if x.kind == "scalar" and kind == "logical":
        return on(writer, "ne", x, number(0), kind=kind)
    return writer.call(f"cast<{kind}>", writer.read(x), shape=x.shape, kind=kind)


def is_nan(writer: Writer, node: Node) -> Value:
    return on(writer, "ne", writer.scalar(0), writer.scalar(0), kind="logical")


def xor(writer: Writer, node: Node) -> Value:
    a, b = writer.tensor(0), writer.tensor(1)
    either = on(writer, "or", a, b, kind="logical")
    both = on(writer, "not", on(writer, "and", a, b, kind="logical"), kind="logical")
    return on(writer, "and", either, both, kind="logical")


_UNARY = {"Abs": "abs", "Acos": "acos", "Acosh": "acosh", "Asin": "asin", "Asinh": "asinh", "Atan": "atan",
          "Atanh": "atanh", "Ceil": "ceil", "Cos": "cos", "Cosh": "cosh", "Exp": "exp", "Floor": "floor", "Log": "log",
          "Neg": "neg", "Reciprocal": "rcp", "Relu": "relu", "Sigmoid": "sigmoid", "Sign": "sign", "Sin": "sin",
          "Sinh": "sinh", "Softplus": "softplus", "Sqrt": "sqrt", "Tan": "tan", "Tanh": "tanh"}  # fmt: skip
_BINARY = {"Add": "add", "Sub": "sub", "Mul": "mul", "Div": "div", "Pow": "pow"}
_COMPARISONS = {"Less": "lt", "LessOrEqual": "le", "Greater": "gt", "GreaterOrEqual": "ge", "Equal": "eq"}

OPERATORS: dict[str, Any] = {
    **{name: _unary(operation) for name, operation in _UNARY.items()},
    **{name: _binary(operation) for name, operation in _BINARY.items()},
    **{name: _binary(operation, "logical") for name, operation in _COMPARISONS.items()},
    "Min": _chain("min"), "Max": _chain("max"), "Sum": _chain("add"), "Mean": mean, "And": _logic("and"),
    "Or": _logic("or"), "Not": _logic("not"), "Xor": xor, "Clip": clip, "Where": where, "Identity": identity,
    "Dropout": identity, "Cast": cast, "IsNaN": is_nan,
}  # fmt: skip
