"""Arithmetic, comparison and logic 7, and Gemm 7, broadcast as NumPy does; before, only where told to."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ...graph import Node
from .refused import Refused

if TYPE_CHECKING:
    from . import Values


def to_7(node: Node, values: Values) -> list[Node]:
    """With ``axis`` the second input begins at that axis of the first: it gets axes of length 1 behind its own."""
    broadcast, axis = node.attributes.pop("broadcast", 0), node.attributes.pop("axis", None)
    if not broadcast or axis is None:
        return [node]
    ranks = [values.shape(operand) for operand in node.inputs]
    if ranks[0] is None or ranks[1] is None:
        raise Refused("it broadcasts along an axis, and the shapes of its inputs are not known; export it again")
    own = len(ranks[1])
    behind = len(ranks[0]) - int(axis) % max(len(ranks[0]), 1) - own  # type: ignore[arg-type]
    if behind <= 0:
        return [node]
    widened = values.fresh(f"{node.outputs[0]}.b")
    places = np.arange(own, own + behind)
    unsqueeze = Node(f"{node.name}/Unsqueeze", "Unsqueeze", [node.inputs[1], places], [widened])
    node.inputs[1] = widened
    return [unsqueeze, node]


def prelu_to_7(node: Node, values: Values) -> list[Node]:
    """One slope for each channel gets axes of length 1 for the axes behind the channels."""
    shape, slope = (values.shape(operand) for operand in node.inputs)
    if shape is None or slope is None:
        raise Refused("the shapes of its inputs are not known; export it again")
    if slope in ((), (1,)) or len(slope) > 1 or len(shape) <= 2:
        return [node]
    widened = values.fresh(f"{node.outputs[0]}.slope")
    unsqueeze = Node(f"{node.name}/Unsqueeze", "Unsqueeze", [node.inputs[1], np.arange(1, len(shape) - 1)], [widened])
    node.inputs[1] = widened
    return [unsqueeze, node]


def gemm_to_7(node: Node, values: object) -> list[Node]:
    """``broadcast`` is no longer asked for."""
    node.attributes.pop("broadcast", None)
    return [node]


def is_test_to_7(node: Node, values: object) -> list[Node]:
    """``is_test`` said whether the network was trained; those that are read here are."""
    node.attributes.pop("is_test", None)
    return [node]
