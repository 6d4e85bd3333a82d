"""Classifiers that weigh a normal density for each class: QuadraticDiscriminantAnalysis and GaussianNB."""

from __future__ import annotations

import numpy as np

from .columns import Growth, Table
from .linear import Builder
from .prediction import Prediction, classification
from .state import State
from .trees import classes_of

__all__ = ["DENSITIES"]


def _quadratic(model: State, table: Table, growth: Growth) -> Prediction:
    """Each class has its own rotation and scaling of the centred columns."""
    classes, means = classes_of(model), model.array("means_", 2, "f").astype(np.float64)
    rotations, scalings = model["rotations_"], model["scalings_"]
    priors = model.array("priors_", 1, "f").astype(np.float64)
    _check(model, table, means, len(classes), (rotations, scalings, priors))
    for rotation, scaling in zip(rotations, scalings, strict=True):
        if np.ndim(scaling) != 1 or np.shape(rotation) != (table.size, len(scaling)):
            raise model.damaged(f"a rotation {np.shape(rotation)} and scaling {np.shape(scaling)} do not fit")
    wiring, parts = growth.wiring, []
    value = growth.typed(table, "float64")
    for mean, rotation, scaling, prior in zip(means, rotations, scalings, priors, strict=True):
        turned = wiring.add("MatMul", wiring.add("Sub", value, mean), np.asarray(rotation * scaling**-0.5, np.float64))
        distance = wiring.add("ReduceSum", wiring.add("Mul", turned, turned), np.array([1]), keepdims=1)
        weighed = wiring.add("Mul", wiring.add("Add", distance, np.array(np.log(scaling).sum())), np.array(-0.5))
        parts.append(wiring.add("Add", weighed, np.array(np.log(prior))))
    joint = wiring.add("Concat", *parts, axis=1)
    score = wiring.add("Softmax", joint, axis=1)
    if len(classes) == 2:
        first, second = (wiring.add("Squeeze", part, np.array([1])) for part in parts)
        joint = wiring.add("Sub", second, first)
    return classification(classes, "float64", score, joint)


def _naive(model: State, table: Table, growth: Growth) -> Prediction:
    """Independent normal densities of all columns."""
    classes, means = classes_of(model), model.array("theta_", 2, "f").astype(np.float64)
    variances = model.array("var_", 2, "f").astype(np.float64)
    priors = model.array("class_prior_", 1, "f").astype(np.float64)
    _check(model, table, means, len(classes), (variances, priors))
    wiring, parts = growth.wiring, []
    value = growth.typed(table, "float64")
    for mean, variance, prior in zip(means, variances, priors, strict=True):
        apart = wiring.add("Sub", value, mean)
        each = wiring.add("Div", wiring.add("Mul", apart, apart), variance)
        distance = wiring.add("ReduceSum", each, np.array([1]), keepdims=1)
        constant = np.log(prior) - 0.5 * np.log(2 * np.pi * variance).sum()
        parts.append(wiring.add("Add", wiring.add("Mul", distance, np.array(-0.5)), np.array(constant)))
    score = wiring.add("Softmax", wiring.add("Concat", *parts, axis=1), axis=1)
    return classification(classes, "float64", score)


def _check(model: State, table: Table, means: np.ndarray, classes: int, others: tuple[object, ...]) -> None:
    if means.shape != (classes, table.size) or any(len(each) != classes for each in others):  # type: ignore[arg-type]
        raise model.damaged(f"it has the means {means.shape} for {classes} classes of {table.size} columns")


DENSITIES: dict[str, Builder] = {"QuadraticDiscriminantAnalysis": _quadratic, "GaussianNB": _naive}
