"""What the graphs that nodes hold are given and give, as far as ONNX wants it said.

ONNX Runtime takes the types of a body's inputs as they are written; and where a Loop takes no turn, the shape of what
it would have stacked is the one that its body's output is written with.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from ..graph import TYPES, Subgraph
from ..simplify.facts import Facts
from ..simplify.view import View

if TYPE_CHECKING:
    from ..model import Model


class Bodies:
    """What is known of all values of a model, worked out once, when the first body is written."""

    def __init__(self, model: Model):
        self.model = model

    def ends(self, graph: Subgraph) -> tuple[list[Any], list[Any]]:
        """The inputs and outputs of a graph that a node holds. Those of branches have names alone."""
        from onnx import helper

        if not graph.inputs:
            return [], [helper.make_empty_tensor_value_info(each) for each in graph.outputs]
        return [_value(self.facts, each) for each in graph.inputs], [_value(self.facts, each) for each in graph.outputs]

    @cached_property
    def facts(self) -> Facts:
        """With the shapes of what is carried, if no loop changes them."""
        view = View(self.model)
        kept = Facts(self.model, view.producer, keeps_shapes=True)
        return kept if _shapes_are_kept(self.model, kept) else view.facts


def _shapes_are_kept(model: Model, facts: Facts) -> bool:
    """Whether all loops hand on what they are given in the same shape, if they are given it in that shape."""
    loops = [node for graph in model.graphs.values() for node in graph.nodes if node.operator == "Loop"]
    for node in loops:
        body = next(value for value in node.attributes.values() if isinstance(value, Subgraph))
        for before, after in zip(node.inputs[2:], body.outputs[1:], strict=False):
            if facts[before].shape is None or facts[before].shape != facts[after].shape:
                return False
    return True


def _value(facts: Facts, name: str) -> Any:
    from onnx import TensorProto, helper

    fact = facts[name]
    if fact.type not in TYPES:
        return helper.make_empty_tensor_value_info(name)
    names = {"float32": "FLOAT", "float64": "DOUBLE"}
    number = TensorProto.DataType.Value(names.get(fact.type, fact.type.upper()))
    shape = None if fact.shape is None else [size if isinstance(size, int) else None for size in fact.shape]
    return helper.make_tensor_value_info(name, number, shape)
