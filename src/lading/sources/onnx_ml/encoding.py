"""LabelEncoder: a table from numbers to numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ...graph import Node
from ..onnx_opsets import Refused
from ..replacement import Replacement

if TYPE_CHECKING:
    from ..onnx_opsets import Values

KINDS = {"int64s": np.int64, "floats": np.float32}
DEFAULTS = {"int64s": ("default_int64", -1), "floats": ("default_float", -0.0)}


def label_encoder(node: Node, values: Values) -> list[Node]:
    """The value that belongs to a key, else the default: each number is compared with all keys."""
    to = Replacement(node, values)
    keys, _ = _table(node, "keys")
    found, default = _table(node, "values")
    if len(keys) != len(found) or not len(keys):
        raise Refused("it has not as many keys as values")
    x = to.add("Unsqueeze", str(node.inputs[0]), np.array([-1]))
    equal = to.add("Equal", x, to.operand(keys, "keys"))
    if keys.dtype.kind == "f" and np.isnan(keys).any():
        raise Refused("one of its keys is NaN")
    places = to.cast(equal, "int64")
    which = to.add("ArgMax", places, axis=-1, keepdims=0)
    any_ = to.cast(to.add("ReduceMax", places, np.array([-1]), keepdims=0), "bool")
    value = to.add("Gather", to.operand(found, "values"), which, axis=0)
    to.add("Where", any_, value, np.array(default), to=node.outputs[0])
    return to.nodes


def _table(node: Node, side: str) -> tuple[np.ndarray, Any]:
    """Keys or values, and the default of values."""
    tensor = node.attributes.get(f"{side}_tensor")
    default: Any = node.attributes.get("default_tensor")
    if isinstance(tensor, np.ndarray):
        array = tensor.reshape(-1)
        usual = array.dtype.type(-1 if array.dtype.kind == "i" else 0)
        return array, default.reshape(-1)[0] if isinstance(default, np.ndarray) else usual
    for ending, kind in KINDS.items():
        if f"{side}_{ending}" in node.attributes:
            name, usual = DEFAULTS[ending]
            said: Any = node.attributes.get(name, usual)
            return np.asarray(node.attributes[f"{side}_{ending}"], kind), kind(said)
    raise Refused("its table is one of texts, which lading does not have")
