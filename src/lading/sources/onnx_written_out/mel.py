"""MelWeightMatrix: triangles that are equally wide on the mel scale, as weights of a spectrum's frequencies."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from ...graph import Node
from ..onnx_opsets import Refused
from ..replacement import Replacement, whole

if TYPE_CHECKING:
    from ..onnx_opsets import Values

#: mel = MEL ln(1 + Hz / 700), which is 2595 log10(1 + Hz / 700).
MEL = 2595 / math.log(10)
TYPES = {1: "float32", 11: "float64"}


def mel_weight_matrix(node: Node, values: Values) -> list[Node]:
    """[dft_length // 2 + 1, num_mel_bins]. A triangle rises from its lower frequency to its center and falls to its
    higher one, all rounded down to frequencies of the spectrum."""
    kind = whole(node, "output_datatype", 1)
    if kind not in TYPES:
        raise Refused(f"its output_datatype is {kind}; it can be float32 (1) or float64 (11)")
    to = Replacement(node, values)
    bins, length, rate, low, high = (to.cast(str(each), "float64") for each in node.inputs)
    points = _points(to, bins, length, rate, _mel(to, low), _mel(to, high))
    every = [to.add("Slice", points, np.array([start]), np.array([stop]))
             for start, stop in ((0, -2), (1, -1), (2, np.iinfo(np.int64).max))]  # fmt: skip
    count = to.add("Add", to.add("Div", to.cast(str(node.inputs[1]), "int64"), np.array(2)), np.array(1))
    frequencies = to.cast(to.add("Range", np.array(0), count, np.array(1)), "float64")
    weights = _triangles(to, to.add("Unsqueeze", frequencies, np.array([1])), *every)
    to.cast(weights, TYPES[kind], to=node.outputs[0])
    return to.nodes


def _mel(to: Replacement, hertz: str) -> str:
    ratio = to.add("Add", to.add("Div", hertz, np.array(700.0)), np.array(1.0))
    return to.add("Mul", to.add("Log", ratio), np.array(MEL))


def _points(to: Replacement, bins: str, length: str, rate: str, low: str, high: str) -> str:
    """The bounds of all triangles: bins + 2 numbers of frequencies."""
    number = to.add("Add", bins, np.array(2.0))
    steps = to.add("Range", np.array(0.0), number, np.array(1.0))
    step = to.add("Div", to.add("Sub", high, low), number)
    mel = to.add("Add", to.add("Mul", steps, step), low)
    ratio = to.add("Exp", to.add("Div", mel, np.array(MEL)))
    hertz = to.add("Mul", to.add("Sub", ratio, np.array(1.0)), np.array(700.0))
    scaled = to.add("Mul", hertz, to.add("Add", length, np.array(1.0)))
    return to.add("Floor", to.add("Div", scaled, rate))


def _triangles(to: Replacement, at: str, lower: str, center: str, higher: str) -> str:
    one, zero = np.array(1.0), np.array(0.0)
    flat = to.add("Equal", lower, center)
    rise = to.add("Div", to.add("Sub", at, lower), to.add("Where", flat, one, to.add("Sub", center, lower)))
    rise = to.add("Where", flat, one, rise)
    fall = to.add("Div", to.add("Sub", higher, at), to.add("Max", to.add("Sub", higher, center), one))
    rising = to.add("And", to.add("GreaterOrEqual", at, lower), to.add("LessOrEqual", at, center))
    falling = to.add("And", to.add("Greater", at, center), to.add("Less", at, higher))
    return to.add("Where", rising, rise, to.add("Where", falling, fall, zero))
