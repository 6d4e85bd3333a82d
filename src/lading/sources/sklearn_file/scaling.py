"""Steps that do one operation after the other to each column by itself: preparation of variables, or nodes.

Each gives the verbs of docs/format.md in the order in which scikit-learn does them, with a number for each column.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from .columns import WIDE, Growth, Step, Table
from .ensemble import features_of
from .state import State

__all__ = ["SCALERS", "scaled", "take_steps"]

#: A verb and the numbers that go with it: none, one for each column, or the two ends of a clip.
Verbs = list[tuple[str, Any]]

#: From here on a StandardScaler rounds what it learned to the type of the columns.
IN_ITS_OWN_TYPE = (1, 8)

NODES = {"subtract": "Sub", "divide": "Div", "multiply": "Mul", "add": "Add", "abs": "Abs", "sqrt": "Sqrt",
         "log": "Log"}  # fmt: skip


def scaled(step: State, table: Table, growth: Growth) -> Table:
    """The columns behind a scaler."""
    if features_of(step) != table.size:
        raise step.damaged(f"it takes {features_of(step)} columns, and gets {table.size}")
    verbs = SCALERS[step.kind](step)
    if step.kind == "StandardScaler" and step.version >= IN_ITS_OWN_TYPE:
        verbs = [(verb, np.asarray(numbers, table.type)) for verb, numbers in verbs]
    return take_steps(verbs, table, growth)


def take_steps(verbs: Verbs, table: Table, growth: Growth) -> Table:
    """The columns after ``verbs``. Numbers of float64 act on float32 columns in float64; the result is rounded."""
    table = growth.settled(table)
    if table.columns is not None:
        columns = [column.then(*(step for verb, numbers in verbs for step in _of_column(verb, numbers, i, table.type)))
                   for i, column in enumerate(table.columns)]  # fmt: skip
        return Table(columns, size=table.size, type=table.type)
    value = table.value
    for verb, numbers in verbs:
        value = _node(verb, numbers, value, table.type, growth)
    return growth.of_value(value, table.size, table.type)


def _of_column(verb: str, numbers: Any, column: int, type_: str) -> list[Step]:
    if numbers is None:
        return [(verb,)]
    if verb == "clip":
        return [(verb, float(numbers[0]), float(numbers[1]))]
    return [(verb, float(numbers[column])), *([WIDE] if _is_wide(numbers, type_) else [])]


def _is_wide(numbers: np.ndarray, type_: str) -> bool:
    return type_ == "float32" and numbers.dtype == np.float64


def _node(verb: str, numbers: Any, value: str, type_: str, growth: Growth) -> str:
    wiring = growth.wiring
    if verb == "clip":
        return wiring.add("Clip", value, *(np.array(each, type_) for each in numbers))
    if verb == "log1p":
        return wiring.add("Log", wiring.add("Add", value, np.ones((), type_)))
    if verb == "log10":
        return wiring.add("Div", wiring.add("Log", value), np.array(np.log(10.0), type_))
    if numbers is None:
        return wiring.add(NODES[verb], value)
    if _is_wide(numbers, type_):
        exact = wiring.add(NODES[verb], wiring.add("Cast", value, to="float64"), numbers)
        return wiring.add("Cast", exact, to="float32")
    return wiring.add(NODES[verb], value, numbers.astype(type_))


def _standard(step: State) -> Verbs:
    verbs: Verbs = [("subtract", _numbers(step, "mean_"))] if step.get("with_mean") else []
    return verbs + ([("divide", _divisors(step))] if step.get("with_std") else [])


def _robust(step: State) -> Verbs:
    verbs: Verbs = [("subtract", _numbers(step, "center_"))] if step.get("with_centering") else []
    return verbs + ([("divide", _divisors(step))] if step.get("with_scaling") else [])


def _min_max(step: State) -> Verbs:
    verbs: Verbs = [("multiply", _numbers(step, "scale_")), ("add", _numbers(step, "min_"))]
    if step.get("clip"):
        low, high = step["feature_range"]
        verbs.append(("clip", (float(low), float(high))))
    return verbs


def _max_abs(step: State) -> Verbs:
    verbs: Verbs = [("divide", _divisors(step))]
    return verbs + ([("clip", (-1.0, 1.0))] if step.get("clip") else [])


SCALERS: dict[str, Callable[[State], Verbs]] = {
    "StandardScaler": _standard, "RobustScaler": _robust, "MinMaxScaler": _min_max, "MaxAbsScaler": _max_abs,
}  # fmt: skip


def _numbers(step: State, name: str) -> np.ndarray:
    """One finite number for each column."""
    values = step.array(name, 1)
    values = values if values.dtype == np.float32 else values.astype(np.float64)
    if len(values) != features_of(step) or not np.isfinite(values).all():
        raise step.damaged(f"'{name}' has no number for each of its {features_of(step)} columns")
    return values


def _divisors(step: State) -> np.ndarray:
    scale = _numbers(step, "scale_")
    if not scale.all():
        raise step.damaged(f"'scale_' of column {int(np.argmin(np.abs(scale)))} is 0")
    return scale
