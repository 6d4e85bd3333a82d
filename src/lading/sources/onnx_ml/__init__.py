"""Operators of ONNX-ML (ai.onnx.ml) as nodes of format 1, with the numbers of ONNX Runtime.

A rule is a function from a node to nodes. The table holds those of each operator, whatever its version: newer
versions only added attributes. Forests become ``lading.TreeEnsemble``; classes become labels of the output.
"""

from __future__ import annotations

from collections.abc import Callable

from ...graph import Node
from ..onnx_opsets import Refused, Values
from . import encoding, ensembles, linear, preparing

__all__ = ["RULES", "Refused", "nodes_of"]

DOMAIN = "ai.onnx.ml"

RULES: dict[str, Callable[[Node, Values], list[Node]]] = {
    "ArrayFeatureExtractor": preparing.array_feature_extractor,
    "Binarizer": preparing.binarizer,
    "Imputer": preparing.imputer,
    "LabelEncoder": encoding.label_encoder,
    "LinearClassifier": linear.classifier,
    "LinearRegressor": linear.regressor,
    "Normalizer": preparing.normalizer,
    "Scaler": preparing.scaler,
    "TreeEnsemble": ensembles.ensemble,
    "TreeEnsembleClassifier": ensembles.classifier,
    "TreeEnsembleRegressor": ensembles.regressor,
}


def nodes_of(node: Node, values: Values) -> list[Node]:
    """The nodes that a node of ONNX-ML stands for. Raises Refused with the reason, or FormatError."""
    return RULES[node.operator](node, values)
