"""Operators of ONNX in operations of NNEF: functions of the writer and the node that give the node's results."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from . import activations, elementwise, layers, layout, reductions

if TYPE_CHECKING:
    from ....graph import Node
    from ..writing import Value, Writer

__all__ = ["OPERATORS"]

OPERATORS: dict[str, Callable[[Writer, Node], Value | list[Value]]] = {
    **elementwise.OPERATORS,
    **activations.OPERATORS,
    **layout.OPERATORS,
    **layers.OPERATORS,
    **reductions.OPERATORS,
}
