"""LinearRegressor and LinearClassifier: a matrix, a shift, and a post transform."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ...graph import Node
from ..onnx_opsets import Refused
from ..replacement import Operand, Replacement, whole
from .links import transformed

if TYPE_CHECKING:
    from ..onnx_opsets import Values


def regressor(node: Node, values: Values) -> list[Node]:
    """x times the coefficients of each target, plus the intercepts: (n, targets) in float32."""
    to, targets = Replacement(node, values), whole(node, "targets", 1)
    transform = str(node.attributes.get("post_transform", "NONE"))
    if transform not in ("NONE", "SOFTMAX", "LOGISTIC", "SOFTMAX_ZERO", "PROBIT"):
        raise Refused(f"its post transform '{transform}' is not known")
    plain = transform == "NONE" or (targets == 1 and transform != "PROBIT")
    sums = _sums(to, targets, node.outputs[0] if plain else "")
    if not plain:
        transformed(to, sums, transform, node.outputs[0])
    return to.nodes


def classifier(node: Node, values: Values) -> list[Node]:
    """The class with the greatest sum, and the scores of all: (n, classes) in float32."""
    to, given = Replacement(node, values), node.attributes
    texts, numbers = given.get("classlabels_strings", []), given.get("classlabels_ints", [])
    count = len(texts or numbers)  # type: ignore[arg-type]
    coefficients = np.asarray(given.get("coefficients", ()), np.float32)
    rows = len(np.asarray(given.get("intercepts", ()))) or count
    transform = str(given.get("post_transform", "NONE"))
    if count < 2 or rows != count:
        raise Refused("it has another number of sums than of classes; export it with a sum for each class")
    if not len(coefficients):
        raise Refused("it has no coefficients")
    label, scores = (*node.outputs, "")[:2]
    sums = _sums(to, count, scores if transform == "NONE" and scores else "")
    if scores and transform != "NONE":
        transformed(to, sums, transform, scores)
    if label and not texts:
        greatest = to.add("ArgMax", sums, axis=1, keepdims=0)
        classes = to.operand(np.asarray(numbers, np.int64), "classes")
        to.add("Gather", classes, greatest, to=label, axis=0)
    return to.nodes


def _sums(to: Replacement, outputs: int, made: str) -> str:
    coefficients = np.asarray(to.node.attributes.get("coefficients", ()), np.float32)
    if not outputs or coefficients.size % outputs:
        raise Refused(f"its {coefficients.size} coefficients are not those of {outputs} outputs")
    x, kind = to.as_floats(str(to.node.inputs[0]))
    x = x if kind == "float32" else to.cast(x, "float32")
    name = to.node.outputs[-1] or to.node.outputs[0]
    operands: list[Operand] = [x, to.values.weight(coefficients.reshape(outputs, -1), f"{name}.coefficients")]
    intercepts = np.asarray(to.node.attributes.get("intercepts", ()), np.float32)
    if len(intercepts):
        operands.append(to.values.weight(intercepts, f"{name}.intercepts"))
    return to.add("Gemm", *operands, to=made, transB=1)
