"""Layers that join several values."""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce

import numpy as np

from .layer import Layer
from .values import Length, Shape, Value

__all__ = ["added_mask", "broadcast", "concatenate", "dot", "merge_of_keras_1", "merged"]


def merged(operator: str, mean: bool = False, pair: bool = False) -> Callable[[Layer, list[Value]], Value]:
    """The builder of Add, Multiply, Average and their like. Fewer axes are filled up behind the entries."""

    def build(layer: Layer, values: list[Value]) -> Value:
        values = _several(layer, values, 2 if pair else 0)
        rank = max(value.rank for value in values)
        raised = [_raised(layer, value, rank) for value in values]
        shape = raised[0].shape
        y = raised[0].name
        for value in raised[1:]:
            shape = broadcast(layer, shape, value.shape)
            y = layer.add(operator, y, value.name)
        if mean:
            y = layer.add("Div", y, layer.constant(len(values), values[0].type))
        return Value(y, shape, values[0].type, added_mask(layer, values))

    return build


def _several(layer: Layer, values: object, count: int = 0) -> list[Value]:
    values = [values] if isinstance(values, Value) else values
    if not isinstance(values, list) or not values or not all(isinstance(each, Value) for each in values):
        layer.fail("it joins a list of values, and was called with something else")
    if count and len(values) != count:
        layer.fail(f"it joins {count} values, and was called with {len(values)}")
    kinds = {value.type for value in values}
    if len(kinds) > 1:
        layer.refuse(f"values of the types {', '.join(sorted(kinds))}")
    return list(values)


def _raised(layer: Layer, x: Value, rank: int) -> Value:
    if x.rank == rank:
        return x
    axes = np.arange(1, 1 + rank - x.rank)
    return Value(layer.add("Unsqueeze", x, axes), (x.shape[0], *[1] * len(axes), *x.shape[1:]), x.type)


def broadcast(layer: Layer, a: Shape, b: Shape) -> Shape:
    """The shape of both together. Two open lengths must be the same."""
    rank = max(len(a), len(b))
    a, b = (1,) * (rank - len(a)) + a, (1,) * (rank - len(b)) + b
    return tuple(_joined(layer, n, m) for n, m in zip(a, b, strict=True))


def _joined(layer: Layer, n: Length, m: Length) -> Length:
    if n == m or m == 1:
        return n
    if n == 1:
        return m
    if isinstance(n, str) and isinstance(m, str):
        layer.wiring.same.append((n, m))
        return n
    if isinstance(n, str) or isinstance(m, str):
        fixed = n if isinstance(n, int) else m
        layer.refuse(f"an open length and one of {fixed}; give the Input of the model its length")
    return layer.fail(f"lengths {n} and {m} do not go together")


def added_mask(layer: Layer, values: list[Value]) -> Value | None:
    """A step is there if it is in any of them; no mask if one has none."""
    masks = [value.mask for value in values if value.mask is not None]
    if len(masks) < len(values):
        return None
    if len({mask.name for mask in masks}) == 1:
        return masks[0]
    return reduce(lambda a, b: Value(layer.add("Or", a, b), a.shape, "bool"), masks)


def concatenate(layer: Layer, values: list[Value]) -> Value:
    """One behind the other along ``axis``."""
    return concatenated(layer, _several(layer, values), layer.integer("axis", -1, least=-8))


def concatenated(layer: Layer, values: list[Value], axis: int) -> Value:
    rank = values[0].rank
    if any(value.rank != rank for value in values) or not -rank <= axis < rank:
        layer.fail(f"values of {', '.join(str(value.rank) for value in values)} axes along the axis {axis}")
    at = axis % rank
    shape = list(values[0].shape)
    for value in values[1:]:
        for other, n in enumerate(value.shape):
            if other != at:
                shape[other] = _equal(layer, shape[other], n)
    lengths = [value.shape[at] for value in values]
    total: Length = sum(n for n in lengths if isinstance(n, int))
    if not all(isinstance(n, int) for n in lengths):
        total = lengths[0] if len(values) == 1 else f"{'+'.join(map(str, lengths))}"
    shape[at] = total
    y = layer.add("Concat", *values, axis=at) if len(values) > 1 else values[0].name
    return Value(y, tuple(shape), values[0].type, _concatenated_mask(layer, values, at))


