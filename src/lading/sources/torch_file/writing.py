"""From a traced program to the bytes of an ONNX file, by torch.onnx.

The optimiser of torch.onnx stays out: it writes lengths of the example into graphs, and loses the names of layers whose
weights are equal. What is to be simplified is simplified afterwards.
"""

from __future__ import annotations

from typing import Any

from ...graph import OPSET, free_name
from ..onnx_file.node_hints import SCOPES
from ..traced.entries import Shapes
from .failures import failed_to_write
from .flat import PREFIX
from .recurrent import by_shape_only
from .translations import translations

#: What goes in and comes out while torch.onnx writes: names that none of its own has.
IN, OUT = "lading/in/", "lading/out/"

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
                program, dynamo=True, optimize=False, verbose=False,
                input_names=[f"{IN}{i}" for i in range(len(inputs))],
                output_names=[f"{OUT}{i}" for i in range(len(outputs))],
                opset_version=OPSET if version >= NEWEST_OPSET_SINCE else OLD_OPSET,
                custom_translation_table=rules,
            )  # fmt: skip
        proto = exported.model_proto
    except Exception as error:  # whatever an exporter may raise
        raise failed_to_write(error, where) from error
    _tidy(proto, shapes)
    _name_ends(proto, inputs, outputs)
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


def _name_ends(proto: Any, inputs: list[str], outputs: list[str]) -> None:
    """The author's names for what goes in and comes out; torch.onnx calls values after their operators ("relu", "pad").

    A value within that has one of these names makes room for it.
    """
    ends = [each.name for each in (*proto.graph.input, *proto.graph.output)]
    new = dict(zip(ends, (*inputs, *outputs), strict=True))
    within = {name for node in proto.graph.node for name in node.output}
    within |= {each.name for each in proto.graph.initializer}
    taken = within | set(new.values())
    for name in sorted(within & set(new.values())):
        new[name] = free_name(name, taken)
    for each in (*proto.graph.input, *proto.graph.output, *proto.graph.initializer):
        each.name = new.get(each.name, each.name)
    _rename(proto.graph, new)


def _rename(graph: Any, new: dict[str, str]) -> None:
    for node in graph.node:
        node.input[:] = [new.get(name, name) for name in node.input]
        node.output[:] = [new.get(name, name) for name in node.output]
        for attribute in node.attribute:
            for inner in (attribute.g, *attribute.graphs):
                _rename(inner, new)


def _bare(name: str) -> str:
    return name.removeprefix(f"{PREFIX}.")
