"""Recover LayerNormalization and RMSNormalization.

1. d / sqrt(mean(d^2) + epsilon) with d = x - mean(x), both means over the same last axes, times a constant and
   plus a constant of their shape, if there are such: LayerNormalization.
2. The same of x itself in place of d: RMSNormalization.

A square may be Pow or Mul, a root Sqrt or Pow, a division a Mul by the Reciprocal or by 1 / root. The function is the
same, the order of rounding may differ. For float32 only: for wider types these operators compute in float32
unless told otherwise. All parts must be read by nobody else.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ..graph import Attribute, Node
from .expression import Match, either
from .view import Operand, View


def apply(view: View, node: Node) -> str | None:
    """Replaces the quotient, or the last of the affine nodes behind it."""
    if node.operator not in ("Div", "Mul") or view.fact(node.outputs[0]).type != "float32":
        return None
    for match, top, root in _quotients(view, node):
        found = _normalised(match, top, root)
        if found is not None:
            return _write(view, match, node, top, *found)
    return None


def _quotients(view: View, node: Node) -> Iterator[tuple[Match, Operand, Operand]]:
    """(nodes in between, numerator, square root) of a quotient in either form."""
    if node.operator == "Div":
        yield Match(view), node.inputs[0], node.inputs[1]
        return
    for top, factor in either(node):
        match = Match(view)
        inverse = match.take(factor, "Reciprocal", "Div")
        if inverse is not None and (inverse.operator == "Reciprocal" or match.number(inverse.inputs[0], 1.0)):
            yield match, top, inverse.inputs[-1]


def _normalised(match: Match, top: Operand, root: Operand) -> tuple[Operand, int, float] | None:
    """(x, first normalised axis, epsilon): x is ``top`` for RMS, what a mean was subtracted from for layers."""
    inside = _under_root(match, root)
    total = match.take(inside, "Add") if inside is not None else None
    for variance, constant in either(total) if total is not None else []:
        mean, epsilon = match.take(variance, "ReduceMean"), match.view.scalar(constant)
        if mean is not None and epsilon is not None and _is_square(match, mean.inputs[0], top):
            first = _first_axis(match.view, mean)
            if first is not None:
                return _centred(match, top, first) or top, first, epsilon
    return None


def _under_root(match: Match, operand: Operand) -> Operand | None:
    node = match.take(operand, "Sqrt", "Pow")
    if node is None or (node.operator == "Pow" and not match.number(node.inputs[1], 0.5)):
        return None
    return node.inputs[0]


def _is_square(match: Match, operand: Operand, of: Operand) -> bool:
    node = match.take(operand, "Pow", "Mul")
    if node is None or not _same(node.inputs[0], of):
        return False
    return match.number(node.inputs[1], 2.0) if node.operator == "Pow" else _same(node.inputs[1], of)


def _centred(match: Match, operand: Operand, first: int) -> Operand | None:
    """x if the operand is x - mean(x) over the axes from ``first`` on."""
    node = match.view.producer(operand, "Sub")
    mean = match.view.producer(node.inputs[1], "ReduceMean") if node is not None else None
    if node is None or mean is None or not _same(mean.inputs[0], node.inputs[0]):
        return None
    if _first_axis(match.view, mean) != first:
        return None
    match.nodes += [node, mean]
    return node.inputs[0]


def _first_axis(view: View, mean: Node) -> int | None:
    """The first of the axes a mean is over, if they are the last ones and are kept."""
    rank = view.fact(mean.inputs[0]).rank
    axes = view.integers(mean.inputs[1]) if len(mean.inputs) > 1 else None
    if rank is None or not axes or not mean.attributes.get("keepdims", 1):
        return None
    places = sorted(axis % rank for axis in axes)
    return places[0] if places == list(range(places[0], rank)) else None


def _same(a: Operand, b: Operand) -> bool:
    return isinstance(a, str) and isinstance(b, str) and a == b


def _write(view: View, match: Match, node: Node, top: Operand, x: Operand, first: int, epsilon: float) -> str | None:
    shape = view.shape(x)
    if (
        shape is None
        or not all(isinstance(size, int) for size in shape[first:])
        or shape != view.shape(node.outputs[0])
    ):
        return None
    centred = not _same(x, top)
    scale, last = _affine(view, node, "Mul", shape[first:])
    shift, end = _affine(view, last, "Add", shape[first:]) if centred else (None, last)
    match.nodes += [each for each in (node, last) if each is not end]
    if not match.is_closed(end):
        return None
    if scale is None:
        scale = view.add_weight(np.ones(shape[first:], np.float32), node.outputs[0])  # type: ignore[arg-type]
    attributes: dict[str, Attribute] = {"axis": first - len(shape), "epsilon": epsilon}
    operator = "LayerNormalization" if centred else "RMSNormalization"
    view.replace(end, operator, [x, scale, *([shift] if shift is not None else [])], attributes)
    return f"{operator} in {len(match.nodes) + 1} nodes"


def _affine(view: View, node: Node, operator: str, shape: tuple[object, ...]) -> tuple[Operand | None, Node]:
    """The constant of ``shape`` that the only reader of a node multiplies or adds, and that reader."""
    readers = view.readers(node.outputs[0])
    if len(readers) == 1 and readers[0].operator == operator and not view.is_output(node.outputs[0]):
        for other, constant in either(readers[0]):
            array = view.constant(constant)
            if _same(other, node.outputs[0]) and array is not None and array.shape == shape:
                return constant, readers[0]
    return None, node
