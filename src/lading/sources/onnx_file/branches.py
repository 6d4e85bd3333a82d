"""``If``: both branches as graphs of their own, or the nodes of the one that is always taken."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
from onnx import AttributeProto, GraphProto, NodeProto

from ...errors import FormatError
from ...graph import Graph, Node, Subgraph
from .node_hints import exporter_name
from .scope import Scope
from .sorting import described

if TYPE_CHECKING:
    from .reading import Reading


def graph_of(proto: NodeProto, name: str, where: str) -> GraphProto:
    """The graph that a node holds as its attribute ``name``. Raises FormatError if there is none."""
    for attribute in proto.attribute:
        if attribute.name == name and attribute.type == AttributeProto.GRAPH:
            return attribute.g
    raise FormatError(f"{where}: {described(proto)}: lacks the graph '{name}'")


class Branches:
    """The branches of one file."""

    def __init__(self, reading: Reading):
        self._reading = reading

    def read(self, proto: NodeProto, scope: Scope, opsets: Mapping[str, int]) -> list[Node]:
        """Both branches, or the nodes of the one that is always taken."""
        branches = {name: graph_of(proto, name, self._reading.where) for name in ("then_branch", "else_branch")}
        self._check(proto, branches)
        condition = scope[proto.input[0]]
        known = self._reading.constant(condition)
        if known is not None:
            taken = branches["then_branch" if bool(np.all(known)) else "else_branch"]
            inner = Scope(self._reading.names, scope)
            nodes = self._reading.read_graph(taken, inner, opsets)
            for name, made in zip(proto.output, taken.output, strict=True):
                scope.alias(name, inner[made.name])
            return nodes
        node = Node(exporter_name(proto), "If", [condition], [])
        then = self._branch(branches["then_branch"], f"{node.name}.then", scope, opsets)
        other = self._branch(branches["else_branch"], f"{node.name}.else", scope, opsets)
        node.attributes = {"then_branch": then, "else_branch": other}
        node.outputs = [scope.define(name) for name in proto.output]
        for name, one, two in zip(node.outputs, then.outputs, other.outputs, strict=True):
            self._reading.types.merge(name, one, two)
        return [node]

    def _check(self, proto: NodeProto, branches: Mapping[str, GraphProto]) -> None:
        who = f"{self._reading.where}: {described(proto)}"
        if len(proto.input) != 1:
            raise FormatError(f"{who}: takes 1 input, the condition; it has {len(proto.input)}")
        for name, graph in branches.items():
            if len(graph.output) != len(proto.output):
                raise FormatError(f"{who}: gives {len(proto.output)} results, its '{name}' {len(graph.output)}")

    def _branch(self, graph: GraphProto, name: str, scope: Scope, opsets: Mapping[str, int]) -> Subgraph:
        inner = Scope(self._reading.names, scope)
        nodes = self._reading.read_graph(graph, inner, opsets)
        made = {value for node in nodes for value in node.outputs}
        outputs: list[str] = []
        for output in graph.output:
            value = inner[output.name]
            if value not in made or value in outputs:
                copy = self._reading.fresh(value)
                nodes.append(Node(f"{output.name}/Identity", "Identity", [value], [copy]))
                self._reading.types.same(copy, value)
                value = copy
            outputs.append(value)
        name = name if name not in self._reading.graphs else f"{name}~{len(self._reading.graphs)}"
        self._reading.graphs[name] = Graph(nodes)
        return Subgraph(name, outputs)
