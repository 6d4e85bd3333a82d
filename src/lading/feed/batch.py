"""The columns of one run, held against each other: entries and lengths must agree."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from ..errors import ValueRefused
from ..folds import key_of
from .jagged import Items, items_of
from .leading import Leading

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..endpoints import Input, Variable
    from ..model import Model


@dataclass
class Column:
    """The numbers of one variable: ``values`` (items, ...) as fed, in ``unit`` (None: the model's)."""

    values: np.ndarray
    unit: str | None = None


@dataclass
class Batch:
    """All that one run needs. ``columns`` by (input, variable); variable None where slots have no names."""

    entries: int
    leading: Leading
    columns: dict[tuple[str, str | None], Column] = field(default_factory=dict)
    counts: dict[str, np.ndarray] = field(default_factory=dict)
    forms: dict[str, str] = field(default_factory=dict)  # sequence axis -> form its elements came in
    widths: dict[str, int] = field(default_factory=dict)  # sequence axis -> length of padded or regular rows
    valid: dict[str, np.ndarray] = field(default_factory=dict)  # sequence axis -> real elements of padded rows
    axis_of: dict[tuple[str, str | None], str] = field(default_factory=dict)  # columns that run along a sequence


class Gathering:
    """Collects columns and holds them against each other: entries and lengths must agree."""

    def __init__(self, model: Model, units: Mapping[tuple[str, str | None], str]) -> None:
        self.model, self.units = model, units
        self.columns: dict[tuple[str, str | None], Column] = {}
        self.leading: tuple[str, Items] | None = None
        self.sequences: dict[str, tuple[str, Items]] = {}
        self.axis_of: dict[tuple[str, str | None], str] = {}
        self._has_sequence = any(model.sequence_axis(given.axes) for given in model.input_list)

    def add(self, given: Input, variable: Variable | None, values: Any, valid: np.ndarray | None = None) -> None:
        text = f"input '{given.name}'" if variable is None else f"variable '{variable.name}' of input '{given.name}'"
        axis = self.model.sequence_axis(given.axes)
        if valid is not None and axis is None and getattr(values, "shape", None) != valid.shape and self._has_sequence:
            valid = None  # it marks the elements of another input
        items = items_of(values, axis is not None, self.model.item_shape(given), text, valid)
        items.values = items.values.reshape((len(items.values), *self.model.fixed_shape(given)))
        name = variable.name if variable is not None else None
        if self.model.folds is not None and (given.name, name) == key_of(self.model):
            items = self._spread(items)
        self._agree_on_entries(text, items)
        if axis is not None:
            self._agree_on_lengths(axis, text, items)
        unit = self.units.get((given.name, name)) if name is not None else None
        self.columns[given.name, name] = Column(items.values, unit)
        if axis is not None:
            self.axis_of[given.name, name] = axis

    def _spread(self, key: Items) -> Items:
        """A key of which there is one for each list of entries, repeated for the entries of its list."""
        leading = self.leading[1].leading if self.leading else Leading(())
        if leading.counts:
            above = Leading(leading.shape, leading.counts[:-1])
        elif len(leading.shape) > 1:
            above = Leading(leading.shape[:-1])
        else:
            return key
        if not above.same(key.leading):
            return key
        return replace(key, values=np.repeat(key.values, leading.lists[-1], axis=0), leading=leading)

    def _agree_on_entries(self, text: str, items: Items) -> None:
        if self.leading is None:
            self.leading = (text, items)
            return
        other, first = self.leading
        if items.is_empty_list and first.leading.shape == (0,):
            items.leading, items.counts = first.leading, np.zeros(0, np.int64)
        if not first.leading.same(items.leading):
            raise ValueRefused(f"{text} {items.arrangement}, {other} {first.arrangement}")

    def _agree_on_lengths(self, axis: str, text: str, items: Items) -> None:
        assert items.counts is not None
        other, first = self.sequences.setdefault(axis, (text, items))
        if first is items:
            return
        assert first.counts is not None
        if not np.array_equal(first.counts, items.counts):
            at = int(np.flatnonzero(first.counts != items.counts)[0])
            raise ValueRefused(
                f"{text} and {other} share axis '{axis}' but differ in length: {items.counts[at]} and "
                f"{first.counts[at]} elements in entry {at}"
            )

    def batch(self) -> Batch:
        leading = self.leading[1].leading if self.leading else Leading((1,))
        batch = Batch(leading.count, leading, self.columns, axis_of=self.axis_of)
        for axis, (_, items) in self.sequences.items():
            assert items.counts is not None
            batch.counts[axis], batch.forms[axis] = items.counts, items.form
            batch.widths[axis] = items.width
            if items.valid is not None:
                batch.valid[axis] = items.valid
        return batch
