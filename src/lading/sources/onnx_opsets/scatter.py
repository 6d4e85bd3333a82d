"""Scatter is called ScatterElements since opset 11."""

from __future__ import annotations

from ...graph import Node


def to_11(node: Node, values: object) -> list[Node]:
    """Another name for the same operator."""
    node.operator = "ScatterElements"
    return [node]
