"""The short way in: arrays that are already what the engine takes, in a mapping by input."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from ..endpoints import usual_raw
from ..feed import Batch
from ..feed.jagged import Leading

if TYPE_CHECKING:
    from ..model import Model


class PlainInput(NamedTuple):
    """An input without names, as it must come to need no work: type, and shape of one entry."""

    name: str
    dtype: np.dtype
    shape: tuple[int, ...]


def plain_inputs(model: Model) -> list[PlainInput] | None:
    """The inputs of a model that can be fed the short way: no names, no sequences, nothing made or prepared."""
    if not model.batched or any(axis.kind == "sequence" for axis in model.axes.values()):
        return None
    if any(given.variable_list or given.mask for given in model.input_list) or not model.input_list:
        return None
    return [PlainInput(given.name, np.dtype(usual_raw(given.type)), model.item_shape(given))
            for given in model.input_list]  # fmt: skip


def plain_arrays(inputs: list[PlainInput], events: Any) -> list[np.ndarray] | None:
    """The arrays in the order of the inputs if all are as they must be; else None, and the long way tells why."""
    if type(events) is not dict or len(events) != len(inputs):
        return None
    arrays: list[np.ndarray] = []
    for name, dtype, shape in inputs:
        array = events.get(name)
        if type(array) is not np.ndarray or array.dtype != dtype or array.shape[1:] != shape or array.ndim == 0:
            return None
        if not array.flags.c_contiguous or len(array) != len(arrays[0] if arrays else array):
            return None
        arrays.append(array)
    return arrays


def plain_batch(entries: int) -> Batch:
    """What the scores must know of entries that came in one axis."""
    return Batch(entries, Leading((entries,)))
