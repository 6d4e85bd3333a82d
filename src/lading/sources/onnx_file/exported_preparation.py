"""Files that lading exported with preparation as their first nodes: the network alone, to compare it with.

The nodes that prepare, and their tensors, have ``/prepare/`` in their names; the network reads INPUT/prepared, whose
types and lengths stand in the file.
"""

from __future__ import annotations

from onnx import GraphProto, ModelProto

from .exported import PREPARATION, is_as_written

PART, PREPARED = "/prepare/", "/prepared"


def prepares(proto: ModelProto) -> bool:
    """Whether the metadata of a file say that its first nodes prepare."""
    return any(each.key == PREPARATION for each in proto.metadata_props)


def network_alone(proto: ModelProto) -> ModelProto | None:
    """The file without the nodes that prepare; None if it has none, or somebody changed it: it is another's then."""
    if not prepares(proto) or not is_as_written(proto):
        return None
    graph = proto.graph
    ends = {each.name.removesuffix(PREPARED): each for each in graph.value_info if each.name.endswith(PREPARED)}
    nodes = [node for node in graph.node if PART not in node.name]
    tensors = [tensor for tensor in graph.initializer if PART not in tensor.name]
    inputs = [each for each in graph.input if each.name not in ends]
    del graph.node[:], graph.initializer[:], graph.input[:], graph.value_info[:]
    graph.node.extend(nodes)
    graph.initializer.extend(tensors)
    _read_instead(graph, {each.name: name for name, each in ends.items()})
    for name, each in ends.items():
        each.name = name
    graph.input.extend([*inputs, *ends.values()])
    return proto


def _read_instead(graph: GraphProto, names: dict[str, str]) -> None:
    for node in graph.node:
        for at, name in enumerate(node.input):
            node.input[at] = names.get(name, name)
        for attribute in node.attribute:
            if attribute.HasField("g"):
                _read_instead(attribute.g, names)
                for end in attribute.g.output:
                    end.name = names.get(end.name, end.name)
