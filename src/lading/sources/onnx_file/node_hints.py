"""What an exporter tells of a node's place in the network."""

from __future__ import annotations

import ast

from onnx import NodeProto

#: Where PyTorch's newer exporter keeps the modules around a node, outermost first, and then the call.
SCOPES = "pkg.torch.onnx.name_scopes"


def exporter_name(node: NodeProto) -> str:
    """The node's name in the form ``encoder/layers.0/norm1/LayerNormalization``, as far as the file has one."""
    for property in node.metadata_props:
        if property.key == SCOPES:
            scopes = _scopes(property.value)
            if len(scopes) > 1 and scopes[-2]:
                return f"{scopes[-2]}/{node.op_type}"
    return node.name


def _scopes(text: str) -> list[str]:
    try:
        scopes = ast.literal_eval(text)
    except (ValueError, SyntaxError):
        return []
    return [str(scope) for scope in scopes] if isinstance(scopes, list) else []
