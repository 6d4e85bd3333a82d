"""From the message of a file to a Model."""

from __future__ import annotations

from pathlib import PurePath
from typing import Any

from onnx import ModelProto, defs

from ...endpoints import valid_name
from ...errors import LadingError, UnsupportedError
from ...model import Model, drop_unread_weights
from ..naming import give_readable_names
from ..onnx_ml.outputs import name_labels, plain_outputs
from ..onnx_opsets import OLDEST
from .axes import guess_axes
from .domains import standard
from .endpoints import endpoints_of
from .exported import FUNCTION, MODEL, PAPERS, PREPARATION, WRITTEN, described, restored
from .exported_forests import FORESTS
from .reading import Reading
from .types import Types

#: What most networks are made of.
LAYERS = ("Gemm", "MatMul", "Conv", "ConvTranspose", "LSTM", "GRU", "RNN", "BatchNormalization", "LayerNormalization",
          "Softmax")  # fmt: skip


def assemble(proto: ModelProto, origin: dict[str, Any], where: str) -> Model:
    """The Model of a file; ``origin`` is what the record says of where it came from."""
    check_opsets(proto, where)
    if (exported := restored(proto, where)) is not None:
        return exported
    said, keys = plain_outputs(proto)
    reading = Reading(proto, where)
    fed = reading.read_main(proto.graph)
    reading.faults.raise_if_any()
    check_precision(reading, where)
    model = Model(
        name=valid_name(PurePath(where).stem), description=proto.doc_string, graphs=reading.graphs,
        weights=reading.weights, names={"from source": {}}, record={"origin": origin | about(proto)}, origin=where,
    )  # fmt: skip
    endpoints_of(proto.graph, fed, reading.outputs, reading.types, model)
    if said:
        model.record["origin"]["changed_outputs"] = said
    guess_axes(model)
    name_labels(model, reading.classes, keys)
    drop_unread_weights(model)
    give_readable_names(model)
    return with_known_names(model)


def assemble_endpoints(proto: ModelProto, origin: dict[str, Any], where: str) -> Model:
    """The Model of a skimmed file: no nodes, no weights. Axes are guessed by the file's own names of lengths."""
    if (exported := described(proto, where)) is not None:
        return exported
    stored = {tensor.name for tensor in proto.graph.initializer}
    model = Model(
        name=valid_name(PurePath(where).stem), description=proto.doc_string, names={"from source": {}},
        record={"origin": origin | about(proto)}, origin=where, weight_record={},
    )  # fmt: skip
    fed = [given.name for given in proto.graph.input if given.name not in stored]
    plain_outputs(proto)
    endpoints_of(proto.graph, fed, {}, Types({}), model)
    guess_axes(model, run=False)
    return with_known_names(model)


def with_known_names(model: Model) -> Model:
    """The model with the variables that its metadata name by a convention; as it is if these do not fit."""
    from ...describe import apply
    from ...describe.known import papers_of_gnn_config

    papers = papers_of_gnn_config(model)
    if papers is None:
        return model
    try:
        known = apply(model, papers, where=f"{model.origin}: gnn_config")
    except LadingError:
        return model
    known.names = {"from source": {}}
    return known


def check_opsets(proto: ModelProto, where: str) -> None:
    """Refuses opsets that are too old, or newer than the installed onnx knows."""
    for each in proto.opset_import:
        if standard(each.domain) != "":
            continue
        if each.version < OLDEST:
            raise UnsupportedError(f"{where}: opset {each.version}; lading reads opset {OLDEST} and newer. "
                                   "Export it again, or try onnx.version_converter.convert_version(model, 13)")
        if each.version > defs.onnx_opset_version():
            raise UnsupportedError(f"{where}: opset {each.version}; the onnx package installed here knows opsets up to "
                                   f"{defs.onnx_opset_version()}: pip install --upgrade onnx")


def check_precision(reading: Reading, where: str) -> None:
    """Refuses networks that compute in half precision: the engine only moves such numbers, and makes others of them."""
    half = [(node, kind) for graph in reading.graphs.values() for node in graph.nodes if node.operator in LAYERS
            for kind in [reading.type(node.inputs[0])] if kind in ("float16", "bfloat16")]  # fmt: skip
    if half:
        (node, kind), more = half[0], f" and {len(half) - 1} more" if len(half) > 1 else ""
        raise UnsupportedError(
            f"{where}: it computes in {kind}, in which lading does not: at node '{node.name}' ({node.operator}){more}. "
            "Export the network in float32: module.float() in PyTorch, or the file from before it was made smaller")


def about(proto: ModelProto) -> dict[str, Any]:
    """What a file says of itself."""
    opsets = {standard(each.domain) or "ai.onnx": each.version for each in proto.opset_import}
    said = {
        "producer": " ".join(filter(None, [proto.producer_name, proto.producer_version])),
        "domain": proto.domain, "model_version": proto.model_version, "ir_version": proto.ir_version,
        "opset": opsets, "graph": proto.graph.name, "graph_description": proto.graph.doc_string,
        "metadata": {each.key: each.value for each in (*proto.metadata_props, *proto.graph.metadata_props)
                     if each.key not in (PAPERS, FUNCTION, FORESTS, MODEL, WRITTEN, PREPARATION)},
        "nodes": _node_texts(proto),
        "endpoint_metadata": _endpoint_metadata(proto),
    }  # fmt: skip
    return {key: value for key, value in said.items() if value}


def _node_texts(proto: ModelProto) -> dict[str, str]:
    """Docstrings of nodes by name, but for the stack traces that exporters leave there."""
    return {n.name: n.doc_string for n in proto.graph.node if n.name and n.doc_string and 'File "' not in n.doc_string
            and ".py" not in n.doc_string}


def _endpoint_metadata(proto: ModelProto) -> dict[str, dict[str, str]]:
    """Metadata of inputs and outputs, by their names in the file."""
    endpoints = [each for each in (*proto.graph.input, *proto.graph.output) if each.metadata_props]
    return {each.name: {item.key: item.value for item in each.metadata_props} for each in endpoints}
