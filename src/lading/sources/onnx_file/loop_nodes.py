"""``Loop`` whose number of turns depends on what the network is given: its body as a graph of its own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
from onnx import GraphProto, NodeProto, ValueInfoProto

from ...graph import Node
from ..onnx_opsets import Refused
from .held_graphs import held_graph
from .node_hints import exporter_name
from .scope import Scope

if TYPE_CHECKING:
    from .reading import Reading


class LoopNodes:
    """The loops of one file that stay loops."""

    def __init__(self, reading: Reading):
        self._reading = reading

    def read(self, proto: NodeProto, body: GraphProto, scope: Scope, opsets: Mapping[str, int]) -> list[Node]:
        """The node, or a fault if it hands on what is no tensor."""
        reading = self._reading
        operands = [scope[name] for name in proto.input]
        if any(each.type.WhichOneof("value") not in (None, "tensor_type") for each in (*body.input, *body.output)) or (
            any(reading.is_sequence(name) for name in operands)
        ):
            refused = Refused("hands on a sequence of tensors from turn to turn; stack them in one")
            reading.faults.add(proto, refused, [])
            reading.faults.taint([scope.define(name) for name in proto.output])
            return []
        node = Node(exporter_name(proto), "Loop", list(operands), [])
        inner, inputs, before = self._inputs(operands, body, scope)
        held = held_graph(reading, body, f"{node.name}.body", inner, opsets, inputs, before)
        node.attributes = {"body": held}
        node.outputs = [scope.define(name) for name in proto.output]
        self._learn(node, operands[2:], held.outputs[1:])
        return [node]

    def _inputs(self, operands: list[str], body: GraphProto, scope: Scope) -> tuple[Scope, list[str], list[Node]]:
        """What the body is given, and nodes that give it the number and the condition with an axis if it wants one."""
        types, inner = self._reading.types, Scope(self._reading.names, scope)
        inputs, before = [], []
        for at, given in enumerate(body.input):
            name = inner.define(given.name)
            if at < 2:
                types.know(name, ("int64", "bool")[at], ())
            elif at < len(operands):
                rank = _rank(given)
                types.know(name, types.type(operands[at]), None if rank is None else (None,) * rank)
            inputs.append(name)
            if at < 2 and _rank(given) == 1:
                flat = self._reading.fresh(name)
                before.append(Node(f"{given.name}/Unsqueeze", "Unsqueeze", [name, np.array([0])], [flat]))
                types.know(flat, ("int64", "bool")[at], (1,))
                inner.alias(given.name, flat)
        return inner, inputs, before

    def _learn(self, node: Node, given: list[str], results: list[str]) -> None:
        """The types of what the loop gives; its shapes as far as turns cannot change them."""
        types = self._reading.types
        for name, before, after in zip(node.outputs, given, results, strict=False):
            types.merge(name, before, after)
        for name, one in zip(node.outputs[len(given) :], results[len(given) :], strict=False):
            shape = types.shape(one)
            types.know(name, types.type(one), None if shape is None else (None, *shape))


def _rank(given: ValueInfoProto) -> int | None:
    """How many axes the file says an input of a body has."""
    return len(given.type.tensor_type.shape.dim) if given.type.tensor_type.HasField("shape") else None
