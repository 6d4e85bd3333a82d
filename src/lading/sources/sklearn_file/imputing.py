"""What stands in for missing values: a rule of the variable where nothing was done to it before, else nodes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ...errors import UnsupportedError
from .columns import Growth, Table
from .ensemble import features_of
from .state import State

__all__ = ["imputed", "indicated"]


def imputed(step: State, table: Table, growth: Growth) -> Table:
    """The columns of a SimpleImputer; behind them, if it adds them, 1 where a value was missing."""
    statistics, missing = _statistics(step, table), _missing(step)
    kept = np.flatnonzero(~np.isnan(statistics)).tolist()  # columns without any value are dropped
    inner = growth.selected(table, kept)
    filled = _filled(inner, missing, statistics[kept], growth)
    if not step.get("add_indicator"):
        return filled
    return growth.joined([filled, _of_indicator(step.state("indicator_"), table, missing, growth)])


def indicated(step: State, table: Table, growth: Growth) -> Table:
    """What a MissingIndicator gives."""
    return _of_indicator(step, table, _missing(step), growth)


def _of_indicator(step: State, table: Table, missing: float, growth: Growth) -> Table:
    places = step.array("features_", 1, "iu").tolist()
    if not places:
        return Table([], size=0, type=table.type)
    inner = growth.selected(table, places)
    value = growth.wiring.add("Cast", _is_missing(inner, missing, growth), to=table.type)
    return growth.of_value(value, inner.size, table.type)


def _filled(table: Table, missing: float, statistics: np.ndarray, growth: Growth) -> Table:
    if table.columns is not None and all(column.untouched for column in table.columns):
        what = "nan" if np.isnan(missing) else missing
        return replace(table, columns=[replace(column, missing=(what, float(value)))
                                       for column, value in zip(table.columns, statistics, strict=True)])  # fmt: skip
    value = growth.value_of(table)
    gaps = _is_missing(table, missing, growth)
    filled = growth.wiring.add("Where", gaps, statistics.astype(table.type), value)
    return growth.of_value(filled, table.size, table.type)


def _is_missing(table: Table, missing: float, growth: Growth) -> str:
    value = growth.value_of(table)
    if np.isnan(missing):
        return growth.wiring.add("IsNaN", value)
    return growth.wiring.add("Equal", value, np.array(missing, table.type))


def _statistics(step: State, table: Table) -> np.ndarray:
    """What stands in for the missing values of each column; NaN for columns that are dropped."""
    held = step.array("statistics_", 1, "biufO").tolist()  # may be objects
    if len(held) != features_of(step) or len(held) != table.size:
        raise step.damaged(f"it knows {len(held)} columns, and gets {table.size}")
    for column, each in enumerate(held):
        if isinstance(each, bool) or not isinstance(each, (int, float)):
            raise UnsupportedError(f"{step.where}: the SimpleImputer puts {each!r} for what is missing in column "
                                   f"{column}; a bundle takes numbers only")  # fmt: skip
    return np.array(held, np.float64)


def _missing(step: State) -> float:
    missing = step["missing_values"]
    if isinstance(missing, bool) or not isinstance(missing, (int, float)):
        raise UnsupportedError(f"{step.where}: the {step.kind} replaces {missing!r}; a number or NaN can be missing")
    return float(missing)
