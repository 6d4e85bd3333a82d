"""The networks of ``DNN`` (``MethodDNN``) and ``DL`` (``MethodDL``), from the variables to what TMVA's Reader returns.

They are computed in the type that the release had, as the weights tell: those of a DNN of floats are numbers of
float32, a DL of floats writes six decimals; the first releases had doubles. Layers: ``deep_layers.py``.
"""

from __future__ import annotations

import re
from xml.etree.ElementTree import Element

import numpy as np

from ...errors import FormatError, UnsupportedError
from ..wiring import Wiring
from .deep_layers import LAYERS, Network, Value
from .parsing import children, integer, only, text_of
from .setup import Setup

__all__ = ["dl_values", "dnn_values"]

NAN_VALUE = -999.0  # MethodDL::GetMvaValue, where the network gives NaN
DOUBLE = re.compile(r"\.\d{7}")  # more decimals than a float32 is written with
OUTPUTS = ("I", "S", "M")  # EOutputFunction: nothing, sigmoid, softmax


def dnn_values(wiring: Wiring, setup: Setup, x: str, where: str) -> tuple[str, str, int]:
    """The nodes of a ``DNN`` on ``x``: the names of margin and score, and how many numbers they are per entry."""
    layers = children(setup.weights, "Layer")
    if not layers or len(layers) != integer(setup.weights, "Depth", where, 1):
        raise FormatError(f"{where}: the network holds {len(layers)} layers and says "
                          f"{setup.weights.get('Depth')}; damaged file")  # fmt: skip
    said = integer(setup.weights, "InputWidth", where, 1)
    if said != len(setup.variables):
        raise FormatError(f"{where}: the network takes {said} variables, the file has {len(setup.variables)}")
    network = Network(wiring, "float32" if _holds_floats(layers) else "float64", where, ("rows", "cols"))
    value = Value(network.cast(x), (said,))
    for number, layer in enumerate(layers, 1):
        width = integer(only(layer, "Weights", where), "rows", where, 1)
        value = network.dense(layer, value, number, width)
    return _output(network, setup, value, False)


def dl_values(wiring: Wiring, setup: Setup, x: str, where: str) -> tuple[str, str, int]:
    """The nodes of a ``DL`` on ``x``: the names of margin and score, and how many numbers they are per entry."""
    layers = list(setup.weights)
    if not layers or len(layers) != integer(setup.weights, "NetDepth", where, 1):
        raise FormatError(f"{where}: the network holds {len(layers)} layers and says "
                          f"{setup.weights.get('NetDepth')}; damaged file")  # fmt: skip
    wide = any(DOUBLE.search(each.text or "") for layer in layers for each in layer)
    network = Network(wiring, "float64" if wide else "float32", where, ("Rows", "Columns"))
    value = _input(network, setup, network.cast(x), where)
    for number, layer in enumerate(layers, 1):
        if layer.tag not in LAYERS:
            raise UnsupportedError(f"{where}: layer {number} is a '{layer.tag}'; read are {', '.join(LAYERS)}")
        value = LAYERS[layer.tag](network, layer, value, number)
    return _output(network, setup, value, True)


def _input(network: Network, setup: Setup, x: str, where: str) -> Value:
    """The variables as the first layer takes them: in a row, or channels, rows and columns of them."""
    shape = tuple(integer(setup.weights, f"Input{side}", where, 1) for side in ("Depth", "Height", "Width"))
    if int(np.prod(shape)) != len(setup.variables):
        raise FormatError(f"{where}: the network takes {' x '.join(map(str, shape))} variables, the file has "
                          f"{len(setup.variables)}")  # fmt: skip
    if shape[:2] == (1, 1):
        return Value(x, shape[2:])
    if setup.analysis != "Classification":
        raise UnsupportedError(f"{where}: {setup.analysis.lower()} of {' x '.join(map(str, shape))} variables: TMVA's "
                               "Reader feeds them in another order than its training; not read")  # fmt: skip
    return network.reshape(Value(x, (len(setup.variables),)), shape)


def _output(network: Network, setup: Setup, value: Value, marks_nan: bool) -> tuple[str, str, int]:
    """Margin and score in float64; ``marks_nan``: a score of NaN is said as -999."""
    wiring, function = network.wiring, text_of(setup.weights, "OutputFunction", network.where)
    if function not in OUTPUTS:
        raise UnsupportedError(f"{network.where}: the output function is '{function}'; read are {', '.join(OUTPUTS)}")
    if len(value.shape) != 1:
        raise FormatError(f"{network.where}: the last layer gives {value.shape} numbers, not a row; damaged file")
    margin, numbers = value.name, value.shape[0]
    score = ""
    if function != "I":
        score = wiring.add("Sigmoid", margin) if function == "S" else wiring.add("Softmax", margin, axis=1)
    if setup.analysis == "Classification":
        margin, numbers = wiring.add("Gather", margin, np.asarray(0), axis=1), 0
        score = score and wiring.add("Gather", score, np.asarray(0), axis=1)
    margin = network.cast(margin, "float64")
    score = network.cast(score, "float64") if score else margin
    if marks_nan and setup.analysis == "Classification":
        score = wiring.add("Where", wiring.add("IsNaN", score), np.asarray(NAN_VALUE), score)
    return margin, score, numbers


def _holds_floats(layers: list[Element]) -> bool:
    """Whether all weights are numbers of float32, to the 16 digits that are written."""
    for matrix in (each for layer in layers for each in layer):
        try:
            found = np.array((matrix.text or "").split(), np.float64)
        except ValueError:
            continue  # what is no number is refused when it is read
        with np.errstate(all="ignore"):
            if not np.allclose(found.astype(np.float32), found, 3e-16, 1e-45, equal_nan=True):
                return False
    return True
