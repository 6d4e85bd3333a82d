"""Functions of one value: activations, which join the layer before them, and those of ``keras.ops``."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ...sources.layers.activations import Activation
from ..layers.activations import FUNCTIONS, activation_of
from .growth import Item
from .reading import Reading

__all__ = ["ACTIVE", "ONE_VALUE", "name_of"]

#: Layers that have an ``activation``.
ACTIVE = ("Dense", "Conv1D", "Conv2D")

#: Functions of Keras by the names of ``sources.layers.activations``, with the alpha that goes without saying.
NAMED: dict[str, tuple[str, float | None]] = {
    **{name: (name, None) for name in ("relu", "sigmoid", "tanh", "exponential", "softplus", "softsign", "selu", "gelu",
                                       "mish", "hard_silu", "linear")},
    "elu": ("elu", 1.0), "celu": ("celu", 1.0), "leaky_relu": ("leaky_relu", 0.2), "swish": ("silu", 1.0),
    "hard_sigmoid": ("hard_sigmoid", float(np.float32(1 / 6))),
}  # fmt: skip

#: Layers for those whose alpha is another.
LAYERS = {"elu": ("ELU", "alpha"), "leaky_relu": ("LeakyReLU", "negative_slope")}

#: Functions of one number that are no activations.
UNARY = {"Abs": "Absolute", "Neg": "Negative", "Exp": "Exp", "Log": "Log", "Sqrt": "Sqrt", "Sign": "Sign", "Sin": "Sin",
         "Cos": "Cos", "Floor": "Floor", "Ceil": "Ceil", "Reciprocal": "Reciprocal"}  # fmt: skip


def _activation(r: Reading) -> list[Item]:
    x = r.item(0)
    if r.node.operator == "PRelu" and r.need(1).size != 1:
        return [_slopes(r, x)]
    function = activation_of(r)
    return [r.same(x, _activated(r, x, function))]


def _slopes(r: Reading, x: Item) -> Item:
    """A slope for each column of the last axis."""
    slopes = np.asarray(r.row(r.need(1), x)).reshape([1] * (len(x.shape) - 1) + [-1])
    return r.same(x, r.growth.layer("PReLU", r.name, [r.growth.whole(x)], x.shape, {"": [slopes]},
                                    shared_axes=list(range(1, len(x.shape)))))  # fmt: skip


def name_of(r: Reading, function: Activation) -> str:
    """A function as the configuration of a layer names it; "" for one that is a layer, or cannot be named."""
    name, alpha = NAMED.get(function.name, ("", None))
    return name if alpha is None or np.float32(function.parameter()) == np.float32(alpha) else ""


def _activated(r: Reading, x: Item, function: Activation) -> Item:
    name, whole = name_of(r, function), r.growth.whole(x)
    if name:
        return _named(r, x, name)
    if function.name in LAYERS:
        kind, key = LAYERS[function.name]
        return r.growth.layer(kind, r.name, [whole], x.shape, None, **{key: function.parameter()})
    if function.name == "hard_sigmoid":
        line = r.growth.layer("Rescaling", f"{r.name}_line", [whole], x.shape, scale=function.parameter(), offset=0.5)
        return r.growth.function("Clip", r.name, [line], x.shape, x_min=0.0, x_max=1.0)
    if function.name == "swish":
        slope = r.growth.layer("Rescaling", f"{r.name}_slope", [whole], x.shape, scale=function.parameter(), offset=0.0)
        gate = r.growth.layer("Activation", f"{r.name}_gate", [slope], x.shape, activation="sigmoid")
        return r.growth.layer("Multiply", r.name, [whole, gate], x.shape)
    if function.name == "gelu_tanh":
        return r.growth.function("Gelu", r.name, [whole], x.shape, (), "keras.src.ops.nn", approximate=True)
    if r.node.operator in UNARY:
        return r.growth.function(UNARY[r.node.operator], r.name, [whole], x.shape)
    raise r.refuse(f"activation '{function.name}' with alpha {function.parameter():g} is none of Keras"
                   if function.alpha is not None else f"activation '{function.name}' is none of Keras")  # fmt: skip


def _named(r: Reading, x: Item, name: str) -> Item:
    """As part of the layer that gives ``x``, or as a layer."""
    layer = r.growth.open(x, *ACTIVE)
    if layer is None:
        return r.growth.layer("Activation", r.name, [r.growth.whole(x)], x.shape, activation=name)
    layer.config["activation"] = name
    return x


def _unary(r: Reading) -> list[Item]:
    x = r.item(0)
    return [r.same(x, r.growth.function(UNARY[r.node.operator], r.name, [r.growth.whole(x)], x.shape))]


def _softmax(r: Reading) -> list[Item]:
    x, log = r.item(0), r.node.operator == "LogSoftmax"
    axis = r.axis(x, r.get("axis", -1))
    if axis == len(x.shape) and (log or r.growth.open(x, *ACTIVE) is not None):
        return [r.same(x, _named(r, x, "log_softmax" if log else "softmax"))]
    if log:
        raise r.refuse("Keras has a log softmax along the last axis")
    return [r.same(x, r.growth.layer("Softmax", r.name, [r.growth.whole(x)], x.shape, axis=axis))]


def _clip(r: Reading) -> list[Item]:
    x = r.item(0)
    low, high = (float(r.need(at).ravel()[0]) if r.has(at) else None for at in (1, 2))
    if low == 0.0 and high == 6.0:
        return [r.same(x, _named(r, x, "relu6"))]
    if low is None or high is None:
        kind, bound = ("Minimum", high) if low is None else ("Maximum", low)
        return [x if bound is None else
                r.same(x, r.growth.function(kind, r.name, [r.growth.whole(x)], x.shape, (None, bound)))]  # fmt: skip
    return [r.same(x, r.growth.function("Clip", r.name, [r.growth.whole(x)], x.shape, x_min=low, x_max=high))]


def _cast(r: Reading) -> list[Item]:
    x, to = r.item(0), str(r.get("to", ""))
    if to == x.type:
        return [x]
    if to not in ("float32", "float64", "int32", "int64", "bool"):
        raise r.refuse(f"a cast to {to}, which Keras does not compute with here")
    made = r.growth.function("Cast", r.name, [r.growth.whole(x)], x.shape, (), "keras.src.ops.core", to, dtype=to)
    return [r.same(x, made)]


#: Questions about one value.
ASKED = {"IsNaN": "Isnan", "IsInf": "Isinf", "Not": "LogicalNot"}


def _asked(r: Reading) -> list[Item]:
    x = r.item(0)
    made = r.growth.function(ASKED[r.node.operator], r.name, [r.growth.whole(x)], x.shape, type_="bool")
    return [r.same(x, made)]


ONE_VALUE: dict[str, Callable[[Reading], list[Item]]] = {
    **dict.fromkeys(UNARY, _unary), **dict.fromkeys(ASKED, _asked), **dict.fromkeys(FUNCTIONS, _activation),
    "Softmax": _softmax, "LogSoftmax": _softmax, "Clip": _clip, "Cast": _cast,
}  # fmt: skip
