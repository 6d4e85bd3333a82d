"""Recover Attention.

1. Softmax(scale * Q K^T + mask) V, all of rank 4 [batch, heads, length, width]: Attention. The scale may stand at
   Q, at K, at their product or be missing, the mask may be missing.
2. The same of rank 3, without heads: Attention with one head.
3. The same with weights that are 0 where the Softmax gives NaN. There the mask may be -inf; one that is 0 where a
   condition holds and -inf elsewhere is the condition.

The function is the same, the place of the scale and so the last bits may differ; empty sequences give what the parts
give. One thing differs: a query all of whose keys are masked with -inf gives 0 in Attention, NaN in the parts of 1 and
2. So there a mask is taken only if it cannot be -inf (see ``finite``). What NaN among Q and K gives is NaN, also
in 3. float32 only, since the scale is a float32 attribute. All parts must be read by nobody else.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from ..graph import Attribute, Node
from .expression import Match, either
from .finite import is_above_minus_infinity
from .sizes import Size
from .view import Operand, View


def apply(view: View, node: Node) -> str | None:
    """Replaces the product with the values."""
    rank = view.fact(node.outputs[0]).rank
    if node.operator != "MatMul" or rank not in (3, 4):
        return None
    softmax, guard = _weights(view, node.inputs[0])
    if softmax is None or softmax.attributes.get("axis", -1) not in (-1, rank - 1):
        return None
    for scores, mask, between in _masked(view, softmax):
        match = Match(view)
        match.nodes += [softmax, *guard, *between]
        found = _product(match, scores)
        if found is not None and match.is_closed(node) and _fits(view, node, found[0], found[1], mask, bool(guard)):
            _write(view, node, *found, _condition(view, mask) if guard else mask)
            return f"{len(match.nodes) + 1} nodes"
    return None


def _weights(view: View, operand: Operand) -> tuple[Node | None, list[Node]]:
    """The Softmax, and the nodes behind it that put 0 for NaN, if there are such."""
    where = view.producer(operand, "Where")
    if where is None:
        return view.producer(operand, "Softmax"), []
    test, softmax = view.producer(where.inputs[0], "IsNaN"), view.producer(where.inputs[2], "Softmax")
    if test is None or softmax is None or test.inputs != softmax.outputs or view.scalar(where.inputs[1]) != 0:
        return None, []
    return softmax, [where, test]


def _masked(view: View, softmax: Node) -> Iterator[tuple[Operand, Operand, list[Node]]]:
    """(scores, mask, nodes between) as what goes into the Softmax may be read; "" for no mask."""
    yield softmax.inputs[0], "", []
    add = view.producer(softmax.inputs[0], "Add")
    for scores, mask in either(add) if add is not None else []:
        yield scores, mask, [add]  # type: ignore[list-item]


def _condition(view: View, mask: Operand) -> Operand:
    """A mask as the condition under which it is 0, if it is -inf elsewhere."""
    where = view.producer(mask, "Where")
    if where is None or view.shape(where.inputs[0]) != view.shape(mask):
        return mask
    return where.inputs[0] if [view.scalar(each) for each in where.inputs[1:]] == [0, -math.inf] else mask


def _product(match: Match, scores: Operand) -> tuple[Operand, Operand, float] | None:
    """(Q, K transposed, scale) of a scaled product."""
    scaled = _scaled(match, scores)
    matmul = match.take(scaled[0], "MatMul") if scaled is not None else None
    sides = [_scaled(match, operand) for operand in matmul.inputs] if matmul is not None else []
    if scaled is None or not sides or sides[0] is None or sides[1] is None:
        return None
    (query, of_query), (key, of_key) = sides[0], sides[1]
    return query, key, scaled[1] * of_query * of_key


def _scaled(match: Match, operand: Operand) -> tuple[Operand, float] | None:
    """What is multiplied by numbers, and their product; None if one of them is computed (it may be folded later)."""
    scale = 1.0
    while (node := match.view.producer(operand, "Mul", "Div")) is not None:
        ways = list(either(node)) if node.operator == "Mul" else [(node.inputs[0], node.inputs[1])]
        if any(match.view.shape(b) in ((), (1,)) and match.view.scalar(b) is None for _, b in ways):
            return None
        numbers = [(a, match.view.scalar(b)) for a, b in ways]
        found = next(((a, x) for a, x in numbers if x is not None and x != 0 and math.isfinite(x)), None)
        if found is None:
            break
        match.take(operand, "Mul", "Div")
        operand, factor = found
        scale = scale * factor if node.operator == "Mul" else scale / factor
    return operand, scale


def _fits(view: View, node: Node, query: Operand, key: Operand, mask: Operand, infinite: bool) -> bool:
    """Whether shapes and types are those of an Attention whose mask may be ``infinite`` or not."""
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
    return no_mask or (_mask_fits(view, mask, (*q[:-1], k[-1])) and (infinite or is_above_minus_infinity(view, mask)))


def _mask_fits(view: View, mask: Operand, scores: tuple[Size, ...]) -> bool:
    """Whether a mask is float32, of the length of the keys, and broadcasts to the scores and no further."""
    fact = view.fact(mask)
    if fact.type != "float32" or fact.shape is None or not 2 <= len(fact.shape) <= len(scores):
        return False
    fits = all(size in (1, full) for size, full in zip(fact.shape, scores[-len(fact.shape) :], strict=True))
    return fits and fact.shape[-1] == scores[-1]


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
