"""Write a dense layer as one Gemm.

1. MatMul of two matrices, read only by an Add of a constant that does not widen the result.

The sum is the same one; a Gemm leaves open where in it the bias is added, so the last bit may differ.
"""

from __future__ import annotations

from ..graph import Node
from .view import View


def apply(view: View, node: Node) -> str | None:
    """Replaces the Add, and with it the MatMul."""
    if node.operator != "Add":
        return None
    for index in (0, 1):
        product, bias = view.producer(node.inputs[index], "MatMul"), node.inputs[1 - index]
        if product is None or view.constant(bias) is None or not view.is_only_for(product.outputs[0], node):
            continue
        if _are_matrices(view, product) and view.shape(product.outputs[0]) == view.shape(node.outputs[0]):
            view.replace(node, "Gemm", [*product.inputs, bias])
            return f"{product.name} and its bias"
    return None


def _are_matrices(view: View, product: Node) -> bool:
    facts = [view.fact(operand) for operand in product.inputs]
    return all(fact.rank == 2 and fact.type in ("float32", "float64") for fact in facts)
