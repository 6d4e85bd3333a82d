"""What only moves numbers: axes that change their order, come and go; other shapes; parts of values."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from math import prod
from typing import Any

import numpy as np

from ...errors import UnsupportedError
from .growth import ENTRY, ONE, Axis, Item
from .reading import Reading

__all__ = ["SHAPES"]


def _transpose(r: Reading) -> list[Item]:
    x = r.item(0)
    perm = r.get("perm", [*range(len(x.axes))][::-1])
    return [replace(x, axes=tuple(x.axes[at] for at in perm))]


def _unsqueeze(r: Reading) -> list[Item]:
    x, axes = r.item(0), list(r.item(0).axes)
    added = [int(each) for each in r.need(1).ravel()]
    for at in sorted(each % (len(x.axes) + len(added)) for each in added):
        axes.insert(at, ONE)
    return [replace(x, axes=tuple(axes))]


def _squeeze(r: Reading) -> list[Item]:
    x = r.item(0)
    if not r.has(1):
        raise r.refuse("takes away all axes of length 1, also that of a single entry")
    gone = {int(each) % len(x.axes) for each in r.need(1).ravel()}
    return [_without(r, x, gone)]


def _without(r: Reading, x: Item, gone: set[int]) -> Item:
    """``x`` without axes that hold one number each."""
    for at in sorted(gone):
        if x.length(x.axes[at]) != 1:
            raise r.refuse("takes away an axis that holds more than one number, or the entries")
    real = sorted(axis for at, axis in enumerate(x.axes) if at in gone and isinstance(axis, int) and axis > ENTRY)
    left = replace(x, axes=tuple(axis for at, axis in enumerate(x.axes) if at not in gone))
    if not real:
        return left
    shape = [n for at, n in enumerate(x.shape, 1) if at not in real]
    made = r.growth.reshaped(r.growth.whole(x), shape, r.name)
    return replace(made, axes=tuple(_moved(axis, real) for axis in left.axes))


def _moved(axis: Axis, gone: list[int]) -> Axis:
    """The same axis of a tensor in which others are not there."""
    if isinstance(axis, tuple):
        return axis[0] - sum(each < axis[0] for each in gone), axis[1]
    return axis - sum(each < axis for each in gone) if axis > ENTRY else axis


def _reshape(r: Reading) -> list[Item]:
    x = r.item(0)
    if r.node.operator == "Flatten":
        wanted = [0, -1] if int(r.get("axis", 1)) == 1 else []
    else:
        wanted = [int(each) for each in r.need(1).ravel()]
    if (not wanted and not r.growth.alone) or r.get("allowzero", 0):
        raise r.refuse("becomes a shape that joins entries")
    if (relabelled := _relabelled(x, wanted)) is not None:
        return [relabelled]
    try:
        return [_reshaped(r, r.plain(0), wanted)]
    except UnsupportedError as error:
        raise error if str(error).startswith("node ") else r.refuse(str(error)) from None


def _relabelled(x: Item, wanted: list[int]) -> Item | None:
    """Two halves of an axis that become it again, and axes of length one that come and go: nothing moves."""
    left: list[Axis] = []
    for axis in x.axes:
        if isinstance(axis, tuple) and left and left[-1] == (axis[0], True) and not axis[1]:
            left[-1] = axis[0]
        elif axis != ONE:
            left.append(axis)
    axes: list[Axis] = []
    for at, want in enumerate(wanted):
        kept = want == 0 and bool(left) and at < len(x.axes) and _of(x.axes[at]) == left[0]
        if left and (kept or want == -1 or (want > 0 and want == x.length(left[0]))):
            axes.append(left.pop(0))
        elif want == 1 or (want == 0 and at < len(x.axes) and x.axes[at] == ONE):
            axes.append(ONE)
        else:
            return None
    return None if left else replace(x, axes=tuple(axes))


def _of(axis: Axis) -> Axis:
    return axis if isinstance(axis, int) else ONE


def _reshaped(r: Reading, x: Item, wanted: list[int]) -> Item:
    lengths: list[int | None] = [*([] if r.growth.alone else [None]), *x.shape]
    shape = [lengths[at] if want == 0 and at < len(lengths) else want for at, want in enumerate(wanted)]
    whole = None if None in x.shape else prod(n for n in x.shape if n is not None)
    if not r.growth.alone:
        shape = shape[1:]
        known = prod(n for n in shape if n not in (None, -1))
        if wanted[0] not in (0, -1):
            raise r.refuse(f"becomes the shape {wanted}, whose entries are fixed")
        if wanted[0] == -1 and (None in shape or whole != known):
            raise r.refuse(f"becomes the shape {wanted}, which joins entries")
    known = prod(n for n in shape if n not in (None, -1))
    if whole is not None and (whole % max(known, 1) if -1 in shape else None not in shape and whole != known):
        raise r.refuse(f"has {whole} numbers for the shape {wanted}")
    return r.growth.reshaped(x, [None if n == -1 else n for n in shape], r.name)


# ----------------------------------------------------------------------------------------------- parts


def _slice(r: Reading) -> list[Item]:
    x = r.item(0)
    begins, ends = ([int(each) for each in r.need(at).ravel()] for at in (1, 2))
    axes = [int(each) for each in r.need(3).ravel()] if r.has(3) else list(range(len(begins)))
    strides = [int(each) for each in r.need(4).ravel()] if r.has(4) else [1] * len(begins)
    keys: list[Any] = [_key()] * (len(x.shape) + 1)
    shape = list(x.shape)
    for axis, begin, end, stride in zip(axes, begins, ends, strides, strict=True):
        at = r.axis(x, axis)
        if stride < 1:
            raise r.refuse("goes backwards; slices that go forward are written")
        keys[at] = _key(begin or None, None if end >= np.iinfo(np.int32).max else end, stride if stride > 1 else None)
        n = shape[at - 1]
        shape[at - 1] = None if n is None else len(range(n)[slice(begin, end, stride)])
    made = r.growth.function("GetItem", r.name, [r.growth.whole(x)], shape, (None, keys))
    return [r.same(x, made)]


def _key(start: int | None = None, stop: int | None = None, step: int | None = None) -> dict[str, Any]:
    return {"class_name": "__slice__", "config": {"start": start, "stop": stop, "step": step}}


def _gather(r: Reading) -> list[Item]:
    """One place of an axis; or rows of a table of the file."""
    if (table := r.constant(0)) is not None:
        return [_embedded(r, table)]
    x, index = r.item(0), r.need(1)
    if index.size != 1:
        raise r.refuse("takes several places; one place, and slices, are written")
    axis, place = int(r.get("axis", 0)) % len(x.axes), int(index.ravel()[0])
    if x.length(x.axes[axis]) == 1 and place in (0, -1):
        left = _without(r, x, {axis})
    else:
        left = _taken(r, x, axis, place)
    return [replace(left, axes=(*left.axes[:axis], *[ONE] * index.ndim, *left.axes[axis:]))]


def _embedded(r: Reading, table: np.ndarray) -> Item:
    x = r.plain(1)
    if table.ndim != 2 or int(r.get("axis", 0)) or not x.type.startswith("int"):
        raise r.refuse("looks up something else than rows of a table")
    made = r.growth.layer("Embedding", r.name, [x], (*x.shape, table.shape[1]), {"": [table]},
                          input_dim=len(table), output_dim=table.shape[1])  # fmt: skip
    r.growth.made[made.made].type = "float32"
    return replace(made, type="float32")


def _taken(r: Reading, x: Item, axis: int, place: int) -> Item:
    at = r.axis(x, axis)
    keys = [place if number == at else _key() for number in range(len(x.shape) + 1)]
    shape = [n for number, n in enumerate(x.shape, 1) if number != at]
    made = r.growth.function("GetItem", r.name, [r.growth.whole(x)], shape, (None, keys))
    return replace(made, axes=tuple(_moved(each, [at]) for number, each in enumerate(x.axes) if number != axis))


def _split(r: Reading) -> list[Item]:
    x = r.item(0)
    at = r.axis(x, int(r.get("axis", 0)))
    n, count = x.shape[at - 1], len(r.node.outputs)
    if n is None:
        raise r.refuse("cuts an axis whose length is not fixed")
    most = -(-n // count)
    sizes = [int(each) for each in r.need(1).ravel()] if r.has(1) else [
        min(most, n - most * number) for number in range(count)]  # fmt: skip
    found, begin = [], 0
    for size in sizes:
        keys = [_key(begin, begin + size) if number == at else _key() for number in range(len(x.shape) + 1)]
        shape = [size if number == at else each for number, each in enumerate(x.shape, 1)]
        found.append(r.same(x, r.growth.function("GetItem", r.name, [r.growth.whole(x)], shape, (None, keys))))
        begin += size
    return found


SHAPES: dict[str, Callable[[Reading], list[Item]]] = {
    "Transpose": _transpose, "Unsqueeze": _unsqueeze, "Squeeze": _squeeze, "Reshape": _reshape, "Flatten": _reshape,
    "Slice": _slice, "Gather": _gather, "Split": _split,
}  # fmt: skip
