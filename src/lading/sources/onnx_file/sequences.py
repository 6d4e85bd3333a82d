"""Sequences of tensors, which exporters use to join pieces: followed while reading, so that none is left.

A sequence whose length is known is no more than a list of values: SequenceConstruct, SequenceEmpty,
SequenceInsert, SequenceErase and SplitToSequence make one, SequenceAt, SequenceLength and
ConcatFromSequence take it apart again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from onnx import NodeProto, helper

from ...graph import Node
from .node_hints import exporter_name
from .scope import Scope

if TYPE_CHECKING:
    from .reading import Reading


class Sequences:
    """The sequences of one file by name, as lists of the names of their values."""

    def __init__(self, reading: Reading):
        self._reading = reading
        self.lists: dict[str, list[str]] = {}
        self._rules = {
            "SequenceConstruct": self._construct, "SequenceEmpty": self._construct, "SequenceInsert": self._insert,
            "SequenceErase": self._erase, "SplitToSequence": self._split, "SequenceAt": self._at,
            "SequenceLength": self._length, "ConcatFromSequence": self._concat,
        }  # fmt: skip

    def __contains__(self, operator: object) -> bool:
        return operator in self._rules

    def read(self, proto: NodeProto, scope: Scope) -> list[Node]:
        """The nodes that are left of an operator on sequences; a fault if its sequence is not known."""
        inputs = [scope[name] for name in proto.input]
        attributes = {each.name: helper.get_attribute_value(each) for each in proto.attribute}
        nodes = self._rules[proto.op_type](proto, inputs, attributes, scope)
        if nodes is None:
            self._reading.faults.unknown(proto)
            self._reading.faults.taint([scope.define(name) for name in proto.output])
        return nodes or []

    def _construct(self, proto: NodeProto, inputs: list[str], attributes: dict[str, Any], scope: Scope) -> list[Node]:
        self.lists[scope.define(proto.output[0])] = inputs
        return []

    def _insert(
        self, proto: NodeProto, inputs: list[str], attributes: dict[str, Any], scope: Scope
    ) -> list[Node] | None:
        values = self.lists.get(inputs[0])
        at = self._position(inputs, 2, len(values or []))
        if values is None or at is None:
            return None
        return self._construct(proto, [*values[:at], inputs[1], *values[at:]], {}, scope)

    def _erase(
        self, proto: NodeProto, inputs: list[str], attributes: dict[str, Any], scope: Scope
    ) -> list[Node] | None:
        values = self.lists.get(inputs[0])
        at = self._position(inputs, 1, -1)
        if not values or at is None:
            return None
        return self._construct(proto, [value for i, value in enumerate(values) if i != at % len(values)], {}, scope)

    def _at(self, proto: NodeProto, inputs: list[str], attributes: dict[str, Any], scope: Scope) -> list[Node] | None:
        values = self.lists.get(inputs[0])
        at = self._position(inputs, 1, 0)
        if values is None or at is None or not -len(values) <= at < len(values):
            return None
        scope.alias(proto.output[0], values[at])
        return []

    def _length(
        self, proto: NodeProto, inputs: list[str], attributes: dict[str, Any], scope: Scope
    ) -> list[Node] | None:
        if inputs[0] not in self.lists:
            return None
        self._reading.weights[scope.define(proto.output[0])] = np.array(len(self.lists[inputs[0]]), np.int64)
        return []

    def _concat(
        self, proto: NodeProto, inputs: list[str], attributes: dict[str, Any], scope: Scope
    ) -> list[Node] | None:
        values = self.lists.get(inputs[0])
        if not values:
            return None
        axis, name = int(attributes["axis"]), exporter_name(proto)
        nodes: list[Node] = []
        shapes = [self._reading.types.shape(value) for value in values]
        if attributes.get("new_axis", 0):
            for i, value in enumerate(values):
                widened = self._reading.fresh(value)
                nodes.append(Node(f"{name}/Unsqueeze_{i}", "Unsqueeze", [value, np.array([axis])], [widened]))
                values = [*values[:i], widened, *values[i + 1 :]]
        result = scope.define(proto.output[0])
        nodes.append(Node(name, "Concat", list(values), [result], {"axis": axis}))
        if not attributes.get("new_axis", 0) and all(shapes):
            lengths = [None if shape is None else shape[axis] for shape in shapes]
            self._learn(result, values[0], axis, sum(n or 0 for n in lengths) if all(lengths) else None)
        return nodes

    def _split(
        self, proto: NodeProto, inputs: list[str], attributes: dict[str, Any], scope: Scope
    ) -> list[Node] | None:
        axis = int(attributes.get("axis", 0))
        sizes = self._sizes(inputs, axis)
        if sizes is None:
            return None
        name, data = exporter_name(proto), inputs[0]
        pieces = [self._reading.fresh(data) for _ in sizes]
        nodes = [Node(name, "Split", [data, np.array(sizes, np.int64)], list(pieces), {"axis": axis})]
        for piece, size in zip(pieces, sizes, strict=True):
            self._learn(piece, data, axis, size)
        if len(inputs) == 1 and not attributes.get("keepdims", 1):
            flat = [self._reading.fresh(piece) for piece in pieces]
            for i, (piece, result) in enumerate(zip(pieces, flat, strict=True)):
                nodes.append(Node(f"{name}/Squeeze_{i}", "Squeeze", [piece, np.array([axis])], [result]))
            pieces = flat
        self.lists[scope.define(proto.output[0])] = pieces
        return nodes

    def _learn(self, name: str, like: str, axis: int, length: int | None) -> None:
        """That a value is as another one, but for the length of an axis: what comes behind it needs its shape."""
        known, shape = self._reading.types.proto(like), self._reading.types.shape(like)
        if known is not None and shape is not None:
            lengths = list(shape)
            lengths[axis] = length
            self._reading.types.declare(name, helper.make_tensor_type_proto(known.tensor_type.elem_type, lengths))

    def _sizes(self, inputs: list[str], axis: int) -> list[int] | None:
        """Lengths of the pieces of a SplitToSequence."""
        split = self._reading.constant(inputs[1]) if len(inputs) > 1 else np.array(1)
        if split is None:
            return None
        if split.ndim:
            return [int(size) for size in split]
        shape = self._reading.shape(inputs[0])
        length = shape[axis] if shape is not None else None
        if not length:
            return None
        whole, rest = divmod(length, int(split))
        return [int(split)] * whole + [rest] * (rest > 0)

    def _position(self, inputs: list[str], index: int, default: int) -> int | None:
        if len(inputs) <= index or not inputs[index]:
            return default
        known = self._reading.constant(inputs[index])
        return None if known is None else int(known)
