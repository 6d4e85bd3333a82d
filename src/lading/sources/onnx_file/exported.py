"""Files that lading itself exported: read back node for node, with all their papers."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from onnx import AttributeProto, GraphProto, ModelProto, NodeProto

from ...bundle.papers import from_papers, from_whole, shown_papers
from ...errors import LadingError
from ...graph import Attribute, Graph, Node, Subgraph
from .attributes import attribute_of
from .exported_forests import FORESTS, kept
from .tensors import array_of

if TYPE_CHECKING:
    import numpy as np

    from ...model import Model

#: Keys of ``metadata_props`` under which lading.targets.onnx leaves the papers and the function digest.
PAPERS, FUNCTION = "lading.papers", "lading.function"

#: The same, of files in words of an older opset or with preparation as nodes: the whole model, and the digest of what
#: was written of it.
MODEL, WRITTEN = "lading.model", "lading.written"

#: There where the first nodes prepare: what goes in, and what they leave to the caller.
PREPARATION = "lading.preparation"


def restored(proto: ModelProto, where: str) -> Model | None:
    """The model that was exported; None if the file is another's, or was changed since."""
    said = {each.key: each.value for each in proto.metadata_props}
    if PAPERS not in said or FUNCTION not in said:
        return None
    graphs: dict[str, Graph] = {}
    in_place: dict[str, np.ndarray] = {}
    whole = is_as_written(proto)
    try:
        forests, arrays = kept(said.get(FORESTS), None if whole else proto.graph)
        in_place |= {name: array for name, array in arrays.items() if "/" in name}
        _read_graph(proto.graph, "main", graphs, in_place, where)
        _put_back(graphs, forests, in_place)
        weights = {t.name: array_of(t, f"{where}: weight '{t.name}'") for t in proto.graph.initializer}
        weights = {name: array for name, array in (weights | arrays).items() if name not in in_place}
        if whole:
            model = from_whole(said[MODEL].encode(), weights, where)
        else:
            model = from_papers(said[PAPERS].encode(), graphs, weights, where)
        model.exported = True
        return model if model.function_digest == said[FUNCTION] else None
    except (LadingError, ValueError, KeyError, IndexError):
        return None  # it is read as any other file is, and its faults are told then


def described(proto: ModelProto, where: str) -> Model | None:
    """What the papers in a skimmed file say; None if there are none."""
    papers = next((each.value for each in proto.metadata_props if each.key == PAPERS), None)
    try:
        return None if papers is None else shown_papers(papers.encode(), where)
    except LadingError:
        return None


def is_as_written(proto: ModelProto) -> bool:
    """Whether a file holds the whole model beside what was written of it, and nobody changed that."""
    said = {each.key: each.value for each in proto.metadata_props}
    return MODEL in said and said.get(WRITTEN) == written(proto)


def written(proto: ModelProto) -> str:
    """The sha256 of the opsets, ends, nodes and tensors of a file: of all that its numbers depend on."""
    graph, digest = proto.graph, hashlib.sha256()
    for part in (proto.opset_import, graph.input, graph.output, graph.node, graph.initializer):
        for each in part:
            data = each.SerializeToString(deterministic=True)
            digest.update(len(data).to_bytes(8, "little") + data)
    return digest.hexdigest()


def _read_graph(
    proto: GraphProto, name: str, graphs: dict[str, Graph], in_place: dict[str, np.ndarray], where: str
) -> None:
    """The nodes of a graph and of those it holds. Initializers with a ``/`` stood in place."""
    in_place |= {t.name: array_of(t, where) for t in proto.initializer if "/" in t.name}
    graph = graphs.setdefault(name, Graph())
    for node in proto.node:
        inputs = [in_place.get(operand, operand) for operand in node.input]
        made = Node(node.name, node.op_type, inputs, list(node.output))
        graph.nodes.append(made)
        for attribute in node.attribute:
            value = _attribute(node, attribute, graphs, in_place, where)
            if value is not None:
                made.attributes[attribute.name] = value


def _put_back(graphs: dict[str, Graph], forests: dict[str, Node], in_place: dict[str, np.ndarray]) -> None:
    """Puts forests in the place of the nodes that stand for them."""
    for forest in forests.values():
        forest.inputs = [in_place.get(each, each) for each in forest.inputs if isinstance(each, str)]
    around = tuple(f"{name}/" for name in forests)
    for graph in graphs.values() if forests else ():
        nodes = [forests.get(node.name, node) for node in graph.nodes]
        graph.nodes = [node for node in nodes if not node.name.startswith(around)]


def _attribute(
    node: NodeProto, proto: AttributeProto, graphs: dict[str, Graph], in_place: dict[str, np.ndarray], where: str
) -> Attribute | None:
    if proto.type != AttributeProto.GRAPH:
        return attribute_of(proto, f"{where}: node '{node.name}'")
    _read_graph(proto.g, proto.g.name, graphs, in_place, where)
    outputs, inputs = ([each.name for each in given] for given in (proto.g.output, proto.g.input))
    return Subgraph(proto.g.name, outputs, inputs)
