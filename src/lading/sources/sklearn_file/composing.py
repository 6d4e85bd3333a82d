"""Steps made of steps: Pipeline, ColumnTransformer, FeatureUnion."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ...errors import UnsupportedError, suggestion
from .bending import BENDERS
from .columns import Growth, Table
from .encoding import ENCODERS
from .imputing import imputed, indicated
from .projecting import MIXERS
from .scaling import SCALERS, scaled, take_steps
from .selecting import SELECTORS, selected
from .state import State

__all__ = ["TRANSFORMERS", "steps_of", "transformed"]

NOTHING = (None, "passthrough")


def transformed(step: Any, table: Table, growth: Growth, of: State) -> Table:
    """The columns behind a step. Raises UnsupportedError, naming a step that is not read."""
    if step in NOTHING:
        return table
    state = of.of_state(step, "steps")
    if state.kind not in TRANSFORMERS:
        raise UnsupportedError(
            f"{of.where}: the step {state.kind} is not read {suggestion(state.kind, TRANSFORMERS)}; convert what "
            "stands behind it alone, and do this step before it"
        )
    return TRANSFORMERS[state.kind](state, table, growth)


def steps_of(pipeline: State) -> list[Any]:
    """The steps of a Pipeline, those that do nothing left out."""
    steps = pipeline["steps"]
    if not isinstance(steps, list) or not all(isinstance(step, list) and len(step) == 2 for step in steps):
        raise pipeline.damaged("'steps' is no list of pairs")
    return [step[1] for step in steps if step[1] not in NOTHING]


def _pipeline(step: State, table: Table, growth: Growth) -> Table:
    for each in steps_of(step):
        table = transformed(each, table, growth, step)
    return table


def _by_columns(step: State, table: Table, growth: Growth) -> Table:
    """Each transformer of a ColumnTransformer on its columns, side by side."""
    places, parts = step["_transformer_to_input_indices"], []
    for name, transformer, *_ in step["transformers_"]:
        if isinstance(transformer, str) and transformer == "drop":
            continue
        own = places[name]
        if not isinstance(own, list) or not all(isinstance(each, int) for each in own):
            raise step.damaged(f"the columns of '{name}' are {str(own)[:40]}")
        if own:
            part = transformed(transformer, growth.selected(table, own), growth, step)
            parts.append(_weighted(step, name, part, growth))
    return growth.joined(parts)


def _union(step: State, table: Table, growth: Growth) -> Table:
    """Each transformer of a FeatureUnion on all columns, side by side."""
    parts = []
    for name, transformer in step["transformer_list"]:
        if isinstance(transformer, str) and transformer == "drop":
            continue
        parts.append(_weighted(step, name, transformed(transformer, table, growth, step), growth))
    return growth.joined(parts)


def _weighted(step: State, name: str, table: Table, growth: Growth) -> Table:
    weights = step.get("transformer_weights")
    if not isinstance(weights, dict) or name not in weights:
        return table
    return take_steps([("multiply", np.full(table.size, float(weights[name]), table.type))], table, growth)


TRANSFORMERS: dict[str, Callable[[State, Table, Growth], Table]] = {
    "Pipeline": _pipeline, "ColumnTransformer": _by_columns, "FeatureUnion": _union,
    "SimpleImputer": imputed, "MissingIndicator": indicated,
    **dict.fromkeys(SCALERS, scaled), **ENCODERS, **BENDERS, **MIXERS, **dict.fromkeys(SELECTORS, selected),
}  # fmt: skip
