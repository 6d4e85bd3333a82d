"""Tensors all of whose elements are the same number."""

from __future__ import annotations

import numpy as np

from .sizes import Size
from .view import Operand, View

#: Operators that only move, repeat or drop elements of their first input.
MOVING = {"Identity", "Reshape", "Flatten", "Squeeze", "Unsqueeze", "Transpose", "Expand", "Tile", "Slice", "Gather",
          "Split"}


def uniform(view: View, operand: Operand) -> Size | float | None:
    """The number that every element is, whatever the lengths; None if there is none or it is not known.

    An integer may be a size that is known only at run time. -0.0 is told from 0.0 by ``np.signbit``.
    """
    array = view.constant(operand)
    if array is not None:
        return _of_array(array)
    node = view.producer(operand)
    if node is None:
        return None
    if node.operator == "ConstantOfShape":
        value = node.attributes.get("value")
        return _of_array(value) if isinstance(value, np.ndarray) else 0.0
    if node.operator in MOVING:
        return uniform(view, node.inputs[0])
    if node.operator == "Concat":
        parts = [uniform(view, each) for each in node.inputs]
        return parts[0] if all(repr(part) == repr(parts[0]) for part in parts) else None
    return _of_value(view, operand)


def is_zero(view: View, operand: Operand) -> bool:
    """Whether every element is +0."""
    number = uniform(view, operand)
    return isinstance(number, (int, float)) and number == 0 and not np.signbit(number)


def _of_array(array: np.ndarray) -> Size | float | None:
    if array.size == 0 or array.dtype.kind not in "fiub":
        return None
    first = array.reshape(-1)[:1]
    same = np.full(array.shape, first[0], array.dtype).tobytes() == array.tobytes()
    return first[0].item() if same else None


def _of_value(view: View, operand: Operand) -> Size | None:
    value = view.fact(operand).value
    if value is None or value.size == 0:
        return None
    first = value.flat[0]
    return first if first is not None and all(number == first for number in value.flat) else None
