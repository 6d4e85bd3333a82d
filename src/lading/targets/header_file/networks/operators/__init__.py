"""Operators as C++: functions of the writer and the node that write the node's results. One file holds one family."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from . import (
    activations,
    attention,
    convolution,
    edges,
    elementwise,
    layout,
    normalization,
    picking,
    pooling,
    products,
    recurrent,
    reductions,
)

if TYPE_CHECKING:
    from .....graph import Node
    from ..writing import Writer

__all__ = ["OPERATORS"]

OPERATORS: dict[str, Callable[[Writer, Node], None]] = {
    **activations.OPERATORS,
    **elementwise.OPERATORS,
    **layout.OPERATORS,
    **picking.OPERATORS,
    **products.OPERATORS,
    **normalization.OPERATORS,
    **reductions.OPERATORS,
    **convolution.OPERATORS,
    **edges.OPERATORS,
    **pooling.OPERATORS,
    **recurrent.OPERATORS,
    **attention.OPERATORS,
}
