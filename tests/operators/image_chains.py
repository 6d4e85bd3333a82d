"""Chains of convolutions, sums, activations and pools on images, made up or of every layout, for the tests of both."""

from __future__ import annotations

from typing import Any

import grids
import numpy as np
from backend_suite import endpoint
from one_node import load, run_nodes

ACTIVATIONS = ["Relu", "LeakyRelu", "Tanh", "Elu", "HardSwish"]


class Chain:
    """Nodes that grow from an image ``x``, and their weights."""

    def __init__(self, rng: np.random.Generator, rank: int, channels: int, entries: int = 2, space: Any = None):
        space = space or grids.some(rng, 6, 15, rank)
        self.rng, self.rank, self.channels = rng, rank, channels
        self.nodes: list[dict[str, Any]] = []
        self.weights: dict[str, np.ndarray] = {}
        self.image = grids.numbers(rng, np.float32, entries, channels, *space)
        self.image[0, ..., : space[-1] // 2] = 0  # jets leave most of an image empty
        self.name = "x"

    def add(self, operator: str, *inputs: str, **attributes: Any) -> str:
        name = f"v{len(self.nodes)}"
        self.nodes.append({"node": f"n{len(self.nodes)}", "operator": operator, "inputs": [self.name, *inputs],
                           "outputs": [name], "attributes": attributes})  # fmt: skip
        self.name = name
        return name

    def weight(self, *shape: int) -> str:
        name = f"w{len(self.weights)}"
        self.weights[name] = np.float32(self.rng.normal(size=shape))
        return name

    def convolve(self, outputs: int, kernel: list[int], bias: bool = True, **attributes: Any) -> str:
        inputs = [self.weight(outputs, self.channels, *kernel), *([self.weight(outputs)] if bias else [])]
        self.channels = outputs
        return self.add("Conv", *inputs, **attributes)

    def run(self, planned: bool, image: np.ndarray | None = None, outputs: tuple[str, ...] = ()) -> list[np.ndarray]:
        image = self.image if image is None else image
        feeds = {"x": image} if planned else {"x": image, **self.weights}
        return run_nodes(self.nodes, feeds, [*outputs, self.name], self.weights if planned else {})

    def steps(self) -> list[str]:
        return steps(self.nodes, self.image, self.name, self.weights)


def steps(nodes: list[dict[str, Any]], x: np.ndarray, output: str, weights: dict[str, np.ndarray]) -> list[str]:
    """The operators that the engine makes of nodes that read ``x``."""
    given = {"name": output, "axes": [1], "type": "float32"}
    return [name for _, name in load([endpoint("x", x)], nodes, [given], weights).steps()]


def random_chain(seed: int) -> Chain:
    rng = np.random.default_rng(seed)
    rank = int(rng.integers(1, 3))
    chain = Chain(rng, rank, int(rng.choice([1, 2, 3, 4, 7, 16])))
    for _ in range(int(rng.integers(1, 4))):
        kernel = grids.some(rng, 1, 4, rank)
        attributes = grids.windows(rng, kernel)
        if rng.random() < 0.4:
            attributes.pop("strides", None)
        outputs = int(rng.choice([8, 12, 13, 16, 24, 33, 80, 100]))
        chain.convolve(outputs, kernel, bool(rng.random() < 0.7), **attributes)
        if rng.random() < 0.7:
            chain.add(str(rng.choice(ACTIVATIONS)))
        if rng.random() < 0.3:
            scale = chain.weight(chain.channels, *[1] * rank)
            chain.add(str(rng.choice(["Add", "Mul"])), scale)
        if rng.random() < 0.6:
            kernel = grids.some(rng, 1, 4, rank)
            plain = {"strides": kernel} if rng.random() < 0.5 else grids.windows(rng, kernel)
            plain.pop("dilations", None)
            chain.add(str(rng.choice(["MaxPool", "AveragePool"])), kernel_shape=kernel, **plain)
    if rng.random() < 0.5:
        chain.add(str(rng.choice(["Flatten", "GlobalAveragePool"])))
    return chain


# Shapes that take every way through the operator.
LAYOUTS: dict[str, tuple[int, list[int], list[int], int, dict[str, Any]]] = {
    # channels, space, kernel, outputs, attributes
    "an image": (1, [32, 32], [3, 3], 16, {"pads": [1, 1, 1, 1]}),
    "four chains": (16, [16, 16], [3, 3], 32, {"pads": [1, 1, 1, 1]}),
    "channels that are no multiple of four": (15, [9, 9], [3, 3], 17, {"pads": [1, 1, 1, 1]}),
    "two chains": (4, [9, 9], [3, 3], 13, {"pads": [1, 1, 1, 1]}),
    "an even kernel": (6, [8, 10], [2, 4], 12, {"pads": [1, 2, 0, 1]}),
    "a wide kernel": (2, [12, 12], [7, 7], 12, {"pads": [3, 3, 3, 3]}),
    "a kernel larger than the image": (3, [4, 3], [5, 5], 12, {"pads": [2, 2, 2, 2]}),
    "rows that go on": (8, [6, 6], [3, 1], 40, {"pads": [1, 0, 1, 0]}),
    "strides": (5, [17, 19], [5, 5], 14, {"strides": [2, 3], "pads": [2, 2, 1, 0]}),
    "a stride beyond the kernel": (9, [20], [2], 16, {"strides": [5]}),
    "dilations": (4, [30], [3], 64, {"dilations": [4], "pads": [4, 4]}),
    "the whole image": (3, [6, 6], [6, 6], 15, {}),
    "windows in the padding alone": (2, [3], [2], 12, {"pads": [4, 4]}),
    "many outputs": (3, [5, 5], [3, 3], 150, {"pads": [1, 1, 1, 1]}),
    "a sequence": (10, [40], [5], 32, {"auto_pad": "SAME_LOWER"}),
}


def layout(name: str, pool: bool = False) -> Chain:
    channels, space, kernel, outputs, attributes = LAYOUTS[name]
    chain = Chain(np.random.default_rng(5), len(kernel), channels, 5, space)
    chain.convolve(outputs, kernel, **attributes)
    if pool:
        chain.add("Relu")
        chain.add("MaxPool", kernel_shape=[2] * len(kernel), strides=[2] * len(kernel))
    return chain
