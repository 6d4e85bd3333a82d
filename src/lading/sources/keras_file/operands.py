"""What operations of ``keras.ops`` are called with: values, and numbers of the configuration."""

from __future__ import annotations

from typing import Any

import numpy as np

from .layer import Layer
from .values import Value

__all__ = ["Operand", "as_type", "floating", "pair_of", "value_of"]

Operand = Any  # a Value, or a number of the configuration


def value_of(layer: Layer, x: Operand, like: Operand = None) -> Value:
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


def pair_of(layer: Layer, a: Operand, b: Operand) -> tuple[Value, Value]:
    left, right = value_of(layer, a, b), value_of(layer, b, a)
    if left.type == right.type:
        return left, right
    order = ("bool", "int32", "int64", "float32", "float64")
    if left.type not in order or right.type not in order:
        layer.refuse(f"values of the types {left.type} and {right.type}")
    type_ = max(left.type, right.type, key=order.index)
    return as_type(layer, left, type_), as_type(layer, right, type_)


def as_type(layer: Layer, x: Value, type_: str) -> Value:
    return x if x.type == type_ else Value(layer.add("Cast", x, to=type_), x.shape, type_, x.mask)


def floating(layer: Layer, x: Operand) -> Value:
    x = value_of(layer, x)
    return x if x.type.startswith("float") else as_type(layer, x, "float32")
