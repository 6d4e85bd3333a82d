"""Recover Attention.

1. Softmax(scale * Q K^T + mask) V, all of rank 4 [batch, heads, length, width]: Attention. The scale may stand at
   Q, at K, at their product or be missing, the mask may be missing.
2. The same of rank 3, without heads: Attention with one head.

The function is the same, the place of the scale and so the last bits may differ; empty sequences give what the parts
give. One thing differs: a query all of whose keys are masked with -inf gives 0 in Attention, NaN in its parts. So a
mask is taken only if it cannot be infinite: it is computed from the inputs and finite constants by operators that
make no infinities of finite numbers. float32 only, since the scale is a float32 attribute. All parts must be
read by nobody else.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from ..graph import Attribute, Node
from .expression import Match, either
from .sizes import Size
from .view import Operand, View

#: Operators that give finite numbers for finite numbers (but for overflow).
FINITE = {
    "Identity", "Add", "Sub", "Mul", "Neg", "Abs", "Cast", "Not", "Equal", "Greater", "GreaterOrEqual", "Less",
    "LessOrEqual", "And", "Or", "Where", "Clip", "Relu", "Sigmoid", "Tanh", "Erf", "Gelu", "LeakyRelu", "Softmax",
    "MatMul", "Gemm", "Conv", "BatchNormalization", "LayerNormalization", "Concat", "Slice", "Split", "Gather",
    "GatherND", "GatherElements", "Reshape", "Flatten", "Transpose", "Squeeze", "Unsqueeze", "Expand", "Tile", "Pad",
    "ReduceSum", "ReduceMean", "ReduceMax", "ReduceMin", "Min", "Max",
}  # fmt: skip


def apply(view: View, node: Node) -> str | None:
    """Replaces the product with the values."""
    softmax = view.producer(node.inputs[0], "Softmax") if node.operator == "MatMul" else None
    rank = view.fact(node.outputs[0]).rank
    if softmax is None or rank not in (3, 4) or softmax.attributes.get("axis", -1) not in (-1, rank - 1):
        return None
    for scores, mask, between in _masked(view, softmax):
        match = Match(view)
        match.nodes += [softmax, *between]
        found = _product(match, scores)
        if found is not None and match.is_closed(node) and _fits(view, node, found[0], found[1], mask):
            _write(view, node, *found, mask)
            return f"{len(match.nodes) + 1} nodes"
    return None


def _masked(view: View, softmax: Node) -> Iterator[tuple[Operand, Operand, list[Node]]]:
    """(scores, mask, nodes between) as what goes into the Softmax may be read; "" for no mask."""
    yield softmax.inputs[0], "", []
    add = view.producer(softmax.inputs[0], "Add")
    for scores, mask in either(add) if add is not None else []:
        yield scores, mask, [add]  # type: ignore[list-item]


def _product(match: Match, scores: Operand) -> tuple[Operand, Operand, float] | None:
    """(Q, K transposed, scale) of a scaled product."""
    scale, factors = match.factors(scores)
    matmul = match.take(factors[0], "MatMul") if len(factors) == 1 else None
    sides = [match.factors(operand) for operand in matmul.inputs] if matmul is not None else []
    if any(len(rest) != 1 for _, rest in sides) or not sides:
        return None
    return sides[0][1][0], sides[1][1][0], scale * sides[0][0] * sides[1][0]


def _fits(view: View, node: Node, query: Operand, key: Operand, mask: Operand) -> bool:
    """Whether shapes and types are those of an Attention."""
    facts = [view.fact(query), view.fact(key), view.fact(node.inputs[1]), view.fact(node.outputs[0])]
    shapes = [fact.shape for fact in facts]
    if any(fact.type != "float32" for fact in facts) or any(shape is None for shape in shapes):
        return False
    q, k, v, y = (shape or () for shape in shapes)
    before = q[:-2]
    same = len({len(shape) for shape in shapes if shape is not None}) == 1
    if not same or not before == k[:-2] == v[:-2] == y[:-2] or k[-1] != v[-2] or q[-1] != k[-2]:
        return False
    no_mask = isinstance(mask, str) and not mask
    return no_mask or _mask_fits(view, mask, (*q[:-1], k[-1]))


def _mask_fits(view: View, mask: Operand, scores: tuple[Size, ...]) -> bool:
    """Whether a mask is float32, finite, of the length of the keys, and broadcasts to the scores and no further."""
    fact = view.fact(mask)
    if fact.type != "float32" or fact.shape is None or not 2 <= len(fact.shape) <= len(scores):
        return False
    fits = all(size in (1, full) for size, full in zip(fact.shape, scores[-len(fact.shape) :], strict=True))
    return fits and fact.shape[-1] == scores[-1] and is_finite(view, mask)


def is_finite(view: View, operand: Operand, depth: int = 40) -> bool:
    """Whether a value is finite for finite inputs."""
    array = view.constant(operand)
    if array is not None:
        return bool(np.isfinite(array).all()) if array.dtype.kind == "f" else True
    if view.fact(operand).type in ("bool", "int64", "int32"):
        return True
    node = view.producer(operand)
    if node is None:
        return True
    constant = node.operator == "Div" and view.scalar(node.inputs[1]) not in (None, 0)
    if not depth or not (node.operator in FINITE or constant):
        return False
    return all(is_finite(view, each, depth - 1) for each in node.inputs if not isinstance(each, str) or each)


def _write(view: View, node: Node, query: Operand, key: Operand, scale: float, mask: Operand) -> None:
    rank, width = view.fact(node.outputs[0]).rank or 4, (view.shape(query) or ())[-1]
    swap = [*range(rank - 2), rank - 1, rank - 2]
    keys = view.insert(node, "Transpose", [key], {"perm": list(swap)})
    attributes: dict[str, Attribute] = {"q_num_heads": 1, "kv_num_heads": 1} if rank == 3 else {}
    if not isinstance(width, int) or not math.isclose(scale, width**-0.5, rel_tol=1e-6):
        attributes["scale"] = scale
    if rank == 3 and isinstance(mask, str) and mask and view.fact(mask).rank == 3:
        mask = view.insert(node, "Unsqueeze", [mask, np.array([1])])
    given = [] if isinstance(mask, str) and not mask else [mask]
    view.replace(node, "Attention", [query, keys, node.inputs[1], *given], attributes)
