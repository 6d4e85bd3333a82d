"""Domains of operators."""

from __future__ import annotations

#: Who defines the operators of a domain, for messages.
OWNERS = {
    "ai.onnx.ml": "ONNX-ML",
    "ai.onnx.preview": "a preview of ONNX",
    "ai.onnx.preview.training": "ONNX's training operators",
    "com.microsoft": "ONNX Runtime",
    "com.microsoft.nchwc": "ONNX Runtime",
    "qonnx.custom_op.general": "QONNX",
    "onnx.brevitas": "Brevitas",
}


def standard(domain: str) -> str:
    """ONNX's own domain has two spellings."""
    return "" if domain == "ai.onnx" else domain
