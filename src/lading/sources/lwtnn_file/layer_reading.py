"""Layers of lwtnn from the text of a file, checked against the number of values that go in."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ...errors import FormatError, UnsupportedError, suggestion
from ..layers.activations import Activation
from ..layers.recurrent import GATES, Cell
from .layers import Convolution, Dense, Embedding, Highway, Layer, Maxout, Normalization, Piece, Recurrent
from .parsing import member, number, numbers, objects, whole

__all__ = ["layer_of"]

#: Zeros that a convolution puts around a sequence, at most.
MOST_PADDING = 1 << 16

LINEAR, SIGMOID = Activation("linear"), Activation("sigmoid")

#: lwtnn's names of functions. A hard sigmoid has the slope 0.2.
FUNCTIONS = {"linear": "linear", "sigmoid": "sigmoid", "rectified": "relu", "softmax": "softmax", "tanh": "tanh",
             "abs": "abs", "hard_sigmoid": "hard_sigmoid", "elu": "elu", "leakyrelu": "leaky_relu", "swish": "swish",
             "sigmoid_legacy": "sigmoid", "hard_sigmoid_legacy": "hard_sigmoid", "tanh_legacy": "tanh",
             "rectified_legacy": "relu"}  # fmt: skip
TAKE_ALPHA = ("elu", "leaky_relu", "swish")


def layer_of(content: Any, inputs: int, where: str) -> Layer:
    """The layer that takes ``inputs`` values. Raises FormatError or UnsupportedError."""
    kind = str(member(content, "architecture", where))
    if kind not in READERS:
        raise UnsupportedError(f"{where}: architecture '{kind}' is not one of lwtnn {suggestion(kind, READERS)}")
    return READERS[kind](content, inputs, f"{where} ({kind})")


def activation_of(content: Any, key: str, where: str) -> Activation:
    """A function by name, or ``{"function": name, "alpha": number}``."""
    said, alpha = member(content, key, where), None
    if isinstance(said, dict):
        alpha = number(member(said, "alpha", f"{where}: {key}"), f"{where}: {key}: alpha")
        said = member(said, "function", f"{where}: {key}")
    name = FUNCTIONS.get(said) if isinstance(said, str) else None
    if name is None:
        hint = "(there it is 'rectified')" if said == "relu" else suggestion(str(said), FUNCTIONS)
        raise UnsupportedError(f"{where}: {key} '{said}' is not one of lwtnn {hint}")
    if alpha is None and name in ("leaky_relu", "swish"):
        raise FormatError(f"{where}: {key} '{said}' has no alpha, with which lwtnn gives NaN; write "
                          f'{{"function": "{said}", "alpha": …}} with that of the training')  # fmt: skip
    return Activation(name, alpha if name in TAKE_ALPHA else None)


# ------------------------------------------------------------------------------------------ of a vector


def _matrix(holder: Any, key: str, columns: int, where: str, rows: int | None = None) -> np.ndarray:
    """(rows, columns), from a list row by row."""
    flat = numbers(holder, key, where)
    if rows is None and (not len(flat) or len(flat) % columns):
        raise FormatError(f"{where}: {key} has {len(flat)} numbers, no multiple of the {columns} values that go in")
    if rows is not None and len(flat) != rows * columns:
        raise FormatError(f"{where}: {key} has {len(flat)} numbers; {rows} x {columns} are expected")
    return flat.reshape(-1, columns)


def _vector(holder: Any, key: str, length: int, where: str, may_be_empty: bool = True) -> np.ndarray | None:
    found = numbers(holder, key, where)
    if len(found) == length:
        return found
    if may_be_empty and not len(found):
        return None
    raise FormatError(f"{where}: {key} has {len(found)} numbers; {length} are expected")


def _affine(content: Any, inputs: int, activation: Activation, where: str, square: bool = False) -> Dense:
    given = len(numbers(content, "weights", where)) > 0
    rows = inputs if square else None
    weights = _matrix(content, "weights", inputs, where, rows) if given or square else None
    outputs = inputs if weights is None else len(weights)
    return Dense(weights, _vector(content, "bias", outputs, where), activation, outputs)


def _dense(content: Any, inputs: int, where: str) -> Dense:
    return _affine(content, inputs, activation_of(content, "activation", where), where)


def _normalization(content: Any, inputs: int, where: str) -> Normalization:
    weights, bias = (_vector(content, key, inputs, where, False) for key in ("weights", "bias"))
    assert weights is not None and bias is not None
    return Normalization(weights, bias)


def _maxout(content: Any, inputs: int, where: str) -> Maxout:
    pieces = []
    for each, place in objects(content, "sublayers", where):
        _matrix(each, "weights", inputs, place)
        pieces.append(_affine(each, inputs, LINEAR, place))
    if len({piece.outputs for piece in pieces}) != 1:
        sizes = ", ".join(str(piece.outputs) for piece in pieces) or "nothing"
        raise FormatError(f"{where}: its sublayers give {sizes}; one number of values is expected")
    return Maxout(pieces)


def _highway(content: Any, inputs: int, where: str) -> Highway:
    parts = member(content, "components", where)
    function = activation_of(content, "activation", where)
    return Highway(*(_affine(member(parts, key, where), inputs, each, f"{where}: {key}", square=True)
                     for key, each in (("t", function), ("carry", SIGMOID))))  # fmt: skip


# ---------------------------------------------------------------------------------------- of a sequence


def _recurrent(kind: str) -> Callable[[Any, int, str], Recurrent]:
    def read(content: Any, inputs: int, where: str) -> Recurrent:
        parts = member(content, "components", where)
        arrays: dict[str, list[Any]] = {}
        units = None
        for gate in GATES[kind]:
            part, place = member(parts, gate, f"{where}: components"), f"{where}: {gate}"
            weights = _matrix(part, "weights", inputs, place, units)
            units = len(weights)
            arrays[gate] = [weights, _matrix(part, "U", units, place, units), _vector(part, "bias", units, place)]
        function = activation_of(content, "activation", where)
        inner = SIGMOID if kind == "RNN" else activation_of(content, "inner_activation", where)
        kernel, state, bias = ({gate: each[i] for gate, each in arrays.items() if each[i] is not None}
                               for i in range(3))  # fmt: skip
        return Recurrent(Cell(kind, kernel, state, bias, activation=function, inner=inner))

    return read


#: How many zeros stand before and after a sequence, of ``total`` that keep its length.
PADDING: dict[str, Callable[[int], tuple[int, int]]] = {
    "valid": lambda total: (0, 0),
    "causal": lambda total: (total, 0),
    "same": lambda total: ((total + 1) // 2, total // 2),  # the odd one at the start, unlike TensorFlow
}


def _convolution(content: Any, inputs: int, where: str) -> Convolution:
    flat = numbers(content, "weights", where)
    bias = numbers(content, "bias", where)
    outputs = len(bias)
    if not outputs or not len(flat) or len(flat) % (inputs * outputs):
        raise FormatError(f"{where}: weights has {len(flat)} numbers, no multiple of {outputs} (of bias) x {inputs}")
    kernel = flat.reshape(outputs, inputs, -1)
    padding, dilation = str(member(content, "padding", where)), whole(member(content, "dilation_rate", where), where)
    if padding not in PADDING:
        raise FormatError(f"{where}: padding '{padding}' is not one of lwtnn {suggestion(padding, PADDING)}")
    total = (kernel.shape[2] - 1) * dilation
    if dilation < 1 or total > MOST_PADDING:
        raise UnsupportedError(f"{where}: dilation_rate {dilation} is not read with {kernel.shape[2]} steps of weights")
    return Convolution(kernel, bias, dilation, *PADDING[padding](total),
                       activation_of(content, "activation", where))  # fmt: skip


def _embedding(content: Any, inputs: int, where: str) -> Embedding:
    pieces, rows = [], inputs
    for each, place in objects(content, "sublayers", where):
        index, outputs = (whole(member(each, key, place), f"{place}: {key}") for key in ("index", "n_out"))
        flat = numbers(each, "weights", place)
        if not outputs or not len(flat) or len(flat) % outputs:
            raise FormatError(f"{place}: weights has {len(flat)} numbers, no multiple of n_out, {outputs}")
        if index >= rows:
            raise FormatError(f"{place}: index {index} of {rows} values")
        pieces.append(Piece(flat.reshape(outputs, -1), index))
        rows += outputs - 1
    return Embedding(pieces, inputs)


READERS: dict[str, Callable[[Any, int, str], Layer]] = {
    "dense": _dense, "normalization": _normalization, "maxout": _maxout, "highway": _highway,
    "lstm": _recurrent("LSTM"), "gru": _recurrent("GRU"), "simplernn": _recurrent("RNN"),
    "conv1d": _convolution, "embedding": _embedding,
}  # fmt: skip
