"""Operations of ``keras.ops`` that sort, pick and take apart, as networks of nearest neighbours use them."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np

from .indexing import axes_of, option_of
from .layer import Layer
from .operands import Operand, as_type, floating, value_of
from .values import Length, Value

__all__ = ["at_extreme", "norm", "one_hot", "sort", "split", "take_along_axis", "tile", "top_k"]


def top_k(layer: Layer, x: Operand, k: Any = None, sorted: Any = None) -> list[Value]:
    """The k largest numbers along the last axis, and their places."""
    x, count = value_of(layer, x), layer.integer("k") if k is None else int(k)
    n = x.shape[-1]
    if isinstance(n, int) and not 0 < count <= n:
        layer.fail(f"the {count} largest of {n}")
    return _sorted(layer, x, x.rank - 1, np.array([count]), count, largest=1)


def sort(layer: Layer, x: Operand, axis: Any = None) -> Value:
    """Rising along an axis, whose length must be fixed."""
    x = value_of(layer, x)
    (at,) = axes_of(layer, x, _one(layer, option_of(layer, "axis", axis)))
    (n,) = layer.fixed(x, at)
    return _sorted(layer, x, at, np.array([n]), n, largest=0)[0]


def _sorted(layer: Layer, x: Value, axis: int, count: np.ndarray, length: int, largest: int) -> list[Value]:
    values = layer.add("TopK", x, count, axis=axis, largest=largest)
    places = layer.wiring.name("places")
    layer.wiring.nodes[-1].outputs.append(places)
    shape = (*x.shape[:axis], length, *x.shape[axis + 1 :])
    return [Value(values, shape, x.type), as_type(layer, Value(places, shape, "int64"), "int32")]


def take_along_axis(layer: Layer, x: Operand, indices: Operand, axis: Any = None) -> Value:
    """The numbers at ``indices``, which have as many axes as ``x`` and its lengths, or 1, along all others."""
    x, places = value_of(layer, x), value_of(layer, indices)
    (at,) = axes_of(layer, x, _one(layer, option_of(layer, "axis", axis)))
    if places.rank != x.rank or any(places.shape[i] != x.shape[i] for i in range(x.rank) if i != at):
        layer.refuse(f"it picks from the shape {list(x.shape)} by places of the shape {list(places.shape)}; read is "
                     "the same shape but for the axis")  # fmt: skip
    return Value(layer.add("GatherElements", x, as_type(layer, places, "int64"), axis=at), places.shape, x.type)


def at_extreme(operator: str) -> Callable[..., Value]:
    """``argmax`` or ``argmin``: the first place."""
    def build(layer: Layer, x: Operand, axis: Any = None, keepdims: bool = False) -> Value:
        x, keep = value_of(layer, x), bool(option_of(layer, "keepdims", keepdims))
        (at,) = axes_of(layer, x, _one(layer, option_of(layer, "axis", axis)))
        kept = (1,) if keep else ()
        shape = (*x.shape[:at], *kept, *x.shape[at + 1 :])
        return as_type(layer, Value(layer.add(operator, x, axis=at, keepdims=int(keep)), shape, "int64"), "int32")

    return build


def one_hot(layer: Layer, x: Operand, **_: Any) -> Value:
    """1 at the place of a number on a new last axis, else 0; all 0 for numbers beyond."""
    x, count, type_ = value_of(layer, x), layer.integer("num_classes"), layer.option("dtype", None) or "float32"
    if layer.option("axis", -1) not in (-1, x.rank) or layer.option("sparse", False):
        layer.refuse("it puts the classes on another axis than the last, or into a sparse tensor")
    wide = layer.add("Unsqueeze", as_type(layer, x, "int64"), np.array([x.rank]))
    hot = layer.add("Equal", wide, layer.constant(np.arange(count), "int64"))
    return Value(layer.add("Cast", hot, to=str(type_)), (*x.shape, count), str(type_))


def split(layer: Layer, x: Operand, **_: Any) -> list[Value]:
    """Parts along an axis: so many equal ones, or cut at places."""
    x, cuts = value_of(layer, x), layer.option("indices_or_sections")
    (at,) = axes_of(layer, x, _one(layer, layer.option("axis", 0)))
    (n,) = layer.fixed(x, at)
    if isinstance(cuts, int) and not isinstance(cuts, bool):
        if cuts < 1 or n % cuts:
            layer.fail(f"{cuts} equal parts of {n}")
        cuts = [n // cuts * i for i in range(1, cuts)]
    if not isinstance(cuts, list) or not all(type(each) is int and 0 <= each <= n for each in cuts):
        layer.refuse(f"it cuts at {cuts!r}")
    ends = [0, *cuts, n]
    parts = []
    for begin, end in pairwise(ends):
        if end <= begin:
            layer.refuse(f"it cuts at {cuts!r}, which leaves an empty part")
        shape: tuple[Length, ...] = (*x.shape[:at], end - begin, *x.shape[at + 1 :])
        parts.append(Value(layer.add("Slice", x, *(np.array([each]) for each in (begin, end, at))), shape, x.type))
    return parts


def norm(layer: Layer, x: Operand, **_: Any) -> Value:
    """The root of the sum of squares along axes, or the sum of absolute values."""
    x, order, axis = floating(layer, x), layer.option("ord", None), layer.option("axis", None)
    axes, keep = axes_of(layer, x, axis), bool(layer.option("keepdims", False))
    operator = {None: "ReduceL2", "fro": "ReduceL2", 2: "ReduceL2", 1: "ReduceL1"}.get(order)
    if operator is None or (len(axes) > 1 and order not in (None, "fro")):
        layer.refuse(f"a norm of the order {order!r} along {len(axes)} axes")
    shape = tuple(1 if at in axes else n for at, n in enumerate(x.shape) if keep or at not in axes)
    return Value(layer.add(operator, x, np.array(axes), keepdims=int(keep)), shape, x.type)


def tile(layer: Layer, x: Operand, **_: Any) -> Value:
    """The value several times, one after the other, along axes of fixed lengths."""
    x, repeats = value_of(layer, x), layer.option("repeats")
    if not isinstance(repeats, list) or len(repeats) != x.rank or not all(type(n) is int and n > 0 for n in repeats):
        layer.refuse(f"its repeats are {repeats!r}, for a value of {x.rank} axes")
    if repeats[0] != 1:
        layer.refuse("it repeats the entries of a batch")
    shape = tuple(n if times == 1 else layer.fixed(x, at)[0] * times
                  for at, (n, times) in enumerate(zip(x.shape, repeats, strict=True)))  # fmt: skip
    return Value(layer.add("Tile", x, np.array(repeats)), shape, x.type)


def _one(layer: Layer, axis: Any) -> int:
    if type(axis) is not int:
        layer.refuse(f"its axis is {axis!r}; one is read")
    return int(axis)
