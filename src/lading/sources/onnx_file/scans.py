"""``Scan``: a graph for each element along an axis of its inputs, as a graph of its own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from onnx import AttributeProto, NodeProto

from ...graph import Node, axis_of, states_of
from ..onnx_opsets import Refused
from .attributes import attribute_of
from .held_graphs import graph_of, held_graph
from .node_hints import exporter_name
from .scope import Scope
from .sorting import described
from .types import Shape

if TYPE_CHECKING:
    from .reading import Reading

#: Before it, Scan had a batch axis and took lengths.
OLDEST = 9


class Scans:
    """The scans of one file."""

    def __init__(self, reading: Reading):
        self._reading = reading

    def read(self, proto: NodeProto, scope: Scope, opsets: Mapping[str, int]) -> list[Node]:
        """The node, or a fault for the form of opset 8."""
        reading, where = self._reading, f"{self._reading.where}: {described(proto)}"
        if opsets.get("", 1) < OLDEST:
            refused = Refused("of opset 8, which meant something else; export the network again with a newer opset")
            reading.faults.add(proto, refused, [])
            reading.faults.taint([scope.define(name) for name in proto.output])
            return []
        body = graph_of(proto, "body", self._reading.where)
        node = Node(exporter_name(proto), "Scan", [scope[name] for name in proto.input], [])
        for each in proto.attribute:
            value = None if each.type == AttributeProto.GRAPH else attribute_of(each, where)
            if value is not None and value != []:
                node.attributes[each.name] = value
        inner, inputs = Scope(reading.names, scope), []
        for at, given in enumerate(body.input):
            inputs.append(inner.define(given.name))
            self._learn_input(node, at, inputs[at])
        held = held_graph(reading, body, f"{node.name}.body", inner, opsets, inputs)
        node.attributes["body"] = held
        node.outputs = [scope.define(name) for name in proto.output]
        self._learn_outputs(node, held.outputs)
        return [node]

    def _learn_input(self, node: Node, at: int, name: str) -> None:
        """A state is like what the node is given, a slice lacks the axis that is scanned."""
        if at >= len(node.inputs):
            return
        operand, states = str(node.inputs[at]), states_of(node)
        shape = self._reading.types.shape(operand)
        if shape is not None and at >= states:
            axis = axis_of(node, "scan_input_axes", at - states, len(shape))
            shape = (*shape[:axis], *shape[axis + 1 :])
        self._reading.types.know(name, self._reading.types.type(operand), shape)

    def _learn_outputs(self, node: Node, results: list[str]) -> None:
        types, states = self._reading.types, states_of(node)
        for at, (name, one) in enumerate(zip(node.outputs, results, strict=False)):
            shape: Shape | None = types.shape(one)
            if shape is not None and at >= states:
                axis = axis_of(node, "scan_output_axes", at - states, len(shape) + 1)
                shape = (*shape[:axis], None, *shape[axis:])
            types.know(name, types.type(one), shape)
