"""Operators that make one number of many: the Reduce family, ArgMax, TopK."""

from __future__ import annotations

from .fact import Call, Fact, Rule, Shape, counted


def reduce(call: Call) -> Fact:
    """The named axes become 1, or go; without names all of them (or none, by ``noop_with_empty_axes``)."""
    data = call.input(0)
    axes = call.input(1).integers if call.has(1) else []
    if axes is None or data.shape is None:
        return data.with_shape(None)
    if not axes:
        if call.integer("noop_with_empty_axes", 0):
            return data.with_shape(data.shape)
        axes = list(range(len(data.shape)))
    return data.with_shape(_reduced(data.shape, axes, call.integer("keepdims", 1)))


def arg(call: Call) -> Fact:
    """ArgMax, ArgMin: positions along one axis."""
    shape = call.input(0).shape
    if shape is None:
        return Fact("int64")
    return Fact("int64", _reduced(shape, [call.integer("axis", 0)], call.integer("keepdims", 1)))


def _reduced(shape: Shape, axes: list[int], keep: int) -> Shape:
    gone = {counted(axis, len(shape)) for axis in axes}
    if keep:
        return tuple(1 if axis in gone else size for axis, size in enumerate(shape))
    return tuple(size for axis, size in enumerate(shape) if axis not in gone)


def top_k(call: Call) -> list[Fact]:
    """Values and positions of the k largest."""
    data, axis, k = call.input(0), call.axis(default=-1), call.input(1).value
    if data.shape is None or axis is None:
        return [data.with_shape(None), Fact("int64")]
    count = k.flat[0] if k is not None and k.size == 1 and k.flat[0] is not None else call.unknown(axis)
    shape = (*data.shape[:axis], count, *data.shape[axis + 1 :])
    return [data.with_shape(shape), Fact("int64", shape)]


def norms(call: Call) -> list[Fact]:
    """LayerNormalization: the result, and mean and inverse deviation of what was normalised."""
    data, axis = call.input(0), call.axis(default=-1)
    if data.shape is None or axis is None:
        return [data.with_shape(None)]
    kept = (*data.shape[:axis], *(1 for _ in data.shape[axis:]))
    return [data.with_shape(data.shape), data.with_shape(kept), data.with_shape(kept)]


_REDUCE = """ReduceSum ReduceMean ReduceMax ReduceMin ReduceProd ReduceL1 ReduceL2 ReduceLogSum ReduceLogSumExp
ReduceSumSquare"""

FAMILY: dict[str, Rule] = {
    **dict.fromkeys(_REDUCE.split(), reduce),
    "ArgMax": arg,
    "ArgMin": arg,
    "TopK": top_k,
    "LayerNormalization": norms,
}
