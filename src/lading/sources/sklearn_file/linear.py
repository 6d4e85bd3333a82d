"""Linear models: a weighted sum of columns, and what makes a prediction or probabilities of it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ...errors import UnsupportedError
from .columns import Growth, Table
from .prediction import Prediction, classification, regression
from .state import State
from .trees import classes_of

__all__ = ["LINEAR", "both_classes", "shared_out", "weighted_sum"]


def weighted_sum(
    model: State, table: Table, growth: Growth, coefficients: np.ndarray, intercept: np.ndarray
) -> tuple[str, str]:
    """The value of x · coefficients + intercept, (entries, outputs), and its type."""
    if coefficients.shape[0] != table.size or intercept.shape not in ((), (1,), (coefficients.shape[1],)):
        raise model.damaged(
            f"coefficients {coefficients.shape} and intercept {intercept.shape} for {table.size} columns"
        )
    single = table.type == "float32" and coefficients.dtype == np.float32
    type_ = "float32" if single else "float64"
    bias = np.broadcast_to(intercept.astype(type_), (coefficients.shape[1],)).copy()
    value = growth.wiring.add("Gemm", growth.typed(table, type_), coefficients.astype(type_), bias)
    return value, type_


def _coefficients(model: State) -> tuple[np.ndarray, np.ndarray]:
    """(columns, outputs) and (outputs,)."""
    coef = model["coef_"]
    if not isinstance(coef, np.ndarray) or coef.dtype.kind != "f" or coef.ndim not in (1, 2):
        raise model.damaged("'coef_' is no matrix of numbers")
    return np.atleast_2d(coef).T, np.atleast_1d(np.asarray(model["intercept_"], coef.dtype))


def _regressor(model: State, table: Table, growth: Growth) -> Prediction:
    coefficients, intercept = _coefficients(model)
    value, type_ = weighted_sum(model, table, growth, coefficients, intercept)
    many = model["coef_"].ndim == 2 and model.kind not in ("LinearSVR", "SGDRegressor")
    targets = coefficients.shape[1] if many else 0
    return regression(value if targets else squeezed(growth, value), targets, type_)


def squeezed(growth: Growth, value: str) -> str:
    """(entries, 1) as (entries)."""
    return growth.wiring.add("Squeeze", value, np.array([1]))


def _exponential(model: State, table: Table, growth: Growth) -> Prediction:
    """Generalised linear models: the inverse of their link."""
    coefficients, intercept = _coefficients(model)
    value, type_ = weighted_sum(model, table, growth, coefficients, intercept)
    value = squeezed(growth, value)
    link = model.get("link", "log")
    if link == "auto":
        link = "identity" if model.number("power") <= 0 else "log"
    if link == "log":
        value = growth.wiring.add("Exp", value)
    return regression(value, 0, type_)


def _partial_least_squares(model: State, table: Table, growth: Growth) -> Prediction:
    """PLSRegression: centred columns times the coefficients."""
    if model.version < UNSCALED_COEFFICIENTS:
        raise UnsupportedError(f"{model.where}: a {model.kind} of scikit-learn before 1.6, which divided the columns "
                               "too; fit it with a newer one")  # fmt: skip
    coefficients, intercept = _coefficients(model)
    mean = growth.wiring.add("Sub", growth.typed(table, "float64"), model.array("_x_mean", 1, "f"))
    centred = growth.of_value(mean, table.size, "float64")
    value, type_ = weighted_sum(model, centred, growth, coefficients, intercept)
    flat = bool(model.get("_predict_1d", False))
    return regression(squeezed(growth, value) if flat else value, 0 if flat else coefficients.shape[1], type_)


def decision(model: State, table: Table, growth: Growth) -> tuple[str, str, list[object]]:
    """decision_function: (entries) for two classes, else (entries, classes); its type, and the classes."""
    classes = classes_of(model)
    coefficients, intercept = _coefficients(model)
    if len(classes) < 2 or coefficients.shape[1] != (len(classes) if len(classes) > 2 else 1):
        raise UnsupportedError(f"{model.where}: a {model.kind} of {len(classes)} classes and {coefficients.shape[1]} "
                               "outputs; classifiers of one target are read")  # fmt: skip
    value, type_ = weighted_sum(model, table, growth, coefficients, intercept)
    return (value if len(classes) > 2 else squeezed(growth, value)), type_, classes


def _margin_only(model: State, table: Table, growth: Growth) -> Prediction:
    value, type_, classes = decision(model, table, growth)
    return classification(classes, type_, margin=value)


def _logistic(model: State, table: Table, growth: Growth) -> Prediction:
    """Softmax of several classes; of each against the rest (one-vs-rest), as old versions could, logistics."""
    margin, type_, classes = decision(model, table, growth)
    wiring, kind = growth.wiring, model.get("multi_class", "auto")
    if len(classes) == 2:
        twice = wiring.add("Add", margin, margin) if kind == "multinomial" else margin
        score = both_classes(growth, wiring.add("Sigmoid", twice), type_)
    elif kind == "ovr" or model.get("solver") == "liblinear":
        score = shared_out(growth, wiring.add("Sigmoid", margin), type_, len(classes))
    else:
        score = wiring.add("Softmax", margin, axis=1)
    return classification(classes, type_, score, margin)


def _discriminant(model: State, table: Table, growth: Growth) -> Prediction:
    """LinearDiscriminantAnalysis: the logistic of two classes, softmax of more."""
    margin, type_, classes = decision(model, table, growth)
    wiring = growth.wiring
    score = (both_classes(growth, wiring.add("Sigmoid", margin), type_) if len(classes) == 2
             else wiring.add("Softmax", margin, axis=1))  # fmt: skip
    return classification(classes, type_, score, margin)


def _gradient_descent(model: State, table: Table, growth: Growth) -> Prediction:
    """SGDClassifier: probabilities for two of its losses."""
    margin, type_, classes = decision(model, table, growth)
    wiring, loss = growth.wiring, model["loss"]
    if loss in ("log_loss", "log"):
        each = wiring.add("Sigmoid", margin)
    elif loss == "modified_huber":
        cut = wiring.add("Clip", margin, np.array(-1, type_), np.array(1, type_))
        each = wiring.add("Div", wiring.add("Add", cut, np.ones((), type_)), np.array(2, type_))
    else:
        return classification(classes, type_, margin=margin)
    score = both_classes(growth, each, type_) if len(classes) == 2 else shared_out(growth, each, type_, len(classes))
    return classification(classes, type_, score, margin)


def both_classes(growth: Growth, second: str, type_: str) -> str:
    """(entries, 2): 1 - p and p, for p (entries)."""
    column = growth.wiring.add("Unsqueeze", second, np.array([1]))
    return growth.wiring.add("Concat", growth.wiring.add("Sub", np.ones((), type_), column), column, axis=1)


def shared_out(growth: Growth, each: str, type_: str, classes: int) -> str:
    """Rows divided by their sums; equal parts where all of a row is 0."""
    wiring = growth.wiring
    total = wiring.add("ReduceSum", each, np.array([1]), keepdims=1)
    nothing = wiring.add("Equal", total, np.zeros((), type_))
    divided = wiring.add("Div", each, wiring.add("Where", nothing, np.ones((), type_), total))
    return wiring.add("Where", nothing, np.array(1 / classes, type_), divided)


#: From here on the coefficients of PLSRegression are those of columns that are centred, not scaled.
UNSCALED_COEFFICIENTS = (1, 6)

Builder = Callable[[State, Table, Growth], Prediction]

LINEAR: dict[str, Builder] = {
    **dict.fromkeys(
        ("LinearRegression", "Ridge", "RidgeCV", "Lasso", "LassoCV", "ElasticNet", "ElasticNetCV", "Lars", "LassoLars",
         "LassoLarsCV", "LassoLarsIC", "LarsCV", "OrthogonalMatchingPursuit", "BayesianRidge", "ARDRegression",
         "HuberRegressor", "TheilSenRegressor", "QuantileRegressor", "SGDRegressor", "PassiveAggressiveRegressor",
         "LinearSVR", "MultiTaskLasso", "MultiTaskElasticNet", "MultiTaskLassoCV", "MultiTaskElasticNetCV"),
        _regressor),
    **dict.fromkeys(("PoissonRegressor", "GammaRegressor", "TweedieRegressor"), _exponential),
    "PLSRegression": _partial_least_squares,
    **dict.fromkeys(("LinearSVC", "RidgeClassifier", "RidgeClassifierCV", "Perceptron", "PassiveAggressiveClassifier"),
                    _margin_only),
    "LogisticRegression": _logistic, "LogisticRegressionCV": _logistic, "SGDClassifier": _gradient_descent,
    "LinearDiscriminantAnalysis": _discriminant,
}  # fmt: skip
