"""The short way in: arrays that are already what the engine takes, in a mapping by input."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ..endpoints import usual_raw
from ..feed import Batch
from ..feed.leading import Leading
from ..feed.scores import PlainScores
from . import _lading
from .types import BFLOAT16, TYPE_NUMBERS, TYPES

if TYPE_CHECKING:
    from ..model import Model


def plain(model: Model, outputs: list[tuple[str, int, int, int]]) -> _lading.Plain | None:
    """How a model is fed the short way; None if it has names, sequences, or something that is made or prepared."""
    if not model.batched or any(axis.kind == "sequence" for axis in model.axes.values()):
        return None
    if any(given.variable_list or given.mask for given in model.input_list) or not model.input_list:
        return None
    if any(number == BFLOAT16 for _, number, _, _ in outputs):
        return None
    inputs = []
    for given in model.input_list:
        raw = np.dtype(usual_raw(given.type))
        inputs.append((given.name, TYPE_NUMBERS[raw.name], raw.num, model.item_shape(given)))
    results = [(name, number, np.dtype(TYPES[number]).num, model.item_shape(model.outputs[name]))
               for name, number, _, _ in outputs]  # fmt: skip

    def origin(entries: int) -> tuple[Model, Batch]:
        """What the scores must know of entries that came in one axis."""
        return model, Batch(entries, Leading((entries,)))

    return _lading.Plain(inputs, results, PlainScores, origin)
