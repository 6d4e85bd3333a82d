"""``graphs``: nodes, their operands and attributes."""

from __future__ import annotations

from typing import Any, cast

import numpy as np

from ..graph import Attribute, Graph, Node, Subgraph
from .place import Place
from .values import check_name, decode_constant, decode_name, decode_number


def decode_graphs(file: Place) -> dict[str, Graph]:
    place = file["graphs"]
    graphs = {}
    for name, nodes in place.members():
        check_name(nodes, name)
        graphs[name] = Graph([_decode_node(node) for node in nodes])
    if "main" not in graphs and not file.find("folds"):
        place.fail("lacks 'main'")
    return graphs


def _decode_node(place: Place) -> Node:
    place.allow(("node", "operator", "inputs", "outputs", "attributes"))
    name, operator, inputs, outputs = (place[key] for key in ("node", "operator", "inputs", "outputs"))
    node = Node(decode_name(name), decode_name(operator), [], [])
    node.inputs = [_decode_operand(item) for item in inputs]
    node.outputs = _decode_names(outputs, may_be_empty=True)
    if attributes := place.find("attributes"):
        real = "float64" if node.operator.startswith("lading.") else "float32"
        node.attributes = {key: _decode_attribute(value, real) for key, value in attributes.members()}
    return node


def _decode_operand(place: Place) -> str | np.ndarray:
    if place.is_object():
        return decode_constant(place)
    if not isinstance(place.value, str):
        place.fail('should be a name, "" or a tensor, {"int64": [0, -1]}')
    return decode_name(place) if place.value else ""


def _decode_names(list_place: Place, may_be_empty: bool = False) -> list[str]:
    return ["" if may_be_empty and place.text() == "" else decode_name(place) for place in list_place]


def _decode_attribute(place: Place, real: str) -> Attribute:
    """``real`` is the type of its real numbers: those of ONNX's own operators are float32."""
    value: Any = place.value
    if value is None or isinstance(value, bool):
        place.expected("a number, text, a list, a tensor or a graph")
    if place.is_object():
        return _decode_subgraph(place) if place.find("graph") else decode_constant(place)
    if isinstance(value, list):
        return _decode_list(place, real)
    return _rounded(place, real) if isinstance(value, float) else cast(Attribute, value)


def _decode_list(list_place: Place, real: str) -> list[int] | list[float] | list[str]:
    """Integers if all are, else real numbers; or texts."""
    kinds = {type(value) for value in list_place.value}
    if kinds <= {int} or kinds == {str}:
        return list(list_place.value)
    return [_rounded(place, real) for place in list_place]


def _rounded(place: Place, real: str) -> float:
    return float(np.dtype(real).type(decode_number(place, real)))


def _decode_subgraph(place: Place) -> Subgraph:
    place.allow(("graph", "outputs", "inputs"))
    graph, outputs, inputs = place["graph"], place["outputs"], place.find("inputs")
    found = Subgraph(decode_name(graph), _decode_names(outputs))
    if inputs is not None:
        found.inputs = _decode_names(inputs)
    return found
