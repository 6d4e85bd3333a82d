"""ONNX files: the main graph with its prepared inputs, and the papers in the metadata.

The tensors that go in are those behind ``prepare``: who runs the file elsewhere prepares them as the papers say,
unless preparation is asked for as nodes. ``metadata_props`` holds

    lading.papers     model.json without graphs, weights and samples
    lading.function   the function digest
    lading.forests    forests as they were, where there are any (``onnx_trees.py``), and what was written of them
    gnn_config        on request, what ATLAS's framework reads (``onnx_gnn_config.py``)
    lading.preparation  where asked for: the first nodes prepare (``onnx_file/preparation.py``), and what they leave
    lading.model      there, and in words of an older opset (``onnx_opsets.py``): model.json with the graphs as they are
    lading.written    the digest of the nodes and tensors that were written of them

so that lading reads the same model back, name for name. Tensors written in place become initializers named
NODE/INPUT; no name of format 1 holds a ``/``.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ..endpoints import Input, Output
from ..errors import MissingPackage, UnsupportedError, ValueRefused
from ..graph import BFLOAT16, OPSET, Attribute, Graph, Node, Subgraph, type_name
from ..whole_file import whole_file
from . import onnx_bodies, onnx_forests, onnx_trees
from .onnx_gnn_config import for_atlas

if TYPE_CHECKING:
    from onnx import AttributeProto, GraphProto, ModelProto, TensorProto

    from ..model import Model

try:
    import onnx as _onnx
except ImportError:
    _onnx = None  # type: ignore[assignment]

PAPERS, FUNCTION = "lading.papers", "lading.function"
MODEL, WRITTEN = "lading.model", "lading.written"

#: Attributes that name an element type here and number it in ONNX.
TYPE_VALUED = ("to", "dtype", "output_dtype", "stash_type", "softmax_precision", "precision")

#: What a file of protobuf can hold.
MOST_BYTES = (1 << 31) - 1


def write(model: Model, path: Path, operators: str = "TreeEnsemble", gnn_config: bool | str | list[str] = False,
          opset: int = OPSET, preparation: bool = False) -> None:
    """Writes ``model`` as one ONNX file, all of it or nothing. Raises UnsupportedError or MissingPackage.

    ``operators``: forests as "TreeEnsemble" of ai.onnx.ml 5, which new runtimes have, or "classic":
    TreeEnsembleRegressor, which all have. ``gnn_config``: as ATLAS's framework reads networks
    (``onnx_gnn_config.py``), all outputs (True) or those named. ``opset``: the version of ONNX's operators, for
    runtimes that do not read the newest; ONNX Runtime 1.0 reads 11, 1.4 reads 12, 1.8 reads 14, 1.15 reads 19.
    ``preparation``: True: the inputs take values as they were measured, and the first nodes prepare them
    (``onnx_file/preparation.py``).
    """
    metadata: dict[str, str] = {}
    if gnn_config and preparation:
        raise ValueRefused(f"{path}: with gnn_config ATLAS's framework prepares, with preparation the file: one of two")
    if gnn_config:
        model, metadata = for_atlas(model, gnn_config, str(path))
    data = to_bytes(model, str(path), operators, metadata, opset, preparation)
    with whole_file(path) as beside:
        beside.write_bytes(data)


def to_bytes(model: Model, where: str = "model.onnx", operators: str = "TreeEnsemble",
             metadata: dict[str, str] | None = None, opset: int = OPSET, preparation: bool = False) -> bytes:
    """The bytes of the ONNX file, with more ``metadata``: the same model gives the same bytes."""
    if _onnx is None:
        raise MissingPackage(f"{where}: writing ONNX needs the package onnx: pip install 'lading[onnx]'")
    if operators not in onnx_trees.OPERATORS:
        raise ValueRefused(f"{where}: operators are {' or '.join(onnx_trees.OPERATORS)}, not '{operators}'")
    _refuse(model, where)
    proto = _model(model, where, operators, metadata or {}, preparation)
    if opset != OPSET or preparation:
        proto = _in_other_words(model, proto, opset, where)
    if proto.ByteSize() > MOST_BYTES:
        raise UnsupportedError(f"{where}: an ONNX file holds at most 2 GB, this model needs {proto.ByteSize()} bytes")
    return bytes(proto.SerializeToString(deterministic=True))


def _in_other_words(model: Model, proto: ModelProto, opset: int, where: str) -> ModelProto:
    """In the words of an opset; the model itself is kept beside, for one cannot tell from them what it was."""
    from ..bundle.papers import whole_json
    from ..sources.onnx_file.exported import written
    from .onnx_file.preparation import keep_types
    from .onnx_opsets import lower

    lowered = lower(proto, opset, where)
    keep_types(lowered, proto)
    for key, value in ((MODEL, whole_json(model).decode()), (WRITTEN, written(lowered))):
        lowered.metadata_props.add(key=key, value=value)
    return lowered


def _refuse(model: Model, where: str) -> None:
    for graph in model.graphs.values():
        for node in graph.nodes:
            if node.operator.startswith("lading.") and not onnx_trees.is_forest(node):
                raise UnsupportedError(f"{where}: node '{node.name}' is a {node.operator}, which ONNX does not have")


def _model(model: Model, where: str, operators: str, metadata: dict[str, str], preparation: bool) -> ModelProto:
    from onnx import helper

    from ..bundle import to_buffers
    from ..bundle.papers import papers_json

    to_buffers(model)  # raises if the model breaks a rule of format 1
    opsets = [helper.make_opsetid("", OPSET)]
    if version := onnx_trees.ml_version(model, operators):
        opsets.append(helper.make_opsetid(onnx_trees.ML, version))
    forests = onnx_forests.Forests(model, operators, where)
    parts = _Parts(model, forests, onnx_bodies.Bodies(model))
    proto = helper.make_model(
        _graph(parts, "main", _inputs(model), [_value(model, o) for o in model.output_list]),
        opset_imports=opsets, ir_version=helper.find_min_ir_version_for(opsets),
        producer_name="lading", doc_string=model.description,
    )  # fmt: skip
    proto.graph.name = model.name or "main"
    proto.graph.initializer.extend(
        _tensor(array, name) for name, array in sorted(model.weights.items()) if name not in forests.arrays)
    if preparation:
        from .onnx_file.preparation import put_in_front

        metadata = metadata | put_in_front(proto, model, where)
    said = {PAPERS: papers_json(model).decode(), FUNCTION: model.function_digest}
    helper.set_model_props(proto, said | forests.metadata(proto) | metadata)
    return proto


def _inputs(model: Model) -> list[Any]:
    return [_value(model, given) for given in model.input_list]


def _value(model: Model, endpoint: Input | Output) -> Any:
    """Name, type and lengths of an input or output; open lengths are named by their axis."""
    from onnx import helper

    slots = len(endpoint.variable_list) if isinstance(endpoint, Input) else len(endpoint.label_list)
    shape: list[int | str] = []
    for axis in endpoint.axes:
        if axis in ("variable", "label"):
            shape.append(slots)
        else:
            size = model.axes[axis].size if isinstance(axis, str) and axis in model.axes else None
            shape.append(axis if size is None else size)
    return helper.make_tensor_value_info(endpoint.name, _number_of(endpoint.type), shape, endpoint.description)


@dataclass
class _Parts:
    """A model, and what some parts of it become that ONNX says in its own way."""

    model: Model
    forests: onnx_forests.Forests
    bodies: onnx_bodies.Bodies


def _graph(parts: _Parts, name: str, inputs: list[Any], outputs: list[Any]) -> GraphProto:
    from onnx import helper

    graph: Graph = parts.model.graphs[name]
    proto = helper.make_graph([], name, inputs, outputs)
    for node in graph.nodes:
        if onnx_trees.is_forest(node):
            planted = parts.forests.plant(node)
            proto.node.extend(planted.nodes)
            proto.initializer.extend(_tensor(array, each) for each, array in planted.tensors.items())
            continue
        operands = []
        for at, operand in enumerate(node.inputs):
            if not isinstance(operand, str):
                proto.initializer.append(_tensor(operand, f"{node.name}/{at}"))
                operand = f"{node.name}/{at}"
            operands.append(operand)
        if node.operator == "Loop":  # has its first two, given or not
            operands += [""] * (2 - len(operands))
        made = helper.make_node(node.operator, operands, node.outputs, name=node.name)
        made.attribute.extend(_attribute(parts, node, key) for key in sorted(node.attributes))
        proto.node.append(made)
    return proto


def _attribute(parts: _Parts, node: Node, name: str) -> AttributeProto:
    from onnx import defs, helper

    value: Attribute = node.attributes[name]
    if isinstance(value, Subgraph):
        return helper.make_attribute(name, _graph(parts, value.graph, *parts.bodies.ends(value)))
    if isinstance(value, np.ndarray):
        return helper.make_attribute(name, _tensor(value, ""))
    if name in TYPE_VALUED and isinstance(value, str):
        value = _number_of(value)
    schema = defs.get_schema(node.operator, OPSET, "").attributes
    kind: Any = schema[name].type if name in schema else None
    return helper.make_attribute(name, value, attr_type=None if kind is None else int(kind))


def _tensor(array: np.ndarray, name: str) -> TensorProto:
    from onnx import helper

    array = np.asarray(array)
    bits = array["bfloat16"] if array.dtype == BFLOAT16 else array
    little = np.ascontiguousarray(bits).astype(bits.dtype.newbyteorder("<"), copy=False)
    return helper.make_tensor(name, _number_of(type_name(array)), array.shape, little.tobytes(), raw=True)


def _number_of(type_: str) -> int:
    """ONNX's number of an element type."""
    from onnx import TensorProto

    names = {"float32": "FLOAT", "float64": "DOUBLE"}
    return int(TensorProto.DataType.Value(names.get(type_, type_.upper())))
