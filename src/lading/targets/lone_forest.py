"""The one forest that a model consists of, for formats that hold nothing else."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..endpoints import Variable
from ..errors import UnsupportedError
from ..graph import Node
from ..model import Model
from ..trees import Forest, forests_of

__all__ = ["LoneForest", "only_forest"]

#: What TMVA's Reader does to a score: the nodes behind a forest that answer a number where any variable is NaN.
NAN_ANSWER = ["IsNaN", "Cast", "ReduceMax", "Cast", "Where"]


@dataclass
class LoneForest:
    """``variables`` is empty where they have no names; ``nan_score``: the score where any variable is NaN."""

    forest: Forest
    variables: list[Variable]
    nan_score: float | None = None


def only_forest(model: Model, where: str, target: str) -> LoneForest:
    """The forest. Raises UnsupportedError if the model is more than a forest.

    ``target`` is what holds nothing else: "MVAUtils".
    """
    nodes = [node for graph in model.graphs.values() for node in graph.nodes]
    found = list(forests_of(model))
    behind = [node for node in nodes if not found or node is not found[0][0]]
    nan_score = _nan_answer(model, behind)
    if len(found) != 1 or (behind and nan_score is None):
        raise UnsupportedError(f"{where}: {target} holds one forest and nothing else; this model has {len(nodes)} "
                               f"nodes, {len(found)} of them forests. Export it as .onnx")  # fmt: skip
    node, forest = found[0]
    given = {each.name: each for each in model.input_list}.get(str(node.inputs[0]))
    if given is None or given.mask is not None or len(model.input_list) != 1 or len(given.axes) != 2:
        raise UnsupportedError(f"{where}: {target} has one input, a number per variable and entry; this model feeds "
                               f"{', '.join(each.name for each in model.input_list)}")  # fmt: skip
    for variable in given.variable_list:
        if variable.prepare or variable.missing or variable.categories or variable.source:
            raise UnsupportedError(f"{where}: variable '{variable.name}' is prepared before the forest sees it, which "
                                   f"{target} does not do")  # fmt: skip
    return LoneForest(forest, given.variable_list, nan_score)


def _nan_answer(model: Model, behind: list[Node]) -> float | None:
    if [node.operator for node in behind] != NAN_ANSWER or behind[-1].outputs != ["score"]:
        return None
    number = behind[-1].inputs[1]
    number = model.weights.get(number, np.zeros(0)) if isinstance(number, str) else number
    return float(number) if np.size(number) == 1 else None
