"""Scores that no link of a forest gives: nodes behind it."""

from __future__ import annotations

import numpy as np

from ...endpoints import Output
from ...graph import Node
from ...model import Model
from .objectives import Objective


def add_scores(model: Model, objective: Objective) -> None:
    """What the objective makes of the margins, beyond the forest's own link."""
    if objective.then == "hinge":
        _replace_score(model, [
            Node("is_positive", "Greater", ["margin", np.float32(0)], ["positive"], {}),
            Node("hinge", "Cast", ["positive"], ["score"], {"to": "float32"}),
        ])  # fmt: skip
    elif objective.then == "sorted":
        count = np.array([len(model.outputs["margin"].label_list)], np.int64)
        _replace_score(model, [Node("sort", "TopK", ["margin", count], ["score", ""], {"largest": 0})])
    elif objective.then == "class":
        greatest = Node("greatest", "ArgMax", ["margin"], ["class"], {"axis": 1, "keepdims": 0})
        model.graphs["main"].nodes.append(greatest)
        model.output_list.append(Output("class", ["entry"], "int64", []))


def _replace_score(model: Model, nodes: list[Node]) -> None:
    forest = model.graphs["main"].nodes[0]
    forest.outputs = forest.outputs[:1]
    model.graphs["main"].nodes += nodes
