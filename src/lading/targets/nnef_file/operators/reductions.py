"""Reductions, and normalizations made of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from ..writing import Value
from .elementwise import number, on

if TYPE_CHECKING:
    from ....graph import Node
    from ..writing import Writer


def reduced(writer: Writer, operation: str, x: Value, axes: list[int], kind: str = "scalar") -> Value:
    """A reduction, whose axes stay with length 1."""
    shape = [1 if axis in axes else length for axis, length in enumerate(x.shape)]
    return writer.call(operation, writer.read(x), shape=shape, kind=kind, axes=axes)


def squeezed(writer: Writer, x: Value, axes: list[int]) -> Value:
    shape = [length for axis, length in enumerate(x.shape) if axis not in axes]
    return writer.call("squeeze", writer.read(x), shape=shape, kind=x.kind, axes=axes) if axes else x


def _axes(writer: Writer, x: Value) -> list[int]:
    axes = writer.ints(1)
    if not axes:
        return [] if writer.attribute("noop_with_empty_axes", 0) else list(range(x.rank))
    return sorted(axis % x.rank for axis in axes)


def _reduction(operation: str, before: str = "", after: str = "") -> Callable[[Writer, Node], Value]:
    def write(writer: Writer, node: Node) -> Value:
        x = writer.scalar(0)
        axes = _axes(writer, x)
        made = reduced(writer, operation, on(writer, before, x) if before else x, axes)
        made = on(writer, after, made) if after else made
        return made if writer.attribute("keepdims", 1) else squeezed(writer, made, axes)

    return write


def _place_of_extreme(operation: str) -> Callable[[Writer, Node], Value]:
    def write(writer: Writer, node: Node) -> Value:
        x = writer.scalar(0)
        if writer.attribute("select_last_index", 0):
            writer.refuse("NNEF gives the first of several equal ones, this node the last")
        axes = [int(writer.attribute("axis", 0)) % x.rank]
        made = reduced(writer, operation, x, axes, "integer")
        return made if writer.attribute("keepdims", 1) else squeezed(writer, made, axes)

    return write


def _global(operation: str) -> Callable[[Writer, Node], Value]:
    def write(writer: Writer, node: Node) -> Value:
        x = writer.scalar(0)
        return reduced(writer, operation, x, list(range(2, x.rank)))

    return write


def layer_normalization(writer: Writer, node: Node) -> Value:
    """(x − mean) / √(variance + epsilon), times scale, plus bias."""
    x = writer.scalar(0)
    axes = list(range(int(writer.attribute("axis", -1)) % x.rank, x.rank))
    shape = [1 if axis in axes else length for axis, length in enumerate(x.shape)]
    mean, variance = writer.several("moments", [writer.read(x)], [shape, shape], axes=axes)
    spread = on(writer, "sqrt", on(writer, "add", variance, number(float(writer.attribute("epsilon", 1e-5)))))
    return _scaled(writer, on(writer, "div", on(writer, "sub", x, mean), spread))


def rms_normalization(writer: Writer, node: Node) -> Value:
    x = writer.scalar(0)
    axes = list(range(int(writer.attribute("axis", -1)) % x.rank, x.rank))
    square = reduced(writer, "mean_reduce", on(writer, "sqr", x), axes)
    spread = on(writer, "sqrt", on(writer, "add", square, number(float(writer.attribute("epsilon", 1e-5)))))
    return _scaled(writer, on(writer, "div", x, spread))


def _scaled(writer: Writer, x: Value) -> Value:
    for operation, index in (("mul", 1), ("add", 2)):
        factor = writer.operand(index)
        x = x if factor is None else on(writer, operation, x, factor)
    return x


OPERATORS: dict[str, Any] = {
    "ReduceSum": _reduction("sum_reduce"), "ReduceMean": _reduction("mean_reduce"),
    "ReduceMax": _reduction("max_reduce"), "ReduceMin": _reduction("min_reduce"),
    "ReduceL1": _reduction("sum_reduce", before="abs"), "ReduceL2": _reduction("sum_reduce", "sqr", "sqrt"),
    "ReduceSumSquare": _reduction("sum_reduce", before="sqr"), "ReduceLogSum": _reduction("sum_reduce", after="log"),
    "ArgMax": _place_of_extreme("argmax_reduce"), "ArgMin": _place_of_extreme("argmin_reduce"),
    "GlobalAveragePool": _global("mean_reduce"), "GlobalMaxPool": _global("max_reduce"),
    "LayerNormalization": layer_normalization, "RMSNormalization": rms_normalization,
}  # fmt: skip
