"""Numbers that were attributes and become inputs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ...graph import Node, dtype_of
from .refused import Refused

if TYPE_CHECKING:
    from . import Values


def number(value: float, node: Node, values: Values, name: str) -> str | np.ndarray:
    """A 0-d input of the type of the node's first input, for an operator that wants both to be of one type."""
    kind = values.type(node.inputs[0])
    if kind is None:
        raise Refused("the element type of its input is not known; export it with a newer opset (13 or more)")
    if kind == "bfloat16":
        raise Refused("bfloat16 in an opset that does not have it")
    array = np.array(value).astype(dtype_of(kind))
    return values.weight(array, f"{node.outputs[0]}.{name}") if kind == "float16" else array


def integers(value: object) -> np.ndarray:
    """A list of integers as an input."""
    return np.array(value, np.int64).reshape(-1)
