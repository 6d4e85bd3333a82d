"""Operators of ONNX that format 1 has not: each is written out in those that it has.

A rule is a function from a node of the pinned opset to nodes. What is rare in networks stands here, and costs
neither the format nor the engine anything; what cannot be said in a few nodes is an operator of the engine.
"""

from __future__ import annotations

from collections.abc import Callable

from ...graph import Node
from ..onnx_opsets import Values
from . import caches, grams, mel, optional, unpooling

__all__ = ["RULES", "nodes_of"]

RULES: dict[str, Callable[[Node, Values], list[Node]]] = {
    "MaxUnpool": unpooling.max_unpool,
    "MelWeightMatrix": mel.mel_weight_matrix,
    "OptionalGetElement": optional.get_element,
    "OptionalHasElement": optional.has_element,
    "TensorScatter": caches.tensor_scatter,
    "TfIdfVectorizer": grams.tf_idf_vectorizer,
}


def nodes_of(node: Node, values: Values) -> list[Node]:
    """The nodes that a node stands for, itself if it is one of format 1. Raises Refused with the reason."""
    return RULES[node.operator](node, values) if node.operator in RULES else [node]
