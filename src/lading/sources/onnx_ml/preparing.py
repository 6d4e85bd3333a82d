"""Operators that prepare columns: scaling, filling of gaps, normalising, choosing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ...graph import Node
from ..onnx_opsets import Refused
from ..replacement import Replacement

if TYPE_CHECKING:
    from ..onnx_opsets import Values


def scaler(node: Node, values: Values) -> list[Node]:
    """(x - offset) * scale, in float32 but for float64 inputs; the result is float32."""
    to = Replacement(node, values)
    x, kind = to.as_floats(str(node.inputs[0]))
    offset, scale = (np.asarray(node.attributes.get(name, ()), np.float32).astype(kind) for name in ("offset", "scale"))
    if len(offset) != len(scale) or not len(offset):
        raise Refused("it has not as many offsets as scales")
    moved = to.add("Sub", x, to.operand(offset, "offset"))
    wide = kind == "float64"
    result = to.add("Mul", moved, to.operand(scale, "scale"), to="" if wide else node.outputs[0])
    if wide:
        to.cast(result, "float32", node.outputs[0])
    return to.nodes


def imputer(node: Node, values: Values) -> list[Node]:
    """What stands in for one value, NaN mostly, in each column."""
    to, x = Replacement(node, values), str(node.inputs[0])
    kind = values.type(x)
    if kind == "int64":
        fill = np.asarray(node.attributes.get("imputed_value_int64s", ()), np.int64)
        gone: Any = np.int64(node.attributes.get("replaced_value_int64", 0))  # type: ignore[arg-type]
    elif kind in ("float32", "float64"):
        fill = np.asarray(node.attributes.get("imputed_value_floats", ()), np.float32).astype(kind)
        gone = np.dtype(kind).type(np.float32(node.attributes.get("replaced_value_float", 0.0)))  # type: ignore[arg-type]
    else:
        raise Refused("its input is neither float nor int64")
    if not len(fill):
        raise Refused("it does not say what stands in for a missing value")
    missing = to.add("IsNaN", x) if gone != gone else to.add("Equal", x, np.array(gone))
    to.add("Where", missing, to.operand(fill, "values"), x, to=node.outputs[0])
    return to.nodes


def normalizer(node: Node, values: Values) -> list[Node]:
    """Rows divided by their greatest number, the sum of their sizes, or the root of the sum of their squares.

    A row whose divisor is 0 stays as it is.
    """
    to = Replacement(node, values)
    x, kind = to.as_floats(str(node.inputs[0]))
    if kind == "float64":
        x, kind = to.cast(x, "float32"), "float32"
    norm, last = str(node.attributes.get("norm", "MAX")), np.array([-1])
    zero, one = np.array(np.float32(0)), np.array(np.float32(1))
    if norm == "MAX":
        total = to.add("ReduceMax", x, last, keepdims=1)
    elif norm == "L1":
        total = to.add("ReduceSum", to.add("Abs", x), last, keepdims=1)
    elif norm == "L2":
        total = to.add("ReduceSumSquare", x, last, keepdims=1)
    else:
        raise Refused(f"its norm is '{norm}'; known are MAX, L1 and L2")
    divisor = to.add("Where", to.add("Equal", total, zero), one, total)
    if norm != "L2":
        to.add("Div", x, divisor, to=node.outputs[0])
        return to.nodes
    size = to.add("Sqrt", to.add("Div", to.add("Mul", x, x), divisor))
    to.add("Mul", to.add("Sign", x), size, to=node.outputs[0])
    return to.nodes


def binarizer(node: Node, values: Values) -> list[Node]:
    """1 where x is greater than the threshold, else 0."""
    to, x = Replacement(node, values), str(node.inputs[0])
    kind = values.type(x)
    if kind is None or not kind.startswith("float"):
        raise Refused("its input is not of a float type")
    threshold = np.float32(node.attributes.get("threshold", 0.0))  # type: ignore[arg-type]
    to.cast(to.add("Greater", x, np.array(threshold.astype(kind))), kind, node.outputs[0])
    return to.nodes


def array_feature_extractor(node: Node, values: Values) -> list[Node]:
    """Chosen columns: (n, chosen), also of (columns)."""
    to, (x, chosen) = Replacement(node, values), node.inputs
    shape, at = values.shape(x), values.constant(chosen)
    if shape is None:
        raise Refused("how many axes its input has is not known")
    indices: str | np.ndarray = to.add("Reshape", chosen, np.array([-1])) if at is None else to.operand(
        at.reshape(-1).astype(np.int64), "indices")  # fmt: skip
    if len(shape) > 1:
        to.add("Gather", x, indices, to=node.outputs[0], axis=-1)
    else:
        to.add("Unsqueeze", to.add("Gather", x, indices, axis=0), np.array([0]), to=node.outputs[0])
    return to.nodes
