"""Resize, and Upsample, which it replaced.

Upsample and Resize 10 place pixel i of the output at i / scale of the input and take the one before it
(when they shrink, the one after it). Resize 11 says so in attributes, of which other values are the default.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ...graph import Node
from .refused import Refused

if TYPE_CHECKING:
    from . import Values


def upsample_to_9(node: Node, values: Values) -> list[Node]:
    """``scales`` become an input."""
    scales = node.attributes.pop("scales", None)
    if scales is not None:
        node.inputs = [node.inputs[0], np.array(scales, np.float32)]
    return [node]


def upsample_to_10(node: Node, values: Values) -> list[Node]:
    """Another name for Resize 10."""
    node.operator = "Resize"
    return [node]


def to_11(node: Node, values: Values) -> list[Node]:
    """Says where the pixels lie, and adds the empty place of ``roi``."""
    mode, scales = node.attributes.get("mode", "nearest"), values.constant(node.inputs[1])
    node.inputs = [node.inputs[0], "", node.inputs[1]]
    node.attributes["coordinate_transformation_mode"] = "asymmetric"
    if mode != "nearest":
        return [node]
    shrinks = scales is not None and bool(np.any(scales < 1))
    if shrinks and scales is not None and bool(np.any(scales > 1)):
        raise Refused("it grows along one axis and shrinks along another; export with opset 11 or more")
    node.attributes["nearest_mode"] = "ceil" if shrinks else "floor"
    return [node]


def to_13(node: Node, values: Values) -> list[Node]:
    """Inputs that were there only to be empty are left out."""
    for index in (1, 2):
        array = values.constant(node.inputs[index]) if len(node.inputs) > index else None
        if array is not None and array.size == 0:
            node.inputs[index] = ""
    return [node]


def without_tensorflow(node: Node, values: Values) -> list[Node]:
    """``tf_half_pixel_for_nn``, which opset 13 dropped and tf2onnx writes all the same, in another way.

    There x = (i + 0.5) / scale, rounded down; half_pixel is half less, so that rounding to nearest is the same.
    """
    if node.attributes.get("coordinate_transformation_mode") == "tf_half_pixel_for_nn":
        if node.attributes.get("nearest_mode", "round_prefer_floor") != "floor":
            raise Refused("tf_half_pixel_for_nn with another rounding than floor; export it with half_pixel")
        node.attributes |= {"coordinate_transformation_mode": "half_pixel", "nearest_mode": "round_prefer_ceil"}
    return [node]
