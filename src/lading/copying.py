"""A model that can be changed while the one that it was made of stays as it is."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import replace
from typing import TYPE_CHECKING

from .graph import Graph

if TYPE_CHECKING:
    from .model import Model


def copy_of(model: Model) -> Model:
    """The same model again. Arrays of weights are shared: another number is another array."""
    graphs = {
        name: Graph([replace(node, inputs=list(node.inputs), outputs=list(node.outputs),
                             attributes=deepcopy(node.attributes)) for node in graph.nodes])
        for name, graph in model.graphs.items()
    }  # fmt: skip
    copy = replace(model, graphs=graphs, weights=dict(model.weights), record=deepcopy(model.record))
    copy.input_list, copy.output_list = deepcopy(model.input_list), deepcopy(model.output_list)
    copy.axes, copy.record = dict(model.axes), copy.record or {}
    return copy
