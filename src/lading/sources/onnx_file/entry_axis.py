"""Which axis is the entry axis: rules 1 and 5 of ``axes.py``."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np

from ...bundle.evaluate import BundleError
from ...endpoints import Input
from ...evaluation import evaluator, has_turns
from ..naming import endpoints
from ..trial import LENGTHS, made_up
from .endpoints import OPEN, UNKNOWN_RANK, is_of_a_machine

if TYPE_CHECKING:
    from ...model import Model

ENTRY = "entry"

_BATCH = re.compile(r"(batch.*|b|bs|n_?batch(es)?)$", re.I)


def open_entries_of_example(model: Model) -> None:
    """Opens the first axis of all tensors, if it is as long as the example of the export and holds entries."""
    ends = endpoints(model)
    first = {each.axes[0] if len(each.axes) > isinstance(each, Input) else None for each in ends}
    number = next(iter(first), None)
    if len(first) != 1 or not isinstance(number, int) or number < 2:
        return
    if any(isinstance(axis, str) for each in ends for axis in each.axes) or not _rows_stand_alone(model):
        return
    for each in ends:
        each.axes = [OPEN, *each.axes[1:]]
    model.record["origin"]["entries"] = number


def _rows_stand_alone(model: Model) -> bool:
    """Whether the graph gives to each of three rows what it gives to it alone."""
    run, rows = evaluator(model, trial=True), 3
    opened = [Input(given.name, [ENTRY, *given.axes[1:]], given.type) for given in model.input_list]
    lengths = {ENTRY: rows} | dict.fromkeys(open_lengths(model), LENGTHS[0])
    given = {each.name: made_up(each, lengths, i) for i, each in enumerate(opened)}
    try:
        together = run(given)
        alone = [run({name: array[[row]] for name, array in given.items()}) for row in range(rows)]
    except BundleError:
        return False
    for name, array in together.items():
        parts = [each[name] for each in alone]
        if len(array) != rows or any(part.shape != array[:1].shape for part in parts):
            return False
        if not np.allclose(array.astype(np.float64), np.concatenate(parts).astype(np.float64), 1e-4, 1e-5, True):
            return False
    return True


def mark_entry(model: Model, run: bool) -> None:
    """Calls the entry axis "entry", if tensors have it."""
    place = _entry_place(model)
    if place is None or (place == 0 and run and has_turns(model) and not _rows_stand_alone(model)):
        return
    names = {given.axes[place] for given in model.input_list}
    for given in model.input_list:
        given.axes[place] = ENTRY
    for output in model.output_list:
        output.axes = [ENTRY if axis in names else axis for axis in output.axes]
        if place == 0 and output.axes and output.axes[0] != UNKNOWN_RANK and ENTRY not in output.axes:
            output.axes[0] = ENTRY


def _entry_place(model: Model) -> int | None:
    """Where the entry axis stands in all inputs; None if they have none."""
    inputs = [given.axes for given in model.input_list]
    if not inputs or not all(inputs):
        return None
    for place in range(min(map(len, inputs))):
        if all(isinstance(axes[place], str) and _BATCH.match(str(axes[place])) for axes in inputs):
            return place
    leading = [axes[0] for axes in inputs]
    told = {axis for axis in leading if isinstance(axis, str) and not is_of_a_machine(axis)}
    opens = [out.axes == [UNKNOWN_RANK] or isinstance((out.axes or [0])[0], str) for out in model.output_list]
    return 0 if all(isinstance(axis, str) for axis in leading) and all(opens) and len(told) <= 1 else None


def is_batched(model: Model) -> bool:
    return any(ENTRY in given.axes for given in model.input_list)


def open_lengths(model: Model) -> list[str]:
    """Open lengths of inputs, but for the entries."""
    found = [axis for given in model.input_list for axis in given.axes if isinstance(axis, str) and axis != ENTRY]
    return list(dict.fromkeys(found))
