"""Layers of lwtnn as nodes of ONNX operators.

A vector is a tensor (entries, values), of one entry (1, values); a sequence is (steps, values). So a layer on a vector
is one on each step of a sequence too.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from ...errors import FormatError, UnsupportedError
from ..layers.activations import Activation, activate
from ..layers.recurrent import recurrent
from ..wiring import Wiring
from .layers import Convolution, Dense, Embedding, Highway, Layer, Maxout, Normalization, Recurrent

__all__ = ["LayerNodes"]

NAMES: dict[type, str] = {Dense: "dense", Normalization: "normalization", Maxout: "maxout", Highway: "highway",
                          Convolution: "conv", Embedding: "embedding"}  # fmt: skip


@dataclass
class LayerNodes:
    """Grows layers on a wiring, with weights of a type. Weights of a layer that several nodes share are one."""

    wiring: Wiring
    type: str
    where: str

    _names: dict[int, str] = field(default_factory=dict)  # by layer
    _weights: dict[str, str] = field(default_factory=dict)

    def feed_forward(self, layer: Layer, x: str) -> str:
        """Of each row of ``x``."""
        if isinstance(layer, Dense):
            return self._dense(layer, x, self._name(layer))
        if isinstance(layer, Normalization):
            name = self._name(layer)
            moved = self.wiring.add("Add", x, self._weight(f"{name}.bias", layer.bias))
            return self.wiring.add("Mul", moved, self._weight(f"{name}.scale", layer.weights))
        if isinstance(layer, Maxout):
            return self._maxout(layer, x)
        assert isinstance(layer, Highway)
        return self._highway(layer, x)

    def sequence(self, layer: Layer, x: str) -> tuple[str, str]:
        """All steps, and the last one as (1, values), zeros where there is none."""
        if isinstance(layer, Recurrent):
            return self._recurrent(layer, x)
        steps = self._convolution(layer, x) if isinstance(layer, Convolution) else self._embedding(layer, x)
        return steps, self.last(steps)

    def last(self, steps: str) -> str:
        """The last step; the sum over none is zeros."""
        one = self.wiring.add("Slice", steps, np.array([-1]), np.array([np.iinfo(np.int64).max]), np.array([0]))
        return self.wiring.add("ReduceSum", one, np.array([0]), keepdims=1)

    # ---------------------------------------------------------------------------------------- of a vector

    def _dense(self, layer: Dense, x: str, name: str) -> str:
        if layer.weights is not None:
            operands = [x, self._weight(f"{name}.w", layer.weights.T)]
            if layer.bias is not None:
                operands.append(self._weight(f"{name}.b", layer.bias))
            x = self.wiring.add("Gemm", *operands)
        elif layer.bias is not None:
            x = self.wiring.add("Add", x, self._weight(f"{name}.b", layer.bias))
        return self._activated(layer.activation, x)

    def _maxout(self, layer: Maxout, x: str) -> str:
        name = self._name(layer)
        parts = [self._dense(piece, x, f"{name}.piece_{at + 1}") for at, piece in enumerate(layer.pieces)]
        return self.wiring.add("Max", *parts) if len(parts) > 1 else parts[0]

    def _highway(self, layer: Highway, x: str) -> str:
        name = self._name(layer)
        carry = self._dense(layer.carry, x, f"{name}.carry")
        transform = self._dense(layer.transform, x, f"{name}.transform")
        rest = self.wiring.add("Sub", np.asarray(1, self.type), carry)
        carried = self.wiring.add("Mul", carry, transform)
        return self.wiring.add("Add", carried, self.wiring.add("Mul", rest, x))

    # -------------------------------------------------------------------------------------- of a sequence

    def _recurrent(self, layer: Recurrent, x: str) -> tuple[str, str]:
        wiring, name = self.wiring, layer.cell.kind.lower()
        for arrays in (layer.cell.kernel, layer.cell.recurrent, layer.cell.bias):
            for gate, array in arrays.items():
                self._rounded(f"{name}, {gate}", array)
        one = wiring.add("Unsqueeze", x, np.array([1]))
        try:
            whole, last = recurrent(wiring, one, [layer.cell], name, self.type)
        except UnsupportedError as error:
            raise UnsupportedError(f"{self.where}: {error}") from None
        return wiring.add("Squeeze", whole, np.array([1, 2])), wiring.add("Squeeze", last, np.array([0]))

    def _convolution(self, layer: Convolution, x: str) -> str:
        wiring, name = self.wiring, self._name(layer)
        turned = wiring.add("Unsqueeze", wiring.add("Transpose", x, perm=[1, 0]), np.array([0]))
        operands = [turned, self._weight(f"{name}.w", layer.kernel)]
        if layer.bias is not None:
            operands.append(self._weight(f"{name}.b", layer.bias))
        convolved = wiring.add("Conv", *operands, kernel_shape=[layer.kernel.shape[2]], dilations=[layer.dilation],
                               pads=[layer.before, layer.after])  # fmt: skip
        back = wiring.add("Transpose", wiring.add("Squeeze", convolved, np.array([0])), perm=[1, 0])
        return self._activated(layer.activation, back, axis=0)

    def _embedding(self, layer: Layer, x: str) -> str:
        assert isinstance(layer, Embedding)
        wiring, name, width = self.wiring, self._name(layer), layer.inputs
        for at, piece in enumerate(layer.pieces):
            number = wiring.add("Cast", wiring.add("Gather", x, np.asarray(piece.index), axis=1), to="int64")
            table = f"{name}.table_{at + 1}" if len(layer.pieces) > 1 else f"{name}.table"
            parts = [wiring.add("Gather", self._weight(table, piece.weights.T), number, axis=0)]
            if piece.index:
                parts.insert(0, self._columns(x, 0, piece.index))
            if piece.index + 1 < width:
                parts.append(self._columns(x, piece.index + 1, width))
            x = wiring.add("Concat", *parts, axis=1) if len(parts) > 1 else parts[0]
            width += len(piece.weights) - 1
        return x

    def _columns(self, x: str, begin: int, end: int) -> str:
        return self.wiring.add("Slice", x, np.array([begin]), np.array([end]), np.array([1]))

    def _activated(self, function: Activation, x: str, axis: int = -1) -> str:
        """A hard sigmoid stays one operator in float64 too, though the slope of that is float32's 0.2."""
        return activate(self.wiring, x, function, "float32" if function.name == "hard_sigmoid" else self.type, axis)

    # -------------------------------------------------------------------------------------------- weights

    def _name(self, layer: Layer) -> str:
        """What a layer is called: the same for all nodes that share it."""
        if id(layer) not in self._names:
            self._names[id(layer)] = self.wiring.name(NAMES[type(layer)])
        return self._names[id(layer)]

    def _weight(self, name: str, array: np.ndarray) -> str:
        if name not in self._weights:
            self._weights[name] = self.wiring.weight(name, self._rounded(name, array))
        return self._weights[name]

    def _rounded(self, name: str, array: np.ndarray) -> np.ndarray:
        with np.errstate(over="ignore"):
            result = np.ascontiguousarray(array, self.type)
        if not np.isfinite(result).all():
            raise FormatError(f"{self.where}: {name} has numbers beyond float32; convert with type float64")
        return result
