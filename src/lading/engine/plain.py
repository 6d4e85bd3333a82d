"""The short way in: arrays that are already what the engine takes, in mappings by input and by variable."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ..feed.scores import PlainScores, PlainSequences
from . import _lading
from .types import BFLOAT16, TYPES

if TYPE_CHECKING:
    from ..model import Model


def plain(model: Model, compiled: _lading.Model) -> _lading.Plain | None:
    """How a model is fed the short way; None if it takes nothing, or gives what NumPy has no type for."""
    outputs = compiled.outputs()
    if any(number == BFLOAT16 for _, number, _, _ in outputs) or not compiled.columns():
        return None
    axes = [("", -1)] * compiled.axis_count
    for name in (name for name, axis in model.axes.items() if axis.kind == "sequence"):
        place = compiled.find_axis(name)
        axes[place] = name, compiled.axis_maximum(place)
    columns = [(name, variable, model.item_shape(model.inputs[name]), axis)
               for name, variable, _, axis, _ in compiled.columns()]  # fmt: skip
    results = [(name, np.dtype(TYPES[number]).num, model.item_shape(model.outputs[name]), axis)
               for name, number, axis, _ in outputs]  # fmt: skip
    return _lading.Plain(columns, results, axes, PlainScores, PlainSequences, model)
