"""Transformers without an estimator behind them: the transformed table is the output."""

from __future__ import annotations

from typing import Any

from ...endpoints import Label, Output
from ...errors import UnsupportedError
from ...trees.modelling import unique_names
from .columns import Growth, Table
from .composing import steps_of, transformed
from .prediction import Prediction
from .state import State

__all__ = ["TRANSFORMED", "ends_as_table", "table_of"]

#: The name of the output.
TRANSFORMED = "transformed"


def ends_as_table(state: State, transformers: Any) -> bool:
    """Whether what is fitted gives a table: a transformer, or a Pipeline of nothing else."""
    if state.kind != "Pipeline":
        return state.kind in transformers
    steps = steps_of(state)
    return bool(steps) and isinstance(steps[-1], State) and ends_as_table(steps[-1], transformers)


def table_of(state: State, table: Table, growth: Growth) -> Prediction:
    """The columns behind a transformer. They have scikit-learn's names where it is in memory; a file has none."""
    result = transformed(state, table, growth, state)
    if not result.size:
        raise UnsupportedError(f"{state.where}: no column is left behind the {state.kind}")
    value = growth.wiring.add("Identity", growth.value_of(result))
    names = _names(state, result.size)
    output = Output(TRANSFORMED, ["entry", "label" if names else result.size], result.type,
                    [Label(name) for name in names], "transform")  # fmt: skip
    return Prediction([output], {TRANSFORMED: value})


def _names(state: State, size: int) -> list[str]:
    try:
        names = [str(name) for name in state.thing.get_feature_names_out()]
    except Exception:  # a file, or steps that cannot say what they make
        return []
    return unique_names(names) if len(names) == size else []
