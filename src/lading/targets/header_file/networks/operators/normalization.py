"""Normalizations and softmax."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from ..lengths import product
from ..literals import number

if TYPE_CHECKING:
    from .....graph import Node
    from ..writing import Value, Writer

__all__ = ["OPERATORS"]


def _batch(writer: Writer, node: Node) -> None:
    """(x - mean) factor + shift, by channel."""
    x = writer.operand(0)
    parts = [writer.constant(place) for place in range(1, 5)]
    if any(part is None for part in parts):
        writer.refuse("its statistics are computed, and a header wants them fixed")
    scale, shift, mean, variance = (np.asarray(part, np.float64).ravel() for part in parts)
    factor = scale / np.sqrt(variance + np.float64(writer.real("epsilon", 1e-5)))
    shape = (-1, *[1] * (x.rank - 2)) if x.rank > 1 else (1,)
    constants = [writer.constant_value(each.astype(x.type).reshape(shape)) for each in (mean, factor, shift)]
    writer.elementwise(writer.result(), [x, *constants], lambda v, m, f, s: f"({v} - {m}) * {f} + {s}")


def _layer(writer: Writer, node: Node) -> None:
    x, centred = writer.operand(0), node.operator == "LayerNormalization"
    axis = writer.axis(x)
    if writer.wants(1) or writer.wants(2):
        writer.refuse("a header gives its result only, not what it is made of")
    scale = _parameter(writer, x, axis, 1)
    bias = _parameter(writer, x, axis, 2) if writer.has(2) else "nullptr"
    result = writer.result()
    writer.use("normalization" if x.type == "float32" else "double_normalization")
    sizes = ", ".join(writer.text(product(part)) for part in (x.shape[:axis], x.shape[axis:]))
    writer.line(f"detail::normalize_rows<{'true' if centred else 'false'}>({writer.pointer(x)}, {scale}, {bias}, "
                f"{result.text}, {sizes}, {number(writer.real('epsilon', 1e-5), 'float32')});")  # fmt: skip


def _parameter(writer: Writer, x: Value, axis: int, place: int) -> str:
    """The pointer to one number for each of a group."""
    value, group = writer.operand(place), x.shape[axis:]
    if product(value.shape) == product(group):
        return writer.pointer(value)
    sizes = [length.number for length in group]
    array = writer.constant(place)
    if array is None or any(size is None for size in sizes):
        writer.refuse(f"input {place} is broadcast, and a header wants it fixed")
    array = array.reshape(array.shape[max(array.ndim - len(sizes), 0) :])
    return writer.table(np.broadcast_to(array, [size or 0 for size in sizes])).text


def _softmax(writer: Writer, node: Node) -> None:
    x = writer.operand(0)
    axis, logarithm = writer.axis(x), "true" if node.operator == "LogSoftmax" else "false"
    before, along, behind = (writer.text(length) for length in writer.around(x, axis))
    result = writer.result()
    if x.type == "float32" and axis == x.rank - 1:
        writer.use("softmax")
        return writer.line(f"detail::softmax_rows<{logarithm}>({writer.pointer(x)}, {result.text}, {before}, {along});")
    writer.use("softmax" if x.type == "float32" else "double_softmax")
    return writer.line(f"detail::softmax_columns<{logarithm}>({writer.pointer(x)}, {result.text}, {before}, {along}, "
                       f"{behind});")  # fmt: skip


OPERATORS: dict[str, Callable[[Writer, Node], None]] = {
    "BatchNormalization": _batch, "LayerNormalization": _layer, "RMSNormalization": _layer,
    "Softmax": _softmax, "LogSoftmax": _softmax,
}  # fmt: skip
