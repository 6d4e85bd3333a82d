"""BatchNormalization 9 dropped ``spatial``, 14 says ``training_mode`` instead of counting outputs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ...graph import Node
from .operands import number
from .refused import Refused

if TYPE_CHECKING:
    from . import Values

TRAINING = "it normalises with the numbers of the batch, as in training: call model.eval() before the export"


def to_9(node: Node, values: Values) -> list[Node]:
    """``spatial = 0``, one mean for each element instead of each channel, becomes arithmetic."""
    if node.attributes.pop("spatial", 1) == 1:
        return [node]
    x, scale, bias, mean, variance = node.inputs
    epsilon = number(float(node.attributes.get("epsilon", 1e-5)), node, values, "epsilon")  # type: ignore[arg-type]
    steps: list[tuple[str, list[int | str | np.ndarray]]] = [
        ("Sub", [x, mean]), ("Add", [variance, epsilon]), ("Sqrt", [1]), ("Div", [0, 2]), ("Mul", [3, scale]),
        ("Add", [4, bias]),
    ]  # fmt: skip
    names = [values.fresh(f"{node.outputs[0]}.{operator.lower()}") for operator, _ in steps[:-1]] + [node.outputs[0]]
    return [
        Node(f"{node.name}/{operator}", operator, [names[i] if isinstance(i, int) else i for i in inputs], [name])
        for (operator, inputs), name in zip(steps, names, strict=True)
    ]


def to_14(node: Node, values: object) -> list[Node]:
    """More than one output meant training."""
    if any(node.outputs[1:]):
        raise Refused(TRAINING)
    node.outputs = node.outputs[:1]
    node.attributes.pop("momentum", None)
    return [node]


def trained(node: Node, values: object) -> list[Node]:
    """Training is refused; momentum means nothing without it."""
    if node.attributes.pop("training_mode", 0) or any(node.outputs[1:]):
        raise Refused(TRAINING)
    node.attributes.pop("momentum", None)
    return [node]
