"""Which values cannot be infinite, or not -inf, as far as the operators tell that make them."""

from __future__ import annotations

import numpy as np

from ..graph import Node
from .view import Operand, View

#: Operators that give finite numbers for finite numbers (but for overflow), or NaN.
KEEPING = {
    "Identity", "Add", "Sub", "Mul", "Neg", "Abs", "Sign", "Floor", "Ceil", "Round", "Min", "Max", "Sum", "Mean",
    "Cast", "Where", "Clip", "Sqrt", "Not", "Equal", "Greater", "GreaterOrEqual", "Less", "LessOrEqual", "And",
    "Or", "Relu", "LeakyRelu", "PRelu", "Elu", "Celu", "Selu", "Gelu", "Swish", "HardSwish", "Mish", "Softplus",
    "LogSoftmax", "MatMul", "Gemm", "Einsum", "Conv", "BatchNormalization", "LayerNormalization",
    "RMSNormalization", "GroupNormalization", "InstanceNormalization", "Concat", "Slice", "Split", "Gather",
    "GatherND", "GatherElements", "Reshape", "Flatten", "Transpose", "Squeeze", "Unsqueeze", "Expand", "Tile",
    "Trilu", "ReduceSum", "ReduceMean", "ReduceMax", "ReduceMin", "ReduceSumSquare", "Attention", "Dropout",
}  # fmt: skip
#: Operators that give finite numbers, or NaN, whatever they are given.
BOUNDED = {"Sigmoid", "HardSigmoid", "Tanh", "Atan", "Sin", "Cos", "Erf", "Softmax", "IsNaN", "IsInf"}


#: Operators that never give -inf, whatever they are given.
ABOVE = BOUNDED | {
    "Abs",
    "Celu",
    "Elu",
    "Exp",
    "Gelu",
    "HardSwish",
    "Mish",
    "Relu",
    "Selu",
    "Softplus",
    "Sqrt",
    "Swish",
}
#: Operators that give -inf only where they are given it.
PASSING = {
    "Identity", "Add", "Sum", "Mean", "Min", "Max", "Where", "Clip", "Cast", "Concat", "Slice", "Split", "Gather",
    "Reshape", "Flatten", "Transpose", "Squeeze", "Unsqueeze", "Expand", "Tile", "ReduceMax", "ReduceMin",
    "ReduceMean", "ReduceSum",
}  # fmt: skip


def is_above_minus_infinity(view: View, operand: Operand) -> bool:
    """Whether a value is never -inf for finite inputs of the model; it may be NaN."""
    waiting, seen = [operand], set[str]()
    while waiting:
        each = waiting.pop()
        node = view.producer(each)
        if isinstance(each, str):
            if not each or each in seen or (node is not None and node.operator in ABOVE):
                continue
            seen.add(each)
        if node is not None and node.operator in PASSING:
            waiting += node.inputs
        elif not is_finite(view, each):
            return False
    return True


def is_finite(view: View, operand: Operand) -> bool:
    """Whether a value is finite, or NaN, for finite inputs of the model."""
    waiting, seen = [operand], set[str]()
    while waiting:
        each = waiting.pop()
        array = view.constant(each)
        if array is not None:
            if array.dtype.kind == "f" and not np.isfinite(array).all():
                return False
            continue
        if not isinstance(each, str) or not each or each in seen or view.fact(each).type in ("bool", "int64", "int32"):
            continue
        seen.add(each)
        node = view.producer(each)
        if node is None or node.operator in BOUNDED:
            continue
        if not _keeps(view, node):
            return False
        waiting += node.inputs
    return True


def _keeps(view: View, node: Node) -> bool:
    """Whether a node gives finite numbers for finite numbers."""
    if node.operator in KEEPING:
        return True
    if node.operator == "Div":
        return view.scalar(node.inputs[1]) not in (None, 0) or _is_above_zero(view, node.inputs[1])
    if node.operator == "Pow":
        exponent = view.scalar(node.inputs[1])
        return exponent is not None and 0 <= exponent <= 8
    if node.operator == "ConstantOfShape":
        return bool(np.isfinite(np.asarray(node.attributes.get("value", 0.0))).all())
    return node.operator in ("Log", "Reciprocal") and _is_above_zero(view, node.inputs[0])


def _is_above_zero(view: View, operand: Operand) -> bool:
    """Whether a value is cut off below at a positive number, so that it never comes near 0."""
    node = view.producer(operand, "Clip", "Max")
    bounds = [] if node is None else node.inputs[1:2] if node.operator == "Clip" else node.inputs
    numbers = [view.scalar(bound) for bound in bounds]
    return any(number is not None and number >= np.finfo(np.float32).tiny for number in numbers)
