"""The nodes and layers of a graph of lwtnn as they grow, and which of them a value of the model is."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

__all__ = ["Growth", "Item"]

VALUES, STEPS, ONE = "values", "steps", "one"

LINEAR = "linear"


@dataclass(frozen=True)
class Item:
    """What a value of the model is: a node of lwtnn, and what each axis of the tensor holds.

    An axis holds the ``values`` of a vector, the ``steps`` of a sequence, or ``one`` thing: an entry or a direction.
    ``kept``: only so many values are left. ``last``: of the steps only the last one is there. ``shared``: several read
    it, so that what comes next may not become part of its layer. ``gated``: no node yet, but a part of a highway: 1
    minus an item, or the product of two.
    """

    node: int
    axes: tuple[str, ...]
    width: int
    kept: int | None = None
    last: bool = False
    shared: bool = False
    gated: tuple[Item, ...] = ()

    @property
    def is_sequence(self) -> bool:
        return STEPS in self.axes

    def axis(self, number: int) -> str:
        return self.axes[number]

    def without(self, *numbers: int) -> Item:
        gone = {number % len(self.axes) for number in numbers}
        return replace(self, axes=tuple(use for at, use in enumerate(self.axes) if at not in gone))


@dataclass
class Growth:
    """``layers`` of all nodes are written down once each at the end."""

    nodes: list[dict[str, Any]] = field(default_factory=list)
    layers: dict[int, dict[str, Any]] = field(default_factory=dict)  # by node

    def add(self, kind: str, sources: list[int], axes: tuple[str, ...], width: int, **more: Any) -> Item:
        self.nodes.append({"type": kind, "sources": sources, **more})
        return Item(len(self.nodes) - 1, axes, width)

    def layer(self, x: Item, layer: dict[str, Any], width: int, kind: str = "") -> Item:
        """A layer on a vector, or on each step of a sequence."""
        kind = kind or ("time_distributed" if x.is_sequence else "feed_forward")
        item = self.add(kind, [x.node], x.axes, width)
        self.layers[item.node] = layer
        return item

    def dense(self, x: Item, weights: np.ndarray | None, bias: np.ndarray | None, activation: Any = LINEAR) -> Item:
        """``weights``: (outputs, inputs), None: x itself."""
        width = x.width if weights is None else len(weights)
        return self.layer(x, {"architecture": "dense", **affine(weights, bias), "activation": activation}, width)

    def last_layer(self, x: Item) -> dict[str, Any] | None:
        """The layer that gives ``x``, if nobody else reads it and its activation is still to be said."""
        layer = self.layers.get(x.node)
        return None if layer is None or x.shared or x.last or layer.get("activation") != LINEAR else layer

    def written(self, outputs: Iterable[dict[str, Any]]) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
        """Nodes with their layer_index, and layers; equal ones once. Numbers of nodes in ``outputs`` are put right."""
        places: dict[str, int] = {}
        layers: list[dict[str, Any]] = []
        kept = self._needed({output["node_index"] for output in outputs})
        new = {number: at for at, number in enumerate(kept)}
        for output in outputs:
            output["node_index"] = new[output["node_index"]]
        for number in kept:
            node = self.nodes[number]
            if not node["type"].startswith("input"):
                node["sources"] = [new[each] for each in node["sources"]]
            if number in self.layers:
                text = json.dumps(self.layers[number])
                if text not in places:
                    places[text] = len(layers)
                    layers.append(self.layers[number])
                node["layer_index"] = places[text]
        return [self.nodes[number] for number in kept], layers

    def _needed(self, wanted: set[int]) -> list[int]:
        """Inputs, and what outputs are computed from; layers that became part of others are not."""
        for number in reversed(range(len(self.nodes))):
            if number in wanted and not self.nodes[number]["type"].startswith("input"):
                wanted |= set(self.nodes[number]["sources"])
        wanted |= {number for number, node in enumerate(self.nodes) if node["type"].startswith("input")}
        return sorted(wanted)


def affine(weights: np.ndarray | None, bias: np.ndarray | None) -> dict[str, Any]:
    return {"weights": listed(weights), "bias": listed(bias)}


def listed(array: np.ndarray | None) -> list[float]:
    """Row by row, float32 numbers as the doubles that they are."""
    return [] if array is None else [float(each) for each in np.asarray(array, np.float64).ravel()]
