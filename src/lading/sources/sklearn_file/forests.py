"""Single trees, and forests whose trees are averaged: RandomForest, ExtraTrees, Bagging, IsolationForest."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...endpoints import Output
from ...errors import UnsupportedError
from ...graph import Node
from ...trees import grow
from .ensemble import Ensemble, feature_names, features_of, labels_of
from .state import State
from .trees import CLASSIFIERS, REGRESSORS, RULES, classes_of, must_be, nodes_of, predictions, probabilities, tree_of

PROBABILITIES, PREDICTION = "predict_proba", "predict"


def tree_classifier(estimator: State) -> Ensemble:
    """A single tree: the fractions of its leaf."""
    return _classifier(estimator, [estimator], [None], "sum")


def tree_regressor(estimator: State) -> Ensemble:
    """A single tree: the value of its leaf."""
    return _regressor(estimator, [estimator], [None], "sum")


def forest_classifier(estimator: State) -> Ensemble:
    """The mean of the trees' fractions."""
    trees = estimator.states("estimators_")
    return _classifier(estimator, trees, [None] * len(trees), "mean")


def forest_regressor(estimator: State) -> Ensemble:
    """The mean of the trees' values."""
    trees = estimator.states("estimators_")
    return _regressor(estimator, trees, [None] * len(trees), "mean")


def bagging_classifier(estimator: State) -> Ensemble:
    """The mean of the trees' fractions, each tree on its own columns."""
    trees = estimator.states("estimators_")
    return _classifier(estimator, trees, _columns(estimator, len(trees)), "mean")


def bagging_regressor(estimator: State) -> Ensemble:
    """The mean of the trees' values, each tree on its own columns."""
    trees = estimator.states("estimators_")
    return _regressor(estimator, trees, _columns(estimator, len(trees)), "mean")


def _classifier(estimator: State, trees: list[State], columns: list[Any], combine: str) -> Ensemble:
    must_be(trees, CLASSIFIERS, estimator)
    if estimator.get("n_outputs_", 1) != 1:  # refused with its reason
        probabilities(trees[0])
    classes = classes_of(estimator)
    values = [_all_classes(estimator, tree, len(classes)) for tree in trees]
    grown = [tree_of(tree, value, own) for tree, value, own in zip(trees, values, columns, strict=True)]
    forest = grow(grown, features_of(estimator), estimator.where, combine=combine, labels=labels_of(classes),
                  feature_names=feature_names(estimator), **RULES)  # fmt: skip
    return Ensemble(forest, PROBABILITIES, about={"classes": classes})


def _all_classes(estimator: State, tree: State, classes: int) -> np.ndarray:
    """The fractions of every class. A tree of a bag knows only the classes that it has seen, by their numbers."""
    values = probabilities(tree)
    if values.shape[1] == classes:
        return values
    known = np.array(tree.array("classes_", 1).tolist(), np.int64)
    if ((known < 0) | (known >= classes)).any() or len(known) != values.shape[1]:
        raise estimator.damaged(f"one of its trees has the classes {known.tolist()[:8]}, it has {classes}")
    every = np.zeros((len(values), classes))
    every[:, known] = values
    return every


def _regressor(estimator: State, trees: list[State], columns: list[Any], combine: str) -> Ensemble:
    must_be(trees, REGRESSORS, estimator)
    grown = [tree_of(tree, predictions(tree), own) for tree, own in zip(trees, columns, strict=True)]
    forest = grow(grown, features_of(estimator), estimator.where, combine=combine,
                  feature_names=feature_names(estimator), **RULES)  # fmt: skip
    return Ensemble(forest, PREDICTION)


def _columns(estimator: State, trees: int) -> list[np.ndarray]:
    """The columns that each tree was given. ``estimators_features_`` is absent where a tree got all."""
    each = estimator["estimators_features_"]
    if not isinstance(each, (list, np.ndarray)) or len(each) != trees:
        raise estimator.damaged(f"'estimators_features_' does not hold the columns of {trees} trees")
    columns = [np.array(own, np.int64) for own in each]
    if any(own.ndim != 1 for own in columns):
        raise estimator.damaged("'estimators_features_' does not hold lists of columns")
    return columns


def isolation_forest(estimator: State) -> Ensemble:
    """The sum of depths d; score_samples is -2^(-d / expected), decision_function that less the offset."""
    trees = estimator.states("estimators_")
    must_be(trees, REGRESSORS, estimator)
    if "_decision_path_lengths" not in estimator.items():
        raise UnsupportedError(f"{estimator.where}: an IsolationForest of scikit-learn before 1.3, which does not hold "
                               "the depths of its leaves; fit it with a newer one")  # fmt: skip
    features = features_of(estimator)
    all_columns = estimator.whole("_max_features", 1) == features
    columns = [None] * len(trees) if all_columns else _columns(estimator, len(trees))
    depths, further = estimator["_decision_path_lengths"], estimator["_average_path_length_per_tree"]
    grown = [tree_of(tree, _depth(tree, depth, more), own)
             for tree, depth, more, own in zip(trees, depths, further, columns, strict=True)]  # fmt: skip
    forest = grow(grown, features, estimator.where, feature_names=feature_names(estimator), **RULES)
    expected = len(trees) * _expected_depth(estimator.whole("_max_samples", 1))
    if not expected:
        raise UnsupportedError(f"{estimator.where}: an IsolationForest of trees of one entry tells nothing apart")
    nodes = [
        Node("relative_depth", "Div", ["depth", np.array(expected)], ["relative_depth"]),
        Node("negated", "Neg", ["relative_depth"], ["negated_depth"]),
        Node("anomaly", "Pow", [np.array(2.0), "negated_depth"], ["anomaly"]),
        Node("score", "Neg", ["anomaly"], ["score"]),
        Node("margin", "Sub", ["score", np.array(estimator.number("offset_"))], ["margin"]),
    ]
    outputs = [Output("margin", ["entry"], "float64", description="decision_function: outliers below 0"),
               Output("score", ["entry"], "float64", description="score_samples: low is abnormal")]  # fmt: skip
    return Ensemble(forest, "", ("depth", ""), nodes, outputs)


def _depth(tree: State, depth: Any, more: Any) -> np.ndarray:
    size = len(nodes_of(tree))
    both = np.asarray(depth, np.float64), np.asarray(more, np.float64)
    if any(each.shape != (size,) for each in both):
        raise tree.damaged("the depths of its leaves are not as many as its nodes")
    return both[0] + both[1] - 1.0


def _expected_depth(samples: int) -> float:
    """The mean depth of an entry in a tree grown on so many (Liu et al., Isolation Forest, 2008, equation 1)."""
    if samples <= 2:
        return float(samples == 2)
    n = np.array([float(samples)])
    return float((2.0 * (np.log(n - 1.0) + np.euler_gamma) - 2.0 * (n - 1.0) / n)[0])
