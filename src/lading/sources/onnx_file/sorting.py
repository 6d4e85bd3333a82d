"""The order and the use of the nodes of one graph, as ONNX Runtime sees them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from onnx import AttributeProto, GraphProto, NodeProto

from ...errors import FormatError
from ...errors import suggestion as _suggestion


def described(node: NodeProto) -> str:
    """``node 'dense_1' (Gemm)``; nodes without a name are called after what they give."""
    domain = "" if node.domain in ("", "ai.onnx") else f"{node.domain}."
    given = next((name for name in node.output if name), "?")
    return f"node '{node.name}' ({domain}{node.op_type})" if node.name else f"{domain}{node.op_type} giving '{given}'"


def reads(node: NodeProto) -> Iterator[str]:
    """The names that a node needs: its inputs, and what graphs inside it take from outside."""
    yield from (name for name in node.input if name)
    for graph in graphs_in(node):
        yield from captured(graph)


def graphs_in(node: NodeProto) -> list[GraphProto]:
    """The graphs that a node holds as attributes."""
    held = [attribute.g for attribute in node.attribute if attribute.type == AttributeProto.GRAPH]
    return held + [g for a in node.attribute if a.type == AttributeProto.GRAPHS for g in a.graphs]


def captured(graph: GraphProto) -> list[str]:
    """Names that a graph inside a node takes from outside."""
    inside = {given.name for given in graph.input} | {tensor.name for tensor in graph.initializer}
    inside |= {sparse.values.name for sparse in graph.sparse_initializer}
    inside |= {name for node in graph.node for name in node.output}
    wanted = [name for node in graph.node for name in reads(node)] + [output.name for output in graph.output]
    return [name for name in dict.fromkeys(wanted) if name not in inside]


def ordered(nodes: Sequence[NodeProto], wanted: Collection[str], known: Collection[str], where: str) -> list[NodeProto]:
    """The nodes that the ``wanted`` values need, in an order in which they can run; others are dropped.

    1. A node whose outputs nobody reads is left out, whatever it reads (dangling Identity nodes).
    2. Nodes stand as in the file where that can run; else each is moved behind what it needs.
    3. ``known`` are the names that the graph has without its nodes.

    Raises FormatError for a name that nothing makes, one that is made twice, and for circles.
    """
    maker = _makers(nodes, where)
    order: dict[int, NodeProto] = {}
    under_way: set[int] = set()
    needed = _needed(nodes, wanted, maker)
    for node in nodes:
        if id(node) in needed:
            _visit(node, maker, known, order, under_way, where)
    return list(order.values())


def _makers(nodes: Sequence[NodeProto], where: str) -> dict[str, NodeProto]:
    maker: dict[str, NodeProto] = {}
    for node in nodes:
        for name in node.output:
            if name and name in maker:
                raise FormatError(f"{where}: both {described(maker[name])} and {described(node)} make '{name}'; "
                                  "a value is made once")
            maker[name] = node
    return maker


def _needed(nodes: Sequence[NodeProto], wanted: Collection[str], maker: dict[str, NodeProto]) -> set[int]:
    needed: set[int] = set()
    waiting = list(wanted)
    while waiting:
        node = maker.get(waiting.pop())
        if node is not None and id(node) not in needed:
            needed.add(id(node))
            waiting.extend(reads(node))
    return needed


def _visit(
    start: NodeProto, maker: dict[str, NodeProto], known: Collection[str], order: dict[int, NodeProto],
    under_way: set[int], where: str,
) -> None:  # fmt: skip
    """Puts a node behind what it needs. A stack of nodes, since a graph may be deeper than Python's own."""
    stack = [start]
    while stack:
        node = stack[-1]
        if id(node) in order:
            stack.pop()
            continue
        waits = [maker[name] for name in _made(node, maker, known, where) if id(maker[name]) not in order]
        if not waits:
            order[id(stack.pop())] = node
            continue
        under_way.add(id(node))
        if any(id(each) in under_way for each in waits):
            raise FormatError(f"{where}: {described(node)} needs its own result; a graph runs one way")
        stack.extend(waits)


def _made(node: NodeProto, maker: dict[str, NodeProto], known: Collection[str], where: str) -> Iterator[str]:
    for name in reads(node):
        if name in maker:
            yield name
        elif name not in known:
            raise FormatError(f"{where}: {described(node)} reads '{name}', which nothing in the file makes "
                              f"{_suggestion(name, [*maker, *known])}")
