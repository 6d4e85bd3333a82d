"""A network that is written node by node, and its events: numbers from a formula, the same on every machine."""

from __future__ import annotations

from typing import Any

import numpy as np

from lading.endpoints import Axis, Input, Label, Mask, Output, Variable
from lading.graph import Node
from lading.model import Model

ENTRIES = 1000


def numbers(seed: int, *shape: int, low: float = -1, high: float = 1) -> np.ndarray:
    """float64 values in [low, high): SplitMix64 of the place, its upper 24 bits."""
    z = np.arange(1 + (seed << 32), 1 + (seed << 32) + int(np.prod(shape)), dtype=np.uint64)
    z *= np.uint64(0x9E3779B97F4A7C15)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    unit = (z ^ (z >> np.uint64(31))) >> np.uint64(40)
    return (low + (high - low) * (unit.astype(np.float64) / 2**24)).reshape(shape)


class Network:
    """A model that is written node by node, and 1000 entries to run it on."""

    def __init__(self, name: str, dtype: str = "float32"):
        self.model, self.dtype = Model(name), dtype
        self.model.axes["jet"] = Axis("jet", "entry")
        self.columns: dict[tuple[str, str | None], np.ndarray] = {}
        self.counts: dict[str, np.ndarray] = {}

    def sequence(self, name: str, longest: int = 12, **rules: Any) -> None:
        """A sequence axis; entry e has hash(e) elements, 0 and ``longest`` among them."""
        self.model.axes[name] = Axis(name, "sequence", of="jet", **rules)
        self.counts[name] = numbers(7, ENTRIES, low=0, high=longest + 1).astype(np.int64)
        self.counts[name][:3] = max(1, rules.get("min", 0)), longest, 0

    def input(self, name: str, *axes: Any, width: int = 0, low: float = -2, high: float = 2) -> str:
        """An input with values for all entries; ``width`` variables if one of its axes is "variable"."""
        variables = [Variable(f"v{i}") for i in range(width)]
        self.model.input_list.append(Input(name, list(axes), self.dtype, variables))
        along = [self.counts[axis].sum() for axis in axes if axis in self.counts]
        items, seed = int(along[0]) if along else ENTRIES, 100 + len(self.columns)
        fed = "float32" if self.dtype == "float16" else self.dtype  # as slots hold it
        fixed = [size for size in axes if isinstance(size, int)]
        for i, variable in enumerate(variables or [None]):
            shape = (items, *(fixed if variable is None else ()))
            key = (name, variable.name if variable else None)
            self.columns[key] = numbers(seed + i, *shape, low=low, high=high).astype(fed)
        return name

    def mask(self, name: str, *axes: Any, **rules: Any) -> str:
        of = next(axis for axis in axes if axis in self.counts)
        made = Input(name, list(axes), rules.pop("dtype", self.dtype), mask=Mask(of, **rules))
        self.model.input_list.append(made)
        return name

    def weight(self, *shape: int, low: float | None = None, high: float | None = None) -> str:
        """A new weight of the size that keeps the numbers of a layer near one."""
        reach = 1.7 / float(np.sqrt(shape[-2] if len(shape) > 1 else 9))
        name = f"w{len(self.model.weights)}"
        low, high = -reach if low is None else low, reach if high is None else high
        values = numbers(1000 + len(self.model.weights), *shape, low=low, high=high)
        self.model.weights[name] = values.astype(self.dtype)
        return name

    def node(self, operator: str, *inputs: Any, results: int = 1, graph: str = "main", **attributes: Any) -> Any:
        """Appends a node; its result, or a list of its results. Lists and numbers are int64 constants."""
        nodes = self.model.graphs[graph].nodes
        name = f"{graph}_{len(nodes)}_{operator}"
        operands = [x if isinstance(x, str | np.ndarray) else np.array(x, np.int64) for x in inputs]
        made = [f"{name}_y{i}" for i in range(results)]
        nodes.append(Node(name, operator, operands, made, attributes))
        return made if results > 1 else made[0]

    def dense(self, x: str, inputs: int, outputs: int, activation: str = "Relu") -> str:
        y = self.node("Add", self.node("MatMul", x, self.weight(inputs, outputs)), self.weight(outputs))
        return self.node(activation, y) if activation else y

    def normalize(self, x: str, width: int) -> str:
        scale, bias, mean, variance = (self.weight(width, low=low, high=1) for low in (0.5, -1, -0.5, 0.2))
        return self.node("BatchNormalization", x, scale, bias, mean, variance)

    def output(self, value: str, *axes: Any, labels: int = 0, dtype: str | None = None) -> None:
        names = [Label(f"p{i}") for i in range(labels)]
        self.model.output_list.append(Output(value, list(axes), dtype or self.dtype, names))
