"""The layers of ``DL`` (``TMVA/DNN/*Layer.h``), and the dense ones of ``DNN``, as nodes.

Values are rows of numbers, or channels x rows x columns of them; steps of a sequence are channels of one row. The
matrices of LSTM and GRU are written in the order in which the layer holds them, under names that do not fit since there
is ReturnSequence: first what goes with the input, gate by gate, then what goes with the state.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import prod
from xml.etree.ElementTree import Element

import numpy as np

from ...errors import FormatError, UnsupportedError
from ..layers.activations import Activation, activate
from ..layers.recurrent import Cell, recurrent
from ..wiring import Wiring
from .parsing import integer, number, numbers, only

__all__ = ["LAYERS", "Network", "Value"]

#: EActivationFunction by number; the last is an approximation of tanh, good to float32.
FUNCTIONS = ("linear", "relu", "sigmoid", "tanh", "abs", "softsign", "gauss", "tanh")


@dataclass
class Value:
    """A value of the graph: its name, its shape behind the entries, and whether its channels are steps."""

    name: str
    shape: tuple[int, ...]
    steps: bool = False


class Network:
    """A network that grows. ``sizes``: what rows and columns of a matrix are called."""

    def __init__(self, wiring: Wiring, type_: str, where: str, sizes: tuple[str, str]):
        self.wiring, self.type, self.where, self.sizes = wiring, type_, where, sizes

    def cast(self, x: str, type_: str = "") -> str:
        """``x``, a float32 variable or a value of this network, in another type."""
        now = self.type if type_ else "float32"
        return x if now == (type_ or self.type) else self.wiring.add("Cast", x, to=type_ or self.type)

    def matrix(self, element: Element, name: str, rows: int, columns: int) -> np.ndarray:
        """The matrix called ``name`` in a layer. Raises FormatError for another size."""
        found = only(element, name, self.where)
        said = tuple(integer(found, size, self.where, 0) for size in self.sizes)
        if said != (rows, columns):
            raise FormatError(f"{self.where}: <{name}> of a {element.tag} is {said[0]} x {said[1]}, for {rows} x "
                              f"{columns}; damaged file")  # fmt: skip
        with np.errstate(over="ignore"):
            values = np.array(numbers(found, rows * columns, self.where), self.type)
        if not np.isfinite(values).all():
            raise FormatError(f"{self.where}: <{name}> holds a number beyond float32; damaged file")
        return values.reshape(rows, columns)

    def activated(self, element: Element, x: str) -> str:
        """The function that a layer says by number."""
        function = FUNCTIONS[integer(element, "ActivationFunction", self.where, 0, len(FUNCTIONS) - 1)]
        if function == "gauss":  # e^(-x^2)
            return self.wiring.add("Exp", self.wiring.add("Neg", self.wiring.add("Mul", x, x)))
        return activate(self.wiring, x, Activation(function), self.type)

    def dense(self, element: Element, x: Value, at: int, width: int) -> Value:
        """activation(W x + b)."""
        x = self.flat(x, "a dense layer")
        w = self.matrix(element, "Weights", width, x.shape[0])
        b = self.matrix(element, "Biases", width, 1).ravel()
        y = self.wiring.add("Gemm", x.name, self.wiring.weight(f"dense_{at}.w", np.ascontiguousarray(w.T)),
                            self.wiring.weight(f"dense_{at}.b", b))  # fmt: skip
        return Value(self.activated(element, y), (width,))

    def flat(self, x: Value, wanted_by: str) -> Value:
        """A value whose numbers stand in one row."""
        if len(x.shape) > 1 and prod(x.shape[:2]) > 1:
            raise UnsupportedError(f"{self.where}: {wanted_by} behind {' x '.join(map(str, x.shape))} numbers that no "
                                   "RESHAPE|FLAT puts in a row; not read")  # fmt: skip
        return x if len(x.shape) == 1 else self.reshape(x, (prod(x.shape),))

    def image(self, x: Value, wanted_by: str) -> Value:
        """Channels, rows and columns."""
        if x.steps or len(x.shape) != 3:
            raise UnsupportedError(f"{self.where}: {wanted_by} behind {'steps' if x.steps else 'a row of numbers'}; "
                                   "not read")  # fmt: skip
        return x

    def reshape(self, x: Value, shape: tuple[int, ...]) -> Value:
        if prod(x.shape) != prod(shape):
            raise FormatError(f"{self.where}: {' x '.join(map(str, x.shape))} numbers become "
                              f"{' x '.join(map(str, shape))}; damaged file")  # fmt: skip
        return Value(self.wiring.add("Reshape", x.name, np.array([0, *shape])), shape)


def _dense(network: Network, element: Element, x: Value, at: int) -> Value:
    return network.dense(element, x, at, integer(element, "Width", network.where, 1))


def _batch_norm(network: Network, element: Element, x: Value, at: int) -> Value:
    """gamma (x - mu) / sqrt(variance + epsilon) + beta: for each number of a row, or each channel of an image."""
    x = network.flat(x, "a batch normalisation") if x.steps or len(x.shape) != 3 else x
    names = ("Gamma", "Beta", "Training-mu", "Training-variance")
    arrays = [network.matrix(element, name, 1, x.shape[0]).ravel() for name in names]
    epsilon = number(element, "Epsilon", network.where)
    if not (arrays[3] + epsilon > 0).all():
        raise FormatError(f"{network.where}: a BatchNormLayer with a variance below 0; damaged file")
    weights = [network.wiring.weight(f"batch_norm_{at}.{name}", array)
               for name, array in zip(("scale", "shift", "mean", "variance"), arrays, strict=True)]  # fmt: skip
    return Value(network.wiring.add("BatchNormalization", x.name, *weights, epsilon=epsilon), x.shape)


def _window(network: Network, element: Element, x: Value, *pads: int) -> tuple[list[int], list[int], tuple[int, int]]:
    """Filter, strides, and the size of what they give. Raises FormatError where they do not fit."""
    size, strides = ([integer(element, f"{what}{end}", network.where, 1, 4096) for end in ends]
                     for what, ends in (("Filter", ("Height", "Width")), ("Stride", ("Rows", "Cols"))))  # fmt: skip
    left = [side + 2 * pad - filter_ for side, pad, filter_ in zip(x.shape[1:], pads, size, strict=True)]
    if min(left) < 0 or any(each % stride for each, stride in zip(left, strides, strict=True)):
        raise FormatError(f"{network.where}: a {element.tag} of {size[0]} x {size[1]} in steps of {strides[0]} x "
                          f"{strides[1]} does not fit {x.shape[1]} x {x.shape[2]}; damaged file")  # fmt: skip
    return size, strides, (left[0] // strides[0] + 1, left[1] // strides[1] + 1)


def _convolution(network: Network, element: Element, x: Value, at: int) -> Value:
    x = network.image(x, "a convolution")
    pads = [integer(element, f"Padding{end}", network.where, 0, 4096) for end in ("Height", "Width")]
    size, strides, sides = _window(network, element, x, *pads)
    depth = integer(element, "Depth", network.where, 1)
    w = network.matrix(element, "Weights", depth, x.shape[0] * prod(size)).reshape(depth, x.shape[0], *size)
    b = network.matrix(element, "Biases", depth, 1).ravel()
    y = network.wiring.add("Conv", x.name, network.wiring.weight(f"conv_{at}.w", w),
                           network.wiring.weight(f"conv_{at}.b", b), kernel_shape=size, strides=strides,
                           pads=[*pads, *pads])  # fmt: skip
    return Value(network.activated(element, y), (depth, *sides))


def _max_pool(network: Network, element: Element, x: Value, at: int) -> Value:
    x = network.image(x, "a pooling")
    size, strides, sides = _window(network, element, x, 0, 0)
    return Value(network.wiring.add("MaxPool", x.name, kernel_shape=size, strides=strides), (x.shape[0], *sides))


def _reshape(network: Network, element: Element, x: Value, at: int) -> Value:
    """In one row, or from there to channels, rows and columns."""
    if integer(element, "Flattening", network.where, 0, 1):
        return network.reshape(x, (prod(x.shape),)) if len(x.shape) > 1 else x
    shape = tuple(integer(element, side, network.where, 1) for side in ("Depth", "Height", "Width"))
    return network.reshape(network.flat(x, "another shape"), shape)


#: For each recurrent layer its gates (``layers.recurrent``) in TMVA's order, and the names of its matrices and biases.
RECURRENT: dict[str, tuple[str, str, list[str], list[str]]] = {
    "RNN": ("RNN", "h", ["InputWeights", "StateWeights"], ["Biases"]),
    "LSTM": ("LSTM", "ifco",
             ["InputWeights", "InputStateWeights", "ForgetWeights", "ForgetStateWeights", "CandidateWeights",
              "CandidateStateWeights", "OuputWeights", "OutputStateWeights"],
             ["InputBiases", "ForgetBiases", "CandidateBiases", "OutputBiases"]),
    "GRU": ("GRU", "rzh",
            ["ResetWeights", "ResetStateWeights", "UpdateWeights", "UpdateStateWeights", "CandidateWeights",
             "CandidateStateWeights"],
            ["ResetBiases", "UpdateBiases", "CandidateBiases"]),
}  # fmt: skip


def _recurrent(network: Network, element: Element, x: Value, at: int) -> Value:
    where, kind = network.where, element.tag.removesuffix("Layer")
    steps, inputs, units = (integer(element, name, where, 1) for name in ("TimeSteps", "InputSize", "StateSize"))
    if integer(element, "RememberState", where, 0, 1):
        raise UnsupportedError(f"{where}: a {element.tag} that remembers its state: what it gives depends on what was "
                               "asked before; not read")  # fmt: skip
    if len(x.shape) != 3 or steps not in (x.shape[0], prod(x.shape[:2])) or prod(x.shape) != steps * inputs:
        raise FormatError(f"{where}: a {element.tag} of {steps} steps of {inputs} numbers takes "
                          f"{' x '.join(map(str, x.shape))}; damaged file")  # fmt: skip
    cell = _cell(network, element, kind, inputs, units)
    rows = network.wiring.add("Reshape", x.name, np.array([0, steps, inputs]))
    rows = network.wiring.add("Transpose", rows, perm=[1, 0, 2])
    whole, last = recurrent(network.wiring, rows, [cell], f"{kind.lower()}_{at}", network.type)
    if element.get("ReturnSequence", "1").strip() == "0":
        y = network.wiring.add("Transpose", last, perm=[1, 0, 2])  # (entries, direction, units)
        return Value(network.wiring.add("Unsqueeze", y, np.array([2])), (1, 1, units), True)
    y = network.wiring.add("Transpose", whole, perm=[2, 0, 1, 3])  # (entries, steps, direction, units)
    return Value(y, (steps, 1, units), True)


def _cell(network: Network, element: Element, kind: str, inputs: int, units: int) -> Cell:
    operator, gates, names, biases = RECURRENT[kind]
    half = len(gates)
    turns = _by_turns(element, names[1], inputs, units)
    columns = [inputs, units] * half if turns else [inputs] * half + [units] * half
    found = [network.matrix(element, name, units, count) for name, count in zip(names, columns, strict=True)]
    kernels, of_state = (found[::2], found[1::2]) if turns else (found[:half], found[half:])
    bias = {gate: network.matrix(element, name, units, 1).ravel() for gate, name in zip(gates, biases, strict=True)}
    return Cell(operator, dict(zip(gates, kernels, strict=True)), dict(zip(gates, of_state, strict=True)), bias,
                reset_after=kind == "GRU" and element.get("ResetGateAfter", "0").strip() == "1")  # fmt: skip


def _by_turns(element: Element, second: str, inputs: int, units: int) -> bool:
    """Whether the matrices of input and state stand by turns, as they are called: the second one tells, or the age."""
    found = element.find(second)
    if inputs == units or found is None:
        return element.get("ReturnSequence") is None
    return (found.get("Columns") or "").strip() == str(units)


#: From the name of an element to its nodes: (network, element, value, number of the layer) -> value.
LAYERS: dict[str, Callable[[Network, Element, Value, int], Value]] = {
    "DenseLayer": _dense, "BatchNormLayer": _batch_norm, "ConvLayer": _convolution, "MaxPoolLayer": _max_pool,
    "ReshapeLayer": _reshape, "RNNLayer": _recurrent, "LSTMLayer": _recurrent, "GRULayer": _recurrent,
}  # fmt: skip
