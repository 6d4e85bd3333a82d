"""Types and shapes of the values of a file, as far as ONNX's own rules tell them."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from onnx import (
    NodeProto,
    OperatorSetIdProto,
    TensorProto,
    TypeProto,
    checker,
    defs,
    helper,
    numpy_helper,
    shape_inference,
)

from ...graph import BFLOAT16
from .tensors import TYPE_NAMES

#: Constants up to this size are shown to the rules: shapes, axes and the like.
SMALL = 256

#: Length of an axis; None where it is not known.
Shape = tuple[int | None, ...]

_NUMBERS = {name: number for number, name in TYPE_NAMES.items()}


class Types:
    """Types and shapes by name. They are learnt node by node, so that nodes of several opsets can follow each other."""

    def __init__(self, constants: Mapping[str, np.ndarray]):
        self._constants = constants
        self._known: dict[str, TypeProto] = {}

    def declare(self, name: str, declared: TypeProto) -> None:
        """What the file says of an input."""
        self._known[name] = declared

    def know(self, name: str, type_name: str | None, shape: Shape | None) -> None:
        """What follows for a value from what is known of others."""
        if type_name is not None:
            self._known[name] = helper.make_tensor_type_proto(_NUMBERS[type_name], shape)

    def same(self, name: str, as_name: str) -> None:
        """Another name of the same value."""
        if as_name in self._known:
            self._known[name] = self._known[as_name]

    def type(self, name: str) -> str | None:
        """The element type of a value, "float32"; None if it is not known."""
        if name in self._constants:
            dtype = self._constants[name].dtype
            return "bfloat16" if dtype == BFLOAT16 else dtype.name
        known = self._known.get(name)
        return TYPE_NAMES.get(known.tensor_type.elem_type) if known is not None else None

    def shape(self, name: str) -> Shape | None:
        """The lengths of the axes of a value, None where one is not known; None if not even their number is."""
        if name in self._constants:
            return self._constants[name].shape
        known = self._known.get(name)
        if known is None or not known.tensor_type.HasField("shape"):
            return None
        return tuple(d.dim_value if d.HasField("dim_value") else None for d in known.tensor_type.shape.dim)

    def dimensions(self, name: str) -> list[int | str] | None:
        """As ``shape``, with the file's own names of open lengths, "" where they have none."""
        known = self._known.get(name)
        if known is None or not known.tensor_type.HasField("shape"):
            return None
        dims = known.tensor_type.shape.dim
        return [d.dim_value if d.HasField("dim_value") else d.dim_param for d in dims]

    def proto(self, name: str) -> TypeProto | None:
        """Type and shape in ONNX's own form; None if nothing is known."""
        array = self._constants.get(name)
        if array is None:
            return self._known.get(name)
        number = TensorProto.BFLOAT16 if array.dtype == BFLOAT16 else helper.np_dtype_to_tensor_dtype(array.dtype)
        return helper.make_tensor_type_proto(number, array.shape)

    def learn(self, node: NodeProto, version: int, opsets: Mapping[str, int]) -> None:
        """Infers what a node gives. Where ONNX has no rule, or the node breaks it, nothing is known."""
        try:
            schema = defs.get_schema(node.op_type, version, node.domain)
            inputs = {name: self._needed(name) for name in node.input if name}
        except (defs.SchemaError, KeyError):
            return
        data = {name: numpy_helper.from_array(self._constants[name], name) for name in inputs if self._is_small(name)}
        imports = [OperatorSetIdProto(domain=domain, version=number) for domain, number in opsets.items()]
        try:
            self._known.update(shape_inference.infer_node_outputs(schema, node, inputs, data, opset_imports=imports))
        except (shape_inference.InferenceError, checker.ValidationError, RuntimeError, ValueError):
            return
        self._learn_rank(node)

    def merge(self, name: str, one: str, other: str) -> None:
        """What two values have in common, for the output of an If or a Loop."""
        kind, first, second = self.type(one), self.shape(one), self.shape(other)
        if kind is None:
            return
        shape: list[int | None] | None = None
        if first is not None and second is not None and len(first) == len(second):
            shape = [a if a == b else None for a, b in zip(first, second, strict=True)]
        self._known[name] = helper.make_tensor_type_proto(_NUMBERS[kind], shape)

    def _is_small(self, name: str) -> bool:
        array = self._constants.get(name)
        return array is not None and array.size <= SMALL and array.dtype != BFLOAT16

    def _needed(self, name: str) -> TypeProto:
        found = self.proto(name)
        if found is None:
            raise KeyError(name)
        return found

    def _learn_rank(self, node: NodeProto) -> None:
        """A Reshape or Expand to a shape that is computed still tells the number of axes."""
        if node.op_type not in ("Reshape", "ConstantOfShape", "Expand"):
            return
        lengths = self.shape(node.input[-1])
        known = self._known.get(node.output[0])
        if known is None or known.tensor_type.HasField("shape") or not lengths or lengths[0] is None:
            return
        rank = lengths[0]
        if node.op_type == "Expand":  # may have more axes than it is told
            data = self.shape(node.input[0])
            if data is None:
                return
            rank = max(rank, len(data))
        self._known[node.output[0]] = helper.make_tensor_type_proto(known.tensor_type.elem_type, [None] * rank)
