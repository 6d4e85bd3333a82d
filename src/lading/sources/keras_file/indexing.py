"""Operations on places of values: indices, slices, and the axes that an operation is given."""

from __future__ import annotations

from typing import Any

import numpy as np

from .layer import Layer
from .values import Length, Value

__all__ = ["axes_of", "flip", "get_item", "option_of"]


def option_of(layer: Layer, name: str, called: Any) -> Any:
    """What an operation was made with stands in its configuration, older ones have it in the call."""
    return layer.config[name] if called in (None, False) and name in layer.config else called


def axes_of(layer: Layer, x: Value, axis: Any) -> list[int]:
    axes = [axis] if isinstance(axis, int) else axis
    if axis is None:
        axes = list(range(x.rank))
    if not isinstance(axes, list) or not all(type(at) is int and -x.rank <= at < x.rank for at in axes):
        layer.refuse(f"its axis is {axis!r}, for a value of {x.rank} axes")
    axes = [at % x.rank for at in axes]
    if 0 in axes:
        layer.refuse("it joins the entries of a batch: an entry's result would depend on its neighbours")
    return axes


def get_item(layer: Layer, x: Value, key: Any = None) -> Value:
    """``x[:, 0]``, ``x[..., 1:3]``, ``x[:, None]``: integers, slices, and new axes of length 1."""
    keys = [_as_slice(layer, each) for each in (key if isinstance(key, list) else [key])]
    if Ellipsis in keys:
        at = keys.index(Ellipsis)
        keys[at : at + 1] = [slice(None)] * (x.rank - sum(each is not None for each in keys) + 1)
    if sum(each is not None for each in keys) > x.rank or (keys and keys[0] != slice(None)):
        layer.refuse("it takes some entries of a batch")
    name, axis, gone = x.name, 0, []
    lengths: list[Length] = list(x.shape)
    shape: list[Length] = []
    new = []
    for each in keys:
        if each is None:
            new.append(len(shape))
            shape.append(1)
            continue
        if each != slice(None):
            name, lengths[axis] = _cut(layer, name, axis, each, lengths[axis])
        if isinstance(each, int):
            gone.append(axis)
        else:
            shape.append(lengths[axis])
        axis += 1
    name = layer.add("Squeeze", name, np.array(gone)) if gone else name
    name = layer.add("Unsqueeze", name, np.array(new)) if new else name
    return Value(name, (*shape, *lengths[axis:]), x.type)


def _as_slice(layer: Layer, key: Any) -> Any:
    if isinstance(key, dict) and set(key) == {"start", "stop", "step"}:
        key = slice(key["start"], key["stop"], key["step"])
    if key is None or key is Ellipsis or (isinstance(key, int) and not isinstance(key, bool)):
        return key
    parts = [key.start, key.stop, key.step] if isinstance(key, slice) else ["?"]
    if not all(part is None or type(part) is int for part in parts):
        layer.refuse(f"it is indexed by {key!r}; integers, slices and new axes (None) are read")
    return key


def _cut(layer: Layer, x: str, axis: int, key: Any, n: Length) -> tuple[str, Length]:
    if isinstance(key, int):
        end = key + 1 if key != -1 else np.iinfo(np.int64).max
        if isinstance(n, int) and not -n <= key < n:
            layer.fail(f"the index {key} of {n}")
        return layer.add("Slice", x, np.array([key]), np.array([end]), np.array([axis])), 1
    step = 1 if key.step is None else key.step
    if step == 0:
        layer.fail("a slice with the step 0")
    if step == -1 and key.start is None and key.stop is None:
        ends = [-1, np.iinfo(np.int64).min]
        return layer.add("Slice", x, *(np.array([each]) for each in (*ends, axis, -1))), n
    if step < 0:
        layer.refuse("a slice backwards")
    begin, end = key.start or 0, np.iinfo(np.int64).max if key.stop is None else key.stop
    after: Length = len(range(n)[key]) if isinstance(n, int) else f"{n}[{begin}:{key.stop}:{step}]"
    return layer.add("Slice", x, *(np.array([each]) for each in (begin, end, axis, step))), after


def flip(layer: Layer, x: Value, axis: Any = None) -> Value:
    axes = axes_of(layer, x, option_of(layer, "axis", axis))
    ends = [np.full(len(axes), each) for each in (-1, np.iinfo(np.int64).min)]
    return Value(layer.add("Slice", x, *ends, np.array(axes), np.full(len(axes), -1)), x.shape, x.type)
