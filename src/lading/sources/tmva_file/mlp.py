"""The network of ``MLP`` (``MethodANNBase``): weights are read as float32, everything is computed in float64.

From TMVA 4.2.1 on, tanh is a rational approximation in float32 (``TActivationTanh``), off by up to 1e-4; it is
written out, as the network was trained with it.
"""

from __future__ import annotations

from itertools import pairwise
from xml.etree.ElementTree import Element

import numpy as np

from ...errors import FormatError, UnsupportedError
from ..wiring import Wiring
from .parsing import children, integer, numbers
from .setup import Setup

__all__ = ["mlp_values"]

FAST_TANH_SINCE = 0x040201  # 4.2.1
INPUTS = ("sum", "sqsum", "abssum")


def mlp_values(wiring: Wiring, setup: Setup, x: str, where: str) -> tuple[str, str, int]:
    """The nodes of a network on ``x``: the names of margin and score, and how many numbers they are per entry."""
    kind, function = setup.options.get("NeuronInputType", "sum"), setup.options.get("NeuronType", "sigmoid")
    if kind not in INPUTS:
        raise UnsupportedError(f"{where}: NeuronInputType is '{kind}'; read are {', '.join(INPUTS)}")
    layers = _layers(setup, where)
    value = wiring.add("Cast", x, to="float64")
    for number, (weights, bias) in enumerate(layers):
        value = _summed(wiring, kind, value, weights, bias, number)
        if number < len(layers) - 1:
            value = _activated(wiring, function, value, setup, where)
    return _output(wiring, setup, value, len(layers[-1][1]), where)


def _layers(setup: Setup, where: str) -> list[tuple[np.ndarray, np.ndarray]]:
    """For each layer after the first its weights (neurons before, neurons) and its biases."""
    layout = setup.weights if setup.weights.find("Layout") is None else setup.weights.find("Layout")
    found = children(layout, "Layer")
    neurons = [children(layer, "Neuron") for layer in found]
    said = [integer(layer, "NNeurons", where, 1) for layer in found]
    if len(found) < 2 or [len(each) for each in neurons] != said:
        raise FormatError(f"{where}: the layers of the network are not complete; damaged file")
    if len(neurons[0]) != len(setup.variables) + 1:
        raise FormatError(f"{where}: {len(neurons[0])} neurons in the first layer, {len(setup.variables)} variables "
                          "and a bias; damaged file")  # fmt: skip
    return [_layer(before, len(after) - (at < len(found) - 2), f"{where}: layer {at}")
            for at, (before, after) in enumerate(pairwise(neurons))]  # fmt: skip


def _layer(before: list[Element], after: int, where: str) -> tuple[np.ndarray, np.ndarray]:
    """The last neuron before is the bias, which is always 1."""
    if after < 1 or any(integer(each, "NSynapses", where) != after for each in before):
        raise FormatError(f"{where}: neurons without {max(after, 1)} synapses each; damaged file")
    with np.errstate(over="ignore"):
        weights = np.array([numbers(each, after, where) for each in before], np.float32).astype(np.float64)
    if not np.isfinite(weights).all():
        raise FormatError(f"{where}: a weight beyond the numbers of float32; damaged file")
    return np.ascontiguousarray(weights[:-1]), weights[-1]


def _summed(wiring: Wiring, kind: str, value: str, weights: np.ndarray, bias: np.ndarray, number: int) -> str:
    """Over w x, its square, or its absolute value."""
    if kind == "sqsum":
        value, weights, bias = wiring.add("Mul", value, value), weights**2, bias**2
    elif kind == "abssum":
        value, weights, bias = wiring.add("Abs", value), abs(weights), abs(bias)
    w, b = wiring.weight(f"dense_{number + 1}.w", weights), wiring.weight(f"dense_{number + 1}.b", bias)
    return wiring.add("Gemm", value, w, b)


def _activated(wiring: Wiring, function: str, value: str, setup: Setup, where: str) -> str:
    if function == "linear":
        return value
    if function == "radial":  # e^(-x^2/2)
        return wiring.add("Exp", wiring.add("Mul", wiring.add("Mul", value, value), np.asarray(-0.5)))
    if function == "tanh" and setup.release("TMVA") >= FAST_TANH_SINCE:
        return _fast_tanh(wiring, value)
    operators = {"sigmoid": "Sigmoid", "tanh": "Tanh", "ReLU": "Relu"}
    if function not in operators:
        raise UnsupportedError(f"{where}: NeuronType is '{function}'; read are linear, radial, {', '.join(operators)}")
    return wiring.add(operators[function], value)


def _fast_tanh(wiring: Wiring, x: str) -> str:
    """a / b in float32, a and b polynomials in float32 of x^2, a times the float64 x; beyond 4.97 it is 1."""

    def polynomial(*coefficients: float) -> str:
        result: str | np.ndarray = np.asarray(coefficients[0], np.float32)
        for each in coefficients[1:]:
            result = wiring.add("Add", wiring.add("Mul", result, square), np.asarray(each, np.float32))
        return str(result)

    square = wiring.add("Cast", wiring.add("Mul", x, x), to="float32")
    odd = wiring.add("Cast", polynomial(1, 378, 17325, 135135), to="float64")
    a, b = wiring.add("Cast", wiring.add("Mul", x, odd), to="float32"), polynomial(28, 3150, 62370, 135135)
    ratio = wiring.add("Cast", wiring.add("Div", a, b), to="float64")
    below = wiring.add("Where", wiring.add("Less", x, np.asarray(-4.97)), np.asarray(-1.0), ratio)
    return wiring.add("Where", wiring.add("Greater", x, np.asarray(4.97)), np.asarray(1.0), below)


def _output(wiring: Wiring, setup: Setup, value: str, neurons: int, where: str) -> tuple[str, str, int]:
    """Classification: the first output, through a sigmoid if the estimator is CE. Several classes: softmax."""
    if setup.analysis == "Multiclass":
        return value, wiring.add("Softmax", value, axis=1), neurons
    if setup.analysis == "Regression":
        return value, value, neurons
    estimator = setup.options.get("EstimatorType", "MSE")  # files without it are older than CE
    if estimator not in ("CE", "MSE"):
        raise UnsupportedError(f"{where}: EstimatorType is '{estimator}'; CE and MSE are read")
    margin = wiring.add("Gather", value, np.asarray(0), axis=1)
    return margin, wiring.add("Sigmoid", margin) if estimator == "CE" else margin, 0
