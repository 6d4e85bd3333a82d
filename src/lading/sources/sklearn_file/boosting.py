"""GradientBoosting: the prediction of ``init``, plus learning_rate times each tree, in the order of the stages."""

from __future__ import annotations

import math

import numpy as np

from ...errors import UnsupportedError
from ...trees import grow
from ...trees.forest import Tree
from .ensemble import Ensemble, feature_names, features_of, labels_of
from .state import State
from .trees import REGRESSORS, RULES, classes_of, must_be, predictions, tree_of

#: From here on the start of a fit is the loss's own link of the clipped probabilities.
COMMON_LOSSES = (1, 4)

LOGISTIC_LOSSES = {"log_loss": 1.0, "deviance": 1.0, "exponential": 2.0}  # factor of the margin before the logistic


def gradient_boosting_classifier(estimator: State) -> Ensemble:
    """Margins are decision_function; for two classes one number, whose logistic is P(second class)."""
    loss, classes = estimator["loss"], classes_of(estimator)
    if loss not in LOGISTIC_LOSSES or len(classes) < 2:
        raise estimator.damaged(f"the loss is {loss!r} of {len(classes)} classes")
    outputs = len(classes) if len(classes) > 2 else 1
    grown = _stages(estimator, outputs)
    base = _start(estimator, len(classes), loss)
    rules = RULES if outputs > 1 else RULES | {"link_scale": LOGISTIC_LOSSES[loss]}
    forest = grow(grown, features_of(estimator), estimator.where, feature_names=feature_names(estimator),
                  link="softmax" if outputs > 1 else "logistic", base=base,
                  labels=labels_of(classes) if outputs > 1 else [], **rules)  # fmt: skip
    if outputs > 1:
        forest.tree_output = np.array([tree.output for tree in grown], np.int32)
    about = "predict_proba" if outputs > 1 else f"predict_proba of the class {classes[1]}"
    return Ensemble(forest, about, about={"classes": classes})


def gradient_boosting_regressor(estimator: State) -> Ensemble:
    """The sum is the prediction, for every loss."""
    base = np.zeros(1)
    init = estimator["init_"]
    if init != "zero":
        start = _dummy(estimator, init, "DummyRegressor")
        base = np.array(start["constant_"], np.float64).reshape(-1)
    if len(base) != 1:
        raise estimator.damaged(f"it starts from {len(base)} numbers")
    forest = grow(_stages(estimator, 1), features_of(estimator), estimator.where, base=base,
                  feature_names=feature_names(estimator), **RULES)  # fmt: skip
    return Ensemble(forest, "predict")


def _stages(estimator: State, outputs: int) -> list[Tree]:
    """The trees, stage by stage. Their stage looks at no missing directions: NaN goes right."""
    trees, rate = estimator.states("estimators_"), estimator.number("learning_rate")
    must_be(trees, REGRESSORS, estimator)
    if len(trees) % outputs:
        raise estimator.damaged(f"{len(trees)} trees for {outputs} outputs")
    grown = []
    for number, each in enumerate(trees):
        tree = tree_of(each, predictions(each), missing=False)
        tree.output, tree.weight = number % outputs, rate
        grown.append(tree)
    return grown


def _dummy(estimator: State, init: object, kind: str) -> State:
    if isinstance(init, State) and init.kind == kind:
        return init
    held = init.kind if isinstance(init, State) else repr(init)
    raise UnsupportedError(f"{estimator.where}: the {estimator.kind} starts from a {held} (init=); it is read if it "
                           f"starts from a {kind} (init=None) or from nothing (init='zero')")  # fmt: skip


def _start(estimator: State, classes: int, loss: str) -> np.ndarray:
    """The margins that the sum starts from: (1,) for two classes, else (classes,)."""
    if estimator["init_"] == "zero":
        return np.zeros(classes if classes > 2 else 1)
    p = _prior(estimator, _dummy(estimator, estimator["init_"], "DummyClassifier"), classes)
    new = estimator.version >= COMMON_LOSSES
    eps = float(np.finfo(np.float64 if new else np.float32).eps)
    p = np.clip(p, eps, 1 - eps)
    if classes > 2:
        start: np.ndarray = np.log(p / np.exp(np.log(p).mean(axis=1, keepdims=True)) if new else p)[0]
        return start
    second = float(p[0, 1])
    logit = _logit(second) if new else math.log(second / (1 - second))
    return np.array([logit / LOGISTIC_LOSSES[loss]])


def _prior(estimator: State, dummy: State, classes: int) -> np.ndarray:
    """What a DummyClassifier gives as probabilities, (1, classes)."""
    strategy = dummy["strategy"]
    prior = np.asarray(dummy["class_prior_"], np.float64)
    if prior.shape != (classes,):
        raise estimator.damaged(f"its start has {prior.shape} probabilities for {classes} classes")
    if strategy == "prior":
        return prior[None]
    if strategy == "uniform":
        return np.full((1, classes), 1.0) / classes
    if strategy in ("most_frequent", "constant"):
        return np.eye(classes)[[int(prior.argmax()) if strategy == "most_frequent" else _place(dummy)]]
    raise UnsupportedError(f"{estimator.where}: the {estimator.kind} starts from random classes "
                           f"(DummyClassifier(strategy={strategy!r})); use init=None")  # fmt: skip


def _place(dummy: State) -> int:
    """The place of the class that a DummyClassifier always gives."""
    constant = dummy["constant"]
    constant = constant.ravel().tolist() if isinstance(constant, np.ndarray) else constant
    only = constant[0] if isinstance(constant, list) else constant
    return classes_of(dummy).index(only)


def _logit(p: float) -> float:
    """ln(p / (1 - p)), near a half by way of ln(1 + s), as SciPy 1.14 and later compute it."""
    if 0.3 <= p <= 0.65:
        s = 2 * (p - 0.5)
        return math.log1p(s) - math.log1p(-s)
    return math.log(p / (1 - p))
