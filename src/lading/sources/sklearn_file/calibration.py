"""CalibratedClassifierCV: the scores of classifiers bent into probabilities, and their mean."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ...errors import UnsupportedError
from .columns import Growth, Table
from .linear import both_classes, shared_out
from .prediction import Prediction, classification, probabilities, single_values
from .searching import interpolated
from .state import State
from .trees import classes_of

__all__ = ["calibrated"]

Build = Callable[[State, Table, Growth], Prediction]


def calibrated(model: State, table: Table, growth: Growth, build: Build) -> Prediction:
    """The mean of the probabilities of all calibrated classifiers."""
    classes, wiring = classes_of(model), growth.wiring
    each = [_one(one, table, growth, build) for one in model.states("calibrated_classifiers_")]
    if not each or len(classes) < 2:
        raise model.damaged(f"it has {len(each)} classifiers of {len(classes)} classes")
    total = each[0]
    for further in each[1:]:
        total = wiring.add("Add", total, further)
    if len(each) > 1:
        total = wiring.add("Div", total, np.array(float(len(each))))
    return classification(classes, "float64", total)


def _one(model: State, table: Table, growth: Growth, build: Build) -> str:
    """(entries, classes) the probabilities of one calibrated classifier."""
    classes = list(model.array("classes", 1, "biufUO").tolist())
    estimator = model.state("estimator")
    given = build(estimator, table, growth)
    if given.classes != classes:
        raise UnsupportedError(f"{model.where}: one of the classifiers saw {len(given.classes)} of the {len(classes)} "
                               "classes")  # fmt: skip
    response = _response(model, given, growth)
    method, wiring = model["method"], growth.wiring
    if method == "temperature":
        return _tempered(model, response, growth, given.decision() is not None)
    calibrators = model.states("calibrators")
    if len(calibrators) != response.size:
        raise model.damaged(f"{len(calibrators)} calibrators for {response.size} scores")
    value = {"sigmoid": _logistic, "isotonic": _isotonic}[method](calibrators, response, growth)
    if len(classes) == 2:
        score = both_classes(growth, wiring.add("Squeeze", value, np.array([1])), "float64")
    else:
        score = shared_out(growth, value, "float64", len(classes))
    return score


def _response(model: State, given: Prediction, growth: Growth) -> Table:
    """decision_function if there is one, else probabilities; of two classes the second's alone."""
    if given.decision() is not None:
        table = single_values(growth, given, "margin")
    else:
        table = probabilities(growth, given, model)
        if len(given.classes) == 2:
            table = growth.selected(table, [1])
    return growth.of_value(growth.typed(table, "float64"), table.size, "float64")


def _logistic(calibrators: list[State], response: Table, growth: Growth) -> str:
    """1 / (1 + e^(a s + b)) (Platt, Advances in Large Margin Classifiers, 1999)."""
    a, b = (np.array([each.number(name) for each in calibrators]) for name in ("a_", "b_"))
    wiring = growth.wiring
    line = wiring.add("Add", wiring.add("Mul", response.value, a), b)
    return wiring.add("Sigmoid", wiring.add("Neg", line))


def _isotonic(calibrators: list[State], response: Table, growth: Growth) -> str:
    """The function through the knots of each IsotonicRegression."""
    knots = []
    for each in calibrators:
        x, y = (each.array(f"{axis}_thresholds_", 1, "f").astype(np.float64) for axis in ("X", "y"))
        if len(x) != len(y) or not len(x) or (np.diff(x) < 0).any():
            raise each.damaged(f"its knots are {len(x)} and {len(y)} numbers, which do not rise")
        knots.append((x, y))
    return interpolated(growth, response, [x for x, _ in knots], [y for _, y in knots]).value


def _tempered(model: State, response: Table, growth: Growth, decides: bool) -> str:
    """Softmax of the scores times an inverse temperature (Guo et al., On calibration of modern neural networks, 2017).

    Scores are decisions, of two classes -s and s, or logarithms of probabilities, each 1e-12 more.
    """
    calibrators = model.states("calibrators")
    if len(calibrators) != 1:
        raise model.damaged(f"it has {len(calibrators)} calibrators by temperature")
    wiring, value = growth.wiring, response.value
    if response.size == 1:
        other = wiring.add("Neg", value) if decides else wiring.add("Sub", np.ones(()), value)
        value = wiring.add("Concat", other, value, axis=1)
    if not decides:
        value = wiring.add("Log", wiring.add("Add", value, np.array(1e-12)))
    return wiring.add("Softmax", wiring.add("Mul", value, np.array(calibrators[0].number("beta_"))), axis=1)