def _equal(layer: Layer, n: Length, m: Length) -> Length:
    if n != m and 1 in (n, m):
        layer.fail(f"lengths {n} and {m} do not go together")
    return _joined(layer, n, m)


def _concatenated_mask(layer: Layer, values: list[Value], axis: int) -> Value | None:
    """Along the steps masks are joined; else a step is there if it is in any, and everywhere in one without a mask."""
    masks = [value.mask for value in values]
    if all(mask is None for mask in masks):
        return None
    if axis != 1 or values[0].rank != 3:
        if any(mask is None for mask in masks):
            return None  # every step is there
        return added_mask(layer, values)
    parts = [mask if mask is not None else _all_there(layer, value) for mask, value in zip(masks, values, strict=True)]
    length = concatenated(layer, [part.unmasked() for part in parts], 1)
    return Value(length.name, length.shape, "bool")


def _all_there(layer: Layer, x: Value) -> Value:
    first = layer.add("Gather", x, np.asarray(0), axis=2)
    return Value(layer.add("Equal", first, first), x.shape[:2], "bool")


def dot(layer: Layer, values: list[Value]) -> Value:
    """The product of two values over one axis of each; of unit vectors where ``normalize``."""
    a, b = _several(layer, values, 2)
    axes = layer.option("axes")
    axes = [axes, axes] if isinstance(axes, int) else axes
    if not isinstance(axes, list) or len(axes) != 2 or not all(type(each) is int for each in axes):
        layer.refuse(f"its 'axes' are {axes!r}; one of each value is read")
    if not all(-v.rank <= at < v.rank and at % v.rank for at, v in zip(axes, (a, b), strict=True)):
        layer.fail(f"its 'axes' are {axes!r}, for values of {a.rank} and {b.rank} axes")
    at = [axes[0] % a.rank, axes[1] % b.rank]
    _equal(layer, a.shape[at[0]], b.shape[at[1]])
    if layer.flag("normalize", False):
        a, b = _unit(layer, a, at[0]), _unit(layer, b, at[1])
    left = "b" + "".join("k" if i == at[0] else "cdefgh"[i] for i in range(1, a.rank))
    right = "b" + "".join("k" if i == at[1] else "mnopqr"[i] for i in range(1, b.rank))
    gives = left.replace("k", "") + right[1:].replace("k", "")
    sizes = dict(zip(left, a.shape, strict=True)) | dict(zip(right, b.shape, strict=True))
    y, shape = layer.add("Einsum", a, b, equation=f"{left},{right}->{gives}"), tuple(sizes[each] for each in gives)
    if len(shape) == 1:
        y, shape = layer.add("Unsqueeze", y, np.array([1])), (*shape, 1)
    return Value(y, shape, a.type)


def _unit(layer: Layer, x: Value, axis: int) -> Value:
    length = layer.add("ReduceL2", x, np.array([axis]), keepdims=1)
    y = layer.add("Div", x, layer.add("Max", length, layer.constant(1e-6 if layer.era < 3 else 1e-12, x.type)))
    return Value(y, x.shape, x.type)


def merge_of_keras_1(layer: Layer, values: list[Value]) -> Value:
    """The layer ``Merge``: its mode says what it does."""
    mode = layer.text("mode", "sum")
    if mode == "concat":
        return concatenate(layer, values)
    builders = {"sum": merged("Add"), "mul": merged("Mul"), "ave": merged("Add", mean=True), "max": merged("Max")}
    if mode not in builders:
        layer.refuse(f"its mode is '{mode}'; read are concat, {', '.join(builders)}")
    return builders[mode](layer, values)
