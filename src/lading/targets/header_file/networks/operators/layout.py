"""Operators that move numbers and change none."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from ..lengths import Length, product
from ..literals import number

if TYPE_CHECKING:
    from .....graph import Node
    from ..writing import Value, Writer

__all__ = ["OPERATORS"]

NOTHING = Length.of(0)


def _same(writer: Writer, node: Node) -> None:
    x = writer.operand(0)
    if x.text:
        return writer.view(x)
    return writer.elementwise(writer.result(), [x], lambda v: v)


def _transpose(writer: Writer, node: Node) -> None:
    x = writer.operand(0)
    order = writer.integers("perm") or [*range(x.rank)][::-1]
    moved = [axis for axis in order if x.shape[axis].number != 1]
    if moved == sorted(moved) and x.text:
        return writer.view(x)  # what moves is of length 1
    result, strides = writer.result(), writer.strides(x.shape)
    to = (NOTHING, writer.strides(result.shape))
    return writer.move(result.shape, result, to, x, (NOTHING, [strides[axis] for axis in order]))


def _concat(writer: Writer, node: Node) -> None:
    values = [writer.operand(i) for i in range(len(node.inputs))]
    result = writer.result()
    axis, strides, start = writer.axis(result), writer.strides(result.shape), NOTHING
    for value in values:
        from_ = NOTHING, writer.strides(value.shape)
        writer.move(value.shape, result, (start * strides[axis], strides), value, from_)
        start = start + value.shape[axis]


def _split(writer: Writer, node: Node) -> None:
    x = writer.operand(0)
    axis, strides, start = writer.axis(x, 0), writer.strides(x.shape), NOTHING
    for place, name in enumerate(node.outputs):
        if not name:
            writer.refuse("it leaves out a part of what it splits")
        if writer.wants(place):
            result = writer.result(place)
            writer.move(result.shape, result, (NOTHING, writer.strides(result.shape)), x,
                        (start * strides[axis], strides))  # fmt: skip
        start = start + writer.probes.shapes[name][axis]


def _slice(writer: Writer, node: Node) -> None:
    x, starts = writer.operand(0), writer.lengths(1) or []
    axes = writer.numbers(3) or [*range(len(starts))]
    steps = writer.numbers(4) or [1] * len(starts)
    result, strides, at = writer.result(), writer.strides(x.shape), NOTHING
    own = list(strides)
    for start, axis, step in zip(starts, axes, steps, strict=True):
        axis %= x.rank
        at = at + _begin(writer, start, x.shape[axis], result.shape[axis], step) * strides[axis]
        own[axis] = strides[axis] * Length.of(step)
    writer.move(result.shape, result, (NOTHING, writer.strides(result.shape)), x, (at, own))


def _begin(writer: Writer, start: Length, along: Length, taken: Length, step: int) -> Length:
    """The first element of a slice: negative ones count from the end, those beyond an end are at the end."""

    def place(lengths: Mapping[str, int]) -> int | None:
        length, at = along.at(lengths), start.at(lengths)
        if taken.at(lengths) == 0:
            return None
        return min(max(at + length if at < 0 else at, 0), length - (step < 0))

    found = writer.probes.follows(place)
    if found is None:
        writer.refuse("where it begins does not follow from the lengths of sequences by one formula")
    return found


def _expand(writer: Writer, node: Node) -> None:
    writer.elementwise(writer.result(), [writer.operand(0)], lambda v: v)


def _tile(writer: Writer, node: Node) -> None:
    x, repeats = writer.operand(0), writer.lengths(1) or []
    result = writer.result()
    shape, own = [], []
    for times, length, stride in zip(repeats, x.shape, writer.strides(x.shape), strict=True):
        shape += [times, length]
        own += [NOTHING, stride]
    writer.move(tuple(shape), result, (NOTHING, writer.strides(tuple(shape))), x, (NOTHING, own))


def _pad(writer: Writer, node: Node) -> None:
    x, pads = writer.operand(0), writer.lengths(1) or []
    if writer.attribute("mode", "constant") != "constant":
        writer.refuse(f"it pads by mode '{writer.attribute('mode')}', a header with a constant only")
    if any(pad.at(run.lengths) < 0 for pad in pads for run in writer.probes.runs):
        writer.refuse("it takes elements away (pads below 0)")
    axes = writer.numbers(3)
    axes = [*range(x.rank)] if axes is None else [axis % x.rank for axis in axes]
    result = writer.result()
    strides = writer.strides(result.shape)
    filler = writer.element(writer.scalar(writer.operand(2)), "0") if writer.has(2) else number(0, x.type)
    with writer.loops([("i", result.size)]):
        writer.line(f"{result.text}[{writer.variable('i', result.size)}] = {filler};")
    at = NOTHING
    for axis, before in zip(axes, pads, strict=False):
        at = at + before * strides[axis]
    writer.move(x.shape, result, (at, strides), x, (NOTHING, writer.strides(x.shape)))


def _constant_of_shape(writer: Writer, node: Node) -> None:
    writer.refuse("its shape depends on the numbers that go in")


def contiguous(writer: Writer, x: Value, order: list[int]) -> Value:
    """``x`` with its axes in another order, in memory of the node's own."""
    shape, strides = tuple(x.shape[axis] for axis in order), writer.strides(x.shape)
    made = writer.scratch(x.type, product(shape))
    made.shape = shape
    writer.move(shape, made, (NOTHING, writer.strides(shape)), x, (NOTHING, [strides[axis] for axis in order]))
    return made


OPERATORS: dict[str, Callable[[Writer, Node], None]] = {
    **dict.fromkeys(("Identity", "Dropout", "Reshape", "Squeeze", "Unsqueeze", "Flatten"), _same),
    "Transpose": _transpose, "Concat": _concat, "Split": _split, "Slice": _slice, "Expand": _expand, "Tile": _tile,
    "Pad": _pad, "ConstantOfShape": _constant_of_shape,
}  # fmt: skip
