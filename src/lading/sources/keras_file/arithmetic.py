"""Arithmetic of ``keras.ops``: number by number, over axes, and products of matrices."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from .indexing import axes_of, option_of
from .layer import Layer
from .merging import broadcast
from .operands import Operand, as_type, floating, pair_of, value_of
from .values import Value

__all__ = ["alike", "all_of", "any_of", "binary", "cast", "clip", "einsum", "expm1", "log1p", "log_of", "matmul",
           "normalize", "reduced_by", "square", "unary", "variance", "where"]  # fmt: skip


def binary(operator: str, type_: str = "", negated: bool = False) -> Callable[..., Value]:
    def build(layer: Layer, x1: Operand, x2: Operand) -> Value:
        a, b = pair_of(layer, x1, x2)
        if operator in ("And", "Or", "Xor"):
            a, b = as_type(layer, a, "bool"), as_type(layer, b, "bool")
        if operator == "Div":
            a, b = floating(layer, a), floating(layer, b)
        y = layer.add(operator, a, b)
        return Value(layer.add("Not", y) if negated else y, broadcast(layer, a.shape, b.shape), type_ or a.type)

    return build


def unary(operator: str, type_: str = "") -> Callable[..., Value]:
    def build(layer: Layer, x: Operand) -> Value:
        x = value_of(layer, x) if operator in ("Abs", "Neg", "Sign", "Not") else floating(layer, x)
        return Value(layer.add(operator, x), x.shape, type_ or x.type, x.mask)

    return build


def square(layer: Layer, x: Operand) -> Value:
    x = value_of(layer, x)
    return Value(layer.add("Mul", x, x), x.shape, x.type)


def log_of(number: float) -> Callable[..., Value]:
    def build(layer: Layer, x: Operand) -> Value:
        x = floating(layer, x)
        y = layer.add("Div", layer.add("Log", x), layer.constant(np.log(number), x.type))
        return Value(y, x.shape, x.type)

    return build


def log1p(layer: Layer, x: Operand) -> Value:
    """log(u) x / (u - 1) with u = 1 + x, and x where u is 1: exact also for small x."""
    x = floating(layer, x)
    one = layer.constant(1, x.type)
    u = layer.add("Add", x, one)
    near = layer.add("Equal", u, one)
    infinite = layer.add("IsInf", u)
    less = layer.add("Where", near, one, layer.add("Sub", u, one))
    ratio = layer.add("Div", layer.add("Mul", layer.add("Log", u), x), less)
    exact = layer.add("Where", near, x, ratio)
    return Value(layer.add("Where", infinite, u, exact), x.shape, x.type)


def expm1(layer: Layer, x: Operand) -> Value:
    """tanh(x / 2) (e^x + 1), in which nothing cancels near 0."""
    x = floating(layer, x)
    half = layer.add("Mul", x, layer.constant(0.5, x.type))
    tanh, power = layer.add("Tanh", half), layer.add("Exp", x)
    y = layer.add("Mul", tanh, layer.add("Add", power, layer.constant(1, x.type)))
    return Value(y, x.shape, x.type)


def reduced_by(operator: str) -> Callable[..., Value]:
    def build(layer: Layer, x: Operand, axis: Any = None, keepdims: bool = False) -> Value:
        x = value_of(layer, x)
        if operator in ("ReduceMean", "ReduceL2", "ReduceLogSumExp"):
            x = floating(layer, x)
        axis, keep = option_of(layer, "axis", axis), bool(option_of(layer, "keepdims", keepdims))
        return _reduced(layer, operator, x, axis, keep)

    return build


def _reduced(layer: Layer, operator: str, x: Value, axis: Any, keep: bool) -> Value:
    axes = axes_of(layer, x, axis)
    y = layer.add(operator, x, np.array(axes), keepdims=int(keep))
    shape = tuple(1 if at in axes else n for at, n in enumerate(x.shape) if keep or at not in axes)
    return Value(y, shape, x.type)


def any_of(layer: Layer, x: Operand, axis: Any = None, keepdims: bool = False) -> Value:
    return reduced_by("ReduceMax")(layer, as_type(layer, value_of(layer, x), "bool"), axis, keepdims)


def all_of(layer: Layer, x: Operand, axis: Any = None, keepdims: bool = False) -> Value:
    return reduced_by("ReduceMin")(layer, as_type(layer, value_of(layer, x), "bool"), axis, keepdims)


def variance(root: bool) -> Callable[..., Value]:
    def build(layer: Layer, x: Operand, axis: Any = None, keepdims: bool = False) -> Value:
        x = floating(layer, x)
        axis, keep = option_of(layer, "axis", axis), bool(option_of(layer, "keepdims", keepdims))
        apart = layer.add("Sub", x, _reduced(layer, "ReduceMean", x, axis, True))
        y = _reduced(layer, "ReduceMean", Value(layer.add("Mul", apart, apart), x.shape, x.type), axis, keep)
        return Value(layer.add("Sqrt", y), y.shape, x.type) if root else y

    return build


def matmul(layer: Layer, x1: Operand, x2: Operand) -> Value:
    a, b = pair_of(layer, x1, x2)
    if a.rank < 2 or b.rank < 2:
        layer.refuse("a product with a vector")
    if a.shape[-1] != b.shape[-2] and isinstance(a.shape[-1], int) and isinstance(b.shape[-2], int):
        layer.fail(f"shapes {list(a.shape)} and {list(b.shape)} have no product")
    front = broadcast(layer, a.shape[:-2], b.shape[:-2])
    return Value(layer.add("MatMul", a, b), (*front, a.shape[-2], b.shape[-1]), a.type)


def einsum(layer: Layer, subscripts: Any = None, *operands: Operand, **_: Any) -> Value:
    if isinstance(subscripts, Value):
        operands, subscripts = (subscripts, *operands), None
    equation = str(subscripts or layer.option("subscripts")).replace(" ", "")
    takes, arrow, gives = equation.partition("->")
    values = [value_of(layer, each) for each in operands]
    if "." in equation or not arrow or [len(each) for each in takes.split(",")] != [value.rank for value in values]:
        layer.refuse(f"the equation '{equation}'")
    sizes = {letter: n for letters, value in zip(takes.split(","), values, strict=True)
             for letter, n in zip(letters, value.shape, strict=True)}  # fmt: skip
    return Value(layer.add("Einsum", *values, equation=equation), tuple(sizes[each] for each in gives), values[0].type)


def clip(layer: Layer, x: Operand, low: Any = None, high: Any = None) -> Value:
    x = value_of(layer, x)
    bounds = [option_of(layer, name, each) for name, each in (("x_min", low), ("x_max", high))]
    if not all(isinstance(each, (int, float)) for each in bounds):
        layer.refuse(f"its limits are {bounds}")
    return Value(layer.add("Clip", x, *(layer.constant(each, x.type) for each in bounds)), x.shape, x.type)


def where(layer: Layer, condition: Value, x1: Operand, x2: Operand) -> Value:
    a, b = pair_of(layer, x1, x2)
    test = as_type(layer, condition, "bool")
    shape = broadcast(layer, test.shape, broadcast(layer, a.shape, b.shape))
    return Value(layer.add("Where", test, a, b), shape, a.type)


def cast(layer: Layer, x: Operand, dtype: Any = None) -> Value:
    type_ = option_of(layer, "dtype", dtype)
    if type_ not in ("float32", "float64", "int32", "int64", "bool"):
        layer.refuse(f"a cast to {type_!r}")
    return as_type(layer, value_of(layer, x), type_)


def normalize(layer: Layer, x: Operand, axis: Any = None) -> Value:
    x = floating(layer, x)
    if layer.config.get("order", 2) != 2:
        layer.refuse(f"its order is {layer.config['order']!r}")
    length = _reduced(layer, "ReduceL2", x, option_of(layer, "axis", axis), True)
    least = layer.config.get("epsilon") or 1e-7
    return Value(layer.add("Div", x, layer.add("Max", length, layer.constant(least, x.type))), x.shape, x.type)


def alike(number: int) -> Callable[..., Value]:
    """As many zeros or ones, whatever the numbers are."""

    def build(layer: Layer, x: Value, dtype: Any = None) -> Value:
        first = layer.add("Cast", layer.add("Equal", x, x), to="int64")
        whole = layer.add("Add", layer.add("Mul", first, np.asarray(0)), np.asarray(number))
        type_ = option_of(layer, "dtype", dtype) or x.type
        return cast(layer, Value(whole, x.shape, "int64"), type_)

    return build
