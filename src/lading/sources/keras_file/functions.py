"""Activation functions: as an argument of a layer, as layers of their own, and as functions of a model.

``hard_sigmoid`` is ``clip(0.2 x + 0.5, 0, 1)`` in Keras 1 and 2, ``relu6(x + 3) / 6`` in Keras 3.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ...errors import suggestion
from ..layers.activations import ACTIVATIONS, Activation, activate
from .layer import Layer
from .values import Value

__all__ = ["activated", "activation_of", "apply_function"]

#: Other names of the same functions.
SAME = {"swish": "silu", "hard_swish": "hard_silu", "exp": "exponential"}

#: Names of classes as names of functions.
CLASSES = {"ReLU": "relu", "LeakyReLU": "leaky_relu", "ELU": "elu", "Softmax": "softmax"}


def activated(layer: Layer, x: Value, option: str = "activation") -> Value:
    """The activation of a layer on what it gives."""
    return apply_function(layer, x, *_named(layer, layer.option(option, None)))


def activation_of(layer: Layer, option: str, usual: str) -> Activation:
    """An activation within a recurrent layer. Raises UnsupportedError for one that stands only between layers."""
    name, numbers = _named(layer, layer.option(option, usual))
    name = {"silu": "swish"}.get(name, name)
    if name not in ACTIVATIONS:
        layer.refuse(f"its '{option}' is '{name}' {suggestion(name, ACTIVATIONS)}")
    if name == "hard_sigmoid" and layer.era >= 3:
        return Activation(name, 1 / 6)
    return Activation(name, numbers.get("negative_slope", numbers.get("alpha")))


def _named(layer: Layer, value: Any) -> tuple[str, dict[str, Any]]:
    """The function that a configuration names, with its numbers."""
    if value is None or isinstance(value, str):
        return _plain(layer, value or "linear"), {}
    if not isinstance(value, dict):
        layer.fail(f"its activation is {value!r}")
    kind, config = value.get("class_name"), value.get("config")
    if kind in ("function", "__lambda__") or not isinstance(kind, str):
        return _plain(layer, config if isinstance(config, str) else "a lambda"), {}
    name = CLASSES.get(kind.rpartition(">")[2], kind)
    return _plain(layer, name), dict(config) if isinstance(config, dict) else {}


def _plain(layer: Layer, name: str) -> str:
    lower = SAME.get(name, name)
    if lower not in FUNCTIONS:
        layer.refuse(f"its activation is '{name}', which is not one of Keras {suggestion(name, FUNCTIONS)}; "
                     "a function of your own is Python code and not in the file: write it with keras.ops")  # fmt: skip
    return lower


def apply_function(layer: Layer, x: Value, name: str, numbers: dict[str, Any] | None = None) -> Value:
    """A function of Keras by its name, on a value."""
    if name == "linear":
        return x
    result = FUNCTIONS[name](layer, x, dict(numbers or {}))
    return result if isinstance(result, Value) else Value(result, x.shape, x.type, x.mask)


# ------------------------------------------------------------------------------------- the functions

Numbers = dict[str, Any]


def _shared(name: str, *parameters: str, axis: bool = False) -> Callable[[Layer, Value, Numbers], str]:
    def write(layer: Layer, x: Value, numbers: Numbers) -> str:
        alpha = next((_real(layer, numbers, each) for each in parameters if each in numbers), None)
        at = numbers.get("axis", -1)
        at = at[0] if isinstance(at, list) and len(at) == 1 else at
        if axis and (not isinstance(at, int) or not -x.rank <= at < x.rank):
            layer.refuse(f"it normalises over the axes {at}; one is read")
        return activate(layer.wiring, x.name, Activation(name, alpha), x.type, axis=at if axis else -1)

    return write


def _real(layer: Layer, numbers: Numbers, key: str, usual: float | None = None) -> float:
    value = numbers.get(key, usual)
    if isinstance(value, dict):
        config = value.get("config")
        value = value.get("value", config.get("value") if isinstance(config, dict) else None)
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        layer.fail(f"its '{key}' is {value!r}; it must be a number")
    return float(value)


def _softmax(layer: Layer, x: Value, numbers: Numbers) -> Value:
    """Masked, as the layer of Keras 3 does: what is masked counts nothing and gives 0."""
    plain = _shared("softmax", axis=True)
    if layer.kind != "Softmax" or x.mask is None or x.mask.rank != x.rank:
        return Value(plain(layer, x, numbers), x.shape, x.type, x.mask)
    low = layer.add("Where", x.mask, x, layer.constant(-1e9, x.type))
    y = plain(layer, Value(low, x.shape, x.type), numbers)
    return Value(layer.add("Where", x.mask, y, layer.constant(0, x.type)), x.shape, x.type, x.mask)


def _hard_sigmoid(layer: Layer, x: Value, numbers: Numbers) -> str:
    slope = 1 / 6 if layer.era >= 3 else 0.2
    return activate(layer.wiring, x.name, Activation("hard_sigmoid", slope), x.type)


def _gelu(layer: Layer, x: Value, numbers: Numbers) -> str:
    return activate(layer.wiring, x.name, Activation("gelu_tanh" if numbers.get("approximate") else "gelu"), x.type)


def _relu(layer: Layer, x: Value, numbers: Numbers) -> str:
    """With all that the layer ReLU lets one choose."""
    slope = _real(layer, numbers, "negative_slope" if "negative_slope" in numbers else "alpha", 0.0)
    threshold, most = _real(layer, numbers, "threshold", 0.0), numbers.get("max_value")
    if not slope and not threshold:
        if most is None:
            return layer.add("Relu", x)
        limits = [layer.constant(each, x.type) for each in (0, _real(layer, numbers, "max_value"))]
        return layer.add("Clip", x, *limits)
    if not threshold and most is None:
        return activate(layer.wiring, x.name, Activation("leaky_relu", slope), x.type)
    limit, zero = layer.constant(threshold, x.type), layer.constant(0, x.type)
    above = layer.add("Where", layer.add("Greater", x, limit), x, zero)
    if most is not None:
        above = layer.add("Clip", above, zero, layer.constant(_real(layer, numbers, "max_value"), x.type))
    if not slope:
        return above
    below = layer.add("Relu", layer.add("Sub", limit, x))
    return layer.add("Sub", above, layer.add("Mul", below, layer.constant(slope, x.type)))


def _thresholded(layer: Layer, x: Value, numbers: Numbers) -> str:
    """x above ``theta``, else 0."""
    theta = layer.constant(_real(layer, numbers, "theta", 1.0), x.type)
    return layer.add("Where", layer.add("Greater", x, theta), x, layer.constant(0, x.type))


def _threshold(layer: Layer, x: Value, numbers: Numbers) -> str:
    limit = layer.constant(_real(layer, numbers, "threshold"), x.type)
    other = layer.constant(_real(layer, numbers, "default_value"), x.type)
    return layer.add("Where", layer.add("Greater", x, limit), x, other)


def _clipped(low: float, high: float) -> Callable[[Layer, Value, Numbers], str]:
    return lambda layer, x, _: layer.add("Clip", x, layer.constant(low, x.type), layer.constant(high, x.type))


def _shrink(soft: bool) -> Callable[[Layer, Value, Numbers], str]:
    def write(layer: Layer, x: Value, numbers: Numbers) -> str:
        limit = _real(layer, numbers, "threshold", 0.5)
        return layer.add("Shrink", x, lambd=limit, bias=limit if soft else 0.0)

    return write


def _log_sigmoid(layer: Layer, x: Value, numbers: Numbers) -> str:
    return layer.add("Neg", layer.add("Softplus", layer.add("Neg", x)))


def _tanh_shrink(layer: Layer, x: Value, numbers: Numbers) -> str:
    return layer.add("Sub", x, layer.add("Tanh", x))


def _sparse_sigmoid(layer: Layer, x: Value, numbers: Numbers) -> str:
    half = layer.constant(0.5, x.type)
    line = layer.add("Mul", layer.add("Add", x, layer.constant(1, x.type)), half)
    return layer.add("Clip", line, layer.constant(0, x.type), layer.constant(1, x.type))


def _sparse_plus(layer: Layer, x: Value, numbers: Numbers) -> str:
    """0 up to -1, then (x + 1)^2 / 4, x from 1 on."""
    one = layer.constant(1, x.type)
    line = layer.add("Relu", layer.add("Add", x, one))
    square = layer.add("Mul", layer.add("Mul", line, line), layer.constant(0.25, x.type))
    return layer.add("Where", layer.add("Less", x, one), square, x)


def _squareplus(layer: Layer, x: Value, numbers: Numbers) -> str:
    b = layer.constant(_real(layer, numbers, "b", 4.0), x.type)
    root = layer.add("Sqrt", layer.add("Add", layer.add("Mul", x, x), b))
    return layer.add("Mul", layer.add("Add", x, root), layer.constant(0.5, x.type))


def _glu(layer: Layer, x: Value, numbers: Numbers) -> Value:
    """The first half times the sigmoid of the second."""
    axis = int(numbers.get("axis", -1)) % x.rank
    (n,) = layer.fixed(x, axis)
    if n % 2:
        layer.fail(f"glu halves an axis of {n}")
    shape = (*x.shape[:axis], n // 2, *x.shape[axis + 1 :])
    first, second = (layer.add("Slice", x, np.array([at]), np.array([at + n // 2]), np.array([axis]))
                     for at in (0, n // 2))  # fmt: skip
    return Value(layer.add("Mul", first, layer.add("Sigmoid", second)), shape, x.type, x.mask)


def _sparsemax(layer: Layer, x: Value, numbers: Numbers) -> str:
    """relu(x - tau), by sorting. Keras' tau adds up running sums, which arXiv:1602.02068 does not."""
    axis = int(numbers.get("axis", -1)) % x.rank
    if axis != x.rank - 1:
        layer.refuse("sparsemax is read over the last axis")
    (n,) = layer.fixed(x, axis)
    along, one = np.array([axis]), layer.constant(1, x.type)
    ordered = layer.add("TopK", x, np.array([n]), axis=axis)
    layer.wiring.nodes[-1].outputs.append(layer.wiring.name("order"))
    total = layer.add("CumSum", ordered, np.asarray(axis))
    places = layer.constant(np.arange(1, n + 1), x.type)
    inside = layer.add("Greater", layer.add("Add", layer.add("Mul", ordered, places), one), total)
    inside = layer.add("Cast", inside, to=x.type)
    count = layer.add("ReduceSum", inside, along, keepdims=1)
    part = layer.add("ReduceSum", layer.add("Mul", total, inside), along, keepdims=1)
    tau = layer.add("Div", layer.add("Sub", part, one), count)
    return layer.add("Relu", layer.add("Sub", x, tau))


