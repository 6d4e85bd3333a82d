"""Estimators made of estimators: voting, stacking, one for each target or class, transformed targets, searches."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ...errors import UnsupportedError
from .bending import apply_function
from .calibration import calibrated
from .columns import Growth, Table
from .composing import steps_of, transformed
from .linear import both_classes, shared_out
from .prediction import Prediction, classification, probabilities, regression, single_values
from .scaling import take_steps
from .state import State

__all__ = ["COMBINERS"]

Build = Callable[[State, Table, Growth], Prediction]


def _pipeline(model: State, table: Table, growth: Growth, build: Build) -> Prediction:
    steps = steps_of(model)
    if not steps:
        raise model.damaged("it has no steps")
    for step in steps[:-1]:
        table = transformed(step, table, growth, model)
    return build(model.of_state(steps[-1], "steps"), table, growth)


def _search(model: State, table: Table, growth: Growth, build: Build) -> Prediction:
    return build(model.state("best_estimator_"), table, growth)


def _inner(model: State, table: Table, growth: Growth, build: Build) -> Prediction:
    """FrozenEstimator and TunedThresholdClassifierCV: the numbers of the one inside."""
    name = "estimator_" if "estimator_" in model.items() else "estimator"
    return build(model.state(name), table, growth)


def _voting_classifier(model: State, table: Table, growth: Growth, build: Build) -> Prediction:
    if model["voting"] != "soft":
        raise UnsupportedError(f"{model.where}: a VotingClassifier that counts votes (voting='hard') has no "
                               "probabilities; voting='soft' is read")  # fmt: skip
    state = model.state("le_")
    classes = list(state.array("classes_", 1, "biufUO").tolist())
    each = [probabilities(growth, build(one, table, growth), model) for one in model.states("estimators_")]
    if any(one.size != len(classes) for one in each):
        raise model.damaged("its classifiers have not as many classes")
    return classification(classes, "float64", _mean(model, each, growth))


def _voting_regressor(model: State, table: Table, growth: Growth, build: Build) -> Prediction:
    each = [single_values(growth, build(one, table, growth), "score") for one in model.states("estimators_")]
    return regression(growth.wiring.add("Squeeze", _mean(model, each, growth), np.array([1])), 0, "float64")


def _mean(model: State, each: list[Table], growth: Growth) -> str:
    """The weighted mean of values."""
    weights = _weights(model, len(each))
    values = [growth.typed(one, "float64") for one in each]
    wiring = growth.wiring
    if not np.all(weights == 1):
        values = [wiring.add("Mul", v, np.array(float(w))) for v, w in zip(values, weights, strict=True)]
    total = values[0]
    for value in values[1:]:
        total = wiring.add("Add", total, value)
    return wiring.add("Div", total, np.array(float(weights.sum())))


def _weights(model: State, estimators: int) -> np.ndarray:
    weights = model.get("weights")
    if weights is None:
        return np.ones(estimators)
    pairs = model["estimators"]
    kept = [float(w) for w, pair in zip(weights, pairs, strict=True) if pair[1] != "drop"]
    if len(kept) != estimators or not sum(kept):
        raise model.damaged(f"{len(kept)} weights for {estimators} estimators")
    return np.array(kept)


def _stacking(model: State, table: Table, growth: Growth, build: Build) -> Prediction:
    """What the estimators give, side by side, goes into the last one; of two probabilities the second."""
    parts = []
    for one, method in zip(model.states("estimators_"), model["stack_method_"], strict=True):
        given = build(one, table, growth)
        if method == "predict_proba":
            part = probabilities(growth, given, model)
            parts.append(growth.selected(part, [1]) if part.size == 2 else part)
        elif method == "decision_function" and given.decision() is not None:
            parts.append(single_values(growth, given, "margin"))
        elif method == "predict" and not given.classes:
            parts.append(single_values(growth, given, "score"))
        else:
            raise UnsupportedError(f"{model.where}: stacks the {method} of a {one.kind}, which is not read")
    if model.get("passthrough"):
        parts.append(table)
    made = build(model.state("final_estimator_"), growth.joined(parts), growth)
    classes = model.get("classes_")
    if made.classes and isinstance(classes, np.ndarray) and classes.ndim == 1:
        _rename(made, classes.tolist())
    return made


def _rename(made: Prediction, classes: list[Any]) -> None:
    """Inside, classes are numbered; outside they have their names."""
    made.classes = classes
    for output in made.outputs:
        for label, name in zip(output.label_list, classes, strict=False):
            label.name = str(name)


def _per_target(model: State, table: Table, growth: Growth, build: Build) -> Prediction:
    """MultiOutputRegressor: one estimator for each target."""
    parts = [single_values(growth, build(one, table, growth), "score") for one in model.states("estimators_")]
    values = [growth.typed(part, "float64") for part in parts]
    return regression(growth.wiring.add("Concat", *values, axis=1), len(parts), "float64")


def _one_against_rest(model: State, table: Table, growth: Growth, build: Build) -> Prediction:
    """One classifier for each class; probabilities divided by their sum."""
    binarizer = model.state("label_binarizer_")
    if "multilabel" in str(binarizer.get("y_type_", "")):
        raise UnsupportedError(f"{model.where}: a {model.kind} of several labels at once; fit one for each label")
    classes = list(binarizer.array("classes_", 1, "biufUO").tolist())
    given = [build(one, table, growth) for one in model.states("estimators_")]
    margin, score, type_ = "", "", "float64"
    if all((output := one.decision()) is not None and len(output.axes) == 1 for one in given):
        margins = [growth.typed(single_values(growth, one, "margin"), type_) for one in given]
        margin = (growth.wiring.add("Concat", *margins, axis=1) if len(given) > 1
                  else growth.wiring.add("Squeeze", margins[0], np.array([1])))  # fmt: skip
    if all(one.output("score") is not None for one in given):
        tables = [growth.selected(probabilities(growth, one, model), [1]) for one in given]
        each = [growth.typed(one, type_) for one in tables]
        if len(given) > 1:
            score = shared_out(growth, growth.wiring.add("Concat", *each, axis=1), type_, len(classes))
        else:
            score = both_classes(growth, growth.wiring.add("Squeeze", each[0], np.array([1])), type_)
    return classification(classes, type_, score, margin)


def _transformed_target(model: State, table: Table, growth: Growth, build: Build) -> Prediction:
    """TransformedTargetRegressor: the prediction taken back through the transformation of the target."""
    value = single_values(growth, build(model.state("regressor_"), table, growth), "score")
    back = model.state("transformer_")
    if back.kind == "FunctionTransformer":
        inverse = back.get("inverse_func")
        result = value if inverse is None else apply_function(growth, value, inverse, model)
    elif back.kind == "StandardScaler":
        verbs: list[tuple[str, Any]] = []
        if back.get("with_std"):
            verbs.append(("multiply", back.array("scale_", 1, "f")))
        if back.get("with_mean"):
            verbs.append(("add", back.array("mean_", 1, "f")))
        result = take_steps(verbs, value, growth)
    elif back.kind == "MinMaxScaler":
        result = take_steps([("subtract", back.array("min_", 1, "f")), ("divide", back.array("scale_", 1, "f"))], value,
                            growth)  # fmt: skip
    else:
        raise UnsupportedError(f"{model.where}: the target goes through a {back.kind}, which is not taken back; "
                               "functions of NumPy, StandardScaler and MinMaxScaler are")  # fmt: skip
    flat = model.get("_training_dim", 1) == 1
    single = growth.wiring.add("Squeeze", growth.value_of(result), np.array([1])) if flat else growth.value_of(result)
    return regression(single, 0 if flat else result.size, result.type)


COMBINERS: dict[str, Callable[[State, Table, Growth, Build], Prediction]] = {
    "Pipeline": _pipeline, "CalibratedClassifierCV": calibrated, "VotingClassifier": _voting_classifier,
    "VotingRegressor": _voting_regressor, "StackingClassifier": _stacking, "StackingRegressor": _stacking,
    "MultiOutputRegressor": _per_target, "OneVsRestClassifier": _one_against_rest,
    "TransformedTargetRegressor": _transformed_target, "FrozenEstimator": _inner, "TunedThresholdClassifierCV": _inner,
    "FixedThresholdClassifier": _inner,
    **dict.fromkeys(("GridSearchCV", "RandomizedSearchCV", "HalvingGridSearchCV", "HalvingRandomSearchCV"), _search),
}  # fmt: skip
