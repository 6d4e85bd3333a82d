"""From a fitted state to a Model: one builder for each estimator, the same for objects and files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import PurePath
from typing import Any

from ...endpoints import Axis, Input
from ...errors import FormatError, UnsupportedError
from ...graph import Graph
from ...model import Model
from ...trees import add_forest, model_of
from ...trees.modelling import input_of
from .adaboost import adaboost_classifier, adaboost_regressor
from .boosting import gradient_boosting_classifier, gradient_boosting_regressor
from .ensemble import Ensemble
from .forests import (
    bagging_classifier,
    bagging_regressor,
    forest_classifier,
    forest_regressor,
    isolation_forest,
    tree_classifier,
    tree_regressor,
)
from .histogram import histogram_classifier, histogram_regressor
from .pipelines import prepared
from .state import State

BUILDERS: dict[str, Callable[[State], Ensemble]] = {
    "DecisionTreeClassifier": tree_classifier, "ExtraTreeClassifier": tree_classifier,
    "DecisionTreeRegressor": tree_regressor, "ExtraTreeRegressor": tree_regressor,
    "RandomForestClassifier": forest_classifier, "ExtraTreesClassifier": forest_classifier,
    "RandomForestRegressor": forest_regressor, "ExtraTreesRegressor": forest_regressor,
    "BaggingClassifier": bagging_classifier, "BaggingRegressor": bagging_regressor,
    "GradientBoostingClassifier": gradient_boosting_classifier,
    "GradientBoostingRegressor": gradient_boosting_regressor,
    "HistGradientBoostingClassifier": histogram_classifier, "HistGradientBoostingRegressor": histogram_regressor,
    "AdaBoostClassifier": adaboost_classifier, "AdaBoostRegressor": adaboost_regressor,
    "IsolationForest": isolation_forest,
}  # fmt: skip


def model_of_state(state: State, origin: dict[str, Any], where: str) -> Model:
    """The model of a fitted estimator. Raises FormatError, or UnsupportedError for what is no forest."""
    try:
        made = _build(state, pipeline=True)
        record = {"origin": origin | {"estimator": state.kind} | _about(state, made)}
        return _model(made, PurePath(where).stem if "sha256" in origin else state.kind, record, where)
    except (KeyError, TypeError, ValueError, AttributeError, IndexError, OverflowError) as error:
        if isinstance(error, FormatError):
            raise
        raise FormatError(f"{where}: not fitted, or a damaged file: {type(error).__name__} {error}") from None


def _build(state: State, pipeline: bool = False) -> Ensemble:
    if state.kind == "Pipeline" and pipeline:
        return prepared(state, _build)
    if state.kind not in BUILDERS:
        raise UnsupportedError(
            f"{state.where}: a {state.kind} is no forest that is read; these are: {', '.join(BUILDERS)}, and a "
            "Pipeline that ends with one of them (of a search, convert its best_estimator_; where a Pipeline ends with "
            "a model of another library, convert pipeline[-1], and do the steps before it to what is fed)"
        )
    return BUILDERS[state.kind](state)


def _about(state: State, made: Ensemble) -> dict[str, Any]:
    version = state.get("_sklearn_version")
    return ({"producer": f"scikit-learn {version}"} if isinstance(version, str) else {}) | made.about


def _model(made: Ensemble, name: str, record: dict[str, Any], where: str) -> Model:
    model = model_of(made.forest, name, record, where)
    if made.outputs:
        nodes = Graph()
        model.weights = dict(made.weights)
        model.axes = {"entry": Axis("entry", "entry")}
        model.output_list, model.graphs = made.outputs, {"main": nodes}
        add_forest(model, nodes.nodes, made.forest, input_of(made.forest).name, made.given)
        nodes.nodes += made.nodes
    else:
        model.outputs["score"].description = made.description
    if made.variables:
        given = model.input_list[0]
        model.input_list = [Input(given.name, ["entry", "variable"], given.type, made.variables)]
    return model
