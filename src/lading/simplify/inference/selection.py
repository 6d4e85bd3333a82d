"""Operators that pick elements by position: Slice, the Gather family, NonZero, OneHot, Range."""

from __future__ import annotations

from ..sizes import Size, at_least, divide
from .fact import Call, Fact, Rule, counted

#: Exporters write "to the end" as one of these or more.
FAR = 2**31 - 1


def slice_(call: Call) -> Fact:
    """From ``starts`` to before ``ends`` by ``steps`` along ``axes``."""
    data = call.input(0)
    bounds = bounds_of(call)
    if data.shape is None or bounds is None:
        return data.with_shape(tuple(map(call.unknown, range(data.rank))) if data.rank is not None else None)
    sizes = list(data.shape)
    for axis, start, end, step in bounds:
        length = sliced(sizes[axis], start, end, step)
        sizes[axis] = call.unknown(axis) if length is None else length
    return data.with_shape(tuple(sizes))


def bounds_of(call: Call) -> list[tuple[int, Size | None, Size | None, int]] | None:
    """(axis, start, end, step) of a Slice whose axes and steps are known; a bound may be None."""
    starts, ends, rank = call.input(1).value, call.input(2).value, call.input(0).rank
    if starts is None or ends is None or rank is None:
        return None
    axes = call.input(3).integers if call.has(3) else list(range(starts.size))
    steps = call.input(4).integers if call.has(4) else [1] * starts.size
    if axes is None or steps is None or any(counted(axis, rank) is None for axis in axes):
        return None
    places = [axis % rank for axis in axes]
    return list(zip(places, starts.flat, ends.flat, steps, strict=True))


def sliced(size: Size, start: Size | None, end: Size | None, step: int) -> Size | None:
    """How many elements a slice of one axis holds, None if that cannot be told."""
    if start is None or end is None:
        return None
    if isinstance(size, int) and isinstance(start, int) and isinstance(end, int):
        return len(range(size)[python_slice(start, end, step, size)])
    if is_whole(size, start, end, step):
        return size
    if step != 1:
        return None
    first = start + size if isinstance(start, int) and start < 0 else start
    last = size if _is_far(end) else end + size if isinstance(end, int) and end < 0 else end
    inside = at_least(first, 0) and at_least(last - first, 0) and at_least(size - last, 0)
    return last - first if inside else None


def is_whole(size: Size, start: Size | None, end: Size | None, step: int) -> bool:
    """Whether a slice holds all elements (in order for step 1, turned round for -1) whatever the size."""
    if start is None or end is None:
        return False
    if step == 1:
        return start == 0 and (_is_far(end) or at_least(end - size, 0))
    return step == -1 and start == -1 and isinstance(end, int) and end <= -FAR


def _is_far(end: Size) -> bool:
    return isinstance(end, int) and end >= FAR


def python_slice(start: int, end: int, step: int, size: int) -> slice:
    """The bounds of a Slice as Python reads them, where "before the first" is None."""
    return slice(start, None if step < 0 and end < -size else end, step)


def gather(call: Call) -> Fact:
    """The axis replaced by the shape of the indices."""
    data, indices, axis = call.input(0), call.input(1), call.axis()
    if data.shape is None or indices.shape is None or axis is None:
        return data.with_shape(None)
    return data.with_shape((*data.shape[:axis], *indices.shape, *data.shape[axis + 1 :]))


def gather_elements(call: Call) -> Fact:
    """The shape of the indices."""
    return call.input(0).with_shape(call.input(1).shape)


def gather_nd(call: Call) -> Fact:
    """The shape of the indices but their last axis, which says how many axes of the data each uses up."""
    data, indices, batch = call.input(0), call.input(1), call.integer("batch_dims", 0)
    if data.shape is None or not indices.shape or not isinstance(indices.shape[-1], int):
        return data.with_shape(None)
    return data.with_shape((*indices.shape[:-1], *data.shape[batch + indices.shape[-1] :]))


def compress(call: Call) -> Fact:
    """A number of elements that only the data know."""
    data, axis = call.input(0), call.axis()
    if "axis" not in call.node.attributes:
        return data.with_shape((call.unknown(0),))
    if data.shape is None or axis is None:
        return data.with_shape(None)
    return data.with_shape((*data.shape[:axis], call.unknown(axis), *data.shape[axis + 1 :]))


def non_zero(call: Call) -> Fact:
    """One column for each element that is not zero."""
    rank = call.input(0).rank
    return Fact("int64", None if rank is None else (rank, call.unknown(1)))


def one_hot(call: Call) -> Fact:
    """An axis of ``depth`` put in."""
    indices, depth = call.input(0), call.input(1).value
    if indices.shape is None:
        return Fact(call.input(2).type)
    rank = len(indices.shape) + 1
    axis = counted(call.integer("axis", -1), rank)
    known = depth is not None and depth.size == 1 and depth.flat[0] is not None
    size = depth.flat[0] if known and depth is not None else call.unknown(rank)
    return Fact(call.input(2).type, (*indices.shape[:axis], size, *indices.shape[axis:]))


def range_(call: Call) -> Fact:
    """From ``start`` to before ``limit`` by ``delta``; the length is a size if it is one without rounding."""
    bounds = [call.input(i).value for i in range(3)]
    if any(bound is None or bound.flat[0] is None for bound in bounds):
        return Fact(call.input(0).type, (call.unknown(0),))
    start, limit, delta = (bound.flat[0] for bound in bounds if bound is not None)
    length = divide(limit - start, delta)
    known = length is not None and at_least(length, 0)
    return Fact(call.input(0).type, (length if known and length is not None else call.unknown(0),))


def eye_like(call: Call) -> Fact:
    """The shape of the input, the type of ``dtype``."""
    kind = call.attribute("dtype")
    return Fact(kind if isinstance(kind, str) else call.input(0).type, call.input(0).shape)


FAMILY: dict[str, Rule] = {
    "Slice": slice_,
    "Gather": gather,
    "GatherElements": gather_elements,
    "GatherND": gather_nd,
    "Compress": compress,
    "NonZero": non_zero,
    "OneHot": one_hot,
    "Range": range_,
    "EyeLike": eye_like,
    "ReverseSequence": lambda call: call.input(0).with_shape(call.input(0).shape),
}
