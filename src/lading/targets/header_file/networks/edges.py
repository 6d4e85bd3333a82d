"""EdgeConvs as the engine joins them (cpp/src/passes/fuse_edges.cpp): it says which, here their nodes become one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ....graph import Attribute, Node

if TYPE_CHECKING:
    from ....model import Model
    from .passes import Plan

__all__ = ["fuse_edges"]


def fuse_edges(plan: Plan, model: Model) -> None:
    """Turns the last node of each EdgeConv into all of it; what only its other nodes read is not needed any more."""
    steps = [nodes for nodes, operator in model.session().steps() if operator == "EdgeConvolution"]
    for at, node in enumerate(plan.nodes):
        if node.operator in ("ReduceMean", "ReduceMax") and any(each.startswith(f"{node.name} + ") for each in steps):
            plan.nodes[at] = _joined(plan, node)


def _joined(plan: Plan, pool: Node) -> Node:
    by = {name: node for node in plan.nodes for name in node.outputs if name}
    layers: list[Node] = []
    features = by[str(pool.inputs[0])]
    while features.operator == "internal.Dense":
        layers.insert(0, features)
        features = by[str(features.inputs[0])]
    parts = [by[str(name)] for name in features.inputs]
    centre = next(i for i, part in enumerate(parts) if part.operator in ("Expand", "Tile"))
    other = parts[1 - centre]
    picked = by[str(other.inputs[0])] if other.operator == "Sub" else other
    gather = by[str(picked.inputs[0])]
    places = by[str(by[str(gather.inputs[1])].inputs[0])].inputs[0]
    inputs = [gather.inputs[0], places, *_split(plan, layers[0], centre, other.operator == "Sub")]
    for layer in layers[1:]:
        inputs += _weights(plan, layer)
    relus = [int("activation" in layer.attributes) for layer in layers]
    said: dict[str, Attribute] = {"relu": relus, "pool": "max" if pool.operator == "ReduceMax" else "mean"}
    return Node(pool.name, "internal.EdgeConvolution", inputs, pool.outputs, said)


def _weights(plan: Plan, layer: Node) -> list[np.ndarray]:
    w, bias = plan.array(layer.inputs[1]), plan.array(plan.operand(layer, 2))
    assert w is not None
    return [w, np.zeros(w.shape[1], np.float32) if bias is None else bias]


def _split(plan: Plan, layer: Node, centre: int, difference: bool) -> list[np.ndarray]:
    """c W_c + (g - c) W_g = c (W_c - W_g) + g W_g; the bias goes to the centre."""
    w, bias = _weights(plan, layer)
    halves = np.split(w, 2)
    own, given = halves[centre], halves[1 - centre]
    both = np.concatenate([own - given if difference else own, given], axis=1)
    return [np.ascontiguousarray(both), np.concatenate([bias, np.zeros_like(bias)])]
