"""From a method to a Model: inputs, outputs, and the answer -999 that TMVA's Reader gives for NaN."""

from __future__ import annotations

from pathlib import PurePath
from typing import Any

import numpy as np

from ...endpoints import Axis, Input, Label, Output, Variable, valid_name
from ...graph import Graph, rename
from ...model import Model
from ...trees import add_forest
from ...trees.modelling import unique_names
from ..wiring import Wiring
from .bdt import boost_of, forest_of_setup, is_median, tie_rule, weights_of
from .category import category_values, spectators_read
from .deep import dl_values, dnn_values
from .discriminant import discriminant_values
from .median import weighted_median
from .mlp import mlp_values
from .normalisation import as_steps, targets_restored, with_targets
from .setup import Quantity, Setup
from .transformations import forgets_nan, transformed

__all__ = ["model_of_setup"]

#: What is no forest: (wiring, setup, variables, where) -> (margin, score, numbers).
VALUES = {"MLP": mlp_values, "DNN": dnn_values, "DL": dl_values,
          "Fisher": discriminant_values, "LD": discriminant_values}  # fmt: skip
NAN_SCORE = -999.0  # Reader::EvaluateMVA, if any variable is NaN


def model_of_setup(setup: Setup, origin: dict[str, Any], where: str) -> Model:
    """The model of a whole file: input "features", outputs "margin" and "score"."""
    extra = spectators_read(setup, where) if setup.kind == "Category" else []
    model = Model(name=valid_name(PurePath(where).name.split(".")[0]), origin=where, names={"from source": {}})
    model.axes["entry"] = Axis("entry", "entry")
    model.input_list.append(Input("features", ["entry", "variable"], "float32", _variables(setup.variables + extra)))
    model.record = {"origin": origin | _producer(setup), "training": _training(setup)}
    model.graphs = {"main": Graph()}
    wiring = Wiring(model, model.graphs["main"].nodes, ("margin", "score"))
    restored = with_targets(setup, where)
    steps = as_steps(setup, where)  # what the first transformation does to each variable, if steps can say it
    for variable, prepare in zip(model.input_list[0].variable_list, steps or [], strict=False):
        variable.prepare = prepare
    if setup.kind == "Category":
        values = category_values(wiring, setup, extra, method_values, where)
    else:
        values = method_values(wiring, setup, "features", where, setup.transformations[1 if steps else 0 :])
    if forgets_nan(setup):
        values = (wiring.add("Concat", "features", values[0], axis=1), *values[1:])
    _add_outputs(wiring, setup, *values)
    if restored is not None:
        targets_restored(wiring, setup, restored, values[3], where)
    return model


def method_values(
    wiring: Wiring, setup: Setup, x: str, where: str, transformations: list[Any] | None = None
) -> tuple[str, str, str, int]:
    """The nodes of a method on its variables ``x``: the names of its transformed variables, of margin and score,
    and how many numbers those are per entry (0: one, without an axis)."""
    x = transformed(wiring, setup, setup.transformations if transformations is None else transformations, x, where)
    if setup.kind in VALUES:
        return (x, *VALUES[setup.kind](wiring, setup, x, where))
    forest, fisher = forest_of_setup(setup, where)
    margin, score = wiring.name("raw_margin"), wiring.name("raw_score")
    columns = fisher.columns(wiring, x)
    add_forest(wiring.model, wiring.nodes, forest, columns, (margin, score), wiring.name("trees"))
    if is_median(setup):
        wiring.nodes[-1].outputs[1:] = []
        margin = score = weighted_median(wiring, margin, weights_of(setup, where))
        return x, margin, score, 0
    return x, margin, score, 0 if forest.single else forest.outputs


def _add_outputs(wiring: Wiring, setup: Setup, x: str, margin: str, score: str, numbers: int) -> None:
    """Ends the graph: EvaluateMVA gives doubles, -999 for NaN; EvaluateRegression and EvaluateMulticlass floats."""
    rename(wiring.nodes, margin, "margin")
    score = "margin" if score == margin else score
    if setup.analysis == "Classification":
        bad = wiring.add("Cast", wiring.add("IsNaN", x), to="int32")
        any_bad = wiring.add("Cast", wiring.add("ReduceMax", bad, np.array([1]), keepdims=0), to="bool")
        wiring.add("Where", any_bad, np.asarray(NAN_SCORE), score, gives="score")
    else:
        wiring.add("Cast", score, gives="score", to="float32")
    labels = setup.classes if setup.analysis == "Multiclass" and len(setup.classes) == numbers else []
    axes: list[str | int] = ["entry", *([] if not numbers else ["label"] if labels else [numbers])]
    types = {"margin": "float64", "score": "float64" if setup.analysis == "Classification" else "float32"}
    for name, type_ in types.items():
        wiring.model.output_list.append(Output(name, list(axes), type_, [Label(each) for each in unique_names(labels)]))


def _variables(quantities: list[Quantity]) -> list[Variable]:
    names = unique_names([each.expression for each in quantities])
    return [Variable(name, each.unit, _description(each)) for name, each in zip(names, quantities, strict=True)]


def _description(quantity: Quantity) -> str:
    said = [quantity.label if quantity.label != quantity.expression else "", quantity.title]
    return "; ".join(each for each in said if each)


def _producer(setup: Setup) -> dict[str, Any]:
    said = [f"{name} {setup.info[f'{name} Release'].split(' ')[0]}" for name in ("TMVA", "ROOT")
            if setup.info.get(f"{name} Release")]  # fmt: skip
    return {"method": f"{setup.kind}::{setup.title}", **({"producer": ", ".join(said)} if said else {})}


def _training(setup: Setup) -> dict[str, Any]:
    """What the record says of the training. Times, hosts and folders are left out."""
    names = unique_names([each.expression for each in setup.variables])
    ranges = {name: [each.lowest, each.highest] for name, each in zip(names, setup.variables, strict=True)
              if each.lowest is not None and each.highest is not None}  # fmt: skip
    said: dict[str, Any] = {
        "analysis": setup.analysis, "events": setup.info.get("Training events"), "options": setup.options,
        "ranges": ranges, "spectators": [each.expression for each in setup.spectators], "classes": setup.classes,
    }  # fmt: skip
    if setup.kind == "BDT":
        said |= {"boost": boost_of(setup), "at a cut": "right" if tie_rule(setup) == "x < t" else "left"}
    return {key: value for key, value in said.items() if value}
