"""Operators that read images between their pixels: GridSample and RoiAlign."""

from __future__ import annotations

from ...graph import Node

MODES = {"bilinear": "linear", "bicubic": "cubic"}


def grid_sample_to_20(node: Node, values: object) -> list[Node]:
    """Modes lost the name of two axes when more became allowed."""
    mode = str(node.attributes.get("mode"))
    if mode in MODES:
        node.attributes["mode"] = MODES[mode]
    return [node]


def roi_align_to_16(node: Node, values: object) -> list[Node]:
    """Says where the pixels lie: not half a pixel further, which is what holds without a word since then."""
    node.attributes.setdefault("coordinate_transformation_mode", "output_half_pixel")
    return [node]
