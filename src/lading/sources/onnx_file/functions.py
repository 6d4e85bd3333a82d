"""Nodes that stand for several others: functions of the file itself, and functions that ONNX defines."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from onnx import AttributeProto, FunctionProto, GraphProto, ModelProto, NodeProto, TypeProto, defs

from .domains import standard


@dataclass
class Body:
    """What a node stands for: nodes, the names they read and give, and the opsets they are written in."""

    nodes: list[NodeProto]
    inputs: list[str]
    outputs: list[str]
    opsets: dict[str, int]


class Functions:
    """The functions that a file defines, and those of ONNX."""

    def __init__(self, model: ModelProto):
        self._local = {(standard(f.domain), f.name, f.overload): f for f in model.functions}
        self._sizes: dict[tuple[str, str, str], int] = {}

    def too_many(self, node: NodeProto, most: int, deepest: int) -> bool:
        """Whether a node stands for more than ``most`` functions of the file, or for some in each other too deep."""
        return self._count(node, most, deepest) > most

    def _count(self, node: NodeProto, most: int, deepest: int) -> int:
        """How many functions of the file a node stands for, itself included; at most ``most`` + 1."""
        key = standard(node.domain), node.op_type, node.overload
        if key not in self._local:
            return 0
        if deepest == 0:
            return most + 1
        if key not in self._sizes:
            size = 1
            for inner in nodes_in(self._local[key].node):
                size = min(size + self._count(inner, most, deepest - 1), most + 1)
            self._sizes[key] = size
        return self._sizes[key]

    def local(self, node: NodeProto) -> Body | None:
        """The body of a function of the file."""
        function = self._local.get((standard(node.domain), node.op_type, node.overload))
        return None if function is None else _bound(function, node, {})

    def of_schema(self, node: NodeProto, version: int, types: Iterable[TypeProto]) -> Body | None:
        """The body by which ONNX defines an operator, if it does."""
        try:
            schema: Any = defs.get_schema(node.op_type, version, node.domain)
        except defs.SchemaError:
            return None
        data = _definition(schema, node, version, types)
        if not data:
            return None
        defaults = {name: a.default_value for name, a in schema.attributes.items() if a.default_value.name}
        return _bound(FunctionProto.FromString(data), node, defaults)


def _definition(schema: Any, node: NodeProto, version: int, types: Iterable[TypeProto]) -> bytes:
    """The function by which a schema defines a node, the newest up to ``version``; b"" if there is none."""
    plain = [v for v in schema.function_opset_versions if v <= version]
    if schema.has_function and plain:
        return bytes(schema.get_function_with_opset_version(max(plain)))
    depending = [v for v in schema.context_dependent_function_opset_versions if v <= version]
    if not schema.has_context_dependent_function or not depending:
        return b""
    known = [each.SerializeToString() for each in types]
    try:
        get = schema.get_context_dependent_function_with_opset_version
        return bytes(get(max(depending), node.SerializeToString(), known))
    except (RuntimeError, ValueError):  # the node breaks the rules of its operator
        return b""


def _bound(function: FunctionProto, node: NodeProto, defaults: Mapping[str, AttributeProto]) -> Body:
    """The nodes of a function with the attributes that ``node`` gives it."""
    given = dict(defaults)
    given |= {each.name: each for each in function.attribute_proto}
    given |= {each.name: each for each in node.attribute}
    nodes = []
    for inner in function.node:
        copy = NodeProto()
        copy.CopyFrom(inner)
        _bind(copy, given)
        nodes.append(copy)
    opsets = {standard(each.domain): each.version for each in function.opset_import}
    return Body(nodes, list(function.input), list(function.output), opsets)


def _bind(node: NodeProto, given: Mapping[str, AttributeProto]) -> None:
    kept = []
    for attribute in node.attribute:
        if attribute.ref_attr_name:
            source = given.get(attribute.ref_attr_name)
            if source is None:
                continue  # an optional attribute that the caller leaves out
            name = attribute.name
            attribute = AttributeProto()
            attribute.CopyFrom(source)
            attribute.name = name
        for graph in _graphs(attribute):
            for inner in graph.node:
                _bind(inner, given)
        kept.append(attribute)
    copies = [AttributeProto.FromString(each.SerializeToString()) for each in kept]
    del node.attribute[:]
    node.attribute.extend(copies)


def nodes_in(nodes: Iterable[NodeProto]) -> Iterator[NodeProto]:
    """The nodes, and those of the graphs that they hold."""
    for node in nodes:
        yield node
        for attribute in node.attribute:
            for graph in _graphs(attribute):
                yield from nodes_in(graph.node)


def _graphs(attribute: AttributeProto) -> list[GraphProto]:
    return [attribute.g] if attribute.type == AttributeProto.GRAPH else list(attribute.graphs)
