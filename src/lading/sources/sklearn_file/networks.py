"""Multilayer perceptrons."""

from __future__ import annotations

import numpy as np

from ...endpoints import Label, Output
from ...errors import UnsupportedError
from .columns import Growth, Table
from .linear import Builder, both_classes, squeezed, weighted_sum
from .prediction import Prediction, classification, regression
from .state import State
from .trees import classes_of

__all__ = ["NETWORKS"]

ACTIVATIONS = {"identity": "", "tanh": "Tanh", "logistic": "Sigmoid", "relu": "Relu", "softmax": "Softmax",
               "exp": "Exp"}  # fmt: skip


def _classifier(model: State, table: Table, growth: Growth) -> Prediction:
    """Two classes have one logistic output, several a softmax, several labels at once a logistic each."""
    value, outputs, type_ = _forward(model, table, growth)
    classes = classes_of(model)
    if outputs == 1:
        return classification(classes, type_, both_classes(growth, squeezed(growth, value), type_))
    if outputs != len(classes):
        raise model.damaged(f"{outputs} outputs for {len(classes)} classes")
    if model["out_activation_"] == "softmax":
        return classification(classes, type_, value)
    labels = [Label(str(each)) for each in classes]  # each entry may have several of them
    return Prediction([Output("score", ["entry", "label"], type_, labels, "predict_proba")], {"score": value})


def _regressor(model: State, table: Table, growth: Growth) -> Prediction:
    value, outputs, type_ = _forward(model, table, growth)
    return regression(squeezed(growth, value) if outputs == 1 else value, outputs if outputs > 1 else 0, type_)


def _forward(model: State, table: Table, growth: Growth) -> tuple[str, int, str]:
    """The value of the last layer, its width and its type."""
    weights, biases = model["coefs_"], model["intercepts_"]
    if not isinstance(weights, list) or not isinstance(biases, list) or len(weights) != len(biases) or not weights:
        raise model.damaged("'coefs_' and 'intercepts_' are no lists of as many layers")
    hidden, last = (_operator(model, name) for name in ("activation", "out_activation_"))
    for number, (weight, bias) in enumerate(zip(weights, biases, strict=True)):
        for array, axes in ((weight, 2), (bias, 1)):
            if not isinstance(array, np.ndarray) or array.ndim != axes or array.dtype.kind != "f":
                raise model.damaged(f"layer {number} has no matrix of weights and row of biases")
        value, type_ = weighted_sum(model, table, growth, weight, bias)
        operator = last if number == len(weights) - 1 else hidden
        if operator == "Softmax":
            value = growth.wiring.add(operator, value, axis=1)
        elif operator:
            value = growth.wiring.add(operator, value)
        table = growth.of_value(value, weight.shape[1], type_)
    return table.value, table.size, table.type


def _operator(model: State, name: str) -> str:
    activation = model[name]
    if activation not in ACTIVATIONS:
        raise UnsupportedError(f"{model.where}: the activation {activation!r} of the {model.kind} is not read; these "
                               f"are: {', '.join(ACTIVATIONS)}")  # fmt: skip
    return ACTIVATIONS[activation]


NETWORKS: dict[str, Builder] = {"MLPClassifier": _classifier, "MLPRegressor": _regressor}
