"""Every node in the pinned opset: one rule for each operator that changed between opset 6 and the pin.

A rule is a function from a node of the older form to nodes of the newer one. It stands in the table under
the opset that brought the newer form; a node goes through the rules between its own opset and the pin, in
order. Nodes that a rule puts in beside the changed one are written in the pinned form from the start.
What rules need to know of values, and how they make new ones, is ``Values``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

import numpy as np

from ...graph import OPSET, Node
from . import (
    axes,
    batch_normalization,
    broadcasting,
    clip,
    dft,
    dropout,
    group_normalization,
    images,
    newer,
    pad,
    resize,
    scatter,
    slice,
    softmax,
    split,
    top_k,
)
from .refused import Refused

__all__ = ["OLDEST", "UPGRADED", "Refused", "Values", "upgrade"]

#: Older opsets carry attributes of which nobody knows what they meant. ONNX Runtime reads 7 and newer.
OLDEST = 6


class Values(Protocol):
    """What a rule may ask about the values of a model, and how it makes new ones."""

    def fresh(self, name: str) -> str: ...
    def type(self, operand: str | np.ndarray) -> str | None: ...
    def shape(self, operand: str | np.ndarray) -> tuple[int | None, ...] | None: ...
    def constant(self, operand: str | np.ndarray) -> np.ndarray | None: ...
    def weight(self, array: np.ndarray, name: str) -> str: ...


Rule = Callable[[Node, Values], list[Node]]

BINARY = ("Add", "And", "Div", "Equal", "Greater", "Less", "Mul", "Or", "Pow", "Sub", "Xor")

#: Operator -> the opset in which its new form begins -> the rule that leads there.
RULES: dict[str, dict[int, Rule]] = {
    **{operator: {7: broadcasting.to_7} for operator in BINARY},
    "BatchNormalization": {7: broadcasting.is_test_to_7, 9: batch_normalization.to_9, 14: batch_normalization.to_14},
    "Clip": {11: clip.to_11},
    "DFT": {20: dft.to_20},
    "Dropout": {7: broadcasting.is_test_to_7, 12: dropout.to_12},
    "Gemm": {7: broadcasting.gemm_to_7},
    "GridSample": {20: images.grid_sample_to_20},
    "GroupNormalization": {21: group_normalization.to_21},
    "Hardmax": {13: softmax.to_13},
    "LogSoftmax": {13: softmax.to_13},
    "PRelu": {7: broadcasting.prelu_to_7},
    "Pad": {11: pad.to_11},
    "ReduceSum": {13: axes.to_input},
    **{f"Reduce{kind}": {18: axes.to_input}
       for kind in ("L1", "L2", "LogSum", "LogSumExp", "Max", "Mean", "Min", "Prod", "SumSquare")},
    "Resize": {11: resize.to_11, 13: resize.to_13},
    "RoiAlign": {16: images.roi_align_to_16},
    "Scatter": {11: scatter.to_11},
    "Slice": {10: slice.to_10},
    "Softmax": {13: softmax.to_13},
    "Split": {13: split.to_13, 18: split.to_18},
    "Squeeze": {13: axes.to_input},
    "TopK": {10: top_k.to_10},
    "Unsqueeze": {13: axes.to_input},
    "Upsample": {9: resize.upsample_to_9, 10: resize.upsample_to_10},
}  # fmt: skip

#: What is done to operators of any opset: training is refused or left out, a word of TensorFlow's is translated.
LAST: dict[str, Rule] = {
    "BatchNormalization": batch_normalization.trained,
    "Dropout": dropout.trained,
    "Resize": resize.without_tensorflow,
}

#: Operators that exist only in older opsets and become others.
UPGRADED = ("Scatter", "Upsample")


def upgrade(node: Node, version: int, values: Values) -> list[Node]:
    """The node of opset ``version`` as nodes of the pinned opset. Raises Refused with the reason."""
    if version > OPSET:
        newer.reduce(node, version, values)
    newer.check_attributes(node, version)
    pinned = _upgrade(node, version, values)
    result: list[Node] = []
    for made in pinned:
        result += LAST[made.operator](made, values) if made.operator in LAST else [made]
    return result


def _upgrade(node: Node, version: int, values: Values) -> list[Node]:
    for opset, rule in sorted(RULES.get(node.operator, {}).items()):
        if version < opset:
            upgraded = rule(node, values)
            return [each for made in upgraded for each in _upgrade(made, opset, values)]
    return [node]
