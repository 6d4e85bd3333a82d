"""Nodes of opsets behind the pin: taken where their form says nothing that the pinned one could not say."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from onnx import defs

from ...graph import OPSET, Node
from .refused import Refused

if TYPE_CHECKING:
    from . import Values


def reduce(node: Node, version: int, values: Values) -> None:
    """Leaves out what a newer form adds and this node does not use.

    1. Attributes that the pinned opset does not have must be at their default.
    2. There may be no more inputs and outputs than it has.
    3. Types of inputs must be among those it allows.
    4. Mod 28 with ``fmod = 0`` allows real numbers, for which the pinned one has no meaning.
    """
    new, old = _schema(node.operator, version), _schema(node.operator, OPSET)
    if new is None or new.since_version <= OPSET:
        return
    since = f"opset {new.since_version}, newer than {OPSET}"
    if old is None:
        raise Refused(f"it is new in {since}; export with opset {OPSET} or less")
    for name in [name for name in node.attributes if name not in old.attributes]:
        _drop_default(node, name, new, since)
    if len(node.inputs) > old.max_input or len(node.outputs) > old.max_output:
        raise Refused(f"it has inputs or outputs of {since}; export with opset {OPSET} or less")
    for index, operand in enumerate(node.inputs):
        kind = values.type(operand) if not isinstance(operand, str) or operand else None
        if kind is not None and not _allows(old, index, kind):
            raise Refused(f"{kind} as its input {index} came with {since}; export with opset {OPSET} or less")
    if node.operator == "Mod" and not node.attributes.get("fmod", 0) and _is_real(values.type(node.inputs[0])):
        raise Refused(f"the remainder of real numbers with fmod = 0 came with {since}; use fmod = 1")


def check_attributes(node: Node, version: int) -> None:
    """Refuses attributes that the operator does not have; nobody can say what they would mean."""
    schema = _schema(node.operator, version)
    for name in node.attributes if schema is not None else ():
        if name not in schema.attributes and name not in _pinned(node.operator):  # type: ignore[union-attr]
            raise Refused(f"it has the attribute '{name}', which {node.operator} of opset {version} does not have")


def _schema(operator: str, version: int) -> defs.OpSchema | None:
    try:
        return defs.get_schema(operator, version)
    except defs.SchemaError:
        return None


def _pinned(operator: str) -> set[str]:
    schema = _schema(operator, OPSET)
    return set() if schema is None else set(schema.attributes)


def _drop_default(node: Node, name: str, new: defs.OpSchema, since: str) -> None:
    default = new.attributes[name].default_value if name in new.attributes else None
    value = node.attributes.pop(name)
    if default is None:
        raise Refused(f"it has the attribute '{name}', which the operator does not have")
    usual = {1: default.f, 2: default.i, 3: default.s.decode()}.get(default.type)
    if name == "stash_type":  # matters for half precision only, which rule 3 keeps out
        return
    if not default.name or usual != value:
        raise Refused(f"its attribute '{name}' came with {since}; export with opset {OPSET} or less")


def _allows(schema: defs.OpSchema, index: int, kind: str) -> bool:
    formal = schema.inputs[min(index, len(schema.inputs) - 1)]
    allowed = next((c.allowed_type_strs for c in schema.type_constraints if c.type_param_str == formal.type_str), None)
    onnx_name = {"float32": "float", "float64": "double"}.get(kind, kind)
    return f"tensor({onnx_name})" in (allowed if allowed is not None else [formal.type_str])


def _is_real(kind: str | None) -> bool:
    return kind is not None and (kind == "bfloat16" or np.dtype(kind).kind == "f")
