"""Forests of a file that lading exported, as they were: kept in its metadata so that they come back to the bit.

``lading.forests`` is JSON: ``nodes`` (the nodes that run forests, by name), ``arrays`` (those that only they read:
safetensors, compressed, in base 64), ``written`` (the sha256 of what stands for them in the file: who changes that
gets what he wrote), and ``sum`` (a word to those who run the file elsewhere).
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import zlib
from typing import TYPE_CHECKING

from ...bundle.safetensors import from_buffer
from ...errors import FormatError
from ...graph import Node

if TYPE_CHECKING:
    import numpy as np
    from onnx import GraphProto

FORESTS = "lading.forests"


def written(graph: GraphProto) -> str:
    """The sha256 of nodes and tensors that stand for forests: nodes of ONNX-ML, and what has a ``/`` in its name."""
    digest, graphs = hashlib.sha256(), [graph]
    while graphs:
        graph = graphs.pop()
        nodes = [node for node in graph.node if "/" in node.name or node.domain]
        for each in (*nodes, *(tensor for tensor in graph.initializer if "/" in tensor.name)):
            digest.update(each.SerializeToString(deterministic=True))
        graphs += [attribute.g for node in graph.node for attribute in node.attribute if attribute.HasField("g")]
    return digest.hexdigest()


def kept(text: str | None, graph: GraphProto | None) -> tuple[dict[str, Node], dict[str, np.ndarray]]:
    """The nodes by name and the arrays in the metadata ``text``; ``graph`` is None if it is known to be unchanged.

    Raises FormatError for a damaged or changed file.
    """
    if text is None:
        return {}, {}
    try:
        said = json.loads(text)
        data = zlib.decompress(base64.b64decode(said["arrays"], validate=True))
        nodes = {name: Node(name, "lading.TreeEnsemble", list(each["inputs"]), list(each["outputs"]),
                            dict(each["attributes"])) for name, each in said["nodes"].items()}  # fmt: skip
        same = graph is None or said["written"] == written(graph)
    except (ValueError, KeyError, TypeError, AttributeError, zlib.error, binascii.Error, RecursionError) as error:
        raise FormatError(f"{FORESTS}: damaged: {error}") from None
    if not same:
        raise FormatError(f"{FORESTS}: the forests in the file were changed")
    return nodes, dict(from_buffer(data, FORESTS))
