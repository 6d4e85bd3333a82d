"""The layers and functions of a functional model as they grow, and which of their results a value of the model is."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from math import prod
from typing import Any

import numpy as np

from ...errors import UnsupportedError
from ...graph import free_name

__all__ = ["ENTRY", "ONE", "Axis", "Growth", "Item", "Made"]

ENTRY, ONE = 0, -1

#: An axis of a tensor: the axis of Keras' tensor that it is (0: the entries), ONE, or one of the two halves into which
#: an axis is cut: (axis, True) is which half, (axis, False) the place in it.
Axis = int | tuple[int, bool]


@dataclass(frozen=True)
class Item:
    """A result of Keras that holds a value of the model: ``shape`` behind the entries, and which axis each axis is."""

    made: int
    shape: tuple[int | None, ...]
    axes: tuple[Axis, ...]
    type: str
    shared: bool = False

    def length(self, axis: Axis) -> int | None:
        """How long it is; None for entries and sequences."""
        if isinstance(axis, tuple):
            whole = self.shape[axis[0] - 1]
            return 2 if axis[1] else None if whole is None else whole // 2
        return 1 if axis == ONE else None if axis == ENTRY else self.shape[axis - 1]

    def lengths(self) -> list[int | None]:
        return [self.length(axis) for axis in self.axes]


@dataclass
class Made:
    """A layer (``weights`` by the path of its parts), or a function of ``keras.ops``, by its ``module``."""

    kind: str
    name: str
    sources: list[int]
    config: dict[str, Any]
    shape: tuple[int | None, ...]
    type: str
    weights: dict[str, list[np.ndarray]] = field(default_factory=dict)
    module: str = "keras.layers"
    call: tuple[Any, ...] = ()  # what it is called with, None for each of its tensors; empty: these alone
    named: bool = False  # after an output

    @property
    def is_layer(self) -> bool:
        return self.module == "keras.layers"


def _without_signs(name: str) -> str:
    return re.sub(r"[/.\s]", "_", name) or "layer"


class Growth:
    """All that was made so far; an item names it by its place.

    ``alone``: the graph is of one entry, its values have no axis of entries; Keras' tensors have it all the same.
    ``batch`` is what stands in its place where an operator wants one.
    """

    def __init__(self, alone: bool = False) -> None:
        self.alone, self.batch = alone, ONE if alone else ENTRY
        self.made: list[Made] = []
        self.taken: set[str] = set()
        self._reserved: set[str] = set()

    def reserve(self, names: Iterable[str]) -> None:
        """Keeps names for outputs, but what inputs are called already."""
        self._reserved = {_without_signs(name) for name in names} - self.taken
        self.taken |= self._reserved

    def reserved(self, name: str) -> str:
        """The name of an output: its own, if that was kept for it."""
        kept = _without_signs(name)
        if kept not in self._reserved:
            return self.name(kept)
        self._reserved.discard(kept)
        return kept

    def name(self, wish: str) -> str:
        """A name that no other layer has, without what Keras does not take."""
        return free_name(_without_signs(wish), self.taken)

    def layer(self, kind: str, wish: str, sources: Sequence[Item], shape: Sequence[int | None],
              weights: dict[str, list[np.ndarray]] | None = None, **config: Any) -> Item:  # fmt: skip
        """A layer on whole tensors of Keras; what it gives has the axes of its tensor."""
        shape = tuple(shape)
        type_ = sources[0].type if sources else config["dtype"]
        self.made.append(Made(kind, self.name(wish), [each.made for each in sources], config, shape, type_,
                              weights or {}))  # fmt: skip
        return self.whole(Item(len(self.made) - 1, shape, (), type_))

    def function(self, kind: str, wish: str, sources: Sequence[Item], shape: Sequence[int | None],
                 call: tuple[Any, ...] = (), module: str = "keras.src.ops.numpy", type_: str = "",
                 **config: Any) -> Item:  # fmt: skip
        """A function of ``keras.ops``; ``call``: what it is called with, None for each of its tensors."""
        item = self.layer(kind, wish, sources, shape, **config)
        made = self.made[item.made]
        made.module, made.call, made.type = module, call, type_ or made.type
        return replace(item, type=made.type)

    def whole(self, x: Item) -> Item:
        """``x`` as Keras' own tensor, with the axes of that."""
        return replace(x, axes=tuple(range(int(self.alone), len(x.shape) + 1)))

    def open(self, x: Item, *kinds: str) -> Made | None:
        """The layer that gives ``x``, if it is of these kinds, nobody else reads it and its activation is not said."""
        made = self.made[x.made]
        fits = made.kind in kinds and not x.shared and made.config.get("activation", "linear") == "linear"
        return made if fits else None

    def plain(self, x: Item, wish: str) -> Item:
        """``x`` with its axes in the order of a tensor of Keras: entries first. Raises UnsupportedError."""
        if x.axes == self.whole(x).axes:
            return x
        axes = ((ENTRY,) if self.alone else ()) + x.axes
        order = [axis for axis in axes if isinstance(axis, int) and axis != ONE]
        if axes[:1] != (ENTRY,) or len(order) != len(x.shape) + 1:
            raise UnsupportedError("its entries are not the first axis, where Keras has them")
        turned = self.turned(x, order, wish)
        return turned if ONE not in axes else self.reshaped(turned, [x.length(axis) for axis in axes[1:]], wish)

    def turned(self, x: Item, order: Sequence[int], wish: str) -> Item:
        """Keras' tensor with its axes in another order, entries first."""
        shape = [x.shape[axis - 1] for axis in order[1:]]
        if list(order) == list(range(len(x.shape) + 1)):
            return self.whole(x)
        return self.layer("Permute", f"{wish}_permute", [x], shape, dims=list(order[1:]))

    def reshaped(self, x: Item, shape: Sequence[int | None], wish: str) -> Item:
        """Keras' tensor with the same numbers in another shape. Raises UnsupportedError for two unknown lengths."""
        if sum(each is None for each in shape) > 1:
            raise UnsupportedError("becomes a shape with two lengths that are not fixed")
        whole = None if any(each is None for each in x.shape) else prod(each for each in x.shape if each is not None)
        if whole is not None and None in shape:
            rest = prod(each for each in shape if each is not None)
            shape = [whole // rest if each is None else each for each in shape]
        if len(shape) == 1 and len(x.shape) > 1 and shape[0] is not None:
            return self.layer("Flatten", f"{wish}_flatten", [x], shape)
        target = [-1 if each is None else each for each in shape]
        return self.layer("Reshape", f"{wish}_reshape", [x], shape, target_shape=target)
