"""Made-up inputs on which a model and its source are compared."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ..endpoints import Axis, Input
from ..graph import dtype_of
from .typical import Typical, typical_values

if TYPE_CHECKING:
    from ..model import Model

BATCHES = (1, 7, 64)
LENGTHS = (40, 2, 1, 0)

#: The factor by which large inputs are larger than usual ones.
LARGE = 1000.0

#: Entries of ``many_entries``, or how many lengths of sequences.
MANY, MANY_LENGTHS = 2000, 24

#: Inputs that are 0 or 1, by their names.
_MASK = re.compile(r"mask|valid|padding", re.I)


@dataclass
class Case:
    """Tensors for all inputs, of ``entries`` entries."""

    name: str
    tensors: dict[str, np.ndarray]
    entries: int
    large: bool = False


def cases_of(model: Model) -> Iterator[Case]:
    """Batches of 1, 7 and 64, sequences of 0, 1, 2, 40 and the most that is allowed; zeros, and large numbers."""
    sequences = [axis for axis in model.axes.values() if axis.kind == "sequence"]
    make = _Maker(model, sequences)
    batches = BATCHES if model.batched else (1,)
    for entries in batches:
        for length in _lengths(sequences):
            if entries == BATCHES[-1] and length not in (LENGTHS[0], None):
                continue
            yield make.case(entries, length)
    if len(sequences) > 1:
        yield make.case(batches[-1] if len(batches) == 1 else 7, LENGTHS[0], apart=True)
    for factor in (0.0, LARGE):
        yield make.case(batches[len(batches) // 2], LENGTHS[0] if sequences else None, factor=factor)


def many_entries(model: Model, spread: float) -> Iterator[Case]:
    """Some thousand entries, or some dozen with sequences, ``spread`` times as wide as usual."""
    sequences = [axis for axis in model.axes.values() if axis.kind == "sequence"]
    make = _Maker(model, sequences)
    if model.batched and not sequences:
        yield make.case(MANY, None, factor=spread)
    else:
        yield from (make.case(1, length, factor=spread) for length in range(1, MANY_LENGTHS + 1))


def case_of(model: Model, entries: int, length: int) -> Case:
    """Inputs of so many entries (1 where the graph takes one at a time), sequences as long as their axes let be."""
    sequences = [axis for axis in model.axes.values() if axis.kind == "sequence"]
    return _Maker(model, sequences).case(entries if model.batched else 1, length if sequences else None)


def case_of_example(model: Model, tensors: dict[str, np.ndarray]) -> Case:
    """The inputs that a source was converted with."""
    axis = model.entry_axis
    lengths = [tensors[given.name].shape[given.axes.index(axis)] for given in model.input_list if axis in given.axes]
    return Case("the example", tensors, lengths[0] if lengths else 1)


def _lengths(sequences: list[Axis]) -> list[int | None]:
    if not sequences:
        return [None]
    most = [axis.max for axis in sequences if axis.max is not None]
    return list(dict.fromkeys([*LENGTHS, *most]))


def is_mask(given: Input) -> bool:
    """Whether an input holds 0 and 1 (or other two numbers) to say what is there."""
    return given.mask is not None or bool(_MASK.search(given.name))


class _Maker:
    def __init__(self, model: Model, sequences: list[Axis]):
        self._model, self._sequences = model, sequences
        self._typical = typical_values(model)
        self._random = np.random.default_rng(20)

    def case(self, entries: int, length: int | None, apart: bool = False, factor: float = 1.0) -> Case:
        """Inputs of ``length`` elements (``apart``: another number along each sequence), ``factor`` times as large."""
        lengths = {}
        for i, axis in enumerate(self._sequences):
            wanted = (length or 0) - (11 * i if apart else 0)
            lengths[axis.name] = min(max(wanted, axis.min), wanted if axis.max is None else axis.max)
        tensors = {
            given.name: self._tensor(given, {**lengths, self._model.entry_axis: entries}, factor)
            for given in self._model.input_list
        }
        return Case(self._name(entries, lengths, factor), tensors, entries, factor == LARGE)

    def _name(self, entries: int, lengths: dict[str, int], factor: float) -> str:
        parts = [f"{name} {length}" for name, length in lengths.items()]
        if self._model.batched:
            parts.insert(0, f"batch {entries}")
        kind = {0.0: "zeros", LARGE: "large numbers"}.get(factor)
        return ", ".join(([kind] if kind else []) + parts) or "one entry"

    def _tensor(self, given: Input, lengths: dict[str, int], factor: float) -> np.ndarray:
        shape = tuple(self._size(given, use, lengths) for use in given.axes)
        if given.type == "bool":
            return self._random.random(shape) < 0.7
        if is_mask(given):
            values = np.asarray(self._random.random(shape) < 0.7, np.float64)
            if given.mask is not None:
                values = np.where(values > 0, given.mask.present, given.mask.absent)
            return np.asarray(values, dtype_of(given.type))
        if not given.type.startswith("float"):
            return np.asarray(self._random.integers(0, 3, shape), dtype_of(given.type))
        typical = self._typical.get(given.name, Typical())
        values = (self._random.normal(size=shape) * typical.scale + typical.center) * factor
        self._put_categories(given, values)
        return np.asarray(values, dtype_of(given.type))

    def _put_categories(self, given: Input, values: np.ndarray) -> None:
        """Variables with categories enter as the place of one."""
        if "variable" in given.axes:
            columns = np.moveaxis(values, given.axes.index("variable"), 0)
            for column, variable in zip(columns, given.variable_list, strict=True):
                if variable.categories is not None:
                    column[...] = self._random.integers(0, len(variable.categories), column.shape)

    def _size(self, given: Input, use: str | int, lengths: dict[str, int]) -> int:
        if isinstance(use, int):
            return use
        if use == "variable":
            return len(given.variable_list)
        return lengths[use] if use in lengths else self._model.axes[use].size or 1
