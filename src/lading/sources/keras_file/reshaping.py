"""Layers that move numbers and change none."""

from __future__ import annotations

import math

import numpy as np

from .layer import Layer
from .values import Value

__all__ = ["flatten", "permute", "repeat_vector", "reshape", "reshaped"]


def flatten(layer: Layer, x: Value) -> Value:
    """All but the entries in one axis; channels last."""
    if x.rank == 1:
        return Value(layer.add("Unsqueeze", x, np.array([1])), (x.shape[0], 1), x.type)
    if layer.option("data_format", None) == "channels_first" and x.rank > 2:
        order = [0, *range(2, x.rank), 1]
        x = Value(layer.add("Transpose", x, perm=order), tuple(x.shape[at] for at in order), x.type)
    if x.rank == 2:
        return x
    n = math.prod(layer.fixed(x))
    return Value(layer.reshape(x.name, (x.shape[0], n)).name, (x.shape[0], n), x.type)


def reshape(layer: Layer, x: Value) -> Value:
    """In ``target_shape``, in which one length may be -1."""
    target = layer.option("target_shape")
    if not isinstance(target, list) or not all(type(n) is int and n >= -1 for n in target):
        layer.fail(f"its 'target_shape' is {target!r}; it must be a list of integers")
    return reshaped(layer, x, target)


def reshaped(layer: Layer, x: Value, target: list[int]) -> Value:
    """All but the entries in another shape."""
    opens = [n for n in x.shape[1:] if not isinstance(n, int)]
    if len(opens) == 1 and target.count(-1) == 1:
        fixed, wanted = math.prod(n for n in x.shape[1:] if isinstance(n, int)), math.prod(n for n in target if n != -1)
        if wanted and fixed == wanted:
            shape = (x.shape[0], *(opens[0] if n == -1 else n for n in target))
            whole = np.array([0, *target])
            return Value(layer.add("Reshape", x, whole), shape, x.type)
    size, known = math.prod(layer.fixed(x)), math.prod(n for n in target if n != -1)
    if target.count(-1) == 1 and known and size % known == 0:
        target = [size // known if n == -1 else n for n in target]
    if -1 in target or math.prod(target) != size:
        layer.fail(f"{size} numbers do not fit the shape {target}")
    value = layer.reshape(x.name, (x.shape[0], *target))
    return Value(value.name, value.shape, x.type)


def permute(layer: Layer, x: Value) -> Value:
    """Axes in another order, counted from 1."""
    dims = layer.option("dims")
    if not isinstance(dims, list) or sorted(map(str, dims)) != sorted(str(n) for n in range(1, x.rank)):
        layer.fail(f"its 'dims' are {dims!r}; they must be the axes 1 to {x.rank - 1} in some order")
    order = [0, *dims]
    return Value(layer.add("Transpose", x, perm=order), tuple(x.shape[at] for at in order), x.type)


def repeat_vector(layer: Layer, x: Value) -> Value:
    """The same vector ``n`` times."""
    layer.rank(x, 2)
    n = layer.integer("n")
    size = layer.fixed(x, 1)[0]
    y = layer.add("Expand", layer.add("Unsqueeze", x, np.array([1])), np.array([1, n, size]))
    return Value(y, (x.shape[0], n, size), x.type)
