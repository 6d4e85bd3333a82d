"""Softmax, LogSoftmax and Hardmax 13 work along one axis; before, along all axes from ``axis`` (1) on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...graph import Node

if TYPE_CHECKING:
    from . import Values


def to_13(node: Node, values: Values) -> list[Node]:
    """Flattens in front, restores the shape behind, unless ``axis`` is the last or all behind it have length 1."""
    axis = int(node.attributes.get("axis", 1))  # type: ignore[arg-type]
    shape = values.shape(node.inputs[0])
    if axis == -1 or (shape is not None and axis % max(len(shape), 1) == len(shape) - 1):
        node.attributes["axis"] = -1
        return [node]
    if shape is not None and all(length == 1 for length in shape[axis % len(shape) + 1 :]):
        node.attributes["axis"] = axis
        return [node]
    return _flattened(node, axis, values)


def _flattened(node: Node, axis: int, values: Values) -> list[Node]:
    given, made = node.inputs[0], node.outputs[0]
    shape, flat, result = (values.fresh(f"{made}.{what}") for what in ("shape", "flat", "rows"))
    return [
        Node(f"{node.name}/Shape", "Shape", [given], [shape]),
        Node(f"{node.name}/Flatten", "Flatten", [given], [flat], {"axis": axis}),
        Node(node.name, node.operator, [flat], [result], {"axis": -1}),
        Node(f"{node.name}/Reshape", "Reshape", [result, shape], [made]),
    ]