Function = Callable[[Layer, Value, Numbers], "str | Value"]

#: All functions of Keras by their names.
FUNCTIONS: dict[str, Function] = {
    "linear": lambda layer, x, _: x,
    "relu": _relu, "relu6": _clipped(0, 6), "hard_tanh": _clipped(-1, 1),
    "leaky_relu": _shared("leaky_relu", "negative_slope", "alpha"), "elu": _shared("elu", "alpha"),
    "celu": _shared("celu", "alpha"), "selu": _shared("selu"), "gelu": _gelu, "silu": _shared("swish"),
    "hard_silu": _shared("hard_silu"), "mish": _shared("mish"), "softplus": _shared("softplus"),
    "softsign": _shared("softsign"), "sigmoid": _shared("sigmoid"), "hard_sigmoid": _hard_sigmoid,
    "log_sigmoid": _log_sigmoid, "sparse_sigmoid": _sparse_sigmoid, "sparse_plus": _sparse_plus,
    "squareplus": _squareplus, "tanh": _shared("tanh"), "tanh_shrink": _tanh_shrink,
    "exponential": _shared("exponential"), "soft_shrink": _shrink(True), "hard_shrink": _shrink(False),
    "threshold": _threshold, "thresholded_relu": _thresholded, "softmax": _softmax,
    "log_softmax": _shared("log_softmax", axis=True), "sparsemax": _sparsemax, "glu": _glu,
}  # fmt: skip
