"""Primitives that put numbers elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

Rule = Callable[..., Any]


def _broadcast(lowering: Any, equation: Any, x: Any, *_: Any) -> Any:
    """New axes of length 1 first, then as long as they should be."""
    target, kept = equation.outvars[0].aval.shape, equation.params["broadcast_dimensions"]
    new = [i for i in range(len(target)) if i not in kept]
    if isinstance(x, np.ndarray) and not target:
        return x
    if isinstance(x, np.ndarray) and all(isinstance(n, int) for n in target):
        return lowering.constant(np.broadcast_to(x, target).copy())
    value = lowering.with_new_axes(x, new) if new and kept else x
    before = iter(equation.invars[0].aval.shape)
    here = [next(before) if i in kept else 1 for i in range(len(target))]
    if all(_equal(a, b) for a, b in zip(here, target, strict=True)) and kept:
        return value
    return lowering.add("Expand", value, lowering.shape(target))


def _reshape(lowering: Any, equation: Any, x: Any, *_: Any) -> Any:
    before, after = equation.invars[0].aval.shape, equation.outvars[0].aval.shape
    ones = [i for i, n in enumerate(after) if isinstance(n, int) and n == 1]
    if list(before) == [n for i, n in enumerate(after) if i not in ones] and ones:
        return lowering.with_new_axes(x, ones)
    return lowering.add("Reshape", x, lowering.shape(after), allowzero=1)


def _slice(lowering: Any, equation: Any, x: Any) -> Any:
    parameters = equation.params
    starts, limits = parameters["start_indices"], parameters["limit_indices"]
    steps, shape = parameters["strides"] or (1,) * len(starts), equation.invars[0].aval.shape
    whole = [_equal(a, 0) and _equal(b, n) and step == 1
             for a, b, n, step in zip(starts, limits, shape, steps, strict=True)]  # fmt: skip
    axes = [i for i, all_of_it in enumerate(whole) if not all_of_it]
    if not axes:
        return x
    begin, end = ([each[i] for i in axes] for each in (starts, limits))
    return lowering.add("Slice", x, lowering.shape(begin), lowering.shape(end), np.array(axes, np.int64),
                        np.array([steps[i] for i in axes], np.int64))


def _rev(lowering: Any, equation: Any, x: Any) -> Any:
    axes = equation.params["dimensions"]
    ends, steps = [np.iinfo(np.int64).min] * len(axes), [-1] * len(axes)
    return lowering.add("Slice", x, *(np.array(each, np.int64) for each in ([-1] * len(axes), ends, axes, steps)))


def _pad(lowering: Any, equation: Any, x: Any, value: Any) -> Any:
    config = equation.params["padding_config"]
    if any(inner for _, _, inner in config) or any(n < 0 for low, high, _ in config for n in (low, high)):
        raise lowering.refused(equation, "padding between elements, or less than none, has no counterpart here")
    pads = [low for low, _, _ in config] + [high for _, high, _ in config]
    return lowering.add("Pad", x, np.array(pads, np.int64), value)


def _iota(lowering: Any, equation: Any, *_: Any) -> Any:
    shape, at = equation.outvars[0].aval.shape, equation.params["dimension"]
    kind = np.dtype(equation.outvars[0].aval.dtype)
    if all(isinstance(n, int) for n in shape):
        ones = [-1 if i == at else 1 for i in range(len(shape))]
        return lowering.constant(np.broadcast_to(np.arange(shape[at], dtype=kind).reshape(ones), shape).copy())
    count = lowering.add("Squeeze", lowering.length(shape[at]), np.array([0]))
    counted = lowering.add("Cast", lowering.add("Range", np.array(0), count, np.array(1)), to=kind.name)
    new = [i for i in range(len(shape)) if i != at]
    value = lowering.add("Unsqueeze", counted, np.array(new, np.int64)) if new else counted
    return lowering.add("Expand", value, lowering.shape(shape)) if new else value


def _split(lowering: Any, equation: Any, x: Any) -> list[Any]:
    from ...graph import Node

    wiring, sizes = lowering.wiring, equation.params["sizes"]
    base = wiring.name("split")
    outputs = [wiring.name(f"{base}.{i}") for i in range(len(sizes))]
    axis = int(equation.params["axis"])
    wiring.nodes.append(Node(base, "Split", [x, lowering.shape(sizes)], outputs, {"axis": axis}))
    return outputs


def _gather(lowering: Any, equation: Any, x: Any, indices: Any) -> Any:
    """Rows of a table by their numbers (``table[i]``), or one window; other forms of indexing are refused."""
    numbers, sizes = equation.params["dimension_numbers"], equation.params["slice_sizes"]
    if len(equation.invars[1].aval.shape) == 1 and not getattr(numbers, "operand_batching_dims", ()):
        return _window(lowering, x, indices, numbers, sizes)
    shape, rank = equation.invars[0].aval.shape, len(equation.invars[1].aval.shape)
    axes = numbers.start_index_map
    whole = all(_equal(size, shape[i]) for i, size in enumerate(sizes) if i not in axes)
    batching = getattr(numbers, "operand_batching_dims", ())
    if len(axes) != 1 or numbers.collapsed_slice_dims != axes or not whole or batching or sizes[axes[0]] != 1:
        raise lowering.refused(equation, "this form of indexing has no counterpart here")
    places = lowering.add("Squeeze", indices, np.array([-1]))
    made = len(equation.outvars[0].aval.shape)
    where = [i for i in range(made) if i not in numbers.offset_dims]
    if rank > 1 and where != list(range(axes[0], axes[0] + rank - 1)):
        raise lowering.refused(equation, "this form of indexing has no counterpart here")
    return lowering.add("Gather", x, places, axis=int(axes[0]))


def _window(lowering: Any, x: Any, starts: Any, numbers: Any, sizes: Any) -> Any:
    """One window of an array, that begins at ``starts``; axes of length 1 may be left out of it."""
    axes = np.array(numbers.start_index_map, np.int64)
    first = lowering.add("Cast", starts, to="int64")
    end = lowering.add("Add", first, lowering.shape([sizes[i] for i in axes]))
    window = lowering.add("Slice", x, first, end, axes)
    gone = np.array(numbers.collapsed_slice_dims, np.int64)
    return lowering.add("Squeeze", window, gone) if gone.size else window


def _dynamic_slice(lowering: Any, equation: Any, x: Any, *starts: Any) -> Any:
    sizes, shape = equation.params["slice_sizes"], equation.invars[0].aval.shape
    axes = [i for i, size in enumerate(sizes) if not _equal(size, shape[i])]
    if not axes:
        return x
    begin = [lowering.add("Unsqueeze", lowering.add("Cast", starts[i], to="int64"), np.array([0])) for i in axes]
    first = lowering.add("Concat", *begin, axis=0) if len(begin) > 1 else begin[0]
    end = lowering.add("Add", first, lowering.shape([sizes[i] for i in axes]))
    return lowering.add("Slice", x, first, end, np.array(axes, np.int64), np.ones(len(axes), np.int64))


def _stack(lowering: Any, equation: Any, *parts: Any) -> Any:
    axis = int(equation.params["axis"])
    return lowering.add("Concat", *(lowering.with_new_axes(part, [axis]) for part in parts), axis=axis)


def _dim_as_value(lowering: Any, equation: Any) -> Any:
    count = lowering.add("Squeeze", lowering.length(equation.params["dim"]), np.array([0]))
    return lowering.add("Cast", count, to=np.dtype(equation.outvars[0].aval.dtype).name)


def _equal(a: Any, b: Any) -> bool:
    return str(a) == str(b)


LAYOUT: dict[str, Rule] = {
    "broadcast_in_dim": _broadcast, "reshape": _reshape, "slice": _slice, "rev": _rev, "pad": _pad, "iota": _iota,
    "split": _split, "gather": _gather, "dynamic_slice": _dynamic_slice, "dim_as_value": _dim_as_value,
    "squeeze": lambda low, eq, x: low.add("Squeeze", x, np.array(eq.params["dimensions"], np.int64)),
    "expand_dims": lambda low, eq, x: low.add("Unsqueeze", x, np.array(eq.params["dimensions"], np.int64)),
    "transpose": lambda low, eq, x: low.add("Transpose", x, perm=[int(i) for i in eq.params["permutation"]]),
    "stack": _stack,
    "tile": lambda low, eq, x: low.add("Tile", x, low.shape(eq.params["reps"])),
    "concatenate": lambda low, eq, *x: low.add("Concat", *x, axis=int(eq.params["dimension"])),
}  # fmt: skip
