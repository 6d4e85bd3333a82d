"""Functions of ``keras.ops`` and TensorFlow that stand between the layers of a functional model."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from .functions import FUNCTIONS, apply_function
from .indexing import axes_of, flip, get_item, option_of
from .layer import Layer
from .merging import broadcast, concatenated
from .reshaping import reshaped
from .values import Value

__all__ = ["OPERATIONS"]

Operand = Any  # a Value, or a number of the configuration


def _value(layer: Layer, x: Operand, like: Operand = None) -> Value:
    """A number or list as a value of the type of another."""
    if isinstance(x, Value):
        return x
    type_ = like.type if isinstance(like, Value) else "float32"
    x = x.get("config", {}).get("value") if isinstance(x, dict) else x
    try:
        array = np.asarray(x, "bool" if isinstance(x, bool) and type_ == "bool" else type_)
    except (ValueError, TypeError):
        layer.refuse(f"it is called with {str(x)[:60]}")
    name = layer.constant(array, type_)
    if not isinstance(name, str):
        name = layer.wiring.weight("constant", array)
    return Value(name, array.shape, type_)


def _pair(layer: Layer, a: Operand, b: Operand) -> tuple[Value, Value]:
    left, right = _value(layer, a, b), _value(layer, b, a)
    if left.type == right.type:
        return left, right
    order = ("bool", "int32", "int64", "float32", "float64")
    if left.type not in order or right.type not in order:
        layer.refuse(f"values of the types {left.type} and {right.type}")
    type_ = max(left.type, right.type, key=order.index)
    return _as(layer, left, type_), _as(layer, right, type_)


def _as(layer: Layer, x: Value, type_: str) -> Value:
    return x if x.type == type_ else Value(layer.add("Cast", x, to=type_), x.shape, type_, x.mask)


def _floating(layer: Layer, x: Operand) -> Value:
    x = _value(layer, x)
    return x if x.type.startswith("float") else _as(layer, x, "float32")


def _binary(operator: str, type_: str = "", negated: bool = False) -> Callable[..., Value]:
    def build(layer: Layer, x1: Operand, x2: Operand) -> Value:
        a, b = _pair(layer, x1, x2)
        if operator in ("And", "Or", "Xor"):
            a, b = _as(layer, a, "bool"), _as(layer, b, "bool")
        if operator == "Div":
            a, b = _floating(layer, a), _floating(layer, b)
        y = layer.add(operator, a, b)
        return Value(layer.add("Not", y) if negated else y, broadcast(layer, a.shape, b.shape), type_ or a.type)

    return build


def _unary(operator: str, type_: str = "") -> Callable[..., Value]:
    def build(layer: Layer, x: Operand) -> Value:
        x = _value(layer, x) if operator in ("Abs", "Neg", "Sign", "Not") else _floating(layer, x)
        return Value(layer.add(operator, x), x.shape, type_ or x.type, x.mask)

    return build


def _square(layer: Layer, x: Operand) -> Value:
    x = _value(layer, x)
    return Value(layer.add("Mul", x, x), x.shape, x.type)


def _log_of(number: float) -> Callable[..., Value]:
    def build(layer: Layer, x: Operand) -> Value:
        x = _floating(layer, x)
        y = layer.add("Div", layer.add("Log", x), layer.constant(np.log(number), x.type))
        return Value(y, x.shape, x.type)

    return build


def _log1p(layer: Layer, x: Operand) -> Value:
    """log(u) x / (u - 1) with u = 1 + x, and x where u is 1: exact also for small x."""
    x = _floating(layer, x)
    one = layer.constant(1, x.type)
    u = layer.add("Add", x, one)
    near = layer.add("Equal", u, one)
    infinite = layer.add("IsInf", u)
    less = layer.add("Where", near, one, layer.add("Sub", u, one))
    ratio = layer.add("Div", layer.add("Mul", layer.add("Log", u), x), less)
    exact = layer.add("Where", near, x, ratio)
    return Value(layer.add("Where", infinite, u, exact), x.shape, x.type)


def _expm1(layer: Layer, x: Operand) -> Value:
    """tanh(x / 2) (e^x + 1), in which nothing cancels near 0."""
    x = _floating(layer, x)
    half = layer.add("Mul", x, layer.constant(0.5, x.type))
    tanh, power = layer.add("Tanh", half), layer.add("Exp", x)
    y = layer.add("Mul", tanh, layer.add("Add", power, layer.constant(1, x.type)))
    return Value(y, x.shape, x.type)


def _reduce(operator: str) -> Callable[..., Value]:
    def build(layer: Layer, x: Operand, axis: Any = None, keepdims: bool = False) -> Value:
        x = _value(layer, x)
        if operator in ("ReduceMean", "ReduceL2", "ReduceLogSumExp"):
            x = _floating(layer, x)
        axis, keep = option_of(layer, "axis", axis), bool(option_of(layer, "keepdims", keepdims))
        return _reduced(layer, operator, x, axis, keep)

    return build


def _reduced(layer: Layer, operator: str, x: Value, axis: Any, keep: bool) -> Value:
    axes = axes_of(layer, x, axis)
    y = layer.add(operator, x, np.array(axes), keepdims=int(keep))
    shape = tuple(1 if at in axes else n for at, n in enumerate(x.shape) if keep or at not in axes)
    return Value(y, shape, x.type)


def _any(layer: Layer, x: Operand, axis: Any = None, keepdims: bool = False) -> Value:
    return _reduce("ReduceMax")(layer, _as(layer, _value(layer, x), "bool"), axis, keepdims)


def _all(layer: Layer, x: Operand, axis: Any = None, keepdims: bool = False) -> Value:
    return _reduce("ReduceMin")(layer, _as(layer, _value(layer, x), "bool"), axis, keepdims)


def _variance(root: bool) -> Callable[..., Value]:
    def build(layer: Layer, x: Operand, axis: Any = None, keepdims: bool = False) -> Value:
        x = _floating(layer, x)
        axis, keep = option_of(layer, "axis", axis), bool(option_of(layer, "keepdims", keepdims))
        apart = layer.add("Sub", x, _reduced(layer, "ReduceMean", x, axis, True))
        y = _reduced(layer, "ReduceMean", Value(layer.add("Mul", apart, apart), x.shape, x.type), axis, keep)
        return Value(layer.add("Sqrt", y), y.shape, x.type) if root else y

    return build


def _matmul(layer: Layer, x1: Operand, x2: Operand) -> Value:
    a, b = _pair(layer, x1, x2)
    if a.rank < 2 or b.rank < 2:
        layer.refuse("a product with a vector")
    if a.shape[-1] != b.shape[-2] and isinstance(a.shape[-1], int) and isinstance(b.shape[-2], int):
        layer.fail(f"shapes {list(a.shape)} and {list(b.shape)} have no product")
    front = broadcast(layer, a.shape[:-2], b.shape[:-2])
    return Value(layer.add("MatMul", a, b), (*front, a.shape[-2], b.shape[-1]), a.type)


def _einsum(layer: Layer, subscripts: Any = None, *operands: Operand, **_: Any) -> Value:
    if isinstance(subscripts, Value):
        operands, subscripts = (subscripts, *operands), None
    equation = str(subscripts or layer.option("subscripts")).replace(" ", "")
    takes, arrow, gives = equation.partition("->")
    values = [_value(layer, each) for each in operands]
    if "." in equation or not arrow or [len(each) for each in takes.split(",")] != [value.rank for value in values]:
        layer.refuse(f"the equation '{equation}'")
    sizes = {letter: n for letters, value in zip(takes.split(","), values, strict=True)
             for letter, n in zip(letters, value.shape, strict=True)}  # fmt: skip
    return Value(layer.add("Einsum", *values, equation=equation), tuple(sizes[each] for each in gives), values[0].type)


def _concatenate(layer: Layer, xs: list[Value], axis: Any = None) -> Value:
    axis = option_of(layer, "axis", axis)
    return concatenated(layer, [_value(layer, each) for each in xs], int(axis or 0)).unmasked()


def _stack(layer: Layer, xs: list[Value], axis: Any = None) -> Value:
    axis, rank = int(option_of(layer, "axis", axis) or 0), _value(layer, xs[0]).rank
    return concatenated(layer, [_expand(layer, each, axis) for each in xs], axis % (rank + 1)).unmasked()


def _expand(layer: Layer, x: Operand, axis: Any = None) -> Value:
    x, axis = _value(layer, x), option_of(layer, "axis", axis)
    if type(axis) is not int or not -x.rank - 1 <= axis <= x.rank or axis % (x.rank + 1) == 0:
        layer.refuse(f"its axis is {axis!r}, for a value of {x.rank} axes")
    at = axis % (x.rank + 1)
    return Value(layer.add("Unsqueeze", x, np.array([at])), (*x.shape[:at], 1, *x.shape[at:]), x.type)


def _squeeze(layer: Layer, x: Operand, axis: Any = None) -> Value:
    x, axis = _value(layer, x), option_of(layer, "axis", axis)
    axes = [at for at, n in enumerate(x.shape) if n == 1] if axis is None else axes_of(layer, x, axis)
    if any(x.shape[at] != 1 for at in axes):
        layer.fail(f"its axis is {axis!r}, for the shape {list(x.shape)}")
    shape = tuple(n for at, n in enumerate(x.shape) if at not in axes)
    return Value(layer.add("Squeeze", x, np.array(axes)), shape, x.type)


def _transpose(layer: Layer, x: Operand, axes: Any = None, perm: Any = None) -> Value:
    x, order = _value(layer, x), option_of(layer, "axes", axes) or perm
    order = list(range(x.rank))[::-1] if order is None else [at % x.rank for at in order]
    if sorted(order) != list(range(x.rank)):
        layer.fail(f"its axes are {order}, for a value of {x.rank} axes")
    return Value(layer.add("Transpose", x, perm=order), tuple(x.shape[at] for at in order), x.type)


def _swapaxes(layer: Layer, x: Operand) -> Value:
    x = _value(layer, x)
    order = list(range(x.rank))
    a, b = layer.integer("axis1", least=-8) % x.rank, layer.integer("axis2", least=-8) % x.rank
    order[a], order[b] = b, a
    return _transpose(layer, x, order)


def _reshape(layer: Layer, x: Operand, shape: Any = None) -> Value:
    target = shape or layer.config.get("newshape") or layer.config.get("shape")
    if not isinstance(target, list) or not target or target[0] not in (None, -1):
        layer.refuse(f"its shape is {target!r}; read are shapes that leave the entries alone ((-1, ...))")
    return reshaped(layer, _value(layer, x), [-1 if n is None else int(n) for n in target[1:]])


def _clip(layer: Layer, x: Operand, low: Any = None, high: Any = None) -> Value:
    x = _value(layer, x)
    bounds = [option_of(layer, name, each) for name, each in (("x_min", low), ("x_max", high))]
    if not all(isinstance(each, (int, float)) for each in bounds):
        layer.refuse(f"its limits are {bounds}")
    return Value(layer.add("Clip", x, *(layer.constant(each, x.type) for each in bounds)), x.shape, x.type)


def _where(layer: Layer, condition: Value, x1: Operand, x2: Operand) -> Value:
    a, b = _pair(layer, x1, x2)
    test = _as(layer, condition, "bool")
    shape = broadcast(layer, test.shape, broadcast(layer, a.shape, b.shape))
    return Value(layer.add("Where", test, a, b), shape, a.type)


def _cast(layer: Layer, x: Operand, dtype: Any = None) -> Value:
    type_ = option_of(layer, "dtype", dtype)
    if type_ not in ("float32", "float64", "int32", "int64", "bool"):
        layer.refuse(f"a cast to {type_!r}")
    return _as(layer, _value(layer, x), type_)


def _normalize(layer: Layer, x: Operand, axis: Any = None) -> Value:
    x = _floating(layer, x)
    if layer.config.get("order", 2) != 2:
        layer.refuse(f"its order is {layer.config['order']!r}")
    length = _reduced(layer, "ReduceL2", x, option_of(layer, "axis", axis), True)
    least = layer.config.get("epsilon") or 1e-7
    return Value(layer.add("Div", x, layer.add("Max", length, layer.constant(least, x.type))), x.shape, x.type)


def _function(name: str) -> Callable[..., Value]:
    def build(layer: Layer, x: Value, **numbers: Any) -> Value:
        known = {key: each for key, each in layer.config.items() if each is not None}
        return apply_function(layer, _floating(layer, x), name, {**known, **numbers}).unmasked()

    return build


def _alike(number: int) -> Callable[..., Value]:
    """As many zeros or ones, whatever the numbers are."""

    def build(layer: Layer, x: Value, dtype: Any = None) -> Value:
        first = layer.add("Cast", layer.add("Equal", x, x), to="int64")
        whole = layer.add("Add", layer.add("Mul", first, np.asarray(0)), np.asarray(number))
        type_ = option_of(layer, "dtype", dtype) or x.type
        return _cast(layer, Value(whole, x.shape, "int64"), type_)

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
    "Add": _binary("Add"), "Subtract": _binary("Sub"), "Multiply": _binary("Mul"), "Divide": _binary("Div"),
    "TrueDivide": _binary("Div"), "Power": _binary("Pow"), "Maximum": _binary("Max"), "Minimum": _binary("Min"),
    "Equal": _binary("Equal", "bool"), "NotEqual": _binary("Equal", "bool", negated=True),
    "Greater": _binary("Greater", "bool"), "GreaterEqual": _binary("GreaterOrEqual", "bool"),
    "Less": _binary("Less", "bool"), "LessEqual": _binary("LessOrEqual", "bool"),
    "LogicalAnd": _binary("And", "bool"), "LogicalOr": _binary("Or", "bool"), "LogicalXor": _binary("Xor", "bool"),
    "LogicalNot": _unary("Not", "bool"), "Negative": _unary("Neg"), "Absolute": _unary("Abs"), "Abs": _unary("Abs"),
    "Exp": _unary("Exp"), "Log": _unary("Log"), "Sqrt": _unary("Sqrt"), "Sign": _unary("Sign"),
    "Floor": _unary("Floor"), "Ceil": _unary("Ceil"), "Reciprocal": _unary("Reciprocal"), "Sin": _unary("Sin"),
    "Cos": _unary("Cos"),
    "Tan": _unary("Tan"), "Sinh": _unary("Sinh"), "Cosh": _unary("Cosh"), "Arcsin": _unary("Asin"),
    "Arccos": _unary("Acos"), "Arctan": _unary("Atan"), "Arcsinh": _unary("Asinh"), "Arccosh": _unary("Acosh"),
    "Arctanh": _unary("Atanh"), "Erf": _unary("Erf"), "Isnan": _unary("IsNaN", "bool"),
    "Isinf": _unary("IsInf", "bool"), "Square": _square, "Log10": _log_of(10), "Log2": _log_of(2), "Log1p": _log1p,
    "Expm1": _expm1,
    "Rsqrt": lambda layer, x: OPERATIONS["Reciprocal"](layer, OPERATIONS["Sqrt"](layer, x)),
    "Sum": _reduce("ReduceSum"), "Mean": _reduce("ReduceMean"), "Max": _reduce("ReduceMax"),
    "Amax": _reduce("ReduceMax"), "Min": _reduce("ReduceMin"), "Amin": _reduce("ReduceMin"),
    "Prod": _reduce("ReduceProd"),
    "Any": _any, "All": _all, "Logsumexp": _reduce("ReduceLogSumExp"), "Var": _variance(False), "Std": _variance(True),
    "Matmul": _matmul, "Einsum": _einsum, "Concatenate": _concatenate, "Stack": _stack, "ExpandDims": _expand,
    "Squeeze": _squeeze, "Transpose": _transpose, "Swapaxes": _swapaxes, "Reshape": _reshape, "Clip": _clip,
    "Where": _where, "Cast": _cast, "GetItem": get_item, "Flip": flip, "Normalize": _normalize,
    "ZerosLike": _alike(0), "OnesLike": _alike(1), "StopGradient": _same, "ConvertToTensor": _same, "Copy": _same,
}  # fmt: skip

assert set(_NAMES.values()) <= set(FUNCTIONS)
