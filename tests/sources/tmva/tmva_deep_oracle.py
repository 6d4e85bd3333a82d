"""The layers of TMVA's DNN and DL, one entry at a time, index by index as the CPU architecture goes through them.

Shares no code with the source. Matrices of a recurrent layer are taken by their place, as the layer numbers them.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from xml.etree import ElementTree

import numpy as np
from tmva_oracle import F, sigmoid, softmax

Row = list[float]
ACTIVATIONS: list[Callable[[float], float]] = [
    lambda x: x, lambda x: max(x, 0.0), sigmoid, math.tanh, abs, lambda x: x / (1 + abs(x)), lambda x: math.exp(-x * x),
    math.tanh,
]  # fmt: skip


def matrix(element: ElementTree.Element, number: type) -> list[Row]:
    columns = int(element.get("Columns") or element.get("cols"))
    words = [float(number(word)) for word in element.text.split()]
    return [words[i : i + columns] for i in range(0, len(words), columns)]


def times(w: list[Row], x: Row) -> Row:
    return [sum(a * b for a, b in zip(row, x, strict=True)) for row in w]


def act(layer: ElementTree.Element, x: Row) -> Row:
    return [ACTIVATIONS[int(layer.get("ActivationFunction"))](each) for each in x]


def dense(layer: ElementTree.Element, x: list[Row], number: type) -> list[Row]:
    assert len(x) == 1
    w, b = (matrix(layer.find(name), number) for name in ("Weights", "Biases"))
    return [act(layer, [y + bias for y, (bias,) in zip(times(w, x[0]), b, strict=True)])]


def batch_norm(layer: ElementTree.Element, x: list[Row], number: type) -> list[Row]:
    mean, variance, gamma, beta = (matrix(each, number)[0] for each in layer)
    epsilon, row = float(layer.get("Epsilon")), len(x) == 1
    return [[gamma[k] * (value - mean[k]) / math.sqrt(variance[k] + epsilon) + beta[k]
             for j, value in enumerate(each) for k in [j if row else i]] for i, each in enumerate(x)]  # fmt: skip


def sizes(layer: ElementTree.Element) -> list[int]:
    names = ("FilterHeight", "FilterWidth", "StrideRows", "StrideCols", "PaddingHeight", "PaddingWidth")
    return [int(layer.get(name, "0")) for name in names]


def centres(side: int, size: int, stride: int, pad: int) -> range:
    return range(size // 2 - pad, side + pad - (size - 1) // 2, stride)


class Image:
    """Channels of pixels; how high and wide they are."""

    def __init__(self, height: int, width: int):
        self.height, self.width = height, width

    def views(self, layer: ElementTree.Element) -> list[tuple[list[int], int, int]]:
        """The pixels under each position of a filter, -1 for what is beyond the edge (Im2col); and the new size."""
        fh, fw, sh, sw, ph, pw = sizes(layer)
        rows, columns = centres(self.height, fh, sh, ph), centres(self.width, fw, sw, pw)
        found = []
        for i in rows:
            for j in columns:
                pixels = []
                for k in range(i - fh // 2, i + (fh - 1) // 2 + 1):
                    for m in range(j - fw // 2, j + (fw - 1) // 2 + 1):
                        inside = 0 <= k < self.height and 0 <= m < self.width
                        pixels.append(k * self.width + m if inside else -1)
                found.append(pixels)
        self.height, self.width = len(rows), len(columns)
        return found

    def convolution(self, layer: ElementTree.Element, x: list[Row], number: type) -> list[Row]:
        w, b = (matrix(layer.find(name), number) for name in ("Weights", "Biases"))
        columns = [[channel[p] if p >= 0 else 0.0 for channel in x for p in view] for view in self.views(layer)]
        return [act(layer, [sum(a * c for a, c in zip(row, column, strict=True)) + bias for column in columns])
                for row, (bias,) in zip(w, b, strict=True)]  # fmt: skip

    def max_pool(self, layer: ElementTree.Element, x: list[Row]) -> list[Row]:
        views = self.views(layer)
        return [[max(channel[p] for p in view) for view in views] for channel in x]


def recurrent(layer: ElementTree.Element, x: list[Row], number: type) -> list[Row]:
    steps, inputs, units = (int(layer.get(key)) for key in ("TimeSteps", "InputSize", "StateSize"))
    flat = [value for row in x for value in row]
    rows = [flat[t * inputs : (t + 1) * inputs] for t in range(steps)]
    kind = layer.tag.removesuffix("Layer")
    w = [matrix(each, number) for each in layer if each.tag.endswith("Weights")]
    b = [[row[0] for row in matrix(each, number)] for each in layer if each.tag.endswith("Biases")]
    if layer.get("ReturnSequence") is None:  # by turns
        w = w[::2] + w[1::2]
    state, cell, given = [0.0] * units, [0.0] * units, []
    for row in rows:
        state, cell = CELLS[kind](w, b, row, state, cell, layer.get("ResetGateAfter") == "1")
        given.append(state)
    return given if layer.get("ReturnSequence", "1") == "1" else given[-1:]


def gate(w: list[Row], u: list[Row], b: Row, x: Row, state: Row, function: Callable[[float], float]) -> Row:
    return [function(i + s + c) for i, s, c in zip(times(w, x), times(u, state), b, strict=True)]


def rnn(w, b, x, state, cell, after):
    return gate(w[0], w[1], b[0], x, state, math.tanh), cell


def lstm(w, b, x, state, cell, after):
    i, f, c, o = (gate(w[n], w[4 + n], b[n], x, state, math.tanh if n == 2 else sigmoid) for n in range(4))
    cell = [forget * old + take * new for forget, old, take, new in zip(f, cell, i, c, strict=True)]
    return [out * math.tanh(each) for out, each in zip(o, cell, strict=True)], cell


def gru(w, b, x, state, cell, after):
    r, u = (gate(w[n], w[3 + n], b[n], x, state, sigmoid) for n in range(2))
    if after:
        old = [reset * each for reset, each in zip(r, times(w[5], state), strict=True)]
    else:
        old = times(w[5], [reset * each for reset, each in zip(r, state, strict=True)])
    new = [math.tanh(i + each + c) for i, each, c in zip(times(w[2], x), old, b[2], strict=True)]
    return [keep * before + (1 - keep) * after for keep, before, after in zip(u, state, new, strict=True)], cell


CELLS = {"RNN": rnn, "LSTM": lstm, "GRU": gru}


def network(method: ElementTree.Element, x: np.ndarray, number: type = F) -> Row:
    """What the last layer gives, before the output function."""
    weights = method.find("Weights")
    values = [float(each) for each in x]
    if weights.get("NetDepth") is None:
        rows = [values]
        for layer in weights:
            rows = dense(layer, rows, number)
        return rows[0]
    depth, height, width = (int(weights.get(f"Input{side}")) for side in ("Depth", "Height", "Width"))
    image, size = Image(height, width), height * width
    rows = [values[c * size : (c + 1) * size] for c in range(depth)]
    for layer in weights:
        rows = _layer(layer, rows, image, number)
    return rows[0]


def _layer(layer: ElementTree.Element, x: list[Row], image: Image, number: type) -> list[Row]:
    if layer.tag == "DenseLayer":
        return dense(layer, x, number)
    if layer.tag == "BatchNormLayer":
        return batch_norm(layer, x, number)
    if layer.tag == "ConvLayer":
        return image.convolution(layer, x, number)
    if layer.tag == "MaxPoolLayer":
        return image.max_pool(layer, x)
    if layer.tag == "ReshapeLayer":
        flat = [value for row in x for value in row]
        if layer.get("Flattening") == "1":
            return [flat]
        columns = int(layer.get("Height")) * int(layer.get("Width"))
        return [flat[i * columns : (i + 1) * columns] for i in range(int(layer.get("Depth")))]
    return recurrent(layer, x, number)


def outputs(method: ElementTree.Element, raw: Row) -> Row:
    function = method.find("Weights").get("OutputFunction")
    return {"I": lambda: raw, "S": lambda: [sigmoid(each) for each in raw], "M": lambda: softmax(raw)}[function]()
