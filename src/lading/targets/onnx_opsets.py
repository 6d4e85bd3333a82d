"""The nodes of an ONNX file written in the words of an older opset, for runtimes that read no newer one.

What an operator means is kept, or the file is refused and the node named: functions that are younger (Gelu, Attention,
LayerNormalization) are written out in the operators that define them, operands that were attributes become attributes
again, and attributes that came later are left out where they say what was always done. What is left is held against the
schemas of that opset: attributes, operands and types.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from ..errors import UnsupportedError, ValueRefused
from ..graph import OPSET

if TYPE_CHECKING:
    from onnx import GraphProto, ModelProto, NodeProto

#: The oldest that is written: ONNX 1.6, which ONNX Runtime 1.0 reads.
OLDEST = 11

#: Functions whose operands meant something else before this opset, though the name is older.
_ANOTHER_BEFORE = {"GroupNormalization": 21, "Attention": 24}

#: Operators with which functions count axes.
_COUNTING = {"Add", "Sub", "Neg", "Cast", "Range", "Reshape", "Unsqueeze", "Squeeze", "Less", "Where", "Identity"}


def lower(proto: ModelProto, opset: int, where: str) -> ModelProto:
    """``proto``, of the pinned opset, in words of ``opset``. Raises UnsupportedError, ValueRefused for the number."""
    from onnx import checker, helper

    if type(opset) is not int or not OLDEST <= opset <= OPSET:
        raise ValueRefused(f"{where}: opset is a whole number from {OLDEST} to {OPSET}, not {opset!r}")
    if opset == OPSET:
        return proto
    proto = _without_younger_functions(proto, opset, where)
    Lowering(proto, opset, where).graph(proto.graph)
    others = [each for each in proto.opset_import if each.domain]
    del proto.opset_import[:]
    proto.opset_import.extend([helper.make_opsetid("", opset), *others])
    proto.ir_version = helper.find_min_ir_version_for(list(proto.opset_import))
    try:
        checker.check_model(proto, full_check=True)
    except Exception as error:
        text = str(error).strip().splitlines()[0]
        raise UnsupportedError(f"{where}: the graph cannot be written in opset {opset}: {text}") from None
    return proto


def _without_younger_functions(proto: ModelProto, opset: int, where: str) -> ModelProto:
    """Functions that the opset does not have, or had in another form, in the operators that define them."""
    from onnx import defs, inliner

    for _ in range(4):  # a function may be written in terms of another
        names = {node.op_type for graph in _graphs(proto.graph) for node in graph.node if not node.domain}
        younger = []
        for name in sorted(names):
            schema: Any = defs.get_schema(name, OPSET, "")
            missing = opset < _ANOTHER_BEFORE.get(name, 0) or not _has(name, opset)
            if missing and (schema.has_function or schema.has_context_dependent_function):
                younger.append(("", name))
        if not younger:
            break
        _say_types_of_tensors(proto)
        try:
            proto = inliner.inline_selected_functions(proto, younger, inline_schema_functions=True)
        except (AttributeError, TypeError):
            raise UnsupportedError(f"{where}: {younger[0][1]} is younger than opset {opset}; the package onnx that is "
                                   "installed cannot write it out, a newer one can: pip install -U onnx") from None
    return proto


def _say_types_of_tensors(proto: ModelProto) -> None:
    """The inliner wants them said where a function depends on them, though it holds the tensors."""
    from onnx import helper

    known = {each.name for each in (*proto.graph.value_info, *proto.graph.input)}
    proto.graph.value_info.extend(helper.make_tensor_value_info(tensor.name, tensor.data_type, tensor.dims)
                                  for tensor in proto.graph.initializer if tensor.name not in known)  # fmt: skip


def _has(name: str, opset: int) -> bool:
    from onnx import defs

    try:
        defs.get_schema(name, opset, "")
    except defs.SchemaError:
        return False
    return True


def _graphs(graph: GraphProto) -> Iterator[GraphProto]:
    yield graph
    for node in graph.node:
        for attribute in node.attribute:
            if attribute.HasField("g"):
                yield from _graphs(attribute.g)


@dataclass
class Lowering:
    """One file on its way to ``opset``; ``constants`` are the numbers of tensors that are known by name."""

    proto: ModelProto
    opset: int
    where: str
    constants: dict[str, np.ndarray] = field(default_factory=dict)
    ranks: dict[str, int] = field(default_factory=dict)
    types: dict[str, int] = field(default_factory=dict)
    sizes: dict[str, np.ndarray] = field(default_factory=dict)  # of shapes: their lengths, which are ranks
    added: list[Any] = field(default_factory=list)

    def __post_init__(self) -> None:
        from onnx import numpy_helper, shape_inference

        inferred = shape_inference.infer_shapes(self.proto, data_prop=True)
        for graph in _graphs(inferred.graph):
            for tensor in graph.initializer:
                self.types[tensor.name], self.ranks[tensor.name] = tensor.data_type, len(tensor.dims)
                if int(np.prod(tensor.dims)) < 64:
                    self.constants[tensor.name] = numpy_helper.to_array(tensor)
            for value in (*graph.input, *graph.output, *graph.value_info):
                given = value.type.tensor_type
                self.types[value.name] = given.elem_type
                if given.HasField("shape"):
                    self.ranks[value.name] = len(given.shape.dim)

    def graph(self, graph: GraphProto) -> None:
        """Rewrites the nodes of a graph and of those in it; drops tensors in place that nothing reads any more."""
        read_before = _read(graph)
        nodes = [made for node in graph.node for made in self._node(node)]
        del graph.node[:]
        graph.node.extend(nodes)
        for node in graph.node:
            for attribute in node.attribute:
                if attribute.HasField("g"):
                    self.graph(attribute.g)
        graph.initializer.extend(self.added)
        self.added.clear()
        del graph.value_info[:]
        gone = {name for name in read_before - _read(graph) if "/" in name}
        kept = [tensor for tensor in graph.initializer if tensor.name not in gone]
        del graph.initializer[:]
        graph.initializer.extend(kept)

    def _node(self, node: NodeProto) -> list[NodeProto]:
        if node.domain:
            return [node]
        if not _has(node.op_type, self.opset):
            raise self.refused(node, f"the operator is younger, of opset {_born(node.op_type)}")
        if node.op_type == "Scan" and self.opset < 9:
            raise self.refused(node, "it meant something else then")
        from .onnx_older import RULES

        made, rule = [node], RULES.get(node.op_type)
        if rule is not None and self.opset < rule[0]:
            made = rule[1](self, node)
        for each in made:
            self._hold_against_schema(each)
            self._learn(each)
        return made

    def _learn(self, node: NodeProto) -> None:
        """What functions that are written out count of ranks: which axes a normalisation is over."""
        from onnx.reference import ReferenceEvaluator

        if node.op_type == "Shape" and node.input[0] in self.ranks and not node.attribute:
            self.sizes[node.output[0]] = np.array(self.ranks[node.input[0]], np.int64)
        if node.op_type == "Size" and node.input[0] in self.sizes:
            self.constants[node.output[0]] = self.sizes[node.input[0]]
        if node.op_type in _COUNTING and all(name in self.constants for name in node.input):
            fed = {name: self.constants[name] for name in node.input}
            found: Any = ReferenceEvaluator(node, opsets={"": self.opset}).run(None, fed)
            self.constants[node.output[0]] = np.asarray(found[0])

    def _hold_against_schema(self, node: NodeProto) -> None:
        from onnx import defs, helper

        now, then = (defs.get_schema(node.op_type, opset, "") for opset in (OPSET, self.opset))
        for attribute in list(node.attribute):
            if attribute.name in then.attributes:
                continue
            default = now.attributes[attribute.name].default_value
            value = helper.get_attribute_value(attribute)
            said = helper.get_attribute_value(default) if default.name else None
            if value != said and not (attribute.name == "dilations" and set(value) == {1}):
                raise self.refused(node, f"its attribute '{attribute.name}' is younger")
            node.attribute.remove(attribute)
        while node.input and not node.input[-1]:
            node.input.pop()
        if len(node.input) > then.max_input or len(node.output) > then.max_output:
            raise self.refused(node, "it had fewer operands then")
        for names, places in ((node.input, then.inputs), (node.output, then.outputs)):
            for at, name in enumerate(names):
                self._hold_against_types(node, name, places[min(at, len(places) - 1)].types)

    def _hold_against_types(self, node: NodeProto, name: str, allowed: Any) -> None:
        from onnx import TensorProto

        number = self.types.get(name, 0)
        if number and f"tensor({TensorProto.DataType.Name(number).lower()})" not in allowed:
            raise self.refused(node, f"'{name}' is {TensorProto.DataType.Name(number).lower()}, which it did not take")

    def constant_of(self, node: NodeProto, at: int) -> np.ndarray | None:
        """The numbers of an operand; None where it is left out."""
        if len(node.input) <= at or not node.input[at]:
            return None
        if node.input[at] not in self.constants:
            raise self.refused(node, "an operand that is computed was an attribute then")
        return self.constants[node.input[at]]

    def add(self, node: NodeProto, part: str, array: np.ndarray) -> str:
        """A tensor beside a node: its name has a ``/``, as of all tensors that are no weights of the model."""
        from onnx import numpy_helper

        name = f"{node.name or node.output[0]}/{part}"
        self.added.append(numpy_helper.from_array(array, name))
        self.constants[name] = array
        return name

    def refused(self, node: NodeProto, why: str) -> UnsupportedError:
        """An error that names the node."""
        return UnsupportedError(f"{self.where}: node '{node.name}' ({node.op_type}) cannot be written in opset "
                                f"{self.opset}: {why}")  # fmt: skip


def _born(name: str) -> int:
    """The first opset that has an operator."""
    return next((opset for opset in range(1, OPSET + 1) if _has(name, opset)), OPSET)


def _read(graph: GraphProto) -> set[str]:
    return {name for each in _graphs(graph) for node in each.node for name in node.input}
