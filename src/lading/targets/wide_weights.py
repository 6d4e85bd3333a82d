"""Weights that are kept small, as float32 again: for formats that have no nodes that expand them."""

from __future__ import annotations

import numpy as np

from ..bundle.evaluate import OPERATORS
from ..copying import copy_of
from ..graph import Node, rename
from ..model import Model, drop_unread_weights


def with_wide_weights(model: Model) -> Model:
    """The model with every ``Cast`` and ``DequantizeLinear`` of weights replaced by the weights that it gives."""
    kept = model.weights
    if not any(_expands(kept, node) for graph in model.graphs.values() for node in graph.nodes):
        return model
    model = copy_of(model)
    outputs = {output.name for output in model.output_list}
    for graph in model.graphs.values():
        for node in [node for node in graph.nodes if _expands(kept, node) and node.outputs[0] not in outputs]:
            name, arrays = node.reads()[0], [kept[name] for name in node.reads()]
            model.weights[name] = np.asarray(OPERATORS[node.operator](*arrays, **node.attributes))
            graph.nodes.remove(node)
            rename(graph.nodes, node.outputs[0], name)
    drop_unread_weights(model)
    return model


def _expands(weights: dict[str, np.ndarray], node: Node) -> bool:
    return (node.operator in {"Cast", "DequantizeLinear"} and bool(node.inputs)
            and all(isinstance(name, str) and name in weights for name in node.inputs))  # fmt: skip
