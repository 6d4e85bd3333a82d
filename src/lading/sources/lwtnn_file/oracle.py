"""lwtnn's formulas in NumPy and float64, from the file and nothing else: the judge of a conversion.

It shares the reading of the file with the converter, and none of the nodes that are made of it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import numpy as np

from ...agreement import OracleFailed
from ..layers.activations import Activation
from .layers import Convolution, Dense, Embedding, Highway, Layer, Maxout, Normalization, Recurrent
from .network import Network, Node

if TYPE_CHECKING:
    from ..layers.recurrent import Cell

__all__ = ["LwtnnOracle", "evaluate"]

Array = np.ndarray


class LwtnnOracle:
    """Runs a network. Inputs and outputs are called as in the file: "inputs/x", "input_sequences/x", "compute/y"."""

    name = "lwtnn's formulas in double precision"

    def __init__(self, network: Network):
        self._network = network

    def run(self, tensors: Mapping[str, Array]) -> dict[str, Array]:
        """Outputs in the type of the inputs, computed in float64."""
        type_ = next(iter(tensors.values())).dtype
        with np.errstate(over="ignore"):
            return {name: each.astype(type_) for name, each in self.run_double(tensors).items()}

    def run_double(self, tensors: Mapping[str, Array]) -> dict[str, Array]:
        fed = {name: each.astype(np.float64) for name, each in tensors.items()}
        with np.errstate(all="ignore"):
            return evaluate(self._network, fed)

    def close(self) -> None:
        pass


def evaluate(network: Network, fed: Mapping[str, Array]) -> dict[str, Array]:
    """Outputs of prepared inputs: vectors (entries, values), or of one entry (1, values); sequences (steps, values).

    Raises OracleFailed where lwtnn throws.
    """
    values: dict[int, Array] = {}

    def vector(number: int) -> Array:
        return _last(values[number]) if network.nodes[number].is_sequence else values[number]

    for number in network.order:
        node = network.nodes[number]
        if node.kind.startswith("input"):
            given = (network.sequences if node.kind == "input_sequence" else network.vectors)[node.sources[0]]
            values[number] = fed[f"{node.kind.removesuffix('_sequence')}{_ENDING[node.kind]}/{given.name}"]
        else:
            vectors = [vector(each) for each in node.sources if network.nodes[each].is_vector]
            values[number] = _value(node, [values[each] for each in node.sources], vectors)
    result = {}
    for output in network.outputs:
        node, kept = network.nodes[output.node], len(output.labels) or None
        if node.is_sequence:
            padding = ((0, node.lost), (0, 0))  # a sequence has one result for each step
            result[f"scan/{output.name}"] = np.pad(values[output.node][:, :kept], padding, constant_values=np.nan)
        if node.is_vector:
            result[f"compute/{output.name}"] = vector(output.node)[:, :kept]
    return result


_ENDING = {"input": "s", "input_sequence": "_sequences"}


def _last(steps: Array) -> Array:
    """The last step; zeros where there is none."""
    return steps[-1:] if len(steps) else np.zeros((1, steps.shape[1]))


def _value(node: Node, sources: list[Array], vectors: list[Array]) -> Array:
    if node.kind == "sequence":
        assert node.layer is not None
        return _sequence(node.layer, sources[0])
    if node.kind == "time_distributed":
        assert node.layer is not None
        return _feed_forward(node.layer, sources[0])
    if node.kind == "sum":
        return np.asarray(np.sum(sources[0], axis=0, keepdims=True))
    if node.kind == "concatenate":
        return np.concatenate(vectors, axis=1)
    if node.kind == "add":
        return np.asarray(np.add.reduce(vectors))
    assert node.layer is not None
    return _feed_forward(node.layer, vectors[0])


# ---------------------------------------------------------------------------------------------- layers


def _feed_forward(layer: Layer, x: Array) -> Array:
    """Of each row of ``x``."""
    if isinstance(layer, Dense):
        wx = x if layer.weights is None else x @ layer.weights.T
        return _applied(layer.activation, wx if layer.bias is None else wx + layer.bias)
    if isinstance(layer, Normalization):
        return np.asarray(layer.weights * (x + layer.bias))
    if isinstance(layer, Maxout):
        return np.asarray(np.max([_feed_forward(piece, x) for piece in layer.pieces], axis=0))
    assert isinstance(layer, Highway)
    carry, transform = _feed_forward(layer.carry, x), _feed_forward(layer.transform, x)
    return np.asarray(carry * transform + (1 - carry) * x)


def _sequence(layer: Layer, x: Array) -> Array:
    if isinstance(layer, Recurrent):
        return _recurrent(layer.cell, x)
    if isinstance(layer, Convolution):
        return _convolution(layer, x)
    assert isinstance(layer, Embedding)
    for piece in layer.pieces:
        category = x[:, piece.index].astype(np.int64)
        if np.any(category != x[:, piece.index]) or np.any((category < 0) | (category >= piece.weights.shape[1])):
            raise OracleFailed(f"lwtnn refuses what is no category of 0 to {piece.weights.shape[1] - 1}")
        x = np.concatenate([x[:, : piece.index], piece.weights.T[category], x[:, piece.index + 1 :]], axis=1)
    return x


def _convolution(layer: Convolution, x: Array) -> Array:
    padded = np.pad(x, ((layer.before, layer.after), (0, 0)))
    width = layer.kernel.shape[2]
    steps = len(padded) - (width - 1) * layer.dilation
    if steps <= 0 and layer.lost:
        raise OracleFailed("lwtnn refuses sequences that are shorter than the weights of a convolution")
    parts = [padded[k * layer.dilation :][:steps] @ layer.kernel[:, :, k].T for k in range(width)]
    y = np.sum(parts, axis=0) + (0 if layer.bias is None else layer.bias)
    return _applied(layer.activation, y, axis=0)


def _recurrent(cell: Cell, x: Array) -> Array:
    h = c = np.zeros(cell.units)
    seen = np.zeros((len(x), cell.units))

    def gate(letter: str, step: Array, state: Array) -> Array:
        total = cell.kernel[letter] @ step + cell.recurrent[letter] @ state
        return np.asarray(total + cell.bias.get(letter, 0))

    for at, step in enumerate(x):
        if cell.kind == "LSTM":
            i, o, f = (_applied(cell.inner, gate(letter, step, h)) for letter in "iof")
            c = f * c + i * _applied(cell.activation, gate("c", step, h))
            h = o * _applied(cell.activation, c)
        elif cell.kind == "GRU":
            z, r = (_applied(cell.inner, gate(letter, step, h)) for letter in "zr")
            h = z * h + (1 - z) * _applied(cell.activation, gate("h", step, r * h))
        else:
            h = _applied(cell.activation, gate("h", step, h))
        seen[at] = h
    return seen


# ----------------------------------------------------------------------------------------- activations


def _sigmoid(x: Array) -> Array:
    return np.asarray(np.where(x < -30, 0.0, np.where(x > 30, 1.0, 1 / (1 + np.exp(-np.clip(x, -30, 30))))))


_FUNCTIONS: dict[str, Callable[[Array, float], Array]] = {
    "linear": lambda x, alpha: x,
    "sigmoid": lambda x, alpha: np.where(np.isnan(x), x, _sigmoid(x)),
    "relu": lambda x, alpha: np.where(x < 0, 0.0, x),
    "tanh": lambda x, alpha: np.tanh(x),
    "abs": lambda x, alpha: np.abs(x),
    "hard_sigmoid": lambda x, alpha: np.clip(0.2 * x + 0.5, 0, 1),
    "elu": lambda x, alpha: np.where(x >= 0, x, alpha * np.expm1(np.minimum(x, 0))),
    "leaky_relu": lambda x, alpha: np.where(x > 0, x, alpha * x),
    "swish": lambda x, alpha: x * _sigmoid(alpha * x),
}


def _applied(function: Activation, x: Array, axis: int = -1) -> Array:
    if function.name == "softmax":
        if not x.size:
            return x
        e = np.exp(x - x.max(axis=axis, keepdims=True))
        return np.asarray(e / e.sum(axis=axis, keepdims=True))
    return np.asarray(_FUNCTIONS[function.name](x, 1.0 if function.alpha is None else function.alpha))
