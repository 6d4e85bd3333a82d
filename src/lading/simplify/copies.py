"""Drop nodes that give what they get.

1. Identity; Dropout, which does nothing outside training; a Cast to the type that is there already.
2. A Transpose that moves nothing; a Reshape, Flatten or Expand to the shape that is there already; a Slice
   of everything; a Pad by nothing; a Tile once; a Squeeze or Unsqueeze of no axis; a Clip without bounds.
3. Concat, Sum, Mean, Max and Min of one tensor, a Split into one.
4. x * 1, x / 1, x ** 1, x - 0, and x + 0 for integers. (For floats only x + (-0) is a copy: x + 0 turns
   -0 into +0.) And with true, Or with false.
5. Where with a condition that is known: the branch it takes, if that has the shape of the result.

Exact: each gives its input bit for bit, for every size, empty ones included. Sizes count as equal only if
they are the same expression of the lengths of the inputs.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ..graph import Node
from .inference.selection import is_whole
from .slices import slice_bounds
from .view import Operand, View


def apply(view: View, node: Node) -> str | None:
    """Lets the readers of a copy read the original."""
    rule = RULES.get(node.operator)
    original = rule(view, node) if rule and view.gives_only_first(node) else None
    if original is None or not view.forward(node, original):
        return None
    return f"{node.operator} that changes nothing"


def _always(view: View, node: Node) -> Operand | None:
    return node.inputs[0]


def _dropout(view: View, node: Node) -> Operand | None:
    training = node.inputs[2] if len(node.inputs) > 2 else ""
    off = (isinstance(training, str) and not training) or view.scalar(training) == 0
    return node.inputs[0] if off else None


def _cast(view: View, node: Node) -> Operand | None:
    to = node.attributes.get("to") if node.operator == "Cast" else view.fact(node.inputs[1]).type
    return node.inputs[0] if to is not None and view.fact(node.inputs[0]).type == to else None


def _transpose(view: View, node: Node) -> Operand | None:
    order = node.attributes.get("perm")
    return node.inputs[0] if isinstance(order, list) and order == list(range(len(order))) else None


def _same_shape(view: View, node: Node) -> Operand | None:
    before, after = view.shape(node.inputs[0]), view.shape(node.outputs[0])
    return node.inputs[0] if before is not None and before == after else None


def _tile(view: View, node: Node) -> Operand | None:
    repeats = view.integers(node.inputs[1])
    return node.inputs[0] if repeats is not None and all(count == 1 for count in repeats) else None


def _pad(view: View, node: Node) -> Operand | None:
    pads = view.integers(node.inputs[1])
    return node.inputs[0] if pads is not None and not any(pads) else None


def _slice(view: View, node: Node) -> Operand | None:
    bounds, shape = slice_bounds(view, node), view.shape(node.inputs[0])
    if bounds is None or shape is None:
        return None
    whole = all(step == 1 and is_whole(shape[axis], start, end, step) for axis, start, end, step in bounds)
    return node.inputs[0] if whole else None


def _no_axes(view: View, node: Node) -> Operand | None:
    axes = view.integers(node.inputs[1]) if len(node.inputs) > 1 else None
    return node.inputs[0] if axes == [] else None


def _single(view: View, node: Node) -> Operand | None:
    others = [each for each in node.inputs[1:] if isinstance(each, np.ndarray) or each]
    return None if others else node.inputs[0]


def _split(view: View, node: Node) -> Operand | None:
    return node.inputs[0] if len(node.outputs) == 1 else None


def neutral(number: float, right_only: bool = False, types: str = "fiu") -> Callable[[View, Node], Operand | None]:
    """A rule for an operation that ``number`` as second operand (or as either) leaves without effect."""

    def rule(view: View, node: Node) -> Operand | None:
        for kept, other in ((0, 1),) if right_only else ((0, 1), (1, 0)):
            array = view.constant(node.inputs[other])
            if array is None or array.size == 0 or array.dtype.kind not in types:
                continue
            exact = np.full_like(array, number).tobytes() == array.tobytes()
            if exact and view.shape(node.inputs[kept]) is not None and _result_like(view, node, kept):
                return node.inputs[kept]
        return None

    return rule


def _result_like(view: View, node: Node, kept: int) -> bool:
    """Whether the other operand does not broadcast this one, and both have the same type."""
    fact, result = view.fact(node.inputs[kept]), view.fact(node.outputs[0])
    same_type = fact.type is not None and fact.type == view.fact(node.inputs[1 - kept]).type
    return same_type and fact.shape == result.shape


def _add(view: View, node: Node) -> Operand | None:
    kept = neutral(0, types="iu")(view, node)
    return neutral(-0.0, types="f")(view, node) if kept is None else kept


def _where(view: View, node: Node) -> Operand | None:
    truth = view.fact(node.inputs[0]).value
    array = view.constant(node.inputs[0])
    known = list(truth.flat) if truth is not None else list(array.flat) if array is not None else []
    for index, wanted in ((1, True), (2, False)):
        if known and all(each is not None and bool(each) is wanted for each in known):
            shape = view.shape(node.inputs[index])
            if shape is not None and shape == view.shape(node.outputs[0]):
                return node.inputs[index]
    return None


RULES = {
    "Identity": _always,
    "Dropout": _dropout,
    "Cast": _cast,
    "CastLike": _cast,
    "Transpose": _transpose,
    "Reshape": _same_shape,
    "Flatten": _same_shape,
    "Expand": _same_shape,
    "Tile": _tile,
    "Pad": _pad,
    "Slice": _slice,
    "Squeeze": _no_axes,
    "Unsqueeze": _no_axes,
    **dict.fromkeys(["Concat", "Sum", "Mean", "Max", "Min", "Clip"], _single),
    "Split": _split,
    "Mul": neutral(1),
    "Div": neutral(1, right_only=True),
    "Pow": neutral(1, right_only=True),
    "Sub": neutral(0, right_only=True),
    "Add": _add,
    "And": neutral(True, types="b"),
    "Or": neutral(False, types="b"),
    "Where": _where,
}
