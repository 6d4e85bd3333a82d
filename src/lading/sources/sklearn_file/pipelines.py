"""The steps of a Pipeline before its forest, as preparation of the variables."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ...endpoints import Missing, Variable
from ...errors import UnsupportedError
from ...trees.modelling import unique_names
from .ensemble import Ensemble, feature_names, features_of
from .state import State


def prepared(pipeline: State, build: Callable[[State], Ensemble]) -> Ensemble:
    """The forest of the last step, its variables prepared by the steps before it, in float64."""
    steps = [step for step in _steps(pipeline) if step not in (None, "passthrough")]
    if not steps:
        raise pipeline.damaged("it has no steps")
    first, last = pipeline.of_state(steps[0], "steps"), pipeline.of_state(steps[-1], "steps")
    if last.kind == pipeline.kind:
        raise UnsupportedError(f"{pipeline.where}: a Pipeline in a Pipeline; write the steps in one")
    names = feature_names(first) or feature_names(last)
    made = build(last)
    if len(steps) == 1:
        return made
    variables = [Variable(each) for each in unique_names(names or [f"x{i}" for i in range(features_of(first))])]
    for step in steps[:-1]:
        _apply(pipeline, pipeline.of_state(step, "steps"), variables)
    for variable, encoded in zip(variables, made.variables, strict=False):
        if encoded.categories is not None and variable.prepare:
            raise UnsupportedError(f"{pipeline.where}: '{variable.name}' is scaled and then read as a category; "
                                   "leave columns of categories as they are")  # fmt: skip
        variable.categories, variable.unknown = encoded.categories, encoded.unknown
    made.variables = variables
    return made


def _steps(pipeline: State) -> list[Any]:
    steps = pipeline["steps"]
    if not isinstance(steps, list) or not all(isinstance(step, list) and len(step) == 2 for step in steps):
        raise pipeline.damaged("'steps' is no list of pairs")
    return [step[1] for step in steps]


def _apply(pipeline: State, step: State, variables: list[Variable]) -> None:
    if step.kind not in STEPS:
        raise UnsupportedError(
            f"{pipeline.where}: the step {step.kind} stands before the forest; those that become preparation of "
            f"variables are {', '.join(STEPS)}; convert the forest alone and do this step before it"
        )
    if features_of(step) != len(variables):
        raise step.damaged(f"it takes {features_of(step)} columns, the Pipeline has {len(variables)}")
    for column, variable in enumerate(variables):
        variable.raw = "float64"
        STEPS[step.kind](step, column, variable)


def _impute(step: State, column: int, variable: Variable) -> None:
    if step.get("add_indicator"):
        raise UnsupportedError(f"{step.where}: the SimpleImputer adds columns (add_indicator); no preparation does")
    value = _number(step, "statistics_", column, nan=True)
    missing = step["missing_values"]
    if np.isnan(value):
        raise UnsupportedError(f"{step.where}: the SimpleImputer drops '{variable.name}', which had no values; leave "
                               "the column out, or use keep_empty_features=True")  # fmt: skip
    if isinstance(missing, bool) or not isinstance(missing, (int, float)):
        raise UnsupportedError(f"{step.where}: the SimpleImputer replaces {missing!r}; a number or NaN can be missing")
    if variable.prepare or variable.missing:
        raise UnsupportedError(f"{step.where}: the SimpleImputer stands behind another step; put it first, for missing "
                               "values are replaced before they are scaled")  # fmt: skip
    variable.missing = Missing(["nan" if np.isnan(missing) else missing], value)


def _standard(step: State, column: int, variable: Variable) -> None:
    if step.get("with_mean"):
        variable.prepare.append({"subtract": _number(step, "mean_", column)})
    if step.get("with_std"):
        variable.prepare.append({"divide": _divisor(step, column)})


def _robust(step: State, column: int, variable: Variable) -> None:
    if step.get("with_centering"):
        variable.prepare.append({"subtract": _number(step, "center_", column)})
    if step.get("with_scaling"):
        variable.prepare.append({"divide": _divisor(step, column)})


def _min_max(step: State, column: int, variable: Variable) -> None:
    variable.prepare += [{"multiply": _number(step, "scale_", column)}, {"add": _number(step, "min_", column)}]
    if step.get("clip"):
        low, high = step["feature_range"]
        variable.prepare.append({"clip": [float(low), float(high)]})


def _max_abs(step: State, column: int, variable: Variable) -> None:
    variable.prepare.append({"divide": _divisor(step, column)})
    if step.get("clip"):
        variable.prepare.append({"clip": [-1.0, 1.0]})


#: What each step does to a column, one operation after the other, as scikit-learn does it to float64 columns.
STEPS: dict[str, Callable[[State, int, Variable], None]] = {
    "SimpleImputer": _impute, "StandardScaler": _standard, "RobustScaler": _robust, "MinMaxScaler": _min_max,
    "MaxAbsScaler": _max_abs,
}  # fmt: skip


def _number(step: State, name: str, column: int, nan: bool = False) -> float:
    values = step.array(name, 1, "biufO")  # a SimpleImputer's may be objects
    if values.dtype == object:
        values = np.array([each if isinstance(each, (int, float)) else np.inf for each in values], np.float64)
    if column >= len(values) or not (np.isfinite(values[column]) or (nan and np.isnan(values[column]))):
        raise step.damaged(f"'{name}' has no number for column {column}")
    return float(values[column])


def _divisor(step: State, column: int) -> float:
    scale = _number(step, "scale_", column)
    if not scale:
        raise step.damaged(f"'scale_' of column {column} is 0")
    return scale
