"""The forests of a model that is exported: as ONNX nodes, and in the metadata as they are."""

from __future__ import annotations

import base64
import json
import zlib
from typing import TYPE_CHECKING, Any

from ..bundle.safetensors import to_bytes
from . import onnx_trees

if TYPE_CHECKING:
    from onnx import ModelProto

    from ..graph import Node
    from ..model import Model

SUM = "ONNX does not fix the order in which trees are added: scores agree with lading's to rounding, not to the bit"


class Forests:
    """The forests of one model being exported."""

    def __init__(self, model: Model, operators: str, where: str):
        self._model, self._operators, self._where = model, operators, where
        self._nodes: dict[str, dict[str, Any]] = {}
        nodes = [node for graph in model.graphs.values() for node in graph.nodes]
        others = {name for node in nodes if not onnx_trees.is_forest(node) for name in node.reads()}
        others |= {str(node.inputs[0]) for node in nodes if onnx_trees.is_forest(node)}
        read = {name for node in nodes if onnx_trees.is_forest(node) for name in node.reads()}
        self.arrays = {name: model.weights[name] for name in read - others if name in model.weights}

    def plant(self, node: Node) -> onnx_trees.Planted:
        """The ONNX nodes of a forest; it is kept as it is besides."""
        inputs = []
        for at, operand in enumerate(node.inputs):
            if not isinstance(operand, str):
                self.arrays[f"{node.name}/{at}"] = operand
                operand = f"{node.name}/{at}"
            inputs.append(operand)
        self._nodes[node.name] = {"inputs": inputs, "outputs": node.outputs, "attributes": node.attributes}
        return onnx_trees.planted(self._model, node, self._operators, self._where)

    def metadata(self, proto: ModelProto) -> dict[str, str]:
        """What goes into ``metadata_props``."""
        if not self._nodes:
            return {}
        from ..sources.onnx_file.exported_forests import FORESTS, written

        arrays = base64.b64encode(zlib.compress(to_bytes(self.arrays), 9)).decode()
        said = {"sum": SUM, "nodes": self._nodes, "written": written(proto.graph), "arrays": arrays}
        return {FORESTS: json.dumps(said, sort_keys=True)}
