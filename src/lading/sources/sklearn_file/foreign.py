"""Models of other libraries as the last step: their own sources read them, and their nodes join the graph."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from ...endpoints import Variable
from ...errors import FormatError, UnsupportedError
from ...model import Model
from .columns import Growth, Table
from .encoding import encoded
from .prediction import Prediction
from .state import State

__all__ = ["foreign", "is_foreign"]

LIBRARIES = ("xgboost", "lightgbm", "catboost")


def is_foreign(state: State) -> bool:
    """Whether a state is that of a model of another library that is read."""
    return state.module.split(".")[0] in LIBRARIES


def foreign(state: State, table: Table, growth: Growth) -> Prediction:
    """The model of another library on ``table``. Raises UnsupportedError for one in a file."""
    if state.thing is None:
        raise UnsupportedError(f"{state.where}: a {state.kind} of {state.module.split('.')[0]}, which a file of skops "
                               "keeps in that library's own form; convert the Pipeline in memory")  # fmt: skip
    model, missing = _read(state.thing)
    given = model.input_list[0]
    size = len(given.variable_list) or int(given.axes[-1])
    if size != table.size:
        raise FormatError(f"{state.where}: the {state.kind} takes {size} columns, and gets {table.size}")
    table = _with_rules(state, given.variable_list, missing, table, growth)
    x = growth.value_of(table)
    names = {given.name: x}
    wiring = growth.wiring
    for name, array in model.weights.items():
        names[name] = wiring.weight(name, array)
    for node in model.graphs["main"].nodes:
        names.update({output: wiring.name(output) for output in node.outputs if output})
        wiring.nodes.append(replace(
            node, name=wiring.name(node.name), outputs=[names.get(each, each) for each in node.outputs],
            inputs=[names.get(each, each) if isinstance(each, str) else each for each in node.inputs],
        ))  # fmt: skip
    growth.model.requires += [each for each in model.requires if each not in growth.model.requires]
    classes = getattr(state.thing, "classes_", None)
    values = {output.name: names[output.name] for output in model.output_list}
    return Prediction(model.output_list, values, [] if classes is None else np.asarray(classes).tolist(), decides=False)


def _read(thing: Any) -> tuple[Model, float]:
    """The model, and the number that means missing to it beside NaN; NaN if there is none."""
    from .. import recognise_object, xgboost

    if xgboost.holds(thing) and hasattr(thing, "get_booster"):
        missing = getattr(thing, "missing", None)
        return xgboost.from_object(xgboost.booster_of(thing)), np.nan if missing is None else float(missing)
    return recognise_object(thing).from_object(thing), np.nan


def _with_rules(state: State, variables: list[Variable], missing: float, table: Table, growth: Growth) -> Table:
    """What the library's own reading says of its columns: categories, and a number that means missing."""
    categories = {i: v.categories for i, v in enumerate(variables) if v.categories is not None}
    table = encoded(growth, growth.settled(table), categories, state)
    if np.isnan(missing):
        return table
    value = growth.value_of(table)
    gaps = growth.wiring.add("Equal", value, np.array(missing, table.type))
    filled = growth.wiring.add("Where", gaps, np.array(np.nan, table.type), value)
    return growth.of_value(filled, table.size, table.type)
