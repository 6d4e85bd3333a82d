"""AdaBoost of trees: votes by class, or the weighted median of predictions, as ONNX nodes behind the forest."""

from __future__ import annotations

import numpy as np

from ...endpoints import Label, Output
from ...graph import Node
from ...trees import grow
from .ensemble import Ensemble, feature_names, features_of, labels_of
from .state import State
from .trees import CLASSIFIERS, REGRESSORS, RULES, classes_of, must_be, predictions, probabilities, tree_of, values_of

DECISION, PROBABILITIES = "decision_function", "predict_proba"


def adaboost_classifier(estimator: State) -> Ensemble:
    """Each tree votes for one class; margins are decision_function, scores predict_proba."""
    trees, classes = estimator.states("estimators_"), classes_of(estimator)
    must_be(trees, CLASSIFIERS, estimator)
    if len(classes) < 2:
        raise estimator.damaged("it has one class")
    weights = _weights(estimator, len(trees))
    graded = estimator.get("algorithm") == "SAMME.R"
    grown = []
    for tree, weight in zip(trees, weights, strict=True):
        votes = _graded(tree, len(classes)) if graded else _votes(tree, classes, float(weight))
        grown.append(tree_of(tree, votes * [-1, 1] if len(classes) == 2 else votes))
    forest = grow(grown, features_of(estimator), estimator.where, feature_names=feature_names(estimator), **RULES)
    total = np.array(float(weights.sum()))
    axes: list[str | int] = ["entry"]
    if len(classes) == 2:
        nodes = [Node("mean_votes", "Div", ["votes", total], ["mean_votes"]),
                 Node("margin", "ReduceSum", ["mean_votes", np.array([1])], ["margin"], {"keepdims": 0}),
                 Node("score", "Sigmoid", ["margin"], ["score"])]  # fmt: skip
        outputs = [Output("margin", axes, "float64", description=DECISION),
                   Output("score", axes, "float64", description=f"{PROBABILITIES} of {classes[1]}")]  # fmt: skip
    else:
        nodes = [Node("margin", "Div", ["votes", total], ["margin"]),
                 Node("shared", "Div", ["margin", np.array(len(classes) - 1.0)], ["shared"]),
                 Node("score", "Softmax", ["shared"], ["score"], {"axis": -1})]  # fmt: skip
        outputs = [Output(name, [*axes, "label"], "float64", [Label(each) for each in labels_of(classes)], text)
                   for name, text in (("margin", DECISION), ("score", PROBABILITIES))]  # fmt: skip
    return Ensemble(forest, "", ("votes", ""), nodes, outputs, about={"classes": classes})


def _weights(estimator: State, trees: int) -> np.ndarray:
    """The weights of the trees; early stopping leaves zeros behind those of the last."""
    weights = estimator.array("estimator_weights_", 1, "f")
    if len(weights) < trees or not np.isfinite(weights).all():
        raise estimator.damaged(f"'estimator_weights_' are not {trees} numbers")
    return weights[:trees].astype(np.float64)


def _votes(tree: State, classes: list[object], weight: float) -> np.ndarray:
    """(nodes, classes): the weight for the class of a node, and what makes them sum to zero for the others."""
    known = classes_of(tree)
    best = values_of(tree)[:, 0, : len(known)].argmax(axis=1)
    place = np.array([classes.index(each) for each in known])[best]
    votes = np.full((len(best), len(classes)), -1 / (len(classes) - 1) * weight)
    votes[np.arange(len(best)), place] = weight
    return votes


def _graded(tree: State, classes: int) -> np.ndarray:
    """(nodes, classes): the votes of SAMME.R (Zhu et al., Multi-class AdaBoost, 2009), of scikit-learn before 1.8."""
    p = probabilities(tree)
    logs = np.log(np.clip(p, np.finfo(p.dtype).eps, None))
    graded: np.ndarray = (classes - 1) * (logs - (1.0 / classes) * logs.sum(axis=1)[:, None])
    return graded


def adaboost_regressor(estimator: State) -> Ensemble:
    """The weighted median of predictions: the first, in rising order, at which half the weight is reached."""
    trees = estimator.states("estimators_")
    must_be(trees, REGRESSORS, estimator)
    weights = _weights(estimator, len(trees))
    grown = []
    for number, each in enumerate(trees):
        tree = tree_of(each, predictions(each))
        tree.output = number
        grown.append(tree)
    forest = grow(grown, features_of(estimator), estimator.where, feature_names=feature_names(estimator), **RULES)
    forest.tree_output = np.arange(len(trees), dtype=np.int32)
    last = np.array([len(trees) - 1])
    nodes = [
        Node("sorting", "TopK", ["predictions", np.array([len(trees)])], ["rising", "order"],
             {"largest": 0, "sorted": 1}),
        Node("sorted_weights", "Gather", ["estimator_weights", "order"], ["sorted_weights"]),
        Node("cumulation", "CumSum", ["sorted_weights", np.array(1)], ["cumulated"]),
        Node("all_weight", "Gather", ["cumulated", last], ["all_weight"], {"axis": 1}),
        Node("half_weight", "Mul", ["all_weight", np.array(0.5)], ["half_weight"]),
        Node("reaching_half", "GreaterOrEqual", ["cumulated", "half_weight"], ["reached"]),
        Node("as_number", "Cast", ["reached"], ["reached_number"], {"to": "int32"}),
        Node("median_place", "ArgMax", ["reached_number"], ["median_place"], {"axis": 1, "keepdims": 1}),
        Node("median", "GatherElements", ["rising", "median_place"], ["median"], {"axis": 1}),
        Node("score", "Squeeze", ["median", np.array([1])], ["score"]),
    ]  # fmt: skip
    made = Ensemble(forest, "", ("predictions", ""), nodes, [Output("score", ["entry"], "float64", [], "predict")])
    made.weights["estimator_weights"] = weights
    return made
