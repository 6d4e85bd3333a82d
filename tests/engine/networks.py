"""Small networks of every kind, made of numbers from a fixed seed, and events for them.

>>> model, events = NETWORKS["deep sets"]()
>>> model.run(events)["score"]
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from lading.endpoints import Axis, Input, Label, Mask, Missing, Output, Variable
from lading.graph import Graph, Node
from lading.model import Model

ENTRIES = 150
Network = Callable[[], "tuple[Model, dict[str, Any]]"]


class Builder:
    """A model that grows node by node; weights are drawn as they are asked for."""

    def __init__(self, seed: int):
        self.random = np.random.default_rng(seed)
        self.nodes: list[Node] = []
        self.weights: dict[str, np.ndarray] = {}

    def weight(self, *shape: int, positive: bool = False) -> str:
        name = f"w{len(self.weights)}"
        values = self.random.normal(size=shape) / np.sqrt(max(shape[0], shape[-1]))
        self.weights[name] = np.float32(np.abs(values) + 0.5 if positive else values)
        return name

    def node(self, operator: str, *inputs: Any, outputs: int = 1, **attributes: Any) -> Any:
        name = f"n{len(self.nodes)}"
        made = [f"{name}.{i}" for i in range(outputs)] if outputs > 1 else [name]
        self.nodes.append(Node(name, operator, list(inputs), made, attributes))
        return made if outputs > 1 else name

    def dense(self, x: str, inputs: int, outputs: int) -> str:
        return self.node("Add", self.node("MatMul", x, self.weight(inputs, outputs)), self.weight(outputs))

    def model(self, result: str, inputs: list[Input], own: list[Axis], labels: int, out: list[Any]) -> Model:
        self.nodes.append(Node("last", "Softmax", [result], ["score"], {}))
        output = Output("score", out, label_list=[Label(f"p{i}") for i in range(labels)])
        return Model(name="network", axes={axis.name: axis for axis in own}, input_list=inputs, output_list=[output],
                     graphs={"main": Graph(self.nodes)}, weights=self.weights)


def axes(*names: str) -> list[Axis]:
    """Axes of their own for each model."""
    known = {"jet": Axis("jet", "entry"), "track": Axis("track", "sequence", of="jet", max=20)}
    return [known[name] for name in names]


def variables(count: int) -> list[Variable]:
    """Variables with preparation of many kinds."""
    kinds = [
        {}, {"raw": "float64", "prepare": ["abs", "log1p", {"subtract": 0.3}, {"divide": 1.7}]},
        {"missing": Missing(["nan", -999], 0.25), "prepare": [{"multiply": 0.7}, {"clip": [-1.5, 1.5]}]},
        {"raw": "int64", "categories": [0, 1, 2], "unknown": 0}, {"unit": "GeV", "prepare": [{"add": 0.1}, "float32"]},
    ]  # fmt: skip
    return [Variable(f"v{i}", **kinds[i % len(kinds)]) for i in range(count)]


def columns(given: list[Variable], count: int, random: np.random.Generator) -> dict[str, np.ndarray]:
    """Raw numbers for variables, some of them missing."""
    found = {}
    for each in given:
        values = random.normal(size=count)
        if each.missing is not None:
            values = np.where(random.random(count) < 0.2, np.nan, np.where(random.random(count) < 0.1, -999, values))
        found[each.name] = random.integers(0, 3, count) if each.raw == "int64" else np.float32(values)
    return found


def tracks(count: int, random: np.random.Generator) -> tuple[list[Variable], dict[str, Any]]:
    """Jagged variables: some entries have none, some more than the axis keeps."""
    lengths = random.integers(0, 25, ENTRIES)
    given = variables(count)
    return given, {name: (v, lengths) for name, v in columns(given, int(lengths.sum()), random).items()}


def perceptron() -> tuple[Model, dict[str, Any]]:
    """Dense layers with BatchNormalization, as DL1."""
    b, given = Builder(1), variables(40)
    x, width = "jets", 40
    for next_width in (72, 57, 36, 12):
        x, width = b.dense(x, width, next_width), next_width
        statistics = [b.weight(width), b.weight(width), b.weight(width), b.weight(width, positive=True)]
        x = b.node("Relu", b.node("BatchNormalization", x, *statistics))
    model = b.model(b.dense(x, width, 3), [Input("jets", ["jet", "variable"], variable_list=given)], axes("jet"), 3,
                    ["jet", "label"])  # fmt: skip
    return model, {"jets": columns(given, ENTRIES, b.random)}


def deep_sets() -> tuple[Model, dict[str, Any]]:
    """A masked sum over tracks, batched; the mask is made by the engine."""
    b = Builder(2)
    given, events = tracks(8, b.random)
    h = b.node("Relu", b.dense(b.node("Relu", b.dense("tracks", 8, 30)), 30, 20))
    masked = b.node("Mul", h, b.node("Unsqueeze", "mask", np.array([2])))
    pooled = b.node("ReduceSum", masked, np.array([1]), keepdims=0)
    inputs = [Input("tracks", ["jet", "track", "variable"], variable_list=given),
              Input("mask", ["jet", "track"], mask=Mask("track"))]  # fmt: skip
    return b.model(b.dense(pooled, 20, 4), inputs, axes("jet", "track"), 4, ["jet", "label"]), {"tracks": events}


def attention() -> tuple[Model, dict[str, Any]]:
    """One jet a call and no batch axis, as ATLAS exports: LayerNormalization, Attention, pooling."""
    b = Builder(3)
    given, events = tracks(6, b.random)
    x = b.node("Unsqueeze", b.node("Gelu", b.dense("tracks", 6, 24)), np.array([0]))
    normed = b.node("LayerNormalization", x, b.weight(24), b.weight(24))
    q, k, v = (b.dense(normed, 24, 24) for _ in range(3))
    x = b.node("Add", x, b.node("Attention", q, k, v, q_num_heads=3, kv_num_heads=3))
    pooled = b.node("ReduceSum", x, np.array([1]), keepdims=0)
    model = b.model(b.dense(pooled, 24, 3), [Input("tracks", ["track", "variable"], variable_list=given)],
                    axes("jet", "track"), 3, [1, "label"])  # fmt: skip
    return model, {"tracks": events}


def recurrent() -> tuple[Model, dict[str, Any]]:
    """A GRU over tracks; what no tracks give is written down."""
    b = Builder(4)
    given, events = tracks(5, b.random)
    x = b.node("Transpose", "tracks", perm=[1, 0, 2])
    weights = [b.weight(1, 3 * 21, 5), b.weight(1, 3 * 21, 21), b.weight(1, 6 * 21)]
    _, last = b.node("GRU", x, *weights, outputs=2, hidden_size=21, linear_before_reset=1)
    state = b.node("Squeeze", last, np.array([0]))
    model = b.model(b.dense(state, 21, 2), [Input("tracks", ["jet", "track", "variable"], variable_list=given)],
                    axes("jet", "track"), 2, ["jet", "label"])  # fmt: skip
    model.output_list[0].when_empty = {"track": [0.5, 0.5]}
    return model, {"tracks": events}


def image() -> tuple[Model, dict[str, Any]]:
    """Convolutions and pooling on a jet image without names."""
    b = Builder(5)
    x = b.node("Relu", b.node("Conv", "image", b.weight(7, 1, 3, 3), b.weight(7), pads=[1, 1, 1, 1]))
    x = b.node("MaxPool", x, kernel_shape=[2, 2], strides=[2, 2])
    x = b.node("Flatten", b.node("GlobalAveragePool", b.node("Conv", x, b.weight(9, 7, 3, 3))))
    model = b.model(b.dense(x, 9, 2), [Input("image", ["jet", 1, 12, 12])], axes("jet"), 2, ["jet", "label"])
    return model, {"image": np.float32(b.random.normal(size=(ENTRIES, 1, 12, 12)))}


def neighbours() -> tuple[Model, dict[str, Any]]:
    """Selects and branches: TopK, GatherElements, Where, If."""
    b, given = Builder(6), variables(12)
    values, places = b.node("TopK", "jets", np.array([5]), outputs=2, axis=1)
    near = b.node("Sub", b.node("GatherElements", "jets", places, axis=1), values)
    x = b.node("Concat", near, b.node("Where", b.node("Greater", values, np.float32(0.3)), values, near), axis=1)
    model = b.model(b.dense(x, 10, 3), [Input("jets", ["jet", "variable"], variable_list=given)], axes("jet"), 3,
                    ["jet", "label"])  # fmt: skip
    return model, {"jets": columns(given, ENTRIES, b.random)}


NETWORKS: dict[str, Network] = {
    "perceptron": perceptron, "deep sets": deep_sets, "attention": attention, "recurrent": recurrent, "image": image,
    "neighbours": neighbours,
}  # fmt: skip


def scores(name: str) -> np.ndarray:
    """What a network gives for all of its events."""
    model, events = NETWORKS[name]()
    return np.asarray(model.run(events)["score"])
