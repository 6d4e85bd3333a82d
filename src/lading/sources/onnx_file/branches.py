"""``If``: both branches as graphs of their own, or the nodes of the one that is always taken."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
from onnx import GraphProto, NodeProto

from ...errors import FormatError
from ...graph import Node, Subgraph
from .held_graphs import graph_of, held_graph
from .node_hints import exporter_name
from .scope import Scope
from .sorting import described

if TYPE_CHECKING:
    from .reading import Reading


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
        return held_graph(self._reading, graph, name, Scope(self._reading.names, scope), opsets)
