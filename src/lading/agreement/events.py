"""Made-up raw events for a model, so that one without data has a self-test too."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from ..endpoints import Input, Variable, of_fold, usual_raw
from ..folds import key_of
from .cases import is_mask
from .typical import Typical, typical_values

if TYPE_CHECKING:
    from ..model import Model

ENTRIES = 16

#: Elements of the first entries; the others have any number up to the most.
FIRST_LENGTHS = (0, 1, 2)
MOST = 40


def made_up_events(
    model: Model, seed: int = 7, entries: int = ENTRIES, counts: Mapping[str, np.ndarray] | None = None
) -> dict[str, Any]:
    """Events in the form that ``Model.run`` takes: raw values by input and variable, sequences as (values, counts).

    Raw values are such that the preparation brings them to where the network expects them. ``counts``: how many
    elements each entry has, (entries,) by sequence axis, where that is not left to chance.
    """
    return _Events(model, seed, entries, counts).all()


class _Events:
    def __init__(self, model: Model, seed: int, entries: int, counts: Mapping[str, np.ndarray] | None):
        self._model, self._random, self._entries = model, np.random.default_rng(seed), entries
        self._typical = typical_values(model)
        self._counts = counts or {axis.name: self._lengths(axis.min, axis.max) for axis in model.axes.values()
                                  if axis.kind == "sequence"}  # fmt: skip

    def all(self) -> dict[str, Any]:
        fed = [given for given in self._model.input_list if given.is_fed]
        return {given.name: self._input(given) for given in fed}

    def _lengths(self, least: int, most: int | None) -> np.ndarray:
        top = min(most, MOST) if most is not None else MOST
        counts = self._random.integers(least, max(top, least) + 1, self._entries)
        counts[: len(FIRST_LENGTHS)] = np.clip(FIRST_LENGTHS, least, top)
        return counts.astype(np.int64)

    def _input(self, given: Input) -> Any:
        axis = self._model.sequence_axis(given.axes)
        items = self._entries if axis is None else int(self._counts[axis].sum())
        if (picking := self._keys(given, items)) is not None:
            return picking
        prepared = self._prepared(given, items)
        if not given.variable_list:
            return self._with_counts(self._item(given, prepared.astype(given.type)), axis)
        at = self._variable_axis(given)
        raw = {
            variable.name: self._raw(given, variable, np.take(prepared, i, at))
            for i, variable in enumerate(given.variable_list) if variable.source is None
        }  # fmt: skip
        return {name: self._with_counts(self._item(given, values), axis) for name, values in raw.items()}

    def _keys(self, given: Input, items: int) -> Any:
        """For an input that holds the key of folds and nothing else: keys that pick them in turn."""
        folds = self._model.folds
        if folds is None or key_of(self._model)[0] != given.name or len(given.variable_list) > 1:
            return None
        keys = self._item(given, folds.keys(np.arange(items) % len(folds.graphs)))
        return {given.variable_list[0].name: keys} if given.variable_list else keys

    def _item(self, given: Input, values: np.ndarray) -> np.ndarray:
        """Values in the shape that users feed."""
        return values.reshape((len(values), *self._model.item_shape(given)))

    def _with_counts(self, values: np.ndarray, axis: str | None) -> Any:
        return values if axis is None else (values, self._counts[axis])

    def _prepared(self, given: Input, items: int) -> np.ndarray:
        """(items, the fixed axes and the variables in their order), as the graph would see them."""
        moving = self._moving(given)
        shape = [self._size(given, use) for use in given.axes]
        if moving is None:
            shape = [items, *shape]
        else:
            shape[moving] = items
        if given.type == "bool" or is_mask(given):
            values = (self._random.random(shape) < 0.7).astype(np.float64)
        elif given.type.startswith("float"):
            typical = self._typical.get(given.name, Typical())
            values = self._random.normal(size=shape) * typical.scale + typical.center
        else:
            values = self._random.integers(0, 3, shape).astype(np.float64)
        if moving is None:
            return values
        entry = self._model.entry_axis
        if self._model.sequence_axis(given.axes) is not None and entry in given.axes:
            at = given.axes.index(entry)
            values = np.squeeze(values, at)
            moving -= at < moving
        return np.moveaxis(values, moving, 0)

    def _moving(self, given: Input) -> int | None:
        """The axis along which items stand: the sequence, else the entries; None if the tensor has neither."""
        axis = self._model.sequence_axis(given.axes) or self._model.entry_axis
        return given.axes.index(axis) if axis in given.axes else None

    def _size(self, given: Input, use: str | int) -> int:
        if isinstance(use, int):
            return use
        if use == "variable":
            return len(given.variable_list)
        return self._model.axes[use].size or 1 if use in self._model.axes else 1

    def _variable_axis(self, given: Input) -> int:
        entry, sequence = self._model.entry_axis, self._model.sequence_axis(given.axes)
        left = [use for use in given.axes if use not in (entry, sequence)]
        return 1 + left.index("variable")

    def _raw(self, given: Input, variable: Variable, prepared: np.ndarray) -> np.ndarray:
        raw = variable.raw or usual_raw(given.type)
        if variable.categories is not None:
            return self._random.choice(variable.categories, prepared.shape).astype(raw)
        values = prepared
        for step in reversed(of_fold(variable.prepare, 0)):
            values = _undo(step, values)
        values = np.rint(values) if raw == "int64" else values
        return values.astype(raw)


def _undo(step: Any, values: np.ndarray) -> np.ndarray:
    """The value before a step of preparation, as far as it can be told."""
    verb, number = next(iter(step.items())) if isinstance(step, dict) else (step, 0.0)
    undo = {
        "add": lambda x: x - number,
        "subtract": lambda x: x + number,
        "multiply": lambda x: x / (number or 1),
        "divide": lambda x: x * number,
        "sqrt": lambda x: x * x,
        "log": lambda x: np.exp(np.clip(x, -50, 50)),
        "log10": lambda x: 10.0 ** np.clip(x, -20, 20),
        "log1p": lambda x: np.expm1(np.clip(x, -50, 50)),
    }
    return np.asarray(undo[verb](values)) if verb in undo else values
