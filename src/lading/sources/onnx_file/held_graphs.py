"""Graphs that nodes hold: branches and bodies."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from onnx import AttributeProto, GraphProto, NodeProto

from ...errors import FormatError
from ...graph import Graph, Node, Subgraph
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


def held_graph(
    reading: Reading, graph: GraphProto, name: str, inner: Scope, opsets: Mapping[str, int],
    inputs: Sequence[str] = (), before: Sequence[Node] = (),
) -> Subgraph:  # fmt: skip
    """Reads a graph as one of the model's. ``inner`` means its ``inputs``; ``before`` are nodes to begin with.

    Every output is made by a node of the graph, and by one of its own: what is handed on goes through an Identity.
    """
    nodes = [*before, *reading.read_graph(graph, inner, opsets)]
    made = {value for node in nodes for value in node.outputs}
    outputs: list[str] = []
    for output in graph.output:
        value = inner[output.name]
        if value not in made or value in outputs:
            copy = reading.fresh(value)
            nodes.append(Node(f"{output.name}/Identity", "Identity", [value], [copy]))
            reading.types.same(copy, value)
            value = copy
        outputs.append(value)
    name = name if name not in reading.graphs else f"{name}~{len(reading.graphs)}"
    reading.graphs[name] = Graph(nodes)
    return Subgraph(name, outputs, list(inputs))
