"""From the ``tree_`` of a decision tree to a Tree: its nodes, and the values of its leaves."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ...errors import UnsupportedError
from ...trees.forest import MISSING_LEFT, Tree
from .state import State

CLASSIFIERS = ("DecisionTreeClassifier", "ExtraTreeClassifier")
REGRESSORS = ("DecisionTreeRegressor", "ExtraTreeRegressor")

#: How scikit-learn's own trees are compared and summed.
RULES: dict[str, Any] = {"left_if": "x <= t", "input_type": "float32", "sum_type": "float64", "link_type": "float64"}

#: The version from which on trees of classifiers hold fractions; before it they held sums of weights.
FRACTIONS = (1, 4)


def tree_of(estimator: State, value: np.ndarray, columns: np.ndarray | None = None, missing: bool = True) -> Tree:
    """The tree of a fitted decision tree, with ``value`` (nodes,) or (nodes, outputs) on its leaves.

    ``columns`` are the columns of the rows that the tree was given, all if None; where ``missing`` is false NaN goes
    right, as in every comparison.
    """
    nodes = nodes_of(estimator)
    feature = nodes["feature"].astype(np.int64)
    if columns is not None:
        split = nodes["left_child"] >= 0
        feature[split] = _own(estimator, columns, feature[split])
    where: np.ndarray | int = 0
    if missing and "missing_go_to_left" in (nodes.dtype.names or ()):  # since 1.3
        where = (nodes["missing_go_to_left"] != 0).astype(np.uint8) * np.uint8(MISSING_LEFT)
    left, right = (nodes[f"{side}_child"].astype(np.int64) for side in ("left", "right"))
    return Tree(left, right, feature, nodes["threshold"].astype(np.float64), value, where)


def _own(estimator: State, columns: np.ndarray, feature: np.ndarray) -> np.ndarray:
    if ((feature < 0) | (feature >= len(columns))).any():
        raise estimator.damaged(f"a node looks at a column beyond the {len(columns)} that the tree was given")
    own: np.ndarray = columns[feature].astype(np.int64)
    return own


def nodes_of(estimator: State) -> np.ndarray:
    """The nodes of a decision tree, a structured array."""
    return estimator.state("tree_").array("nodes", 1, "V")


def values_of(estimator: State) -> np.ndarray:
    """What the nodes of a decision tree hold: (nodes, outputs, classes) or (nodes, outputs, 1)."""
    return estimator.state("tree_").array("values", 3).astype(np.float64)


def probabilities(estimator: State) -> np.ndarray:
    """The fractions of each class in the nodes of a classifier, (nodes, classes)."""
    values = values_of(estimator)
    if values.shape[1] != 1 or estimator.get("n_outputs_", 1) != 1:
        raise UnsupportedError(f"{estimator.where}: a {estimator.kind} of {values.shape[1]} targets at once; "
                               "classifiers of one target are read, so fit one for each target")  # fmt: skip
    values = values[:, 0, : len(classes_of(estimator))]
    if estimator.version >= FRACTIONS:
        return values
    total = values.sum(axis=1, keepdims=True)
    return values / np.where(total == 0, 1.0, total)


def predictions(estimator: State) -> np.ndarray:
    """What the nodes of a regressor predict: (nodes,), or (nodes, targets) with several targets."""
    values = values_of(estimator)[:, :, 0]
    return values[:, 0] if values.shape[1] == 1 else values


def classes_of(estimator: State) -> list[Any]:
    """The classes of a classifier, in the order of its probabilities."""
    return list(estimator.array("classes_", 1, "biufUO").tolist())


def must_be(estimators: Sequence[State], kinds: Sequence[str], of: State) -> None:
    """Raises UnsupportedError if an ensemble is not one of trees."""
    for each in estimators:
        if each.kind not in kinds:
            raise UnsupportedError(
                f"{of.where}: a {of.kind} of {each.kind}; it is read if it is one of trees ({' or '.join(kinds)})"
            )
    if not estimators:
        raise of.damaged("there are no trees in it")
