"""From a fitted state to a Model: one builder for each estimator, the same for objects and files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import PurePath
from typing import Any

from ...endpoints import valid_name
from ...errors import FormatError, UnsupportedError, ValueRefused, suggestion
from ...model import Model
from .adaboost import adaboost_classifier, adaboost_regressor
from .boosting import gradient_boosting_classifier, gradient_boosting_regressor
from .columns import Growth, Table
from .combining import COMBINERS
from .composing import TRANSFORMERS
from .densities import DENSITIES
from .encoding import encoded
from .ensemble import Ensemble, feature_names, features_of
from .foreign import foreign, is_foreign
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
from .kernels import KERNELS
from .linear import LINEAR
from .networks import NETWORKS
from .precision import type_of
from .prediction import Prediction, publish
from .state import State
from .tables import ends_as_table, table_of

FORESTS: dict[str, Callable[[State], Ensemble]] = {
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

ESTIMATORS = {**LINEAR, **NETWORKS, **DENSITIES, **KERNELS}

#: What is not read, and why.
REFUSED = {
    **dict.fromkeys(("KMeans", "MiniBatchKMeans", "BisectingKMeans", "DBSCAN", "AgglomerativeClustering", "MeanShift"),
                    "a clustering gives the number of a group, which is no score; convert the classifier that uses it"),
    **dict.fromkeys(("KNeighborsClassifier", "KNeighborsRegressor", "RadiusNeighborsClassifier"),
                    "it is its whole training data; train a forest or network on its answers"),
    **dict.fromkeys(("GaussianProcessRegressor", "GaussianProcessClassifier"), "it is its whole training data"),
    "MultiOutputClassifier": "it has an output for each target; convert each of its estimators_",
    "ClassifierChain": "it has an output for each target; convert each of its estimators_",
}  # fmt: skip


def model_of_state(state: State, origin: dict[str, Any], where: str, raw: str | None = None) -> Model:
    """The model of a fitted estimator. Raises FormatError, or UnsupportedError naming what is not read.

    ``raw`` is the type of the columns that it is fed with, "float32" or "float64"; if None, what they were fitted on
    as far as that can be told.
    """
    if raw not in (None, "float32", "float64"):
        raise ValueRefused(f"{where}: raw={raw!r}: columns are float32 or float64")
    try:
        first = _first(state)
        growth = Growth(where, _names(state), features_of(first), raw or type_of(state))
        prediction = build(state, growth.fed(), growth)
        publish(growth, prediction)
        unused = growth.finish()
        about = _about(state, prediction, unused) | ({"remarks": growth.remarks} if growth.remarks else {})
        growth.model.record = {"origin": origin | {"estimator": state.kind} | about}
        return _completed(growth, PurePath(where).stem if "sha256" in origin else state.kind, unused)
    except (KeyError, TypeError, ValueError, AttributeError, IndexError, OverflowError, RecursionError) as error:
        if isinstance(error, FormatError):
            raise
        if isinstance(error, ValueRefused):
            raise
        raise FormatError(f"{where}: not fitted, or a damaged file: {type(error).__name__} {error}") from None


def build(state: State, table: Table, growth: Growth) -> Prediction:
    """What an estimator gives on ``table``. Raises UnsupportedError for one that is not read."""
    if is_foreign(state):
        return foreign(state, table, growth)
    if state.kind in FORESTS:
        return _forest(state, table, growth)
    if ends_as_table(state, TRANSFORMERS):
        return table_of(state, table, growth)
    if state.kind in COMBINERS:
        return COMBINERS[state.kind](state, table, growth, build)
    if state.kind in ESTIMATORS:
        if features_of(state) != table.size:
            raise state.damaged(f"it takes {features_of(state)} columns, and gets {table.size}")
        return ESTIMATORS[state.kind](state, table, growth)
    known = list({**FORESTS, **ESTIMATORS, **COMBINERS, **TRANSFORMERS})
    why = f": {REFUSED[state.kind]}" if state.kind in REFUSED else f" {suggestion(state.kind, known)}"
    raise UnsupportedError(f"{state.where}: a {state.kind} is not read{why}")


def _forest(state: State, table: Table, growth: Growth) -> Prediction:
    made = FORESTS[state.kind](state)
    if made.forest.features != table.size:
        raise state.damaged(f"it takes {made.forest.features} columns, and gets {table.size}")
    table = encoded(growth, table, made.categories, state)
    values = made.grow(growth, growth.value_of(table))
    classes = made.about.get("classes", [])
    averages = bool(classes) and made.forest.link == "identity" and not made.outputs
    return Prediction(made.endpoints(), values, classes, decides=not averages)


def _first(state: State) -> State:
    """Who is given the table first."""
    for _ in range(100):
        if "n_features_in_" in state.items():
            return state
        inner = next((name for name in ("steps", "transformer_list", "estimators_", "best_estimator_", "estimator",
                                        "regressor_") if name in state.items()), None)  # fmt: skip
        if inner is None:
            return state
        held = state[inner]
        if isinstance(held, list):
            each = [one[1] if isinstance(one, list) else one for one in held]
            held = next((one for one in each if isinstance(one, State)), None)
        state = state.of_state(held, inner)
    raise state.damaged("it holds itself")


def _names(state: State) -> list[str]:
    """The names of the columns of the fed table."""
    first = _first(state)
    if "feature_names_in_" in state.items():  # what combines estimators leaves it to them to count
        return feature_names(state, features_of(first))
    names = feature_names(first)
    if names or state.kind != "Pipeline":
        return names
    return []


def _about(state: State, prediction: Prediction, unused: list[str]) -> dict[str, Any]:
    version = state.get("_sklearn_version")
    about: dict[str, Any] = {"producer": f"scikit-learn {version}"} if isinstance(version, str) else {}
    if prediction.classes:
        about["classes"] = prediction.classes
    if unused:
        about["columns that change nothing"] = unused
    return about


def _completed(growth: Growth, name: str, unused: list[str]) -> Model:
    model = growth.model
    model.name, model.origin, model.names = valid_name(name), growth.where, {"from source": {}}
    if unused:
        listed = ", ".join(unused[:12]) + (f" and {len(unused) - 12} more" if len(unused) > 12 else "")
        model.input_list[0].description = f"columns of the fit that nothing looks at are left out: {listed}"
    return model
