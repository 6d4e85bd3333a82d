"""Functions of ``keras.ops`` and TensorFlow that stand between the layers of a functional model."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from .arithmetic import (
    alike,
    all_of,
    any_of,
    binary,
    cast,
    clip,
    einsum,
    expm1,
    log1p,
    log_of,
    matmul,
    normalize,
    reduced_by,
    square,
    unary,
    variance,
    where,
)
from .functions import FUNCTIONS, apply_function
from .indexing import axes_of, flip, get_item, option_of
from .layer import Layer
from .merging import concatenated
from .operands import Operand, floating, value_of
from .picking import at_extreme, norm, one_hot, sort, split, take_along_axis, tile, top_k
from .reshaping import reshaped
from .values import Value

__all__ = ["OPERATIONS"]

def _concatenate(layer: Layer, xs: list[Value], axis: Any = None) -> Value:
    axis = option_of(layer, "axis", axis)
    return concatenated(layer, [value_of(layer, each) for each in xs], int(axis or 0)).unmasked()


def _stack(layer: Layer, xs: list[Value], axis: Any = None) -> Value:
    axis, rank = int(option_of(layer, "axis", axis) or 0), value_of(layer, xs[0]).rank
    return concatenated(layer, [_expand(layer, each, axis) for each in xs], axis % (rank + 1)).unmasked()


def _expand(layer: Layer, x: Operand, axis: Any = None) -> Value:
    x, axis = value_of(layer, x), option_of(layer, "axis", axis)
    if type(axis) is not int or not -x.rank - 1 <= axis <= x.rank or axis % (x.rank + 1) == 0:
        layer.refuse(f"its axis is {axis!r}, for a value of {x.rank} axes")
    at = axis % (x.rank + 1)
    return Value(layer.add("Unsqueeze", x, np.array([at])), (*x.shape[:at], 1, *x.shape[at:]), x.type)


def _squeeze(layer: Layer, x: Operand, axis: Any = None) -> Value:
    x, axis = value_of(layer, x), option_of(layer, "axis", axis)
    axes = [at for at, n in enumerate(x.shape) if n == 1] if axis is None else axes_of(layer, x, axis)
    if any(x.shape[at] != 1 for at in axes):
        layer.fail(f"its axis is {axis!r}, for the shape {list(x.shape)}")
    shape = tuple(n for at, n in enumerate(x.shape) if at not in axes)
    return Value(layer.add("Squeeze", x, np.array(axes)), shape, x.type)


def _transpose(layer: Layer, x: Operand, axes: Any = None, perm: Any = None) -> Value:
    x, order = value_of(layer, x), option_of(layer, "axes", axes) or perm
    order = list(range(x.rank))[::-1] if order is None else [at % x.rank for at in order]
    if sorted(order) != list(range(x.rank)):
        layer.fail(f"its axes are {order}, for a value of {x.rank} axes")
    return Value(layer.add("Transpose", x, perm=order), tuple(x.shape[at] for at in order), x.type)


def _swapaxes(layer: Layer, x: Operand) -> Value:
    x = value_of(layer, x)
    order = list(range(x.rank))
    a, b = layer.integer("axis1", least=-8) % x.rank, layer.integer("axis2", least=-8) % x.rank
    order[a], order[b] = b, a
    return _transpose(layer, x, order)


def _reshape(layer: Layer, x: Operand, shape: Any = None) -> Value:
    target = shape or layer.config.get("newshape") or layer.config.get("shape")
    if not isinstance(target, list) or not target or target[0] not in (None, -1):
        layer.refuse(f"its shape is {target!r}; read are shapes that leave the entries alone ((-1, ...))")
    return reshaped(layer, value_of(layer, x), [-1 if n is None else int(n) for n in target[1:]])


def _function(name: str) -> Callable[..., Value]:
    def build(layer: Layer, x: Value, **numbers: Any) -> Value:
        known = {key: each for key, each in layer.config.items() if each is not None}
        return apply_function(layer, floating(layer, x), name, {**known, **numbers}).unmasked()

    return build


def _same(layer: Layer, x: Value) -> Value:
    return x


_NAMES = {"Relu": "relu", "ReLU": "relu", "Relu6": "relu6", "Sigmoid": "sigmoid", "Softplus": "softplus",
          "Softsign": "softsign", "SoftShrink": "soft_shrink", "SparsePlus": "sparse_plus", "Silu": "silu",
          "Squareplus": "squareplus", "LogSigmoid": "log_sigmoid", "LeakyRelu": "leaky_relu",
          "HardSigmoid": "hard_sigmoid", "HardSilu": "hard_silu", "Elu": "elu", "Selu": "selu", "Gelu": "gelu",
          "Celu": "celu", "Glu": "glu", "TanhShrink": "tanh_shrink", "HardTanh": "hard_tanh", "Mish": "mish",
          "HardShrink": "hard_shrink", "Threshold": "threshold", "Softmax": "softmax", "LogSoftmax": "log_softmax",
          "Sparsemax": "sparsemax", "SparseSigmoid": "sparse_sigmoid", "Tanh": "tanh"}  # fmt: skip

#: Operations of Keras 3 by the names of their classes.
OPERATIONS: dict[str, Callable[..., Any]] = {
    **{operation: _function(name) for operation, name in _NAMES.items()},
    "Add": binary("Add"), "Subtract": binary("Sub"), "Multiply": binary("Mul"), "Divide": binary("Div"),
    "TrueDivide": binary("Div"), "Power": binary("Pow"), "Maximum": binary("Max"), "Minimum": binary("Min"),
    "Equal": binary("Equal", "bool"), "NotEqual": binary("Equal", "bool", negated=True),
    "Greater": binary("Greater", "bool"), "GreaterEqual": binary("GreaterOrEqual", "bool"),
    "Less": binary("Less", "bool"), "LessEqual": binary("LessOrEqual", "bool"),
    "LogicalAnd": binary("And", "bool"), "LogicalOr": binary("Or", "bool"), "LogicalXor": binary("Xor", "bool"),
    "LogicalNot": unary("Not", "bool"), "Negative": unary("Neg"), "Absolute": unary("Abs"), "Abs": unary("Abs"),
    "Exp": unary("Exp"), "Log": unary("Log"), "Sqrt": unary("Sqrt"), "Sign": unary("Sign"),
    "Floor": unary("Floor"), "Ceil": unary("Ceil"), "Reciprocal": unary("Reciprocal"), "Sin": unary("Sin"),
    "Cos": unary("Cos"),
    "Tan": unary("Tan"), "Sinh": unary("Sinh"), "Cosh": unary("Cosh"), "Arcsin": unary("Asin"),
    "Arccos": unary("Acos"), "Arctan": unary("Atan"), "Arcsinh": unary("Asinh"), "Arccosh": unary("Acosh"),
    "Arctanh": unary("Atanh"), "Erf": unary("Erf"), "Isnan": unary("IsNaN", "bool"),
    "Isinf": unary("IsInf", "bool"), "Square": square, "Log10": log_of(10), "Log2": log_of(2), "Log1p": log1p,
    "Expm1": expm1,
    "Rsqrt": lambda layer, x: OPERATIONS["Reciprocal"](layer, OPERATIONS["Sqrt"](layer, x)),
    "Sum": reduced_by("ReduceSum"), "Mean": reduced_by("ReduceMean"), "Max": reduced_by("ReduceMax"),
    "Amax": reduced_by("ReduceMax"), "Min": reduced_by("ReduceMin"), "Amin": reduced_by("ReduceMin"),
    "Prod": reduced_by("ReduceProd"), "Any": any_of, "All": all_of, "Logsumexp": reduced_by("ReduceLogSumExp"),
    "Var": variance(False), "Std": variance(True),
    "Matmul": matmul, "Einsum": einsum, "Concatenate": _concatenate, "Stack": _stack, "ExpandDims": _expand,
    "Squeeze": _squeeze, "Transpose": _transpose, "Swapaxes": _swapaxes, "Reshape": _reshape, "Clip": clip,
    "Where": where, "Cast": cast, "GetItem": get_item, "Flip": flip, "Normalize": normalize,
    "TopK": top_k, "Sort": sort, "TakeAlongAxis": take_along_axis, "OneHot": one_hot, "Split": split, "Norm": norm,
    "Tile": tile, "Argmax": at_extreme("ArgMax"), "Argmin": at_extreme("ArgMin"),
    "ZerosLike": alike(0), "OnesLike": alike(1), "StopGradient": _same, "ConvertToTensor": _same, "Copy": _same,
}  # fmt: skip

assert set(_NAMES.values()) <= set(FUNCTIONS)
