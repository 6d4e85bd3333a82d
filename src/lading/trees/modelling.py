"""A forest as a node of a model, and back."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from ..endpoints import Axis, Input, Label, Output, Variable, valid_name
from ..graph import Graph, Node, free_name
from ..model import Model
from .forest import Forest

if TYPE_CHECKING:
    from ..graph import Attribute

__all__ = ["ARRAYS", "RULES", "add_forest", "forest_of", "forests_of", "model_of", "score_by"]

OPERATOR = "lading.TreeEnsemble"

#: The inputs of the operator after X, and its attributes, in their order.
ARRAYS = ("roots", "feature", "threshold", "left", "right", "missing", "leaf", "base", "tree_output", "tree_weight",
          "category_begin", "category_words", "categories", "linear_begin", "linear_terms", "linear_constant",
          "linear_feature", "linear_coefficient")  # fmt: skip
RULES = ("left_if", "input_type", "sum_type", "sum_order", "base_at", "combine", "scale", "link", "link_scale",
         "link_type")  # fmt: skip

#: What a model with linear leaves ``requires`` of its reader.
LINEAR_LEAVES = "linear_leaves"
USUAL: dict[str, Any] = {"scale": 1.0, "link_scale": 1.0}  # not written


def add_forest(
    model: Model, graph: list[Node], forest: Forest, x: str, outputs: tuple[str, str], name: str = "trees"
) -> None:
    """Appends the node ``name`` that runs ``forest`` on the value ``x`` and gives ``outputs`` = (margin, score), and
    its arrays to the weights."""
    inputs: list[str | np.ndarray] = [x]
    for array in ARRAYS:
        value = getattr(forest, array)
        if value is not None:
            model.weights[f"{name}.{array}"] = value
        inputs.append("" if value is None else f"{name}.{array}")
    while inputs[-1] == "":
        inputs.pop()
    rules: dict[str, Attribute] = {rule: getattr(forest, rule) for rule in RULES}
    written = {rule: value for rule, value in rules.items() if value != USUAL.get(rule)}
    graph.append(Node(name, OPERATOR, inputs, list(outputs), written))
    if forest.linear_begin is not None and LINEAR_LEAVES not in model.requires:
        model.requires.append(LINEAR_LEAVES)


def model_of(forest: Forest, name: str, record: dict[str, Any], where: str) -> Model:
    """A model that is this forest alone: input "features", outputs "margin" and "score" (after the link).

    One number per entry and output: (n,), or (n, labels) with several outputs. ``record`` goes into the model's.
    """
    model = Model(name=valid_name(name), record=record, origin=where, names={"from source": {}})
    model.axes["entry"] = Axis("entry", "entry")
    model.input_list.append(input_of(forest))
    per_output = [] if forest.single else ["label"] if forest.labels else [forest.outputs]
    for output in ("margin", "score"):
        labels = [Label(label) for label in unique_names(forest.labels)] if per_output == ["label"] else []
        model.output_list.append(Output(output, ["entry", *per_output], forest.sum_type, labels))
    graph = Graph()
    add_forest(model, graph.nodes, forest, model.input_list[0].name, ("margin", "score"))
    model.graphs = {"main": graph}
    return model


def score_by(model: Model, nodes: Sequence[Node]) -> None:
    """Lets ``nodes`` make "score" of "margin", in a model that is one forest, where the operator has no such link."""
    if nodes:
        graph = model.graphs["main"]
        graph.nodes[-1].outputs[1:] = []
        graph.nodes += [replace(node) for node in nodes]


def input_of(forest: Forest, name: str = "features") -> Input:
    """The input that feeds a forest: named variables where the file knows names, else a fixed axis."""
    variables = [Variable(each) for each in unique_names(forest.feature_names)]
    return Input(name, ["entry", "variable" if variables else forest.features], forest.input_type, variables)


def unique_names(names: list[str]) -> list[str]:
    """Names of variables, or labels, that are valid and differ: a second "pt" becomes "pt_2"."""
    taken: set[str] = set()
    return [free_name(name, taken) for name in map(valid_name, names)]


def forest_of(model: Model, node: Node) -> Forest:
    """The forest that a node of ``model`` runs."""
    operands = {name: _array(model, operand) for name, operand in zip(ARRAYS, node.inputs[1:], strict=False)}
    given: dict[str, Any] = {name: value for name, value in operands.items() if value is not None}
    rules: dict[str, Any] = {name: value for name, value in node.attributes.items() if name in RULES}
    read = 1 + max(int(given[name].max(initial=-1)) for name in ("feature", "linear_feature") if name in given)
    return Forest(features=_columns(model, node, read), **given, **rules)


def _array(model: Model, operand: str | np.ndarray) -> np.ndarray | None:
    return operand if isinstance(operand, np.ndarray) else model.weights.get(operand)


def _columns(model: Model, node: Node, otherwise: int) -> int:
    """How many columns the input of a forest has, if a model input feeds it; else as many as it looks at."""
    for given in model.input_list:
        if given.name == node.inputs[0]:
            last = given.axes[-1]
            return len(given.variable_list) if last == "variable" else last if isinstance(last, int) else otherwise
    return otherwise


def forests_of(model: Model) -> Iterator[tuple[Node, Forest]]:
    """Every node of the main graph, or of those of all folds, that runs a forest, with the forest."""
    for graph in model.main_graphs:
        for node in model.graphs[graph].nodes:
            if node.operator == OPERATOR:
                yield node, forest_of(model, node)
