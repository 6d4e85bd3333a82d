"""Operations that move numbers and change none."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from ..building import TYPES, Builder, Ints, Pairs, Tensor, Tensors


def reshape(build: Builder, input: Tensor, shape: Ints, axis_start: int = 0, axis_count: int = -1) -> Any:
    """0 keeps a length, −1 is what remains; only ``axis_count`` axes from ``axis_start`` on are reshaped."""
    count = input.rank - axis_start if axis_count == -1 else axis_count
    if axis_start < 0 or count < 0 or axis_start + count > input.rank:
        build.fail(f"reshapes axes {axis_start} to {axis_start + count}, the tensor has {input.rank}")
    old = input.shape[axis_start : axis_start + count]
    if any(length < -1 for length in shape) or shape.count(-1) > 1:
        build.fail(f"to the shape {shape}: lengths are at least 1, 0 keeps one, and one may be -1")
    if any(length == 0 and i >= len(old) for i, length in enumerate(shape)):
        build.fail(f"to the shape {shape}: a 0 keeps a length that {list(old)} does not have")
    new = [old[i] if length == 0 else length for i, length in enumerate(shape)]
    if -1 in new:
        rest = math.prod(old) // max(-math.prod(new), 1)
        new[new.index(-1)] = max(rest, 1)
    if math.prod(new) != math.prod(old):
        build.fail(f"{list(old)} does not become {shape}: {math.prod(old)} numbers")
    around = input.shape[:axis_start], input.shape[axis_start + count :]
    written = [0] * axis_start + list(shape) + list(around[1])
    aligned = axis_start == 0 or all(i < input.rank for i in range(axis_start))
    return build.reshaped(input, (*around[0], *new, *around[1]), written if aligned else None)


def squeeze(build: Builder, input: Tensor, axes: Ints) -> Any:
    axes = build.axes(axes, input.rank)
    if any(input.shape[axis] != 1 for axis in axes):
        build.fail(f"axes {axes} of {list(input.shape)} are not all of length 1")
    shape = [length for axis, length in enumerate(input.shape) if axis not in axes]
    if input.array is not None:
        return build.reshaped(input, shape)
    return build.add("Squeeze", input, np.asarray(axes, np.int64), shape=shape, type=input.type)


def unsqueeze(build: Builder, input: Tensor, axes: Ints) -> Any:
    axes = sorted(build.axes(axes, input.rank + len(axes)))
    shape = list(input.shape)
    for axis in axes:
        shape.insert(axis, 1)
    if input.array is not None:
        return build.reshaped(input, shape)
    return build.add("Unsqueeze", input, np.asarray(axes, np.int64), shape=shape, type=input.type)


def transpose(build: Builder, input: Tensor, axes: Ints) -> Any:
    if sorted(axes) != list(range(len(axes))) or len(axes) > input.rank:
        build.fail(f"axes {axes} are no order of the axes of {list(input.shape)}")
    return build.transposed(input, [*axes, *range(len(axes), input.rank)])


def _joined_type(build: Builder, values: list[Tensor]) -> str:
    types = {each.type for each in values}
    if len(types) > 1:
        build.fail(f"joins tensors of {' and '.join(sorted(types))}")
    return types.pop()


def concat(build: Builder, values: Tensors, axis: int) -> Any:
    first = values[0].shape
    build.axes([axis], len(first))
    for each in values:
        if [*each.shape[:axis], *each.shape[axis + 1 :]] != [*first[:axis], *first[axis + 1 :]]:
            build.fail(f"tensors of shapes {list(first)} and {list(each.shape)} cannot be joined on axis {axis}")
    shape = [sum(each.shape[axis] for each in values) if i == axis else n for i, n in enumerate(first)]
    return build.add("Concat", *values, shape=shape, type=_joined_type(build, values), axis=axis)


def stack(build: Builder, values: Tensors, axis: int) -> Any:
    if len({each.shape for each in values}) > 1:
        build.fail("stacks tensors of different shapes")
    return concat(build, [unsqueeze(build, each, [axis]) for each in values], axis)


def split(build: Builder, value: Tensor, axis: int, ratios: Ints) -> Any:
    build.axes([axis], value.rank)
    total, length = sum(ratios), value.shape[axis]
    if not ratios or min(ratios) < 1 or length % total:
        build.fail(f"{length} numbers of axis {axis} cannot be divided as {ratios}")
    sizes = [length // total * ratio for ratio in ratios]
    shapes = [[n if i == axis else old for i, old in enumerate(value.shape)] for n in sizes]
    return build.several("Split", [value, np.asarray(sizes, np.int64)], shapes, value.type, axis=axis)


def unstack(build: Builder, value: Tensor, axis: int) -> Any:
    build.axes([axis], value.rank)
    parts = split(build, value, axis, [1] * value.shape[axis])
    return [squeeze(build, each, [axis]) for each in parts]


def slice_(build: Builder, input: Tensor, axes: Ints, begin: Ints, end: Ints, stride: Ints = ()) -> Any:
    """Negative places count from the end; where all strides are 1, an end of 0 is the end."""
    stride = list(stride) or [1] * len(axes)
    build.axes(axes, input.rank)
    if not len(axes) == len(begin) == len(end) == len(stride) or 0 in stride:
        build.fail("axes, begin, end and stride are lists of one length, and no stride is 0")
    shape, ends = list(input.shape), []
    for axis, first, last, step in zip(axes, begin, end, stride, strict=True):
        length = input.shape[axis]
        if last == 0 and all(each == 1 for each in stride):
            last = length
        ends.append(last)
        places = range(*slice(first, last, step).indices(length))
        if not places:
            build.fail(f"takes nothing of axis {axis}, which is {length} long: from {first} to {last}")
        shape[axis] = len(places)
    read = [np.asarray(each, np.int64) for each in (begin, ends, axes, stride)]
    return build.add("Slice", input, *read, shape=shape, type=input.type)


def tile(build: Builder, input: Tensor, repeats: Ints) -> Any:
    if len(repeats) != input.rank:
        build.fail(f"{len(repeats)} repeats for {input.rank} axes")
    shape = [length * times for length, times in zip(input.shape, repeats, strict=True)]
    return build.add("Tile", input, np.asarray(repeats, np.int64), shape=shape, type=input.type)


#: What NNEF calls the numbers beyond the border, and what ONNX does.
BORDERS = {"constant": "constant", "replicate": "edge", "reflect": "reflect"}


def pad(build: Builder, input: Tensor, padding: Pairs, border: str = "constant", value: float = 0.0) -> Any:
    if border not in BORDERS:
        build.unsupported(f"the border '{border}'; {', '.join(BORDERS)} are read")
    if len(padding) != input.rank or any(n < 0 for pair in padding for n in pair):
        build.fail(f"the padding {padding} is no pair of lengths for each of {input.rank} axes")
    if border == "reflect" and any(max(pair) >= n for pair, n in zip(padding, input.shape, strict=True)):
        build.fail(f"reflects more numbers than {list(input.shape)} has")
    shape = [before + n + after for (before, after), n in zip(padding, input.shape, strict=True)]
    pads = np.asarray([*(pair[0] for pair in padding), *(pair[1] for pair in padding)], np.int64)
    return build.add("Pad", build.as_float(input), pads, value if border == "constant" else None, shape=shape,
                     mode=BORDERS[border])


def gather(build: Builder, input: Tensor, indices: Tensor, axis: int = 0) -> Any:
    build.axes([axis], input.rank)
    if not indices.type.startswith("int"):
        build.fail("its indices are no integers")
    if indices.array is not None and (indices.array.min() < 0 or indices.array.max() >= input.shape[axis]):
        build.fail(f"an index is beyond the {input.shape[axis]} numbers of axis {axis}")
    shape = (*input.shape[:axis], *indices.shape, *input.shape[axis + 1 :])
    return build.add("Gather", input, indices, shape=shape, type=input.type, axis=axis)


def cast(build: Builder, input: Tensor, kind: str = "scalar") -> Any:
    if kind not in TYPES:
        build.fail(f"casts to {', '.join(TYPES)}, not to {kind}")
    return build.add("Cast", input, shape=input.shape, type=TYPES[kind], to=TYPES[kind])


OPERATIONS: dict[str, Callable[..., Any]] = {
    "reshape": reshape, "squeeze": squeeze, "unsqueeze": unsqueeze, "transpose": transpose, "concat": concat,
    "stack": stack, "split": split, "unstack": unstack, "slice": slice_, "tile": tile, "pad": pad, "gather": gather,
    "cast": cast,
}  # fmt: skip
