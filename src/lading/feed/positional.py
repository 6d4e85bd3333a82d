"""Arrays whose columns are told apart by position: allowed only where the order is said aloud."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from ..errors import UnknownName, ValueRefused, suggestion
from .spelling import column_for

if TYPE_CHECKING:
    from ..endpoints import Input


@dataclass
class Positional:
    """An array (..., n_variables) and the names of its last axis."""

    array: Any
    order: list[str]

    def as_mapping(self, given: Input) -> dict[str, Any]:
        """The columns by name. Raises for names that the input does not have, or that are missing."""
        names = [v.name for v in given.variable_list]
        known = {column_for(name, self.order) for name in names}
        for name in self.order:
            if name not in known:
                raise UnknownName(f"variable '{name}' is not in input '{given.name}' {suggestion(name, names)}")
        return {name: self.array[..., i] for i, name in enumerate(self.order)}


def positional(array: Any, order: list[str]) -> Positional:
    """An array whose last axis holds the variables ``order``, for an input with named variables.

    Raises ValueRefused if the names do not count the columns, or one comes twice.
    """
    array = array if hasattr(array, "layout") else np.asarray(array)
    if isinstance(order, str) or not hasattr(order, "__iter__") or not all(isinstance(name, str) for name in order):
        raise ValueRefused(f"positional: order is {order!r:.60}; expected are the names of the columns: ['pt', 'eta']")
    if len(set(order)) != len(order):
        twice = next(name for name in order if order.count(name) > 1)
        raise ValueRefused(f"positional: '{twice}' comes twice in order")
    if isinstance(array, np.ndarray) and (array.ndim == 0 or array.shape[-1] != len(order)):
        raise ValueRefused(f"positional: order has {len(order)} names, the array's shape is {array.shape}")
    return Positional(array, list(order))
