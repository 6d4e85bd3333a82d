"""The one forest that a model consists of, for formats that hold nothing else."""

from __future__ import annotations

from ..endpoints import Variable
from ..errors import UnsupportedError
from ..model import Model
from ..trees import Forest, forests_of

__all__ = ["only_forest"]


def only_forest(model: Model, where: str, target: str) -> tuple[Forest, list[Variable]]:
    """The forest, and its variables if they have names. Raises UnsupportedError if the model is more than a forest.

    ``target`` is what holds nothing else: "MVAUtils".
    """
    nodes = [node for graph in model.graphs.values() for node in graph.nodes]
    found = list(forests_of(model))
    if len(nodes) != 1 or len(found) != 1:
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
    return forest, given.variable_list
