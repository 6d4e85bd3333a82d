"""Arithmetic, comparisons and logic, number by number. Shapes are joined from the first axis on."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from ..building import Builder, Operand, Tensor, Tensors


def unary(build: Builder, operator: str, x: Operand, **attributes: Any) -> Tensor:
    """An operator of ONNX on each number."""
    x = build.as_float(x)
    return build.add(operator, x, shape=x.shape if isinstance(x, Tensor) else (), **attributes)


def binary(build: Builder, operator: str, x: Operand, y: Operand) -> Tensor:
    """An operator of ONNX on numbers that stand in the same place."""
    if all(_is_whole(each) for each in (x, y)) and any(isinstance(each, Tensor) for each in (x, y)):
        (x, y), shape = build.aligned(x, y)
        return build.add(operator, x, y, shape=shape, type="int64")
    (x, y), shape = build.aligned(build.as_float(x), build.as_float(y))
    return build.add(operator, x, y, shape=shape)


def comparison(build: Builder, operator: str, x: Operand, y: Operand) -> Tensor:
    if not all(_is_whole(each) for each in (x, y)):
        x, y = build.as_float(x), build.as_float(y)
    (x, y), shape = build.aligned(x, y)
    return build.add(operator, x, y, shape=shape, type="bool")


def logic(build: Builder, operator: str, *values: Operand) -> Tensor:
    if any((each.type != "bool") if isinstance(each, Tensor) else not isinstance(each, bool) for each in values):
        build.fail("takes logical tensors")
    made, shape = build.aligned(*values)
    return build.add(operator, *made, shape=shape, type="bool")


def _is_whole(value: Operand) -> bool:
    return value.type.startswith("int") if isinstance(value, Tensor) else isinstance(value, int)


def square(build: Builder, x: Operand) -> Tensor:
    return binary(build, "Mul", x, x)


def _unary(operator: str) -> Callable[..., Any]:
    def operation(build: Builder, x: Operand) -> Any:
        return unary(build, operator, x)

    return operation


def _binary(operator: str) -> Callable[..., Any]:
    def operation(build: Builder, x: Operand, y: Operand) -> Any:
        return binary(build, operator, x, y)

    return operation


def _comparison(operator: str) -> Callable[..., Any]:
    def operation(build: Builder, x: Operand, y: Operand) -> Any:
        return comparison(build, operator, x, y)

    return operation


def _logic(operator: str) -> Callable[..., Any]:
    def operation(build: Builder, x: Operand, y: Operand) -> Any:
        return logic(build, operator, x, y)

    return operation


def copy(build: Builder, x: Operand) -> Any:
    if not isinstance(x, Tensor):
        return x
    return build.add("Identity", x, shape=x.shape, type=x.type)


def copy_n(build: Builder, x: Tensor, times: int) -> Any:
    return [copy(build, x) for _ in range(min(times, 1000))]


def add_n(build: Builder, x: Tensors) -> Any:
    total = x[0]
    for each in x[1:]:
        total = binary(build, "Add", total, each)
    return total


def not_(build: Builder, x: Operand) -> Any:
    return logic(build, "Not", x)


def ne(build: Builder, x: Operand, y: Operand) -> Any:
    return logic(build, "Not", comparison(build, "Equal", x, y))


def select(build: Builder, condition: Operand, true_value: Operand, false_value: Operand) -> Any:
    branches = [true_value, false_value]
    types = {each.type for each in branches if isinstance(each, Tensor)}
    if len(types) > 1:
        build.fail(f"its values are {' and '.join(sorted(types))}; both must be of one type")
    if types in (set(), {"float32"}) and not all(isinstance(each, bool) for each in branches):
        branches = [build.as_float(each) for each in branches]
    if isinstance(condition, Tensor) and condition.type != "bool":
        build.fail("its condition is no logical tensor")
    made, shape = build.aligned(condition if isinstance(condition, Tensor) else bool(condition), *branches)
    return build.add("Where", *made, shape=shape, type=types.pop() if types else "float32")


def clamp(build: Builder, x: Operand, a: Operand, b: Operand) -> Any:
    if isinstance(x, Tensor) and not isinstance(a, Tensor) and not isinstance(b, Tensor):
        return build.add("Clip", build.as_float(x), float(a), float(b), shape=x.shape)
    return binary(build, "Max", binary(build, "Min", build.as_float(x), build.as_float(b)), build.as_float(a))


def rsqr(build: Builder, x: Operand) -> Any:
    return unary(build, "Reciprocal", square(build, build.as_float(x)))


def rsqrt(build: Builder, x: Operand) -> Any:
    return unary(build, "Reciprocal", unary(build, "Sqrt", x))


def sqr(build: Builder, x: Operand) -> Any:
    return square(build, build.as_float(x))


def log2(build: Builder, x: Operand) -> Any:
    return binary(build, "Div", unary(build, "Log", x), math.log(2))


def round_(build: Builder, x: Tensor) -> Any:
    """To the nearest whole number, halves away from zero; ONNX's Round takes halves to even ones."""
    size = unary(build, "Abs", x)
    whole = unary(build, "Floor", size)
    up = comparison(build, "GreaterOrEqual", binary(build, "Sub", size, whole), 0.5)
    one = build.add("Cast", up, shape=up.shape, to="float32")
    return binary(build, "Mul", unary(build, "Sign", x), binary(build, "Add", whole, one))


_UNARY = {"exp": "Exp", "log": "Log", "sin": "Sin", "cos": "Cos", "tan": "Tan", "sinh": "Sinh", "cosh": "Cosh",
          "tanh": "Tanh", "asin": "Asin", "acos": "Acos", "atan": "Atan", "asinh": "Asinh", "acosh": "Acosh",
          "atanh": "Atanh", "abs": "Abs", "sign": "Sign", "rcp": "Reciprocal", "neg": "Neg", "floor": "Floor",
          "ceil": "Ceil", "sqrt": "Sqrt", "relu": "Relu", "sigmoid": "Sigmoid", "softplus": "Softplus"}  # fmt: skip
_BINARY = {"add": "Add", "sub": "Sub", "mul": "Mul", "div": "Div", "pow": "Pow", "min": "Min", "max": "Max"}
_COMPARISONS = {"lt": "Less", "gt": "Greater", "le": "LessOrEqual", "ge": "GreaterOrEqual", "eq": "Equal"}

OPERATIONS: dict[str, Callable[..., Any]] = {
    **{name: _unary(operator) for name, operator in _UNARY.items()},
    **{name: _binary(operator) for name, operator in _BINARY.items()},
    **{name: _comparison(operator) for name, operator in _COMPARISONS.items()},
    "and": _logic("And"), "or": _logic("Or"), "not": not_, "ne": ne, "select": select, "clamp": clamp, "sqr": sqr,
    "rsqr": rsqr, "rsqrt": rsqrt, "log2": log2, "round": round_, "copy": copy, "copy_n": copy_n, "add_n": add_n,
}  # fmt: skip
