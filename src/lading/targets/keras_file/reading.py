"""A node of the model as Keras sees it: its operands as results of layers, or as constants."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from ...errors import UnsupportedError
from ...graph import Node
from ..layers.operands import Operands
from .growth import ENTRY, Axis, Growth, Item

__all__ = ["Reading"]


class Reading(Operands):
    """``items`` are the values that are known so far."""

    def __init__(self, node: Node, items: Mapping[str, Item], weights: Mapping[str, np.ndarray], growth: Growth):
        super().__init__(node, weights, "Keras")
        self.growth, self.items = growth, items

    @property
    def name(self) -> str:
        return self.node.name

    def item(self, at: int) -> Item:
        """Operand ``at`` as a result of Keras."""
        operand = self.node.inputs[at] if self.has(at) else ""
        found = self.items.get(operand) if isinstance(operand, str) else None
        if found is None:
            raise self.refuse(f"operand {at} is a constant or no result of a layer; Keras has layers on results")
        return found

    def plain(self, at: int) -> Item:
        """Operand ``at`` with the axes of a tensor of Keras, entries first."""
        try:
            return self.growth.plain(self.item(at), self.name)
        except UnsupportedError as error:
            raise self.refuse(f"operand {at}: {error}") from None

    def arranged(self, at: int, *order: int) -> Item:
        """Operand ``at`` as a tensor of Keras with its own axes in another order, the entries first."""
        x = self.item(at)
        axes = [axis for each in order if isinstance(axis := x.axes[each % len(x.axes)], int)]
        if len(axes) != len(order) or len(x.axes) != len(order) or axes[0] != self.growth.batch or min(axes[1:]) < 1:
            raise self.refuse("its axes do not stand as the layer of Keras takes them")
        return self.growth.turned(x, [ENTRY, *axes[1:]], self.name)

    def rows(self, at: int) -> Item:
        """Operand ``at`` with its last axis in the place of Keras', whatever stands before it."""
        x = self.item(at)
        return x if x.axes[-1:] == (len(x.shape),) else self.plain(at)

    def alike(self, places: Sequence[int] | None = None, one_type: bool = True) -> list[Item]:
        """Operands (all, or those at ``places``) with the same axes, as they are or put right."""
        places = range(len(self.node.inputs)) if places is None else places
        items = [self.item(at) for at in places]
        if not items:
            raise self.refuse("constants alone; Keras has layers on results")
        if len({each.axes for each in items}) > 1 or len({len(each.shape) for each in items}) > 1:
            items = [self.plain(at) for at in places]
        if len({len(each.shape) for each in items}) > 1:
            raise self.refuse("its operands have different numbers of axes, which layers of Keras do not join")
        if one_type and len({each.type for each in items}) > 1:
            raise self.refuse("its operands are of different types")
        return items

    def axis(self, x: Item, axis: int) -> int:
        """The axis of Keras' tensor that is ``axis`` of the value; not that of the entries."""
        found: Axis = x.axes[axis % len(x.axes)]
        if not isinstance(found, int) or found <= ENTRY:
            raise self.refuse(f"runs along axis {axis}, which holds the entries, or is none of the tensor in Keras")
        return found

    def row(self, array: np.ndarray, x: Item) -> float | list[float]:
        """A constant as one number, or as one for each column of Keras' last axis."""
        if array.size == 1 and array.ndim <= len(x.axes):
            return float(array.ravel()[0])
        shape = (1,) * (len(x.axes) - array.ndim) + array.shape
        long = [at for at, n in enumerate(shape) if n != 1]
        fits = array.ndim <= len(x.axes) and len(long) == 1 and bool(x.shape) and x.axes[long[0]] == len(x.shape)
        if not fits or x.shape[-1] != array.size:
            raise self.refuse(f"a constant of shape {list(array.shape)} is not one number for each column of the last "
                              "axis, as Keras has it")  # fmt: skip
        return [float(each) for each in array.ravel()]

    def same(self, x: Item, made: Item) -> Item:
        """What was made of ``x`` number by number, with the axes of ``x``."""
        return replace(made, axes=x.axes)
