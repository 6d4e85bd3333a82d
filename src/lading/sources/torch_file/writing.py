"""From a traced program to the bytes of an ONNX file, by torch.onnx.

The optimiser of torch.onnx stays out: it writes lengths of the example into graphs, and loses the names of layers whose
weights are equal. What is to be simplified is simplified afterwards.
"""

from __future__ import annotations

from typing import Any

from ...graph import OPSET
from ..onnx_file.node_hints import SCOPES
from ..traced.entries import Shapes
from .failures import failed_to_write
from .flat import PREFIX
from .recurrent import by_shape_only
from .translations import translations

#: Since this version torch.onnx writes the newest opsets itself; before, 18 and no conversion of it.
NEWEST_OPSET_SINCE, OLD_OPSET = (2, 9), 18


def written(program: Any, inputs: list[str], outputs: list[str], shapes: Shapes, where: str) -> bytes:
    """The bytes of the file. ``shapes``: of the inputs and then of the outputs, open lengths by name.

    Raises UnsupportedError where ONNX has no operator for one of PyTorch's.
    """
    import torch

    rules = translations(program, where)
    version = tuple(map(int, torch.__version__.split(".")[:2]))
    try:
        with by_shape_only():
            exported = torch.onnx.export(
                program, dynamo=True, optimize=False, verbose=False, input_names=inputs, output_names=outputs,
                opset_version=OPSET if version >= NEWEST_OPSET_SINCE else OLD_OPSET,
                custom_translation_table=rules,
            )  # fmt: skip
        proto = exported.model_proto
    except Exception as error:  # whatever an exporter may raise
        raise failed_to_write(error, where) from error
    _tidy(proto, shapes)
    data: bytes = proto.SerializeToString()
    return data


def _tidy(proto: Any, shapes: Shapes) -> None:
    """Names of lengths, parameters and layers as their author knows them.

    What torch.onnx says of lengths is not taken: it may have run a layer with the example's. Nor are the places of
    the author's files.
    """
    endpoints = [*proto.graph.input, *proto.graph.output]
    for value, shape in zip(endpoints, shapes, strict=True):
        del value.metadata_props[:], value.type.tensor_type.shape.dim[:]
        for length in shape:
            key = "dim_value" if isinstance(length, int) else "dim_param"
            value.type.tensor_type.shape.dim.add(**{key: length})
    for tensor in proto.graph.initializer:
        tensor.name = _bare(tensor.name)
    for node in proto.graph.node:
        node.input[:] = [_bare(name) for name in node.input]
        scopes = [each.value for each in node.metadata_props if each.key == SCOPES]
        del node.metadata_props[:]
        for text in scopes:
            node.metadata_props.add(key=SCOPES, value=text.replace(f"'{PREFIX}.", "'").replace(f"'{PREFIX}'", "''"))
    del proto.metadata_props[:], proto.graph.metadata_props[:], proto.graph.value_info[:]


def _bare(name: str) -> str:
    return name.removeprefix(f"{PREFIX}.")
