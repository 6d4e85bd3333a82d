"""Operators that move numbers and change none."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from ..writing import Value
from .reductions import squeezed

if TYPE_CHECKING:
    from ....graph import Node
    from ..writing import Writer

BORDERS = {"constant": "constant", "edge": "replicate", "reflect": "reflect"}


def reshape(writer: Writer, node: Node) -> Value:
    x, shape = writer.tensor(0), writer.ints(1) or []
    if writer.attribute("allowzero", 0) and 0 in shape:
        writer.refuse("an axis of length 0")
    made = writer.ran[node.outputs[0]].shape
    return writer.call("reshape", writer.read(x), shape=made, kind=x.kind, shape_=shape)


def flatten(writer: Writer, node: Node) -> Value:
    x, axis = writer.tensor(0), int(writer.attribute("axis", 1))
    shape = (math.prod(x.shape[:axis]), math.prod(x.shape[axis:]))
    return writer.call("reshape", writer.read(x), shape=shape, kind=x.kind,
                       shape_=[0 if axis == 1 else shape[0], -1])


def transpose(writer: Writer, node: Node) -> Value:
    x = writer.tensor(0)
    axes = list(writer.attribute("perm", range(x.rank)[::-1]))
    return writer.call("transpose", writer.read(x), shape=[x.shape[axis] for axis in axes], kind=x.kind, axes=axes)


def concat(writer: Writer, node: Node) -> Value:
    values = [writer.tensor(i) for i in range(len(node.inputs))]
    axis = int(writer.attribute("axis", 0)) % values[0].rank
    names = [writer.read(value) for value in values]
    shape = [sum(value.shape[axis] for value in values) if i == axis else n for i, n in enumerate(values[0].shape)]
    return writer.call("concat", f"[{', '.join(names)}]", shape=shape, kind=values[0].kind, axis=axis)


def split(writer: Writer, node: Node) -> list[Value]:
    x = writer.tensor(0)
    axis = int(writer.attribute("axis", 0)) % x.rank
    shapes = [writer.ran[output].shape for output in node.outputs if output]
    if len(shapes) != len(node.outputs):
        writer.refuse("it leaves out a part of what it splits")
    sizes = [shape[axis] for shape in shapes]
    return writer.several("split", [writer.read(x)], shapes, x.kind, axis=axis,
                          ratios=[size // math.gcd(*sizes) for size in sizes])


def slice_(writer: Writer, node: Node) -> Value:
    x = writer.tensor(0)
    begins, ends = writer.ints(1) or [], writer.ints(2) or []
    axes = [axis % x.rank for axis in writer.ints(3) or range(len(begins))]
    steps = writer.ints(4) or [1] * len(axes)
    shape, first, last = list(x.shape), [], []
    for axis, begin, end, step in zip(axes, begins, ends, steps, strict=True):
        start, stop, _ = slice(begin, end, step).indices(x.shape[axis])
        shape[axis] = len(range(start, stop, step))
        first.append(start)
        last.append(stop if stop >= 0 else stop - x.shape[axis])  # down to the first: one before it, from the end
    stride = {} if all(step == 1 for step in steps) else {"stride": steps}
    return writer.call("slice", writer.read(x), shape=shape, kind=x.kind, axes=axes, begin=first, end=last, **stride)


def squeeze(writer: Writer, node: Node) -> Value:
    x, axes = writer.tensor(0), writer.ints(1)
    if axes is None:
        axes = [axis for axis, length in enumerate(x.shape) if length == 1]
    return squeezed(writer, x, sorted(axis % x.rank for axis in axes))


def unsqueeze(writer: Writer, node: Node) -> Value:
    x = writer.tensor(0)
    axes = writer.ints(1) or []
    rank = x.rank + len(axes)
    shape = list(x.shape)
    for axis in sorted(axis % rank for axis in axes):
        shape.insert(axis, 1)
    return writer.call("unsqueeze", writer.read(x), shape=shape, kind=x.kind, axes=sorted(a % rank for a in axes))


def tile(writer: Writer, node: Node) -> Value:
    return _repeated(writer, writer.tensor(0), writer.ints(1) or [])


def _repeated(writer: Writer, x: Value, repeats: list[int]) -> Value:
    shape = [length * times for length, times in zip(x.shape, repeats, strict=True)]
    return writer.call("tile", writer.read(x), shape=shape, kind=x.kind, repeats=repeats)


def expand(writer: Writer, node: Node) -> Value:
    shape = writer.ran[node.outputs[0]].shape
    writer.ints(1)
    x = writer.tensor(0)
    x = writer.shaped(x, (*[1] * (len(shape) - x.rank), *x.shape)) if x.array is not None else (
        writer.with_rank(x, len(shape)))
    return _repeated(writer, x, [new // old for new, old in zip(shape, x.shape, strict=True)])


def pad(writer: Writer, node: Node) -> Value:
    x, pads, value = writer.scalar(0), writer.ints(1) or [], writer.operand(2)
    mode = str(writer.attribute("mode", "constant"))
    axes = [axis % x.rank for axis in writer.ints(3) or range(x.rank)]
    if mode not in BORDERS or any(number < 0 for number in pads):
        writer.refuse(f"NNEF pads with {', '.join(BORDERS.values())}, by no less than 0")
    if value is not None and (value.array is None or not np.isfinite(value.array).all()):
        writer.refuse("what it pads with is no number that NNEF can write")
    padding = [(0, 0)] * x.rank
    for at, axis in enumerate(axes):
        padding[axis] = pads[at], pads[at + len(axes)]
    shape = [a + n + b for (a, b), n in zip(padding, x.shape, strict=True)]
    with_ = 0.0 if value is None or value.array is None else float(value.array.reshape(-1)[0])
    return writer.call("pad", writer.read(x), shape=shape, padding=padding, border=BORDERS[mode], value=with_)


def gather(writer: Writer, node: Node) -> Value:
    x, indices = writer.tensor(0), writer.tensor(1)
    axis = int(writer.attribute("axis", 0)) % x.rank
    if indices.array is not None:
        indices = Value("", indices.shape, "integer", indices.array % x.shape[axis], indices.name)
    shape = (*x.shape[:axis], *indices.shape, *x.shape[axis + 1 :])
    if indices.rank:
        return writer.call("gather", writer.read(x), writer.read(indices), shape=shape, kind=x.kind, axis=axis)
    if indices.array is None:
        writer.refuse("its index is a single number that is known only when the graph runs")
    begin = int(indices.array)
    one = [1 if i == axis else n for i, n in enumerate(x.shape)]
    made = writer.call("slice", writer.read(x), shape=one, kind=x.kind, axes=[axis], begin=[begin], end=[begin + 1])
    return squeezed(writer, made, [axis])


OPERATORS: dict[str, Any] = {
    "Reshape": reshape, "Flatten": flatten, "Transpose": transpose, "Concat": concat, "Split": split, "Slice": slice_,
    "Squeeze": squeeze, "Unsqueeze": unsqueeze, "Tile": tile, "Expand": expand, "Pad": pad, "Gather": gather,
}  # fmt: skip
