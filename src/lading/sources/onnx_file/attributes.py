"""Attributes of ONNX nodes as values of a Node."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from onnx import AttributeProto

from ...errors import FormatError, UnsupportedError
from ...graph import Attribute
from .tensors import array_of, dense_array_of, type_name

if TYPE_CHECKING:
    from onnx import NodeProto

#: Attributes whose number stands for an element type. 0 means that none is given.
TYPE_VALUED = {"to", "dtype", "output_dtype", "stash_type", "softmax_precision", "precision"}


def attribute_of(attribute: AttributeProto, where: str) -> Attribute | None:
    """The value of an attribute that holds no graph; None if it says nothing (type 0)."""
    kind = attribute.type
    if kind == AttributeProto.INT:
        if attribute.name in TYPE_VALUED:
            return type_name(attribute.i, where) if attribute.i else None
        return int(attribute.i)
    if kind == AttributeProto.FLOAT:
        return float(attribute.f)
    if kind == AttributeProto.STRING:
        return attribute.s.decode("utf-8", "replace")
    if kind == AttributeProto.INTS:
        return [int(number) for number in attribute.ints]
    if kind == AttributeProto.FLOATS:
        return [float(number) for number in attribute.floats]
    if kind == AttributeProto.STRINGS:
        return [text.decode("utf-8", "replace") for text in attribute.strings]
    if kind == AttributeProto.TENSOR:
        return array_of(attribute.t, where)
    if kind == AttributeProto.SPARSE_TENSOR:
        return dense_array_of(attribute.sparse_tensor, where)
    kind_name = AttributeProto.AttributeType.Name(kind).lower()
    raise UnsupportedError(f"{where}: its attribute '{attribute.name}' is of kind {kind_name}, which is not supported")


def constant_of(node: NodeProto, where: str) -> np.ndarray:
    """What a ``Constant`` node gives."""
    if not node.attribute:
        raise FormatError(f"{where}: it says no value")
    attribute = node.attribute[0]
    dtype = {"value_float": np.float32, "value_floats": np.float32, "value_int": np.int64, "value_ints": np.int64}
    if attribute.name in dtype:
        return np.asarray(attribute_of(attribute, where), dtype[attribute.name])
    value = attribute_of(attribute, where)
    if not isinstance(value, np.ndarray):
        raise UnsupportedError(f"{where}: it holds text, which lading does not have; remove it from the network")
    return value
