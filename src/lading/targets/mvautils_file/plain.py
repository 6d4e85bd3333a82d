"""The one forest that a model consists of."""

from __future__ import annotations

from ...errors import UnsupportedError
from ...model import Model
from ...trees import Forest, forests_of

__all__ = ["only_forest"]


def only_forest(model: Model, where: str) -> tuple[Forest, list[str]]:
    """The forest, and the names of its variables. Raises UnsupportedError if the model is more than a forest."""
    nodes = [node for graph in model.graphs.values() for node in graph.nodes]
    found = list(forests_of(model))
    if len(nodes) != 1 or len(found) != 1:
        raise UnsupportedError(f"{where}: MVAUtils holds one forest and nothing else; this model has {len(nodes)} "
                               f"nodes, {len(found)} of them forests")  # fmt: skip
    node, forest = found[0]
    given = {each.name: each for each in model.input_list}.get(str(node.inputs[0]))
    if given is None or given.mask is not None or len(model.input_list) != 1 or len(given.axes) != 2:
        raise UnsupportedError(f"{where}: MVAUtils has one input, a number per variable and entry; this model feeds "
                               f"{', '.join(each.name for each in model.input_list)}")  # fmt: skip
    for variable in given.variable_list:
        if variable.prepare or variable.missing or variable.categories or variable.source:
            raise UnsupportedError(f"{where}: variable '{variable.name}' is prepared before the forest sees it, which "
                                   "MVAUtils does not do")  # fmt: skip
    return forest, [variable.name for variable in given.variable_list]
